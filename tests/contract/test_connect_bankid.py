"""What a flow is told of BankID: the function's code on a table, with a BankID that does as the test says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import assurance
from chalicelib.assurance import Level, Method
from chalicelib.bankid.answers import CallInitiator, Failed, Pending
from chalicelib.bankid.flow_steps import BankIDParts
from chalicelib.clock import ANSWER_SECONDS, Deadline
from chalicelib.conditional_write import Write
from chalicelib.errors import BadEvent, BankIDFault, TableUnavailable, Unavailable
from chalicelib.settings import LONGEST_ORGANISATION_NAME
from chalicelib.table import keys
from chalicelib.table.items import ATTEMPT_SECONDS, Items
from flows.contract import RESULT_WORDS
from tests.contract.bankid_calls import (
    KARIN,
    NO_CLIENT,
    OPEN_APP,
    ORGANISATION,
    PERSONAL,
    SOMEBODY,
    UNANSWERED,
    BankIDFlow,
    completed,
    day,
    trouble,
    typed_by,
)
from tests.contract.flow_calls import CONTACT, OTHER_CONTACT, event, items, soon
from tests.contract.patience import be_patient
from tests.contract.secure_input_calls import message
from tests.contract.wiring import INSTANCE


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    be_patient(monkeypatch)


def proofs(bankid: BankIDFlow, contact: str = CONTACT) -> list[assurance.Proof]:
    return assurance.proofs(bankid.parts.orders.items.read(keys.contact(contact), soon()))


def verified(bankid: BankIDFlow, contact: str = CONTACT) -> dict[str, str]:
    """A whole identification."""
    assert bankid.start(contact=contact)["result"] == "started"
    bankid.bankid.script = [completed]
    return bankid.collect(contact=contact)


# What goes to BankID.


def test_a_caller_is_asked_for_in_their_language_with_the_code_that_they_hear(bankid: BankIDFlow) -> None:
    told = bankid.start()
    assert told["result"] == "started"
    [asked] = bankid.bankid.orders
    assert (asked.personal_number, asked.call_initiator) == (KARIN, CallInitiator.USER)
    code = told["spoken_code"]
    assert (len(code), code.isdigit()) == (2, True)
    assert asked.visible == f"Du har ringt till {ORGANISATION}. Kod i samtalet: {code}. Avbryt om du inte hör den."
    assert len(asked.non_visible) >= 32


def test_every_input_has_a_nonce_of_its_own(bankid: BankIDFlow) -> None:
    for contact, typed in ((CONTACT, typed_by(KARIN)), (OTHER_CONTACT, typed_by(KARIN)), (CONTACT, message(KARIN))):
        assert bankid.start(typed, contact)["result"] == "started"
    assert len({asked.non_visible for asked in bankid.bankid.orders}) == 3


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("INBOUND", CallInitiator.USER),
        ("OUTBOUND", CallInitiator.RP),
        ("CALLBACK", CallInitiator.RP),
        ("EXTERNAL_OUTBOUND", CallInitiator.RP),
    ],
)
def test_who_called_is_what_connect_says(bankid: BankIDFlow, method: str, expected: CallInitiator) -> None:
    bankid.start(InitiationMethod=method)
    [asked] = bankid.bankid.orders
    assert asked.call_initiator is expected
    assert ("har ringt dig" in asked.visible) is (expected is CallInitiator.RP)


@pytest.mark.parametrize(
    "method", ["API", "TRANSFER", "QUEUE_TRANSFER", "DISCONNECT", "WEBRTC_API", "inbound", None, 7]
)
def test_where_it_cannot_be_told_who_called_nobody_is_asked(bankid: BankIDFlow, method: object) -> None:
    assert bankid.start(InitiationMethod=method) == {"result": "unavailable"}
    assert bankid.bankid.orders == []


@pytest.mark.parametrize("method", ["INBOUND", "OUTBOUND"])
def test_after_a_transfer_it_is_as_an_earlier_order_of_the_call_has_noted(bankid: BankIDFlow, method: str) -> None:
    bankid.start(InitiationMethod=method)
    bankid.cancel()
    assert transferred(bankid, OTHER_CONTACT, after=CONTACT)["result"] == "started"
    bankid.cancel()
    assert transferred(bankid, OTHER_CONTACT, after=CONTACT)["result"] == "started", "in the same segment once more"
    assert len({asked.call_initiator for asked in bankid.bankid.orders}) == 1


def transferred(bankid: BankIDFlow, segment: str, after: str, method: str = "TRANSFER") -> dict[str, str]:
    """A start in a segment of the call that followed another."""
    data = {"InitiationMethod": method, "ContactId": segment, "PreviousContactId": after}
    return bankid.start(message(KARIN), **data)


def test_a_callback_makes_it_a_call_of_ours_for_every_transfer_after_it(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.cancel()
    assert transferred(bankid, "callback", after=CONTACT, method="CALLBACK")["result"] == "started"
    bankid.cancel()
    assert transferred(bankid, "third", after="callback")["result"] == "started"
    said = [asked.call_initiator for asked in bankid.bankid.orders]
    assert said == [CallInitiator.USER, CallInitiator.RP, CallInitiator.RP]


@pytest.mark.parametrize("collects", [False, True])
def test_after_a_callback_that_we_heard_little_of_nobody_is_told_that_they_have_called(
    bankid: BankIDFlow, collects: bool
) -> None:
    bankid.start()
    if collects:
        bankid.collect(ContactId="callback", InitiationMethod="CALLBACK", PreviousContactId=CONTACT)
    bankid.cancel()
    assert transferred(bankid, "third", after="callback") == {"result": "unavailable"}
    assert len(bankid.bankid.orders) == 1


@pytest.mark.parametrize(
    ("typed", "result"),
    [(None, "no_input"), ("Timeout", "no_input"), ("AYAD", "undecryptable"), (KARIN, "undecryptable")],
)
def test_what_is_no_message_starts_nothing(bankid: BankIDFlow, typed: str | None, result: str) -> None:
    given = {"step": "start", "encrypted": typed, "language": "sv-SE"}
    assert bankid.invoke(event(given)) == {"result": result}
    assert [*bankid.bankid.orders, *items()] == []


@pytest.mark.parametrize("typed", ["199908072392", "1999", "20400807239", "701063-2391", "197010632391"])
def test_what_nobodys_number_can_be_is_invalid(bankid: BankIDFlow, typed: str) -> None:
    assert bankid.start(message(typed.replace("-", "*"))) == {"result": "invalid_number"}
    assert [*bankid.bankid.orders, *items()] == []


def test_ten_digits_will_do(bankid: BankIDFlow) -> None:
    assert bankid.start(message(KARIN[2:]))["result"] == "started"
    assert bankid.bankid.orders[0].personal_number == KARIN


def test_a_message_for_a_key_that_ssm_does_not_give_is_unavailable_or_undecryptable(bankid: BankIDFlow) -> None:
    other = message(KARIN, "b1071b33-0944-47f3-945c-098f3725ac1d")
    given = {"step": "start", "encrypted": other, "key_id": "b1071b33-0944-47f3-945c-098f3725ac1d"}
    assert bankid.invoke(event(given)) == {"result": "undecryptable"}


# A start that arrives again.


def test_a_repeated_start_is_the_same_order_with_the_same_code(bankid: BankIDFlow) -> None:
    first = bankid.start()
    bankid.another_process()
    assert bankid.start() == first
    bankid.bankid.script = [Failed("userCancel")]
    bankid.collect()
    assert bankid.start() == first, "late, but it is still the same event"
    assert len(bankid.bankid.orders) == 1


def test_a_start_that_arrives_again_while_it_is_under_way_waits_for_it(bankid: BankIDFlow) -> None:
    again: list[dict[str, str]] = []
    waited: list[float] = []

    def arrives_again() -> None:
        bankid.bankid.during_start = lambda: None
        sleep = bankid.clock.sleep

        def first_goes_on(seconds: float) -> None:
            waited.append(seconds)
            sleep(seconds)

        vars(bankid.clock)["sleep"] = first_goes_on
        again.append(bankid.start())

    bankid.bankid.during_start = arrives_again
    assert bankid.start() == {"result": "unavailable"}, "given up by the second, which ran out of time"
    assert again == [{"result": "unavailable"}]
    assert waited
    assert len(bankid.bankid.orders) == 1
    assert bankid.bankid.cancelled == [bankid.bankid.orders[0].order_ref], "what nobody will collect is taken back"


@pytest.mark.parametrize("fault", [fault for fault in BankIDFault if fault is not BankIDFault.ALREADY_IN_PROGRESS])
@pytest.mark.parametrize("uncertain", [True, False])
def test_a_start_that_failed_is_unavailable_and_never_repeated(
    bankid: BankIDFlow, fault: BankIDFault, uncertain: bool
) -> None:
    bankid.bankid.starts = [trouble(fault, uncertain)]
    assert bankid.start() == {"result": "unavailable"}
    assert bankid.start() == {"result": "unavailable"}
    assert len(bankid.bankid.orders) == 1
    assert bankid.collect()["result"] == "unavailable"
    assert bankid.start(message(KARIN))["result"] == "started", "the caller may type again"


def test_a_person_who_is_being_identified_elsewhere_is_busy(bankid: BankIDFlow) -> None:
    bankid.bankid.starts = [trouble(BankIDFault.ALREADY_IN_PROGRESS)]
    assert bankid.start() == bankid.start() == {"result": "busy"}
    assert len(bankid.bankid.orders) == 1


def test_a_new_input_cancels_the_order_before_it(bankid: BankIDFlow) -> None:
    first = bankid.start()
    second = bankid.start(message(SOMEBODY))
    assert second["result"] == "started"
    old, new = bankid.bankid.orders
    assert bankid.bankid.cancelled == [old.order_ref]
    assert new.personal_number == SOMEBODY
    assert old.visible != new.visible or first == second
    assert bankid.start() == {"result": "unavailable"}, "the old event, late: its order is gone"
    assert len(bankid.bankid.orders) == 2


def test_a_contact_starts_three_orders_and_then_is_locked(bankid: BankIDFlow) -> None:
    told = []
    for _ in range(4):
        told.append(bankid.start(message(KARIN))["result"])
        bankid.bankid.script = [Failed("expiredTransaction")]
        bankid.collect()
    assert told == ["started"] * 3 + ["locked"]
    assert len(bankid.bankid.orders) == 3


def test_whoever_said_that_they_are_in_no_call_is_not_asked_again_in_this_one(bankid: BankIDFlow) -> None:
    first = bankid.start()
    bankid.bankid.script = [Failed("userDeclinedCall")]
    assert bankid.collect()["result"] == "declined"
    for _ in range(2):
        assert bankid.start(message(KARIN)) == {"result": "locked"}
    assert bankid.start(message(SOMEBODY)) == {"result": "locked"}
    assert bankid.start() == first, "late, but it is still the same event"
    assert len(bankid.bankid.orders) == 1
    assert bankid.start(message(KARIN), OTHER_CONTACT)["result"] == "started", "another call is another matter"


def test_how_many_is_a_setting(bankid: BankIDFlow) -> None:
    bankid.set(bankid_most_orders=1)
    first = bankid.start()
    assert bankid.start(message(KARIN)) == {"result": "locked"}
    assert bankid.start() == first
    assert bankid.bankid.cancelled == []


# How it goes on.


def test_a_flow_hears_of_progress_once(bankid: BankIDFlow) -> None:
    bankid.start()
    said = ["outstandingTransaction", "noClient", "userCallConfirm", "userSign", "processing", "userMrtd", "brandNew"]
    bankid.bankid.script = [Pending(hint) for hint in said]
    seen, prompts = "", []
    for _ in said:
        told = bankid.collect(seen)
        assert told["result"] == "pending"
        seen = told["prompt"]
        prompts.append(seen)
    assert prompts == [
        "open_app",
        "open_app_again",
        "confirm_call",
        "enter_code",
        "in_progress",
        "follow_app",
        "in_progress",
    ]


def test_without_news_a_collect_waits_a_little_and_asks_at_bankids_pace(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.bankid.script = [NO_CLIENT] * 10
    before = bankid.clock.now()
    for _ in range(4):
        assert bankid.collect("open_app_again") == {"result": "pending", "prompt": "open_app_again"}
    [asked] = bankid.bankid.orders
    gaps = [later - earlier for earlier, later in zip(asked.collected_at, asked.collected_at[1:], strict=False)]
    assert len(gaps) >= 3
    assert min(gaps) >= 2
    assert max(gaps) <= 2.3
    assert bankid.clock.now() - before <= 4 * 4


def test_news_that_comes_while_a_collect_waits_is_told_at_once(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.bankid.script = [NO_CLIENT, Pending("userSign")]
    assert bankid.collect("open_app_again") == {"result": "pending", "prompt": "enter_code"}


def test_another_process_keeps_a_wider_distance(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.collect()
    for number in range(6):
        bankid.another_process(f"process {number}")
        bankid.collect("open_app")
    [asked] = bankid.bankid.orders
    gaps = [later - earlier for earlier, later in zip(asked.collected_at, asked.collected_at[1:], strict=False)]
    assert gaps
    assert min(gaps) >= 2


@pytest.mark.parametrize("seen", ["nonsense", "verified", ""])
def test_a_word_that_no_flow_can_have_seen_is_none(bankid: BankIDFlow, seen: str) -> None:
    bankid.start()
    assert bankid.collect(seen) == {"result": "pending", "prompt": "open_app"}


def test_a_collect_without_an_order_is_unavailable(bankid: BankIDFlow) -> None:
    assert bankid.collect() == {"result": "unavailable", "prompt": "unavailable"}


# How it ends.


def test_whom_bankid_identified_is_verified_with_a_proof_on_the_contact(bankid: BankIDFlow) -> None:
    told = verified(bankid)
    subject = told.pop("subject")
    assert told == {
        "result": "verified",
        "level": "high",
        "until": "2040-06-02T04:12:02Z",
        "risk": "none",
        "given_name": "Karin",
    }
    [proof] = proofs(bankid)
    assert (proof.method, proof.level, proof.subject) == (Method.BANKID, Level.HIGH, subject)
    assert proof.until - proof.at == 900_000


def test_the_same_person_is_the_same_subject_in_every_call(bankid: BankIDFlow) -> None:
    assert verified(bankid)["subject"] == verified(bankid, OTHER_CONTACT)["subject"]


def test_the_given_name_is_kept_back_if_the_operator_wants_that(bankid: BankIDFlow) -> None:
    bankid.set(greet_by_name=False)
    assert "given_name" not in verified(bankid)


@pytest.mark.parametrize(
    ("days", "risk"), [(0, "young_bankid"), (1, "young_bankid"), (2, "none"), (None, "young_bankid")]
)
def test_a_young_bankid_is_a_risk(
    bankid: BankIDFlow, days: int | None, risk: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bankid.start()
    issued = None if days is None else day(bankid.clock.now()) - timedelta(days=days)
    bankid.bankid.script = [lambda asked: replace(completed(asked), issued_on=issued)]
    assert bankid.collect()["risk"] == risk
    assert f'"risk":"{risk}"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("hint", "result", "prompt"),
    [
        ("expiredTransaction", "expired", "expired"),
        ("startFailed", "expired", "expired"),
        ("certificateErr", "failed", "blocked"),
        ("userCancel", "cancelled", "cancelled"),
        ("cancelled", "cancelled", "cancelled_by_another"),
        ("userDeclinedCall", "declined", "declined"),
        ("notSupportedByUserApp", "failed", "update_app"),
        ("brandNew", "failed", "failed"),
    ],
)
def test_an_order_that_failed_is_said_the_same_however_often(
    bankid: BankIDFlow, hint: str, result: str, prompt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bankid.start()
    bankid.bankid.script = [Failed(hint)]
    assert bankid.collect() == {"result": result, "prompt": prompt}
    bankid.another_process()
    bankid.clock.sleep(60)
    assert bankid.collect() == {"result": result, "prompt": prompt}
    assert len(bankid.bankid.orders[0].collected_at) == 1
    assert proofs(bankid) == []
    suspicious = hint in ("cancelled", "userDeclinedCall")
    assert ("bankid_suspicious" in capsys.readouterr().out) is suspicious


def test_another_person_than_the_one_asked_is_a_mismatch(
    bankid: BankIDFlow, capsys: pytest.CaptureFixture[str]
) -> None:
    bankid.start(message(SOMEBODY))
    bankid.bankid.script = [completed]
    assert bankid.collect() == {"result": "mismatch", "prompt": "mismatch"}
    assert proofs(bankid) == []
    assert '"event":"bankid_suspicious","Events":1,"reason":"mismatch"' in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes",
    [
        {"visible": "Du har ringt till en annan."},
        {"non_visible": b"the nonce of another call"},
        {"service_name": "cn=Somebody else"},
        {"function": "Signing"},
        {"document": lambda text: text.replace("Identification", "Identificatiom")},
    ],
)
def test_evidence_of_something_else_has_failed(
    bankid: BankIDFlow, changes: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    bankid.start()
    bankid.bankid.script = [lambda asked: completed(asked, **changes)]
    assert bankid.collect() == {"result": "failed", "prompt": "failed"}
    assert proofs(bankid) == []
    assert "bankid_evidence_refused" in capsys.readouterr().out


@pytest.mark.parametrize("collector", ["c1", "c2"])
def test_a_setting_that_changes_while_an_order_is_open_does_not_spoil_it(bankid: BankIDFlow, collector: str) -> None:
    bankid.start()
    bankid.set(organisation_name="Exempelbanken", default_language="nl-NL")
    bankid.another_process(collector)
    bankid.bankid.script = [completed]
    assert bankid.collect()["result"] == "verified"


def test_verified_is_repeated_while_connect_may_be_asking_again_and_not_later(bankid: BankIDFlow) -> None:
    first = verified(bankid)
    bankid.another_process()
    bankid.clock.sleep(10)
    assert bankid.collect() == first
    bankid.clock.sleep(1)
    assert bankid.collect() == {"result": "expired", "prompt": "expired"}
    assert len(proofs(bankid)) == 1


def test_a_verified_order_may_be_followed_by_another(bankid: BankIDFlow) -> None:
    verified(bankid)
    bankid.clock.sleep(60)
    bankid.start(message(KARIN))
    bankid.bankid.script = [completed]
    assert bankid.collect()["result"] == "verified"


def test_a_cancelled_order_does_not_verify_and_is_taken_back(bankid: BankIDFlow) -> None:
    bankid.start()
    assert bankid.cancel() == {"result": "cancelled"}
    assert bankid.bankid.cancelled == [bankid.bankid.orders[0].order_ref]
    bankid.bankid.script = [completed]
    assert bankid.collect() == {"result": "cancelled", "prompt": "cancelled"}
    assert bankid.cancel() == {"result": "cancelled"}
    assert len(bankid.bankid.cancelled) == 1


def test_an_order_cancelled_while_bankid_is_being_asked_does_not_verify(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.bankid.script = [completed]
    bankid.bankid.during_collect = bankid.cancel  # type: ignore[assignment]
    assert bankid.collect() == {"result": "cancelled", "prompt": "cancelled"}
    assert proofs(bankid) == []


def test_an_order_that_bankid_must_have_forgotten_has_expired(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.clock.sleep(541)
    bankid.bankid.script = [completed]
    assert bankid.collect() == {"result": "expired", "prompt": "expired"}
    assert bankid.bankid.orders[0].collected_at == []


# When BankID or the table does not answer.


@pytest.mark.parametrize("fault", list(BankIDFault))
def test_trouble_with_bankid_is_never_verified(bankid: BankIDFlow, fault: BankIDFault) -> None:
    bankid.start()
    bankid.bankid.script = [trouble(fault)] * 3
    gone = fault is BankIDFault.INVALID_PARAMETERS
    assert bankid.collect()["result"] == ("failed" if gone else "unavailable")
    bankid.bankid.script = [completed]
    bankid.clock.sleep(3)
    assert bankid.collect()["result"] == ("failed" if gone else "verified"), "what passes may go on"


def test_a_last_word_that_was_lost_has_failed(bankid: BankIDFlow) -> None:
    bankid.start()

    def lost(asked: object) -> Failed:
        bankid.bankid.orders[0].over = True
        raise UNANSWERED

    bankid.bankid.script = [lost]
    assert bankid.collect() == {"result": "failed", "prompt": "failed"}
    assert bankid.collect() == {"result": "failed", "prompt": "failed"}
    assert proofs(bankid) == []


# When the call is over.


def test_a_caller_who_hangs_up_has_the_order_taken_back_and_nothing_verifies(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.contact_ended()
    bankid.contact_ended()
    assert bankid.bankid.cancelled == [bankid.bankid.orders[0].order_ref]
    bankid.bankid.script = [completed]
    assert bankid.collect() == {"result": "cancelled", "prompt": "cancelled"}
    assert bankid.start(message(KARIN)) == {"result": "unavailable"}
    assert proofs(bankid) == []


def test_a_call_that_ends_while_bankid_completes_does_not_verify(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.bankid.script = [completed]
    bankid.bankid.during_collect = bankid.contact_ended
    assert bankid.collect()["result"] == "cancelled"
    assert proofs(bankid) == []


def test_a_call_that_ends_while_an_order_is_being_started_has_it_taken_back(bankid: BankIDFlow) -> None:
    bankid.bankid.during_start = bankid.contact_ended
    assert bankid.start() == {"result": "unavailable"}
    assert bankid.bankid.cancelled == [bankid.bankid.orders[0].order_ref]


def test_a_call_that_is_over_before_its_start_arrives_asks_nobody(bankid: BankIDFlow) -> None:
    bankid.contact_ended()
    assert bankid.start() == {"result": "unavailable"}
    assert bankid.bankid.orders == []


def test_a_segment_that_ends_leaves_the_order_to_the_one_that_has_taken_over(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.collect(ContactId=OTHER_CONTACT)
    bankid.contact_ended()
    assert bankid.bankid.cancelled == []
    bankid.clock.sleep(2)
    bankid.bankid.script = [completed]
    assert bankid.collect("open_app", ContactId=OTHER_CONTACT)["result"] == "verified"


def test_what_bankid_did_not_take_back_is_tried_again(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.bankid.cancels = [UNANSWERED]
    with pytest.raises(Unavailable):
        bankid.contact_ended()
    assert bankid.collect()["result"] == "cancelled", "not verified meanwhile"
    bankid.contact_ended()
    assert bankid.bankid.cancelled == [bankid.bankid.orders[0].order_ref]


def test_the_end_of_a_contact_of_another_instance_is_refused(bankid: BankIDFlow) -> None:
    bankid.start()
    with pytest.raises(BadEvent, match="CONNECT_INSTANCE_ARN"):
        bankid.contact_ended(instanceArn=INSTANCE[:-1] + "0")
    with pytest.raises(BadEvent, match="DISCONNECTED"):
        bankid.contact_ended(eventType="QUEUED")
    assert bankid.bankid.cancelled == []


# How long it takes, and how long it stays.


@pytest.mark.parametrize("seconds", [0.3, 1.5])
def test_a_connection_that_took_long_to_open_is_used_for_the_next_look(bankid: BankIDFlow, seconds: float) -> None:
    bankid.start()
    slow = [seconds]
    bankid.bankid.during_connect = lambda: bankid.clock.sleep(slow.pop() if slow else 0)
    bankid.bankid.script = [completed]
    before = bankid.clock.now()
    assert bankid.collect()["result"] == "verified"
    [at] = bankid.bankid.orders[0].collected_at
    assert at - before >= 2, "whoever comes next may not have waited for longer"


def test_a_slow_bankid_does_not_make_the_next_look_late(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.bankid.script = [OPEN_APP, completed]
    bankid.bankid.during_collect = lambda: bankid.clock.sleep(1.9)
    assert bankid.collect("open_app")["result"] == "verified"
    first, second = bankid.bankid.orders[0].collected_at
    assert 2 <= second - first <= 2.3


def test_a_function_that_began_late_answers_in_time_all_the_same(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.collect()
    parts, before = bankid.parts, bankid.clock.now()
    bankid.bankid.during_collect = lambda: bankid.clock.sleep(1.9)

    def slowly() -> BankIDParts:
        bankid.clock.sleep(2.6)
        return parts

    vars(bankid.module)["bankid_parts"] = slowly
    assert bankid.collect("open_app")["result"] == "pending"
    assert bankid.clock.now() - before <= ANSWER_SECONDS


def test_an_order_that_cannot_be_stored_is_taken_back_within_the_time_of_the_start(
    bankid: BankIDFlow, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: dict[str, float] = {}
    orders = bankid.parts.orders
    write, cancel = type(orders.items).write, bankid.bankid.cancel

    def failing(items: Items, key: str, wanted: Write, deadline: Deadline) -> object:
        if wanted.sets.get("state") != "open":
            return write(items, key, wanted, deadline)
        left["to store"] = deadline.remaining()
        bankid.clock.sleep(deadline.remaining())
        raise TableUnavailable("as the test says")

    def noted(order_ref: str, deadline: Deadline) -> None:
        left["to take back"] = deadline.remaining()
        cancel(order_ref, deadline)

    monkeypatch.setattr(Items, "write", failing)
    monkeypatch.setattr(bankid.bankid, "cancel", noted)
    before = bankid.clock.now()
    bankid.bankid.during_start = lambda: bankid.clock.sleep(bankid.bankid.time_to_start)
    assert bankid.start() == {"result": "unavailable"}
    assert bankid.bankid.cancelled == [bankid.bankid.orders[0].order_ref]
    assert bankid.clock.now() - before <= ANSWER_SECONDS
    assert left["to store"] >= ATTEMPT_SECONDS
    assert left["to take back"] == pytest.approx(1.0, abs=0.01)


def test_an_order_in_a_long_call_is_not_swept_while_it_is_open(bankid: BankIDFlow) -> None:
    bankid.start()
    bankid.cancel()
    bankid.clock.sleep(3_500)
    bankid.start(message(KARIN))
    assert swept_at("bankid#") >= bankid.clock.now() + 3_000


def test_a_proof_is_swept_when_it_has_long_ceased_to_count(bankid: BankIDFlow) -> None:
    verified(bankid)
    [proof] = proofs(bankid)
    assert proof.until / 1000 < swept_at("contact#") < proof.until / 1000 + 2 * 86_400


def swept_at(prefix: str) -> int:
    [item] = [one for one in items() if one["pk"]["S"].startswith(prefix)]
    return int(item["expires_at"]["N"])


# What must not be.


def test_an_event_of_another_instance_is_an_error_and_writes_nothing(bankid: BankIDFlow) -> None:
    with pytest.raises(BadEvent, match="CONNECT_INSTANCE_ARN"):
        bankid.start(InstanceARN=INSTANCE[:-1] + "0")
    assert [*bankid.bankid.orders, *items()] == []


@pytest.mark.parametrize("step", [None, "", "open", "result"])
def test_no_step_is_an_error(bankid: BankIDFlow, step: object) -> None:
    with pytest.raises(BadEvent, match="step"):
        bankid.invoke(event({"step": step}))


def test_neither_the_log_nor_the_table_nor_an_answer_holds_who_it_is(
    bankid: BankIDFlow, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [bankid.start(), bankid.collect()]
    kept = [json.dumps(items())]
    bankid.clock.sleep(2)
    bankid.bankid.script = [completed]
    told.append(bankid.collect("open_app"))
    given_name = told[-1].pop("given_name")
    assert given_name == "Karin"
    told += [bankid.start(message(SOMEBODY)), bankid.cancel()]
    bankid.contact_ended()
    kept.append(json.dumps(items()))
    written = capsys.readouterr().out
    secrets = [*PERSONAL, *(asked.order_ref for asked in bankid.bankid.orders), "Exempel"]
    secrets += [asked.non_visible.decode() for asked in bankid.bankid.orders]
    for place in (*kept, json.dumps(told), written):
        for secret in secrets:
            assert secret not in place


def test_an_item_stays_small(bankid: BankIDFlow) -> None:
    bankid.set(bankid_most_orders=5, organisation_name="Å" * LONGEST_ORGANISATION_NAME)
    sizes = []
    for _ in range(5):
        bankid.start(message(KARIN))
        bankid.clock.sleep(3)
        bankid.collect(ContactId=OTHER_CONTACT)
        sizes.append(size_of_order())
    bankid.bankid.script = [completed]
    bankid.clock.sleep(3)
    assert bankid.collect("open_app")["result"] == "verified"
    bankid.contact_ended()
    bankid.contact_ended(segment=OTHER_CONTACT)
    assert max(*sizes, size_of_order()) < 1024


def size_of_order() -> int:
    """As DynamoDB counts: names and values in UTF-8."""
    [item] = [one for one in items() if one["pk"]["S"].startswith("bankid#")]
    return sum(len(name) + len(next(iter(value.values())).encode()) for name, value in item.items())


def test_every_word_of_the_closed_lists_is_answered_somewhere_here() -> None:
    assert RESULT_WORDS["bankid", "start"] == {
        "started",
        "no_input",
        "invalid_number",
        "undecryptable",
        "busy",
        "locked",
        "unavailable",
    }
    assert RESULT_WORDS["bankid", "cancel"] == {"cancelled"}
