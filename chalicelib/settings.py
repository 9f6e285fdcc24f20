"""The environment as one frozen object. `python -m chalicelib.settings` prints docs/settings.md from it.

Secrets never stand in the environment: a setting holds the *name* of the SSM SecureString parameter that each is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from chalicelib.errors import Misconfigured
from chalicelib.prompts import LANGUAGES
from chalicelib.telephone_number import E164

CONNECT, TWILIO = "connect_app", "twilio_app"
LONGEST_ORGANISATION_NAME = 60

_ARN = re.compile(r"arn:aws[a-z-]*:connect:[a-z0-9-]+:[0-9]{12}:instance/[0-9a-f-]{36}")
_URL = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")
_LEAD = re.compile(r",{0,20}")
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_NAME = re.compile(r"[A-Za-z0-9/._-]{1,512}")
_NAME_PATTERN = re.compile(r"[A-Za-z0-9/._-]{1,400}|[A-Za-z0-9/._-]{1,300}\{key-id\}[A-Za-z0-9/._-]{0,100}")
_CONSUMER_PATTERN = re.compile(r"(/[A-Za-z0-9._-]{1,100}){1,5}/\{consumer\}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}")
_CONTENT_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){1,2}")
_TEXT = re.compile(r"[^<>&]{1,200}")
_PAUSES = re.compile(r",{1,10}")
_HOSTS = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}(:[0-9]{1,5})?(,[a-z0-9][a-z0-9.-]{0,252}(:[0-9]{1,5})?){0,15}")
_ORIGIN = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_WORD = re.compile(r"[A-Za-z0-9_.:+=,@/-]{1,128}")
_FUNCTION = re.compile(r"[A-Za-z0-9_-]{1,140}")


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(what)
        return text

    return read


def _whole_seconds(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number of seconds from {low} to {high}")
        return int(text)

    return read


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text

    return read


def _yes_or_no(text: str) -> bool:
    return _one_of("yes", "no")(text) == "yes"


def _plain_line(text: str) -> str:
    """What XML can hold and a voice can say: neither control characters nor bytes that were no text."""
    if not _TEXT.fullmatch(text) or not text.isprintable():
        raise ValueError("one line of plain text")
    return text


def _or_none(read: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: text and read(text)


def _short_line(text: str) -> str:
    if len(text) > LONGEST_ORGANISATION_NAME:
        raise ValueError(f"one line of plain text of at most {LONGEST_ORGANISATION_NAME} characters")
    return _plain_line(text)


def _base_url(text: str) -> str:
    return _matching(_URL, "an https:// URL without a query")(text).rstrip("/")


@dataclass(frozen=True)
class _About:
    """How a setting is read and described. `default` None: the apps in `apps` cannot start without it."""

    read: Callable[[str], Any]
    meaning: str
    default: str | None
    apps: tuple[str, ...]
    earlier: str = ""


def _setting(
    read: Callable[[str], Any], meaning: str, apps: tuple[str, ...], default: str | None = None, earlier: str = ""
) -> Any:
    return field(metadata={"about": _About(read, meaning, default, apps, earlier)})


_number = _matching(E164, "a telephone number in E.164, such as +46101234567")
_secret = _matching(_NAME, "the name of an SSM parameter")
_BOTH = (CONNECT, TWILIO)


@dataclass(frozen=True)
class Settings:
    """Every setting of both apps; what an app does not need may be empty."""

    table_name: str = _setting(
        _matching(_TABLE, "3 to 255 letters, digits, _ . -"), "The DynamoDB table that both apps share.", _BOTH
    )
    hash_key_name: str = _setting(
        _secret,
        "Parameter with the secret behind every keyed hash: at least 32 random bytes, the same for both apps. "
        "Changing it orphans all voice profiles.",
        _BOTH,
    )
    default_language: str = _setting(_one_of(*LANGUAGES), "Spoken when a flow passes no `language`.", _BOTH, "en-GB")
    connect_instance_arn: str = _setting(
        _matching(_ARN, "the ARN of a Connect instance"),
        "The instance whose events are answered; any other is refused.",
        (CONNECT,),
    )
    twilio_number: str = _setting(_number, "The Twilio number that flows transfer callers to.", (CONNECT,))
    code_lead: str = _setting(
        _matching(_LEAD, "up to 20 commas"),
        "Commas that Connect waits before it types the leg code, 750 ms each.",
        (CONNECT,),
        ",,",
    )
    hand_back: str = _setting(
        _one_of("resume", "dial"),
        "How a leg ends: `resume`, Twilio hangs up and the flow goes on; `dial`, Twilio dials CONNECT_NUMBER.",
        (CONNECT,),
        "resume",
    )
    verdict_life_seconds: int = _setting(
        _whole_seconds(1, 60), "How long after the report a verdict can be redeemed.", (CONNECT,), "10"
    )
    code_life_seconds: int = _setting(
        _whole_seconds(10, 300), "How long after its issue a leg code can be claimed.", (TWILIO,), "60"
    )
    voice_proof_life_seconds: int = _setting(
        _whole_seconds(60, 14_400), "How long a verified voice counts within its contact.", (CONNECT,), "900"
    )
    phrase: str = _setting(
        _plain_line,
        "What new callers are asked to say; must be one of the VoiceIt account's phrases. "
        "Callers keep the phrase that they enrolled with.",
        (CONNECT,),
        "Never forget tomorrow is a new day",
        "PHRASE",
    )
    voiceit_content_language: str = _setting(
        _matching(_CONTENT_LANGUAGE, "a VoiceIt content language, such as en-US"),
        "VoiceIt's language for the phrase. `no-STT` switches its check of the words off: not for production.",
        (CONNECT,),
        "en-US",
    )
    insecure_trust_on_first_use: bool = _setting(
        _yes_or_no,
        "`yes` lets anybody enrol their voice for a number that has none, without a proof. For demonstrations only.",
        (CONNECT,),
        "no",
    )
    input_private_key_name: str = _setting(
        _matching(_NAME_PATTERN, "the name of an SSM parameter, with or without {key-id} in it"),
        "Parameter with the private keys for a security key of Connect, newest first, in PEM; "
        "`{key-id}` stands for the id of the security key.",
        (CONNECT,),
        "/amazon-connect/encryption/{key-id}/private-key",
    )
    input_private_key_store: str = _setting(
        _one_of("ssm", "secretsmanager"),
        "Where the private keys are: `ssm`, SecureString parameters; `secretsmanager`, secrets of the same names.",
        (CONNECT,),
        "ssm",
    )
    input_life_seconds: int = _setting(
        _whole_seconds(60, 900), "How long after it was typed an input can be redeemed.", (CONNECT,), "300"
    )
    consumer_name: str = _setting(
        _matching(_CONSUMER_PATTERN, "the name of an SSM parameter in a folder, ending in /{consumer}"),
        "Parameter with what is known of a consumer, a system that input is relayed to; "
        "`{consumer}` stands for the consumer's name.",
        (CONNECT,),
        "/amazon-connect/consumers/{consumer}",
    )
    bankid_api_url: str = _setting(
        _base_url,
        "BankID's relying-party API with its version; `https://appapi2.test.bankid.com/rp/v6.0` for tests.",
        (CONNECT,),
        "https://appapi2.bankid.com/rp/v6.0",
    )
    insecure_bankid_test: bool = _setting(
        _yes_or_no,
        "`yes` lets BANKID_API_URL be that of BankID's test environment, where anybody can make a BankID in any name. "
        "For tests and demonstrations only.",
        (CONNECT,),
        "no",
    )
    bankid_certificate_name: str = _setting(
        _or_none(_secret),
        "Parameter with our certificate for BankID, its chain and its private key, in PEM; `make certs` puts it there. "
        "Without it nobody is asked for BankID.",
        (CONNECT,),
        "",
    )
    bankid_certificate_store: str = _setting(
        _one_of("ssm", "secretsmanager"),
        "Where that certificate is: `ssm`, a SecureString parameter; `secretsmanager`, a secret of the same name.",
        (CONNECT,),
        "ssm",
    )
    bankid_public_certificate_name: str = _setting(
        _or_none(_secret),
        "String parameter with that certificate alone, for the watch over what expires; `make certs` puts it there.",
        (CONNECT,),
        "",
    )
    bankid_key_password_name: str = _setting(
        _or_none(_secret), "Parameter with the password of that private key, where it has one.", (CONNECT,), ""
    )
    bankid_root_name: str = _setting(
        _or_none(_secret),
        "Parameter with the one root that BankID's servers are trusted by, in PEM; BankID publishes it.",
        (CONNECT,),
        "",
    )
    bankid_root_sha256: str = _setting(
        _or_none(_matching(_FINGERPRINT, "the SHA-256 of a certificate, in hex")),
        "The fingerprint of that root where BANKID_API_URL is not BankID's own; for BankID's own hosts it is known.",
        (CONNECT,),
        "",
    )
    bankid_signing_roots_name: str = _setting(
        _or_none(_secret),
        "Parameter with BankID's signing roots in PEM, which BankID hands out on request; without it the signed result "
        "is checked against what was asked, and not as far as its roots.",
        (CONNECT,),
        "",
    )
    evidence_bucket: str = _setting(
        _or_none(_matching(_BUCKET, "the name of an S3 bucket")),
        "The S3 bucket, in the functions' own region, that BankID's signed results are kept in; "
        "without one they are not kept.",
        (CONNECT,),
        "",
    )
    evidence_required: bool = _setting(
        _yes_or_no, "`yes`: a caller whose signed result cannot be kept is not verified.", (CONNECT,), "no"
    )
    bankid_proof_life_seconds: int = _setting(
        _whole_seconds(60, 7_200), "How long a BankID identification counts within its contact.", (CONNECT,), "900"
    )
    bankid_most_orders: int = _setting(
        _whole_number(1, 5), "How many BankID orders one contact may start.", (CONNECT,), "3"
    )
    bankid_young_days: int = _setting(
        _whole_number(0, 365),
        "A BankID issued at most so many days ago is reported as `risk` `young_bankid`.",
        (CONNECT,),
        "1",
    )
    bankid_coordination_numbers: bool = _setting(
        _yes_or_no, "`yes` lets callers type a co-ordination number too.", (CONNECT,), "no"
    )
    greet_by_name: bool = _setting(
        _yes_or_no, "`no` keeps the caller's given name from the flow, which could greet with it.", (CONNECT,), "yes"
    )
    organisation_name: str = _setting(
        lambda text: text and _short_line(text),
        "Your organisation as callers know it, at most 60 characters; the BankID app shows it. Needed for BankID.",
        (CONNECT,),
        "",
    )
    phonenumber: str = _setting(
        _or_none(_number),
        "The Connect number that people who have logged in on the web are to call, in E.164; "
        "without it no web login can be started.",
        (CONNECT,),
        "",
        "phonenumber (ID Contact)",
    )
    dtmf_length: int = _setting(
        _whole_number(6, 12), "Digits of a session code.", (CONNECT,), "8", "dtmf_length (ID Contact)"
    )
    dtmf_pauses: str = _setting(
        _matching(_PAUSES, "1 to 10 commas"),
        "Commas between number and code in a `tel:` address; a telephone waits about 2 s for each.",
        (CONNECT,),
        ",",
    )
    wrong_codes_per_hour: int = _setting(
        _whole_number(50, 20_000),
        "Wrong session codes that are borne of all callers together; then none is looked at until the hour is over.",
        (CONNECT,),
        "200",
    )
    internal_url: str = _setting(
        _or_none(_base_url),
        "Where logins reach connect_app's routes: scheme, host and stage. Results are posted there.",
        (CONNECT,),
        "",
        "internal_url (ID Contact)",
    )
    web_login_dialect: str = _setting(
        _one_of("id_contact", "verder_helpen"), "Whose words the results of logins use.", (CONNECT,), "id_contact"
    )
    decryption_keys_name: str = _setting(
        _or_none(_secret),
        "Parameter with our private keys for results, a JSON list of `{type: RSA or EC, key: PEM}`, newest first.",
        (CONNECT,),
        "",
        "decryption_privkey (ID Contact)",
    )
    signature_keys_name: str = _setting(
        _or_none(_secret),
        "Parameter with the public keys of the logins that are trusted, a list as above.",
        (CONNECT,),
        "",
        "signature_pubkey (ID Contact)",
    )
    core_authentication: str = _setting(
        _one_of("api_key", "hmac"),
        "How the core shows that it may start a session: `api_key`, a header with a secret; "
        "`hmac`, a signature over time and body.",
        (CONNECT,),
        "api_key",
    )
    core_secrets_name: str = _setting(
        _or_none(_secret),
        "Parameter with the core's secrets, separated by white space: the one in use and, while it changes, the next.",
        (CONNECT,),
        "",
    )
    web_login_level: str = _setting(
        _one_of("low", "substantial", "high"),
        "How sure a web login makes us, as its provider states.",
        (CONNECT,),
        "substantial",
    )
    web_login_proof_life_seconds: int = _setting(
        _whole_seconds(60, 14_400),
        "How long after its result a web login counts within its contact.",
        (CONNECT,),
        "1800",
    )
    web_login_subject_attribute: str = _setting(
        _or_none(_plain_line),
        "The attribute of a result that says who the person is, such as a personal number; "
        "without it all attributes together do.",
        (CONNECT,),
        "",
    )
    session_url_hosts: str = _setting(
        _or_none(_matching(_HOSTS, "host names separated by commas")),
        "Hosts, with `:` and a port other than 443, whose `session_url` is told of activity and logout; without any "
        "nobody is told.",
        (CONNECT,),
        "",
    )
    session_feedback_function: str = _setting(
        _or_none(_matching(_FUNCTION, "the name of a Lambda function")),
        "The function `session_feedback`, which tells them beside the call.",
        (CONNECT,),
        "",
    )
    agent_login: str = _setting(
        _one_of("cognito", "handle"),
        "Who may see a caller on the agent's screen: `cognito`, agents who have logged in and hold the contact's "
        "handle; `handle`, whoever holds the handle, for small installations.",
        (CONNECT,),
        "cognito",
    )
    agent_owns_contact: bool = _setting(
        _yes_or_no,
        "`yes`: an agent who has logged in sees only contacts that Connect says are theirs.",
        (CONNECT,),
        "yes",
    )
    agent_group: str = _setting(
        _or_none(_matching(_WORD, "the name of a Cognito group")),
        "The Cognito group that agents must be in; without it every user of the client is one.",
        (CONNECT,),
        "",
    )
    agent_name_claim: str = _setting(
        _matching(_WORD, "the name of a claim"),
        "The claim of an agent's access token that holds their login name in Connect.",
        (CONNECT,),
        "username",
    )
    cognito_issuer: str = _setting(
        _or_none(_base_url),
        "The user pool: `https://cognito-idp.<region>.amazonaws.com/<pool id>`.",
        (CONNECT,),
        "",
    )
    cognito_domain: str = _setting(
        _or_none(_matching(_ORIGIN, "an https:// origin")),
        "The user pool's domain, where agents log in.",
        (CONNECT,),
        "",
    )
    cognito_client_id: str = _setting(
        _or_none(_matching(_WORD, "the id of an app client")),
        "The user pool's app client, without a secret.",
        (CONNECT,),
        "",
    )
    workspace_origin: str = _setting(
        _or_none(_matching(_ORIGIN, "an https:// origin")),
        "The Connect instance's own origin, such as `https://example.my.connect.aws`: it alone may frame the agent's "
        "screen, and its CCP stands in our page for it. Without it there is no agent's screen.",
        (CONNECT,),
        "",
    )
    ccp_url: str = _setting(
        _or_none(_base_url), "The CCP's address, such as `https://example.my.connect.aws/ccp-v2/`.", (CONNECT,), ""
    )
    screen_names_name: str = _setting(
        _or_none(_secret),
        "String parameter with the names of purposes and attributes in each language, in JSON.",
        (CONNECT,),
        "",
    )
    policy_name: str = _setting(
        _or_none(_secret),
        "String parameter with the policy, what each purpose needs, in JSON; without it all need REQUIRED_LEVEL.",
        (CONNECT,),
        "",
    )
    required_level: str = _setting(
        _one_of("low", "substantial", "high"),
        "The assurance that every purpose needs where there is no policy: below it the agent's screen says that "
        "something is missing.",
        (CONNECT,),
        "substantial",
    )
    view_life_seconds: int = _setting(
        _whole_seconds(600, 28_800),
        "How long after it was given out a contact's handle opens the agent's screen.",
        (CONNECT,),
        "3600",
    )
    public_base_url: str = _setting(
        _base_url,
        "Where Twilio reaches twilio_app: scheme, host and stage. Signatures are checked against it.",
        (TWILIO,),
    )
    connect_number: str = _setting(
        _or_none(_number),
        "The Connect number that Twilio dials back; only with HAND_BACK `dial`.",
        (TWILIO,),
        "",
        "AMAZONCONNECTPHONENUMBER",
    )
    twilio_account_sid: str = _setting(
        _matching(_ACCOUNT_SID, "AC and 32 hex digits"), "The Twilio account that owns the number.", (TWILIO,)
    )
    twilio_auth_tokens_name: str = _setting(
        _secret,
        "Parameter with the account's auth tokens, separated by white space: the one in use and, while it changes, "
        "the next.",
        (TWILIO,),
    )
    twilio_api_url: str = _setting(
        _base_url, "Twilio's REST API; recordings are fetched and deleted there.", (TWILIO,), "https://api.twilio.com"
    )
    voiceit_api_url: str = _setting(_base_url, "VoiceIt's API.", (TWILIO,), "https://api.voiceit.io")
    voiceit_api_key_name: str = _setting(
        _secret, "Parameter with VoiceIt's API key (`key_...`).", (TWILIO,), earlier="VIAPIKEY"
    )
    voiceit_api_token_name: str = _setting(
        _secret, "Parameter with VoiceIt's API token (`tok_...`).", (TWILIO,), earlier="VIAPITOKEN"
    )


def load(environ: Mapping[str, str], app: str) -> Settings:
    """The settings of `app` (`CONNECT` or `TWILIO`) from the environment; an empty variable counts as not set.

    Raises:
        Misconfigured: names every setting that is missing or cannot be used, all at once, and never its value.
    """
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in fields(Settings):
        about: _About = setting.metadata["about"]
        text = environ.get(setting.name.upper()) or about.default
        try:
            values[setting.name] = "" if text is None else about.read(text)
        except ValueError as expected:
            wrong.append(f"{setting.name.upper()} must be {expected}")
        if text is None and app in about.apps:
            wrong.append(f"{setting.name.upper()} is not set")
    if wrong:
        raise Misconfigured("; ".join(wrong))
    return Settings(**values)


def as_markdown() -> str:
    """docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "<!-- Made by `make docs` from chalicelib/settings.py; change it there. -->",
        "",
        "Environment variables of the Lambda functions. Where the meaning begins with *Parameter*, the value is the",
        "name of an SSM SecureString parameter, with *String parameter* of a String one, never what it holds.",
        "*Earlier name* is what the 2018 VoiceIt demo called it, or ID Contact's plugin where that is said.",
        "",
        "| name | meaning | default | read by | earlier name |",
        "|---|---|---|---|---|",
    ]
    for setting in fields(Settings):
        about: _About = setting.metadata["about"]
        default = "required" if about.default is None else f"`{about.default}`" if about.default else "none"
        earlier = f"`{about.earlier}`" if about.earlier else ""
        lines.append(
            f"| `{setting.name.upper()}` | {about.meaning} | {default} | {', '.join(about.apps)} | {earlier} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_markdown(), end="")
