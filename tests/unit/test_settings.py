from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from chalicelib import settings
from chalicelib.errors import Misconfigured
from chalicelib.settings import CONNECT, TWILIO, Settings, load

ROOT = Path(__file__).resolve().parents[2]

CONNECT_ENVIRONMENT = {
    "TABLE_NAME": "countersign",
    "HASH_KEY_NAME": "/countersign/hash-key",
    "CONNECT_INSTANCE_ARN": "arn:aws:connect:eu-central-1:111122223333:instance/12345678-90ab-cdef-1234-567890abcdef",
    "TWILIO_NUMBER": "+46101234567",
}
TWILIO_ENVIRONMENT = {
    "TABLE_NAME": "countersign",
    "HASH_KEY_NAME": "/countersign/hash-key",
    "PUBLIC_BASE_URL": "https://example.org/api",
    "TWILIO_ACCOUNT_SID": "AC" + "a1" * 16,
    "TWILIO_AUTH_TOKENS_NAME": "/countersign/twilio",
    "VOICEIT_API_KEY_NAME": "/countersign/voiceit-key",
    "VOICEIT_API_TOKEN_NAME": "/countersign/voiceit-token",
}
ENVIRONMENTS = {CONNECT: CONNECT_ENVIRONMENT, TWILIO: TWILIO_ENVIRONMENT}


def refusal(environment: Mapping[str, str], app: str) -> str:
    with pytest.raises(Misconfigured) as refused:
        load(environment, app)
    return str(refused.value)


def test_an_app_starts_with_what_it_requires_and_defaults_for_the_rest() -> None:
    for app, environment in ENVIRONMENTS.items():
        assert load(environment, app).table_name == "countersign"
    loaded = load(CONNECT_ENVIRONMENT, CONNECT)
    assert (loaded.verdict_life_seconds, loaded.hand_back, loaded.insecure_trust_on_first_use) == (10, "resume", False)


@pytest.mark.parametrize("name", ["CONNECT_KEY", "/a/b", "/a/{key-id}", "/a/{key-id}/b", "a{key-id}"])
def test_the_name_of_a_private_key_may_hold_the_key_id_once(name: str) -> None:
    assert load({**CONNECT_ENVIRONMENT, "INPUT_PRIVATE_KEY_NAME": name}, CONNECT).input_private_key_name == name


@pytest.mark.parametrize("name", ["{key-id}", "/a/{key-id}/{key-id}", "/a/{key}", "/a b", "/a/*"])
def test_any_other_name_of_a_private_key_is_refused(name: str) -> None:
    assert "INPUT_PRIVATE_KEY_NAME" in refusal({**CONNECT_ENVIRONMENT, "INPUT_PRIVATE_KEY_NAME": name}, CONNECT)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load(CONNECT_ENVIRONMENT, CONNECT).table_name = "other"  # type: ignore[misc]


@pytest.mark.parametrize("app", [CONNECT, TWILIO])
def test_everything_that_is_missing_is_named_at_once(app: str) -> None:
    told = refusal({}, app)
    assert told.split("; ") == [f"{name} is not set" for name in _in_order(ENVIRONMENTS[app])]


def _in_order(environment: Mapping[str, str]) -> list[str]:
    return [setting.name.upper() for setting in fields(Settings) if setting.name.upper() in environment]


@pytest.mark.parametrize("app", [CONNECT, TWILIO])
def test_an_empty_variable_counts_as_not_set(app: str) -> None:
    assert refusal(dict.fromkeys(ENVIRONMENTS[app], ""), app) == refusal({}, app)
    with_empty_options = {**ENVIRONMENTS[app], "HAND_BACK": "", "PHRASE": "", "CONNECT_NUMBER": ""}
    assert load(with_empty_options, app) == load(ENVIRONMENTS[app], app)


WRONG = [
    ("TABLE_NAME", "my table"),
    ("TABLE_NAME", "my/table"),
    ("TABLE_NAME", "no"),
    ("TABLE_NAME", "x" * 256),
    ("HASH_KEY_NAME", "name:with:colons"),
    ("DEFAULT_LANGUAGE", "fi-FI"),
    ("DEFAULT_LANGUAGE", "en-gb"),
    ("CONNECT_INSTANCE_ARN", "arn:aws:connect:eu-central-1:111122223333:instance/*"),
    ("CONNECT_INSTANCE_ARN", "12345678-90ab-cdef-1234-567890abcdef"),
    ("TWILIO_NUMBER", "0101234567"),
    ("TWILIO_NUMBER", "+46101234567\n"),
    ("CODE_LEAD", "w"),
    ("CODE_LEAD", "," * 21),
    ("HAND_BACK", "transfer"),
    ("VERDICT_LIFE_SECONDS", "0"),
    ("VERDICT_LIFE_SECONDS", "61"),
    ("VERDICT_LIFE_SECONDS", "10.5"),
    ("VERDICT_LIFE_SECONDS", "-1"),
    ("VERDICT_LIFE_SECONDS", "\u0661\u0660"),
    ("CODE_LIFE_SECONDS", "9"),
    ("VOICE_PROOF_LIFE_SECONDS", "14401"),
    ("PHRASE", "one\nline"),
    ("PHRASE", "<Say>"),
    ("PHRASE", "Tom & Jerry"),
    ("PHRASE", "x" * 201),
    ("PHRASE", "f\udce5r"),  # a byte of the environment that is not UTF-8
    ("PHRASE", "two\u2028lines"),
    ("PHRASE", "bell\x7f"),
    ("VOICEIT_CONTENT_LANGUAGE", "en_US"),
    ("VOICEIT_CONTENT_LANGUAGE", "x" * 40),
    ("INSECURE_TRUST_ON_FIRST_USE", "true"),
    ("BANKID_API_URL", "http://appapi2.bankid.com/rp/v6.0"),
    ("BANKID_CERTIFICATE_NAME", "-----BEGIN CERTIFICATE-----"),
    ("BANKID_ROOT_SHA256", "e6" * 31),
    ("BANKID_ROOT_SHA256", "e6" * 33),
    ("PUBLIC_BASE_URL", "http://example.org/api"),
    ("PUBLIC_BASE_URL", "https://example.org/api?stage=1"),
    ("PUBLIC_BASE_URL", "https://user:secret@example.org/api"),
    ("PUBLIC_BASE_URL", "https://example.org/api#rc=2"),
    ("CONNECT_NUMBER", "none"),
    ("TWILIO_ACCOUNT_SID", "SK" + "a1" * 16),
    ("TWILIO_API_URL", "http://api.twilio.com"),
    ("VOICEIT_API_URL", "http://api.voiceit.io"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_value_that_cannot_be_used_is_named_and_not_repeated(name: str, value: str) -> None:
    told = refusal({**TWILIO_ENVIRONMENT, **CONNECT_ENVIRONMENT, name: value}, CONNECT)
    assert told.startswith(f"{name} must be ")
    assert "; " not in told
    assert value not in told or len(value) < 3


def test_every_error_is_told_at_once_and_no_value_with_it() -> None:
    secret = "not-a-name:" + "5f" * 16
    told = refusal({"HASH_KEY_NAME": secret, "TWILIO_NUMBER": secret, "HAND_BACK": secret}, CONNECT)
    for name in ("TABLE_NAME", "HASH_KEY_NAME", "CONNECT_INSTANCE_ARN", "TWILIO_NUMBER", "HAND_BACK"):
        assert name in told
    assert secret not in told


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("PUBLIC_BASE_URL", "https://example.org:8443/api/", "https://example.org:8443/api"),
        ("CONNECT_NUMBER", "+46107654321", "+46107654321"),
        ("CODE_LEAD", ",", ","),
        ("VERDICT_LIFE_SECONDS", "60", 60),
        ("INSECURE_TRUST_ON_FIRST_USE", "yes", True),
        ("BANKID_ROOT_SHA256", "E6:" * 31 + "e6", "E6:" * 31 + "e6"),
        ("PHRASE", "Glöm aldrig att i morgon är en ny dag", "Glöm aldrig att i morgon är en ny dag"),
        ("VOICEIT_CONTENT_LANGUAGE", "no-STT", "no-STT"),
    ],
)
def test_a_value_that_can_be_used_is_read(name: str, value: str, read: object) -> None:
    assert getattr(load({**TWILIO_ENVIRONMENT, name: value}, TWILIO), name.lower()) == read


def test_only_an_app_that_needs_a_setting_misses_it() -> None:
    assert load(CONNECT_ENVIRONMENT, CONNECT).twilio_account_sid == ""
    assert load(TWILIO_ENVIRONMENT, TWILIO).connect_instance_arn == ""


def test_secrets_are_only_named() -> None:
    secret_words = ("token", "key", "secret", "password")
    secret = [
        setting.name for setting in fields(Settings) if any(word in setting.name.split("_") for word in secret_words)
    ]
    assert secret
    # Where a secret is kept may stand in the environment as well as what it is called there.
    assert all(name.endswith(("_name", "_store")) for name in secret)


def test_the_page_about_settings_is_current() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings.as_markdown(), "run `make docs`"
    for setting in fields(Settings):
        assert f"| `{setting.name.upper()}` |" in page
