"""What is made of a result: whom it is of, and what is kept of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib import settings
from chalicelib.assurance import Level
from chalicelib.errors import Misconfigured
from chalicelib.keyed_hash import KeyedHash
from chalicelib.sealing import Seal
from chalicelib.web_login import session
from chalicelib.web_login.claims import AuthResult, Status
from chalicelib.web_login.parts import Claims, LoginParts
from chalicelib.web_login.session import Worth
from local.clock import VirtualClock

HASHES = KeyedHash("unit-test-" * 4)
KARIN = "198112189876"
ENVIRON = {
    "TABLE_NAME": "countersign-test",
    "HASH_KEY_NAME": "/countersign/hash-key",
    "CONNECT_INSTANCE_ARN": "arn:aws:connect:eu-central-1:111122223333:instance/12345678-90ab-cdef-1234-567890abcdef",
    "TWILIO_NUMBER": "+46103333333",
}


def parts(**environ: str) -> LoginParts:
    config = settings.load({**ENVIRON, **environ}, settings.CONNECT)
    no_table = None
    return LoginParts(config, VirtualClock(), HASHES, no_table, Seal(HASHES, session.RESULTS))  # type: ignore[arg-type]


def result(digest: str = "digest", **attributes: str) -> AuthResult:
    return AuthResult(Status.SUCCEEDED, 2_222_222_222, attributes, "https://login.example.org/s", digest)


def subject(attribute: str = "personalnumber", digest: str = "digest", **attributes: str) -> str:
    return parts(WEB_LOGIN_SUBJECT_ATTRIBUTE=attribute).subject(result(digest, **attributes))


@pytest.mark.parametrize("written", [KARIN, f"{KARIN[:8]}-{KARIN[8:]}"])
def test_a_personal_number_gives_the_subject_that_bankid_gives(written: str) -> None:
    assert subject(personalnumber=written, name="Karin") == HASHES.of("personal number", KARIN)


def test_a_co_ordination_number_is_one_too() -> None:
    assert subject(personalnumber="197010632391") == HASHES.of("personal number", "197010632391")


@pytest.mark.parametrize(
    "written", [KARIN[2:], KARIN[:-1] + "5", f" {KARIN}", "900070007", KARIN.translate({57: 1641})]
)
def test_what_is_no_whole_personal_number_is_a_subject_of_the_login_s_own(written: str) -> None:
    found = subject(personalnumber=written)
    assert found == subject(personalnumber=written, name="Karin")
    assert found not in (HASHES.of("personal number", KARIN), HASHES.of("personal number", written))
    assert found != subject(attribute="name", name=written), "another attribute, another subject"


def test_without_the_attribute_all_of_them_together_are_the_subject() -> None:
    for attribute in ("", "personalnumber"):
        found = subject(attribute, name="Karin", city="Malmö")
        assert found == subject(attribute, city="Malmö", name="Karin")
        assert found != subject(attribute, name="Karin")
        assert found != subject(attribute, name="Karin", city="Malmö", personalnumber=KARIN)
    assert subject(name="Karin", personalnumber="") != subject(name="Lars", personalnumber="")


def test_results_that_say_nothing_of_anybody_are_of_nobody_in_common() -> None:
    assert subject(digest="one") != subject(digest="two")


def test_what_a_result_says_is_sealed_for_its_session_alone() -> None:
    work, told = parts(), result(name="Karin")
    outcome = work.outcome("handle", told)
    assert (outcome.succeeded, outcome.until, outcome.subject) == (True, told.expires_at, work.subject(told))
    assert "Karin" not in repr(outcome) + outcome.sealed
    record = {"sealed": outcome.sealed}
    assert work.claims("handle", record) == Claims({"name": "Karin"}, "https://login.example.org/s")
    assert work.claims("handle", {}) is None
    with pytest.raises(Misconfigured):
        work.claims("another", record)


def test_a_failed_login_is_a_failed_outcome() -> None:
    failed = replace(result(), status=Status.FAILED, session_url=None)
    outcome = parts().outcome("handle", failed)
    assert not outcome.succeeded
    assert json.loads(parts().seal.open(outcome.sealed, "handle")) == {"attributes": {}, "session_url": None}


def test_what_a_login_is_worth_is_as_the_settings_have_it() -> None:
    assert parts().worth == Worth(Level.SUBSTANTIAL, 1_800_000)
    assert parts(WEB_LOGIN_LEVEL="low", WEB_LOGIN_PROOF_LIFE_SECONDS="60").worth == Worth(Level.LOW, 60_000)
