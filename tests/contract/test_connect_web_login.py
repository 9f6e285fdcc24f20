"""The function `web_login`: a code is typed, and the login that it stands for belongs to the call."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import boto3
import pytest

from chalicelib import agent_view, assurance
from chalicelib.assurance import Level, Method
from chalicelib.clock import ANSWER_SECONDS, Deadline
from chalicelib.conditional_write import Record
from chalicelib.errors import BadEvent
from chalicelib.table.items import ATTEMPT_SECONDS
from chalicelib.web_login import feedback, flow_steps, linking
from chalicelib.web_login.budget import WINDOW_MS, Limits
from chalicelib.web_login.session import Done, Reason, Refused
from flows.contract import RESULT_WORDS
from local.aws.tap import TableFaults
from local.security_key import security_key
from tests.contract.feedback_calls import soon
from tests.contract.flow_calls import CONTACT, OTHER_CONTACT, event
from tests.contract.secure_input_calls import message
from tests.contract.web_login_calls import CODE, ENVIRON, HASH_KEY, KARIN, LARS, OTHER_CODE, PERSONAL, WebLogin, told
from tests.contract.wiring import INSTANCE, SteppingClock, load

WAITING, NOT_AUTHENTICATED, UNKNOWN, LOCKED = "waiting", "not_authenticated", "unknown", "locked"
SECOND_LATER = 1.0


def view(web_login: WebLogin, contact: str = CONTACT) -> str:
    return agent_view.handle(web_login.login.hashes, contact)


def linked(web_login: WebLogin) -> dict[str, str]:
    """The whole answer for Karin's login at the beginning."""
    return {
        "result": "linked",
        "auth_view": view(web_login),
        "auth_method": "web_login",
        "auth_level": "substantial",
        "auth_until": "2040-06-02T04:27:02Z",
        "subject": subject(web_login),
    }


def subject(web_login: WebLogin, number: str = KARIN) -> str:
    """As BankID's, of the same person."""
    return web_login.login.hashes.of("personal number", number)


# Either order.


def test_a_code_of_a_login_that_succeeded_links_it_with_its_proof(web_login: WebLogin) -> None:
    assert web_login.start() == web_login.result() == Done()
    web_login.clock.sleep(100)
    assert web_login.link() == linked(web_login)
    [proof] = web_login.proofs()
    assert (proof.method, proof.level, proof.at) == (Method.WEB_LOGIN, Level.SUBSTANTIAL, 2_222_222_222_000)
    assert proof.until == proof.at + 1_800_000
    assert proof.subject == subject(web_login)


def test_a_login_may_come_after_its_code(web_login: WebLogin) -> None:
    web_login.start()
    assert web_login.link() == {"result": WAITING, "auth_view": view(web_login)}
    assert web_login.proofs() == []
    assert web_login.result() == Done()
    [proof] = web_login.proofs()
    assert proof.subject == subject(web_login)
    assert web_login.link() == linked(web_login)


def test_a_login_that_began_with_its_result_links_at_once(web_login: WebLogin) -> None:
    assert web_login.start(result=told()) == Done()
    assert web_login.link() == linked(web_login)


def test_a_failed_login_is_not_authenticated_in_either_order(web_login: WebLogin) -> None:
    for code, late in ((CODE, False), (OTHER_CODE, True)):
        web_login.start(code)
        failed = told(well=False, digest=code)
        if late:
            assert web_login.link(code)["result"] == WAITING
        assert web_login.result(code, failed) == Done()
        assert web_login.link(code) == {"result": NOT_AUTHENTICATED, "auth_view": view(web_login)}
    assert web_login.proofs() == []


def test_what_is_on_the_contact_opens_its_view_for_its_agents(web_login: WebLogin) -> None:
    web_login.start()
    web_login.link()
    record = web_login.on_contact()
    assert record["login"] == web_login.handle()
    assert agent_view.is_open(web_login.login.hashes, CONTACT, record, "segment", web_login.login.now(), 60_000)
    assert int(record["expires_at"]) == 2_222_222_222 + 86_400


def test_levels_and_lives_are_as_the_settings_have_them(web_login: WebLogin) -> None:
    web_login.set(web_login_level="low", web_login_proof_life_seconds=60)
    web_login.start(result=told())
    answer = web_login.link()
    assert (answer["auth_level"], answer["auth_until"]) == ("low", "2040-06-02T03:58:02Z")


def test_a_proof_that_is_over_is_not_called_linked(web_login: WebLogin) -> None:
    web_login.set(web_login_proof_life_seconds=60)
    web_login.start(result=told())
    web_login.clock.sleep(60)
    for _ in range(2):
        assert web_login.link() == {"result": NOT_AUTHENTICATED, "auth_view": view(web_login)}
    assert assurance.standing(web_login.proofs(), web_login.login.now()).level is Level.NONE


# Asking again, and others asking.


def test_who_asks_again_gets_the_same_answer_and_writes_nothing(web_login: WebLogin) -> None:
    web_login.start(result=told())
    first, kept = web_login.link(), web_login.table.everything()
    web_login.clock.sleep(900)  # long after the code's own time
    assert web_login.link() == first
    assert web_login.table.everything() == kept


def test_a_call_that_was_transferred_is_the_same_contact(web_login: WebLogin) -> None:
    web_login.start(result=told())
    first = web_login.link()
    assert web_login.link(ContactId=OTHER_CONTACT, PreviousContactId=CONTACT, InitiationMethod="TRANSFER") == first


def test_to_another_contact_a_linked_code_is_as_unknown_as_one_that_never_was_or_is_over(web_login: WebLogin) -> None:
    web_login.start(result=told())
    web_login.link()
    web_login.start(OTHER_CODE)
    web_login.clock.sleep(601)
    codes_tried = (CODE, OTHER_CODE, "99999999")
    assert [web_login.link(code, OTHER_CONTACT) for code in codes_tried] == [{"result": UNKNOWN}] * 3
    assert web_login.wrong_codes("contact", OTHER_CONTACT) == web_login.wrong_codes() == 3
    assert web_login.on_contact(OTHER_CONTACT) == {}


def test_a_login_by_somebody_else_stands_alone_and_is_told(
    web_login: WebLogin, capsys: pytest.CaptureFixture[str]
) -> None:
    web_login.start(result=told(KARIN))
    web_login.link()
    web_login.clock.sleep(SECOND_LATER)
    web_login.start(OTHER_CODE, told(LARS))
    answer = web_login.link(OTHER_CODE)
    assert (answer["result"], answer["subject"]) == ("linked", subject(web_login, LARS))
    assert events(capsys)["subject_changed"] == 1
    [proof] = web_login.proofs()
    assert proof.subject == answer["subject"]
    assert web_login.on_contact()["login"] == web_login.handle(OTHER_CODE)
    assert web_login.link(CODE)["result"] == NOT_AUTHENTICATED


def test_of_two_results_that_come_late_the_newer_stands_and_a_change_is_told(
    web_login: WebLogin, capsys: pytest.CaptureFixture[str]
) -> None:
    for code in (CODE, OTHER_CODE):
        web_login.start(code)
        assert web_login.link(code)["result"] == WAITING
    web_login.clock.sleep(SECOND_LATER)
    assert web_login.result(CODE, told(KARIN)) == Done()
    web_login.clock.sleep(-SECOND_LATER / 2)  # another machine's clock
    assert web_login.result(OTHER_CODE, told(LARS)) == Done()
    assert "subject_changed" not in events(capsys)
    [proof] = web_login.proofs()
    assert proof.subject == subject(web_login)
    third = "33333333"
    web_login.start(third)
    web_login.link(third)
    web_login.clock.sleep(SECOND_LATER)
    assert web_login.result(third, told(LARS, digest="anew")) == Done()
    assert events(capsys)["subject_changed"] == 1
    assert web_login.on_contact()["login"] == web_login.handle(third)


def test_the_same_person_may_log_in_once_more(web_login: WebLogin, capsys: pytest.CaptureFixture[str]) -> None:
    for code, late in ((CODE, False), (OTHER_CODE, True), ("33333333", True)):
        web_login.start(code)
        if late:
            web_login.link(code)
        web_login.result(code, told(digest=code))
        assert web_login.link(code)["result"] == "linked"
        assert web_login.on_contact()["login"] == web_login.handle(code)
        web_login.clock.sleep(SECOND_LATER)
    assert "subject_changed" not in events(capsys)


def test_a_token_that_counted_proves_nothing_to_a_second_session(web_login: WebLogin) -> None:
    web_login.start(result=told())
    web_login.start(OTHER_CODE)
    assert web_login.link(OTHER_CODE)["result"] == WAITING
    assert web_login.result(OTHER_CODE, told()) == Refused(Reason.UNKNOWN)
    assert web_login.proofs() == []


# Wrong codes.


def test_after_three_wrong_codes_none_is_looked_at_but_the_contact_s_own(web_login: WebLogin) -> None:
    for code in (CODE, OTHER_CODE):
        web_login.start(code, told(digest=code))
    assert web_login.link()["result"] == "linked"
    for number in range(3):
        assert web_login.link(f"9999999{number}") == {"result": UNKNOWN}
    assert web_login.link("99999993") == web_login.link(OTHER_CODE) == {"result": LOCKED}
    assert web_login.link()["result"] == "linked"
    assert web_login.link("99999990") == {"result": UNKNOWN}, "as before"
    web_login.clock.sleep(WINDOW_MS / 1000 + 1)
    assert web_login.link("99999993") == {"result": LOCKED}, "for this call for good"
    assert web_login.link(OTHER_CODE, OTHER_CONTACT)["result"] == UNKNOWN, "its code is over, but it was looked at"


def test_the_same_wrong_code_is_counted_once_whoever_sends_it_again(web_login: WebLogin) -> None:
    for _ in range(5):
        assert web_login.link(CODE) == {"result": UNKNOWN}
    assert (
        web_login.wrong_codes("contact", CONTACT) == web_login.wrong_codes() == web_login.wrong_codes_of_caller() == 1
    )
    web_login.start()
    assert web_login.link(CODE) == {"result": UNKNOWN}, "nobody waits for a code to come alive"


def test_a_caller_s_wrong_codes_are_counted_over_all_their_calls(
    web_login: WebLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "LIMITS", Limits(contact=3, caller=4, system=100))
    for number in range(4):
        assert web_login.link(f"9999999{number}", f"contact-{number // 2}")["result"] == UNKNOWN
    assert web_login.link("99999999", "contact-5") == {"result": LOCKED}
    assert web_login.link("99999999", "contact-5", "+46709999999") == {"result": UNKNOWN}
    web_login.clock.sleep(WINDOW_MS / 1000 + 1)
    assert web_login.link("99999998", "contact-6") == {"result": UNKNOWN}
    assert web_login.wrong_codes_of_caller() == 1


def test_the_whole_system_s_wrong_codes_are_counted_over_all_callers(web_login: WebLogin) -> None:
    assert web_login.login.settings.wrong_codes_per_hour == Limits().system
    web_login.set(wrong_codes_per_hour=5)
    for number in range(5):
        assert web_login.link(f"9999999{number}", f"contact-{number}", f"+4670123456{number}")["result"] == UNKNOWN
    web_login.start(result=told())
    assert web_login.link() == {"result": LOCKED}


def test_callers_who_withhold_their_number_have_no_budget_in_common(
    web_login: WebLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "LIMITS", Limits(contact=3, caller=1, system=100))
    for number in range(3):
        assert web_login.link(f"9999999{number}", f"contact-{number}", None)["result"] == UNKNOWN
    assert web_login.wrong_codes() == 3
    kinds = [item["pk"]["S"] for item in web_login.table.everything()]
    assert not [kind for kind in kinds if kind.startswith("wrong_codes#caller")]


def test_a_right_code_costs_nothing(web_login: WebLogin) -> None:
    web_login.start(result=told())
    web_login.link()
    assert not [item for item in web_login.table.everything() if item["pk"]["S"].startswith("wrong_codes")]


# What was typed.


@pytest.mark.parametrize("typed", [CODE, f"{CODE}#"])
def test_digits_come_plain_or_encrypted(web_login: WebLogin, typed: str) -> None:
    web_login.start(result=told())
    assert web_login.given(digits=typed) == linked(web_login)
    assert web_login.given(encrypted=message(typed), key_id=security_key().id) == linked(web_login)


def test_what_is_encrypted_wins(web_login: WebLogin) -> None:
    web_login.start(result=told())
    assert web_login.given(encrypted=message(CODE), digits="99999999")["result"] == "linked"
    assert web_login.given(encrypted="AYAD", digits=CODE) == {"result": "undecryptable"}


@pytest.mark.parametrize(
    ("parameters", "result"),
    [
        ({}, "no_input"),
        ({"digits": None, "encrypted": None}, "no_input"),
        ({"digits": "", "encrypted": ""}, "no_input"),
        ({"digits": "Timeout"}, "no_input"),
        ({"digits": "#"}, "no_input"),
        ({"encrypted": "Timeout"}, "no_input"),
        ({"encrypted": "AYAD"}, "undecryptable"),
        ({"encrypted": "$.StoredCustomerInput"}, "undecryptable"),
        ({"digits": "$.StoredCustomerInput"}, UNKNOWN),
        ({"digits": "123"}, UNKNOWN),
        ({"digits": f"{CODE}0"}, UNKNOWN),
        ({"digits": f"{CODE[:-1]}*"}, UNKNOWN),
        ({"digits": "١٢٣٤٥٦٧٨"}, UNKNOWN),
        ({"digits": f"{CODE}\n"}, UNKNOWN),
        ({"digits": "9" * 100_000}, UNKNOWN),
        ({"digits": [CODE], "encrypted": [CODE]}, "no_input"),
        ({"digits": {"S": CODE}, "encrypted": 7}, "no_input"),
        ({"digits": int(CODE), "encrypted": True}, "no_input"),
    ],
)
def test_what_is_no_code_is_neither_looked_for_nor_counted(
    web_login: WebLogin, parameters: dict[str, object], result: str
) -> None:
    web_login.start(result=told())
    web_login.table.asked_nothing()
    assert web_login.given(**parameters) == {"result": result}
    assert web_login.table.tap.requests == []


@pytest.mark.parametrize(
    ("typed", "key_id", "result"),
    [("#", "", "no_input"), ("1234", "", UNKNOWN), (CODE, "another-key", "undecryptable")],
)
def test_nor_is_what_was_typed_in_confidence_and_is_none(
    web_login: WebLogin, typed: str, key_id: str, result: str
) -> None:
    web_login.start(result=told())
    web_login.table.asked_nothing()
    assert web_login.given(encrypted=message(typed), key_id=key_id) == {"result": result}
    assert web_login.table.tap.requests == []


def test_digits_where_they_should_be_encrypted_are_told(
    web_login: WebLogin, capsys: pytest.CaptureFixture[str]
) -> None:
    web_login.start(result=told())
    assert web_login.given(encrypted=CODE) == {"result": "undecryptable"}
    assert events(capsys)["input_not_encrypted"] == 1
    web_login.given(digits=CODE)
    assert "input_not_encrypted" not in events(capsys), "a flow may pass plain digits, if it says so"


def test_codes_are_as_long_as_the_settings_have_it(web_login: WebLogin) -> None:
    web_login.set(dtmf_length=10)
    web_login.start("0123456789", told())
    assert web_login.link("0123456789")["result"] == "linked"
    assert web_login.link(CODE)["result"] == UNKNOWN
    assert web_login.wrong_codes() == 0


# What is asked of the table, and what happens without it.


def late_link(web_login: WebLogin) -> None:
    web_login.start()
    web_login.result()
    assert web_login.link()["result"] == "linked"


def early_link(web_login: WebLogin) -> None:
    web_login.start()
    assert web_login.link()["result"] == WAITING
    web_login.result()


def no_link_to_wait_for(web_login: WebLogin) -> None:
    web_login.start(result=told())
    assert web_login.link()["result"] == "linked"


@pytest.mark.parametrize(("course", "requests"), [(late_link, 4), (early_link, 5), (no_link_to_wait_for, 3)])
def test_a_linked_session_takes_at_most_five_requests(
    web_login: WebLogin, course: Callable[[WebLogin], None], requests: int
) -> None:
    course(web_login)
    asked = [str(request) for request in web_login.table.tap.requests]
    assert len(asked) == requests <= 5, asked
    assert [proof.method for proof in web_login.proofs()] == [Method.WEB_LOGIN]
    for item in web_login.table.everything():
        size = sum(len(name) + len(next(iter(value.values())).encode()) for name, value in item.items())
        assert size < 1024


def test_a_wrong_code_takes_two_requests_and_one_that_is_barred_takes_one(web_login: WebLogin) -> None:
    for expected in (2, 1):
        web_login.table.asked_nothing()
        web_login.link()
        assert len(web_login.table.tap.requests) == expected


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("kind", ["lost_answer", "down"])
@pytest.mark.parametrize("right", [True, False])
def test_a_request_that_is_lost_changes_nothing(web_login: WebLogin, number: int, kind: str, right: bool) -> None:
    web_login.start(result=told())
    tap = web_login.table.tap
    at = frozenset({tap._number + number})
    tap.faults = TableFaults(at=at, lost_answer=kind == "lost_answer", down=kind == "down")
    assert web_login.link(CODE if right else OTHER_CODE)["result"] == ("linked" if right else UNKNOWN)
    assert web_login.wrong_codes() == (0 if right else 1)


@pytest.mark.parametrize(
    "faults",
    [TableFaults(down=True), TableFaults(code="InternalServerError"), TableFaults(code="AccessDeniedException")],
)
def test_without_the_table_it_is_unavailable_and_nobody_is_told_anything(
    web_login: WebLogin, faults: TableFaults
) -> None:
    web_login.start(result=told())
    web_login.table.tap.faults = faults
    before = web_login.clock.now()
    for code in (CODE, OTHER_CODE):
        assert web_login.link(code) == {"result": "unavailable"}
    assert web_login.clock.now() - before <= 2 * ANSWER_SECONDS
    assert web_login.asked == []


def test_when_counting_is_turned_away_it_is_tried_again_while_there_is_time(web_login: WebLogin) -> None:
    tap = web_login.table.tap
    tap.faults = TableFaults(at=frozenset(range(tap._number + 2, tap._number + 4)), code="TransactionConflictException")
    assert web_login.link() == {"result": UNKNOWN}
    assert web_login.wrong_codes() == 1
    tap.faults = TableFaults(at=frozenset({tap._number + 2, tap._number + 3}), code="TransactionConflictException")
    late = Deadline.after(linking._ROUND_SECONDS - 0.1 + feedback.LONGEST_SECONDS, web_login.clock)
    given = event({"step": "link", "digits": OTHER_CODE})
    assert flow_steps.take_step(web_login.work, given, late) == {"result": "unavailable"}


def test_a_right_code_that_somebody_is_in_the_way_of_links_all_the_same(web_login: WebLogin) -> None:
    web_login.start(result=told())
    conflict(web_login, 2, 3)
    assert web_login.link()["result"] == "linked"
    assert web_login.wrong_codes() == 0


@pytest.mark.parametrize("after_the_link", [True, False])
def test_a_result_that_somebody_is_in_the_way_of_counts_all_the_same(web_login: WebLogin, after_the_link: bool) -> None:
    web_login.start()
    if after_the_link:
        web_login.link()
    conflict(web_login, 1, 2)
    assert web_login.result() == Done(), "no login posts its result a second time"
    assert web_login.link()["result"] == "linked"


def test_a_login_that_comes_while_another_code_is_looked_up_stays_the_contact_s(
    web_login: WebLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    web_login.start(CODE)
    web_login.link(CODE)
    web_login.start(OTHER_CODE)
    items, read = web_login.login.items, web_login.login.items.read_together

    def slowly(wanted: Sequence[str], deadline: Deadline) -> list[Record]:
        web_login.clock.sleep(2 * ATTEMPT_SECONDS)
        web_login.result(CODE)
        return read(wanted, deadline)

    with monkeypatch.context() as patched:
        patched.setattr(items, "read_together", slowly)
        assert web_login.link(OTHER_CODE)["result"] == "waiting"
    assert web_login.on_contact()["login"] == web_login.handle(CODE)


def conflict(web_login: WebLogin, *numbers: int) -> None:
    """Of the next requests to the table those with these numbers, from 1, meet another transaction."""
    tap = web_login.table.tap
    tap.faults = TableFaults(
        at=frozenset(tap._number + number for number in numbers), code="TransactionConflictException"
    )


def test_without_the_private_keys_it_is_unavailable(web_login: WebLogin) -> None:
    web_login.parameters.down = True
    assert web_login.given(encrypted=message(CODE)) == {"result": "unavailable"}


# The website.


def test_the_website_is_told_of_a_caller_whose_login_counts_or_may(web_login: WebLogin) -> None:
    web_login.start()
    web_login.link()
    web_login.result()
    web_login.link()
    assert web_login.asked == [(CONTACT, "user_active")] * 2
    web_login.start(OTHER_CODE, told(well=False))
    web_login.link(OTHER_CODE)
    web_login.link("99999999")
    assert len(web_login.asked) == 2


def test_time_is_kept_for_asking_that_the_website_be_told(web_login: WebLogin) -> None:
    web_login.start(result=told())
    given = event({"step": "link", "digits": CODE})
    left = 1.9
    assert left - feedback.LONGEST_SECONDS < 1.2 < left
    told_of = flow_steps.take_step(web_login.work, given, Deadline.after(left, web_login.clock))
    assert told_of == {"result": "unavailable"}
    nobody = replace(web_login.work, feedback=None)
    assert flow_steps.take_step(nobody, given, Deadline.after(left, web_login.clock))["result"] == "linked"


# What must not be.


def test_neither_the_log_nor_the_table_nor_an_answer_holds_who_it_is(
    web_login: WebLogin, capsys: pytest.CaptureFixture[str]
) -> None:
    web_login.start()
    answers = [web_login.link()]
    web_login.result()
    answers += [web_login.link(), web_login.given(encrypted=message(CODE)), web_login.link(OTHER_CODE)]
    web_login.clock.sleep(SECOND_LATER)
    web_login.start("33333333", told(LARS))
    answers += [web_login.link("33333333"), web_login.given(encrypted="AYAD"), web_login.link("123")]
    kept, written = json.dumps(web_login.table.everything()), capsys.readouterr().out
    assert [answer["result"] for answer in answers[:4]] == [WAITING, "linked", "linked", UNKNOWN]
    assert '"web_login_wrong_code"' in written
    for place in (json.dumps(answers), kept, written):
        for secret in (*PERSONAL, "Testsson", "33333333"):
            assert secret not in place
    for secret in (view(web_login).partition(".")[2], web_login.handle()):
        assert secret not in written
    assert view(web_login) not in kept


def test_what_a_session_says_opens_for_its_own_contact_s_record(web_login: WebLogin) -> None:
    late_link(web_login)
    handle = str(web_login.on_contact()["login"])
    record = web_login.login.items.read(f"session#{handle}", soon())
    claims = web_login.login.claims(handle, record)
    assert claims is not None
    assert claims.attributes["personalnumber"] == KARIN
    assert (record["contact"], record["purpose"]) == (CONTACT, "report_move")


def test_an_event_of_another_instance_is_an_error_and_asks_nothing_of_the_table(web_login: WebLogin) -> None:
    with pytest.raises(BadEvent, match="CONNECT_INSTANCE_ARN"):
        web_login.link(InstanceARN=INSTANCE[:-1] + "0")
    assert web_login.table.tap.requests == []


@pytest.mark.parametrize("step", [None, "", "start", "Link", ["link"]])
def test_no_step_is_an_error(web_login: WebLogin, step: object) -> None:
    with pytest.raises(BadEvent, match="step"):
        web_login.invoke(event({"step": step, "digits": CODE}))


def test_the_function_is_put_together_from_its_settings(
    account: dict[str, str], clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SESSION_URL_HOSTS", "login.example.org")
    boto3.client("ssm").put_parameter(Name="/countersign/hash-key", Value=HASH_KEY, Type="SecureString")
    module = load("connect_app", clock)
    work = module.web_login_parts()
    assert work.feedback is None, "nobody is there to do the telling"
    assert work.login.settings.web_login_subject_attribute == "personalnumber"
    assert module.web_login(event({"step": "link"}), None) == {"result": "no_input"}
    with pytest.raises(BadEvent):
        module.web_login({}, None)


def test_every_word_of_the_closed_list_is_answered_here() -> None:
    said = {"linked", WAITING, NOT_AUTHENTICATED, UNKNOWN, LOCKED, "no_input", "undecryptable", "unavailable"}
    assert said == RESULT_WORDS["web_login", "link"]


def events(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """How often each was written since the last look."""
    found: dict[str, int] = {}
    for line in capsys.readouterr().out.splitlines():
        name = json.loads(line)["event"]
        found[name] = found.get(name, 0) + 1
    return found
