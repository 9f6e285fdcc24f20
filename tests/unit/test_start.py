from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.errors import Misconfigured, SecretsUnavailable
from chalicelib.start import prepare
from local.bankid import authority
from tests.contract.consumer_calls import consumer_entry

ROOT = Path(__file__).resolve().parents[2]
# Imports an app as Lambda does, without any AWS to reach, and tells which modules that took.
START = """
import json, os, sys, types
sys.path.insert(0, sys.argv[1])
from chalicelib import parameters
parameters.fetch = lambda names: {name: "x" * 40 for name in names}
parameters.ParameterStore.under = lambda self, path, *more: {}
if "SECRETS" in os.environ:
    secrets = json.loads(os.environ["SECRETS"])
    parameters.ParameterStore.find = lambda self, names: {name: secrets[name] for name in names if name in secrets}
import app
app.app.lambda_context = None
print(json.dumps([sorted(sys.modules), app.__dict__[sys.argv[2]].cache_info().currsize]))
"""
ENVIRONMENT = {
    "PATH": "/usr/bin",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "TABLE_NAME": "countersign",
    "HASH_KEY_NAME": "/hash",
    "CONNECT_INSTANCE_ARN": "arn:aws:connect:eu-central-1:111122223333:instance/12345678-90ab-cdef-1234-567890abcdef",
    "TWILIO_NUMBER": "+46101234567",
    "PUBLIC_BASE_URL": "https://example.org/api",
    "TWILIO_ACCOUNT_SID": "AC" + "a1" * 16,
    "TWILIO_AUTH_TOKENS_NAME": "/twilio",
    "VOICEIT_API_KEY_NAME": "/key",
    "VOICEIT_API_TOKEN_NAME": "/token",
}


def run_start(program: str, app: str, parts: str, handler: str, **environment: str) -> str:
    """What a new process prints that is about to serve `handler`."""
    return subprocess.run(
        [sys.executable, "-c", program, str(ROOT / app), parts],
        env={**ENVIRONMENT, "_HANDLER": handler, **environment},
        cwd=ROOT / app,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def started(app: str, parts: str, handler: str, **environment: str) -> tuple[set[str], bool]:
    """The modules that a new process has loaded for `handler`, and whether its parts were put together."""
    told = run_start(START, app, parts, handler, **environment)
    modules, put_together = json.loads(told.splitlines()[-1])
    return set(modules), bool(put_together)


def test_the_function_voice_starts_with_what_its_method_needs_and_nothing_heavy() -> None:
    modules, put_together = started("connect_app", "voice_parts", "app.voice")
    assert put_together
    assert "chalicelib.voice.flow_steps" in modules
    unwanted = {"cryptography", "twilio", "requests", "boto3", "boto3.resources", "aiohttp", "numpy"}
    assert not unwanted & modules
    assert not {name for name in modules if name.startswith(("chalicelib.voice.voiceit", "chalicelib.voice.twiml"))}


def test_the_function_secure_input_starts_with_cryptography_and_the_aws_client_and_nothing_else() -> None:
    modules, put_together = started("connect_app", "secure_input_parts", "app.secure_input")
    assert put_together
    assert {"chalicelib.secure_input.flow_steps", "cryptography", "botocore"} <= modules
    unwanted = {"twilio", "requests", "boto3", "aiohttp", "numpy", "aws_encryption_sdk", "cryptography.x509", "joserfc"}
    assert not unwanted & modules
    beside = ("chalicelib.voice", "chalicelib.secure_input.redemption", "chalicelib.secure_input.writers.")
    assert not {name for name in modules if name.startswith(beside)}


def test_private_keys_and_consumers_are_fetched_while_the_function_starts() -> None:
    preloading = START.replace("path, *more: {}", "path, *more: print('below', path) or {}")
    told = run_start(preloading, "connect_app", "secure_input_parts", "app.secure_input")
    assert told.startswith("below /amazon-connect/encryption\nbelow /amazon-connect/consumers\n")


@pytest.mark.parametrize("form", ["connect", "jwe"])
def test_what_a_format_needs_is_loaded_while_the_function_starts_if_a_consumer_reads_it(form: str) -> None:
    entry = json.dumps(consumer_entry(form))
    found = f"path, *more: {{path + '/crm': {entry!r}}} if path.endswith('/consumers') else {{}}"
    told = run_start(START.replace("path, *more: {}", found), "connect_app", "secure_input_parts", "app.secure_input")
    modules = set(json.loads(told.splitlines()[-1])[0])
    written = {name for name in modules if name.startswith("chalicelib.secure_input.writers.")}
    assert written == {f"chalicelib.secure_input.writers.{form}"}
    assert ("joserfc" in modules) is (form == "jwe")


def test_the_function_that_redeems_starts_without_what_decrypts_messages() -> None:
    modules, put_together = started("connect_app", "secure_input_redeem_parts", "app.secure_input_redeem")
    assert put_together
    assert "chalicelib.secure_input.redemption" in modules
    assert not {name for name in modules if name.startswith(("chalicelib.voice", "chalicelib.customer_input"))}


def test_the_watch_over_expiry_starts_without_any_method() -> None:
    modules, put_together = started("connect_app", "watch_parts", "app.expiry_watch")
    assert put_together
    assert {"chalicelib.expiry.watch", "cryptography.x509"} <= modules
    assert not {name for name in modules if name.startswith(("chalicelib.voice", "chalicelib.secure_input"))}


def with_bankid() -> dict[str, str]:
    """What the functions for BankID find, without what an operator may leave out."""
    made = authority()
    root = made.identity("tls-root")
    return {
        "ORGANISATION_NAME": "Exempel AB",
        "BANKID_API_URL": "https://localhost:1/rp/v6.0",
        "BANKID_ROOT_SHA256": root.certificate.fingerprint(SHA256()).hex(),
        "BANKID_CERTIFICATE_NAME": "/ours",
        "BANKID_ROOT_NAME": "/root",
        "SECRETS": json.dumps({"/hash": "x" * 40, "/ours": made.relying_party(), "/root": root.pem}),
    }


# Reading certificates takes as long to load as all the rest; nobody needs it before somebody has identified themselves.
HEAVY = {"twilio", "requests", "boto3", "aiohttp", "numpy", "cryptography.x509"}


@pytest.mark.parametrize("bucket", ["", "evidence-of-ours"])
def test_the_function_bankid_starts_without_reading_certificates_and_with_s3_only_where_evidence_is_kept(
    bucket: str,
) -> None:
    modules, put_together = started(
        "connect_app", "bankid_parts", "app.bankid", EVIDENCE_BUCKET=bucket, **with_bankid()
    )
    assert put_together
    assert {"chalicelib.bankid.flow_steps", "chalicelib.bankid.certificate", "cryptography", "urllib3"} <= modules
    assert not HEAVY & modules
    of_others = ("chalicelib.voice", "chalicelib.secure_input", "chalicelib.bankid.evidence.verify")
    assert not {name for name in modules if name.startswith(of_others)}
    assert ("chalicelib.bankid.evidence.keeping" in modules) is bool(bucket)


def test_the_function_contact_ended_starts_with_what_takes_an_order_back() -> None:
    modules, put_together = started(
        "connect_app", "contact_ended_parts", "app.contact_ended", EVIDENCE_BUCKET="of-ours", **with_bankid()
    )
    assert put_together
    assert "chalicelib.bankid.relying_party" in modules
    unwanted = (
        "chalicelib.voice",
        "chalicelib.customer_input",
        "chalicelib.bankid.evidence",
        "chalicelib.bankid.start",
        "chalicelib.web_login",
    )
    assert not HEAVY & modules
    assert not {name for name in modules if name.startswith(unwanted)}


def test_the_function_web_login_starts_without_what_reads_tokens() -> None:
    modules, put_together = started("connect_app", "web_login_parts", "app.web_login")
    assert put_together
    assert {"chalicelib.web_login.linking", "chalicelib.customer_input.message"} <= modules
    assert not HEAVY & modules
    unwanted = ("joserfc", "chalicelib.bankid", "chalicelib.web_login.auth_result", "chalicelib.web_login.claims")
    assert not {name for name in modules if name.startswith(unwanted)}


def test_the_function_session_feedback_starts_without_what_reads_tokens() -> None:
    modules, put_together = started("connect_app", "session_feedback_parts", "app.session_feedback")
    assert put_together
    assert {"chalicelib.web_login.telling", "chalicelib.outbound"} <= modules
    assert not HEAVY & modules
    unwanted = ("joserfc", "chalicelib.bankid", "chalicelib.customer_input", "chalicelib.web_login.auth_result")
    assert not {name for name in modules if name.startswith(unwanted)}


def test_the_webhooks_start_with_all_that_they_need() -> None:
    modules, put_together = started("twilio_app", "leg_parts", "app.app")
    assert put_together
    assert {"chalicelib.voice.webhooks", "chalicelib.voice.signature", "cryptography", "urllib3"} <= modules
    assert not {"requests", "boto3", "aiohttp", "twilio.rest", "numpy"} & modules


@pytest.mark.parametrize("handler", ["", "app", "app.other", "app.voice_parts"])
def test_a_handler_without_a_preparation_starts_without_one(handler: str) -> None:
    modules, put_together = started("connect_app", "voice_parts", handler)
    assert not put_together
    assert "chalicelib.voice.flow_steps" not in modules


def raising(error: Exception) -> Callable[[], object]:
    def raises() -> object:
        raise error

    return raises


def test_only_the_preparation_of_the_function_itself_runs() -> None:
    ran: list[str] = []
    preparations = {name: lambda name=name: ran.append(name) for name in ("voice", "other")}
    prepare("app.voice", preparations)
    prepare("app.none", preparations)
    prepare("", preparations)
    assert ran == ["voice"]


def test_what_cannot_be_reached_at_the_start_is_left_to_the_first_call() -> None:
    prepare("app.voice", {"voice": raising(SecretsUnavailable("no answer"))})


def test_what_cannot_be_used_stops_the_start() -> None:
    with pytest.raises(Misconfigured, match="TABLE_NAME"):
        prepare("app.voice", {"voice": raising(Misconfigured("TABLE_NAME is not set"))})


@pytest.mark.parametrize("error", [None, SecretsUnavailable("no answer"), Misconfigured("wrong")])
def test_the_garbage_collector_rests_meanwhile_and_works_again_after(error: Exception | None) -> None:
    seen: list[bool] = []

    def preparation() -> None:
        seen.append(gc.isenabled())
        if error:
            raise error

    assert gc.isenabled()
    try:
        prepare("app.voice", {"voice": preparation})
    except Misconfigured:
        pass
    finally:
        gc.unfreeze()
    assert seen == [False]
    assert gc.isenabled()


def test_the_routes_are_put_together_while_their_function_starts() -> None:
    told = {"PHONENUMBER": "+31201234567", "INTERNAL_URL": "https://login.example.org/api"}
    told |= {"DECRYPTION_KEYS_NAME": "/keys", "SIGNATURE_KEYS_NAME": "/senders", "CORE_SECRETS_NAME": "/core"}
    modules, put_together = started("connect_app", "receiving_parts", "app.app", **told)
    assert put_together
    assert {"chalicelib.web_login.receiving", "chalicelib.web_login.token_keys"} <= modules
    assert not {"boto3", "twilio", "chalicelib.voice.flow_steps", "chalicelib.bankid.parts"} & modules
    # Most of what is asked of the routes brings no token.
    assert not {name for name in modules if name.startswith(("joserfc", "chalicelib.web_login.auth_result"))}


def test_the_function_of_the_routes_starts_where_nothing_is_set_up_for_them() -> None:
    for wrong in ({}, {"HASH_KEY_NAME": ""}, {"WORKSPACE_ORIGIN": "https://example.my.connect.aws"}):
        modules, _ = started("connect_app", "receiving_parts", "app.app", **wrong)
        assert "app" in modules
