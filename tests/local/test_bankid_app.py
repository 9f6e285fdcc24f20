import pytest

from local.bankid import Cancels, Careful, Declines, ForgotTheCode, Holder, NeverOpens, NotNow, Prompt, Stage
from local.bankid.app import Behaviour
from tests.local.bankid_client import KARIN, TEXT, Bank


@pytest.mark.parametrize(
    ("behaviour", "hint"),
    [
        (Prompt(), "complete"),
        (Declines(), "userDeclinedCall"),
        (Cancels(), "userCancel"),
        (ForgotTheCode(), "certificateErr"),
        (NeverOpens(), "noClient"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_habit_has_its_end(bank: Bank, behaviour: Behaviour, hint: str) -> None:
    bank.add(KARIN, behaviour)
    ref = bank.client.begin()

    assert bank.after(30.0).hint(ref) == hint


def test_a_habit_is_followed_in_every_order(bank: Bank) -> None:
    bank.add(KARIN, Prompt())

    assert [bank.after(12.0).hint(ref) for ref in (bank.client.begin(),)] == ["complete"]
    assert [bank.after(12.0).hint(ref) for ref in (bank.client.begin(),)] == ["complete"]


def test_the_text_is_shown_once_the_app_is_open(bank: Bank) -> None:
    app = bank.add(KARIN)
    assert (app.shown, app.stage) == ("", None)
    bank.client.begin()
    assert (app.shown, app.stage) == ("", Stage.WAITING)

    app.open()

    assert (app.shown, app.stage) == (TEXT, Stage.CALL)


def test_buttons_work_only_where_the_app_has_them(bank: Bank) -> None:
    app = bank.add(KARIN)
    for button in (app.open, app.confirm_call, app.enter_code, app.cancel):
        with pytest.raises(NotNow):
            button()
    bank.client.begin()
    for button in (app.confirm_call, app.decline_call, app.enter_code, app.wrong_code, app.cancel):
        with pytest.raises(NotNow):
            button()
    app.open()
    for button in (app.open, app.enter_code, app.wrong_code):
        with pytest.raises(NotNow):
            button()


def test_an_order_that_has_expired_is_no_more_in_the_app(bank: Bank) -> None:
    app = bank.add(KARIN)
    bank.client.begin()
    bank.clock.sleep(180.0)

    with pytest.raises(NotNow):
        app.open()


def test_the_whole_way_can_be_gone_at_once(bank: Bank) -> None:
    app = bank.add(KARIN)
    ref = bank.client.begin()

    app.approve()

    assert bank.client.hint(ref) == "complete"


def test_three_wrong_codes_block_the_bankid_for_good(bank: Bank) -> None:
    app = bank.add(KARIN, ForgotTheCode())
    ref = bank.client.begin()
    assert bank.after(60.0).hint(ref) == "certificateErr"

    app.behaviour = Prompt()
    ref = bank.client.begin()

    assert bank.after(60.0).hint(ref) == "certificateErr"


def test_a_right_code_clears_the_wrong_ones(bank: Bank) -> None:
    app = bank.add(KARIN)
    for _ in range(2):
        ref = bank.client.begin()
        app.open()
        app.confirm_call()
        app.wrong_code()
        app.wrong_code()
        app.enter_code()
        assert bank.client.hint(ref) == "complete"


def test_an_app_that_is_too_old_says_so_when_it_is_opened(bank: Bank) -> None:
    bank.add(KARIN, Prompt()).too_old = True
    ref = bank.client.begin()

    assert bank.after(3.0).hint(ref) == "noClient"
    assert bank.after(2.0).hint(ref) == "notSupportedByUserApp"


@pytest.mark.parametrize(
    ("policies", "hint"),
    [
        (["1.2.752.78.1.5"], "complete"),
        (["1.2.752.78.1.1", "1.2.752.78.1.*"], "complete"),
        (["1.2.752.78.1.2"], "noClient"),
    ],
    ids=str,
)
def test_a_bankid_of_another_kind_than_asked_for_finds_no_order(bank: Bank, policies: list[str], hint: str) -> None:
    bank.add(KARIN, Prompt())
    ref = bank.client.begin(requirement={"certificatePolicies": policies})

    assert bank.after(20.0).hint(ref) == hint


def test_somebody_careful_goes_on_when_they_hear_the_code_that_they_see(bank: Bank) -> None:
    heard = ["Your number has 12 digits. The code was 99."]
    bank.add(KARIN, Careful(heard=heard))
    ref = bank.client.begin()
    heard.append("Check that the app shows 4, 7.")

    assert bank.after(30.0).hint(ref) == "complete"


@pytest.mark.parametrize("spoken", ["", "Check that the app shows 4, 8.", "Call 0 8 4 7 or 470."])
def test_somebody_careful_cancels_when_they_hear_no_such_code(bank: Bank, spoken: str) -> None:
    heard = ["An earlier call had 47."]
    bank.add(KARIN, Careful(heard=heard))
    ref = bank.client.begin()
    heard.append(spoken)

    assert bank.after(20.0).hint(ref) == "userSign"
    assert bank.after(20.0).hint(ref) == "userCancel"


def test_buttons_and_a_habit_do_not_fight(bank: Bank) -> None:
    app = bank.add(KARIN, Prompt())
    ref = bank.client.begin()
    app.open()

    assert bank.after(30.0).hint(ref) == "userCallConfirm"
    app.approve()
    assert bank.client.hint(ref) == "complete"


def test_what_people_do_is_told_at_the_time_that_they_did_it(bank: Bank) -> None:
    bank.add(KARIN, Prompt())
    start = bank.clock.now()
    bank.after(0.0).begin()
    bank.after(60.0).auth(Holder("198112189876", "Erik", "Annansson").personal_number)

    told = [(line.at - start, line.what) for line in bank.story.lines if line.who == "app"]

    assert told == [(4.0, "opens the app"), (7.0, "confirms the call"), (11.0, "enters the security code")]


def test_people_are_known_by_their_number(bank: Bank) -> None:
    app = bank.add(KARIN)

    assert bank.app_of(KARIN.personal_number) is app
    assert bank.holders == [KARIN]
