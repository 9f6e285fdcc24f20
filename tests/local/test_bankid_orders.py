import pytest

from local.bankid import NeverOpens, Prompt, Slow
from tests.local.bankid_client import KARIN, NOBODY, Bank, Client, b64


def test_an_order_goes_through_its_hints_to_its_end(bank: Bank) -> None:
    bank.add(KARIN, Prompt(opens_after=4.0, confirms_after=3.0, then_after=4.0))
    ref = bank.client.begin()

    seen = [bank.client.hint(ref)] + [bank.after(2.0).hint(ref) for _ in range(6)]

    assert seen == [
        "outstandingTransaction",
        "outstandingTransaction",
        "userCallConfirm",
        "userCallConfirm",
        "userSign",
        "userSign",
        "complete",
    ]


def test_what_nobody_picks_up_has_no_client_and_expires_after_three_minutes(bank: Bank) -> None:
    ref = bank.client.begin(NOBODY)

    assert bank.after(3.0).hint(ref) == "noClient"
    assert bank.after(176.0).hint(ref) == "noClient"
    assert bank.after(1.0).collect(ref) == {"orderRef": ref, "status": "failed", "hintCode": "expiredTransaction"}


def test_what_is_picked_up_expires_three_minutes_later(bank: Bank) -> None:
    app = bank.add(KARIN)
    ref = bank.client.begin()
    bank.clock.sleep(170.0)
    app.open()
    app.confirm_call()

    assert bank.after(179.0).hint(ref) == "userSign"
    assert bank.after(1.0).hint(ref) == "expiredTransaction"


def test_somebody_slow_still_gets_there(bank: Bank) -> None:
    bank.add(KARIN, Slow())
    ref = bank.client.begin()

    assert bank.after(94.0).hint(ref) == "userSign"
    assert bank.after(2.0).hint(ref) == "complete"


def test_an_end_is_told_once(bank: Bank) -> None:
    bank.add(KARIN, Prompt())
    complete, failed = bank.client.begin(), bank.client.begin(NOBODY)

    assert bank.after(180.0).collect(complete)["status"] == "complete"
    assert bank.client.collect(failed)["status"] == "failed"
    for ref in (complete, failed):
        assert bank.client.collect(ref) == {"errorCode": "invalidParameters", "details": "No such order"}


@pytest.mark.parametrize(("late", "hint"), [(180.0, "complete"), (180.5, "No such order")])
def test_a_complete_order_is_kept_for_three_minutes(bank: Bank, late: float, hint: str) -> None:
    bank.add(KARIN, Prompt())
    ref = bank.client.begin()

    assert bank.after(11.0 + late).hint(ref) == hint


@pytest.mark.parametrize(("late", "hint"), [(300.0, "userCancel"), (300.5, "No such order")])
def test_a_failed_order_is_kept_for_five_minutes(bank: Bank, late: float, hint: str) -> None:
    app = bank.add(KARIN)
    ref = bank.client.begin()
    app.open()
    app.cancel()

    assert bank.after(late).hint(ref) == hint


@pytest.mark.parametrize(("late", "hint"), [(190.0, "expiredTransaction"), (190.5, "No such order")])
def test_what_was_never_picked_up_is_kept_for_three_minutes_and_ten_seconds(bank: Bank, late: float, hint: str) -> None:
    bank.add(KARIN, NeverOpens())
    ref = bank.client.begin()

    assert bank.after(180.0 + late).hint(ref) == hint


def test_a_second_order_for_a_person_is_refused_and_ends_the_first(bank: Bank) -> None:
    bank.add(KARIN)
    ref = bank.client.begin()

    assert bank.client.auth().error == (400, "alreadyInProgress")
    assert bank.client.hint(ref) == "cancelled"
    assert bank.client.auth().status == 200


def test_another_relying_party_s_order_is_in_the_way_too(bank: Bank) -> None:
    other = Client(bank, "other-relying-party")
    ref = bank.client.begin()

    assert other.auth().error == (400, "alreadyInProgress")
    assert bank.client.hint(ref) == "cancelled"


def test_orders_of_two_people_do_not_meet(bank: Bank) -> None:
    first, second = bank.client.begin(), bank.client.begin(NOBODY)

    assert [bank.client.hint(ref) for ref in (first, second)] == ["outstandingTransaction"] * 2


def test_an_order_is_nobody_else_s_to_collect_or_cancel(bank: Bank) -> None:
    other = Client(bank, "other-relying-party")
    ref = bank.client.begin()

    assert other.post("/collect", orderRef=ref).error == (400, "invalidParameters")
    assert other.post("/cancel", orderRef=ref).error == (400, "invalidParameters")
    assert bank.client.hint(ref) == "outstandingTransaction"


def test_a_cancelled_order_is_gone(bank: Bank) -> None:
    ref = bank.client.begin()

    got = bank.client.post("/cancel", orderRef=ref)

    assert (got.status, got.json) == (200, {})
    assert bank.client.post("/cancel", orderRef=ref).error == (400, "invalidParameters")
    assert bank.client.hint(ref) == "No such order"
    assert bank.client.auth().status == 200


def test_what_has_ended_cannot_be_cancelled_and_can_still_be_collected(bank: Bank) -> None:
    bank.add(KARIN, Prompt())
    ref = bank.client.begin()

    assert bank.after(12.0).post("/cancel", orderRef=ref).error == (400, "invalidParameters")
    assert bank.client.hint(ref) == "complete"


def test_collecting_sooner_than_it_should_be_is_noted(bank: Bank) -> None:
    ref, other = bank.client.begin(), bank.client.begin(NOBODY)
    for seconds in (0.0, 2.0, 1.5, 0.5, 2.5):
        bank.after(seconds).hint(ref)
        bank.client.hint(other)

    assert bank.too_soon == [1.5, 1.5, 0.5, 0.5]
    assert bank.too_often == [0.5, 0.5]


def test_what_bankid_may_say_one_day_can_be_said_today(bank: Bank) -> None:
    app = bank.add(KARIN)
    ref = bank.client.begin()
    app.open()
    app.show_hint("userDoesSomethingNew")

    assert bank.client.hint(ref) == "userDoesSomethingNew"
    app.fail("somethingNewFailed")
    assert bank.client.hint(ref) == "somethingNewFailed"


def test_a_signature_comes_to_its_end_as_an_identification_does(bank: Bank) -> None:
    bank.add(KARIN, Prompt())
    text = {"userVisibleData": b64("Jag skriver under.")}
    got = bank.client.post("/phone/sign", personalNumber=KARIN.personal_number, callInitiator="RP", **text)

    assert bank.after(12.0).hint(got.json["orderRef"]) == "complete"
