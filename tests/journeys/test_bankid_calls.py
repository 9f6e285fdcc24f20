"""Calls by BankID that go another way than the demo shows: whatever happens, only the right person is verified."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from flows.prompts import catalogue
from local.bankid import (
    BankIDApp,
    Behaviour,
    Cancels,
    Careful,
    ForgotTheCode,
    Manner,
    NeverOpens,
    Prompt,
    Slow,
    Tamper,
)
from local.bankid.faults import DOWN, END_LOST, INTERNAL, LOST, MAINTENANCE, NOT_JSON, PROXY_PAGE, TOO_MANY, Fault
from local.centre import Centre
from local.connect import Circumstances, ContactRun, LambdaFaults, Unset
from local.connect import Fault as LambdaFault
from local.demo.bankid import KARIN, hears, orders, phones, types
from local.demo.stage import Stage, no_dead_air, reaches, verified
from local.people import AppUser
from tests.journeys.table import content

AGAIN = "try once more with BankID"


def events(centre: Centre, name: str) -> list[str]:
    """What the product has logged under that name."""
    return [line for line in centre.log.lines if json.loads(line)["event"] == name]


def call(centre: Centre, person: AppUser | None = None) -> ContactRun:
    return phones(centre, person or types(KARIN.personal_number))


@pytest.mark.parametrize(
    ("language", "called"), [("sv-SE", "Du har ringt till Exempelbolaget"), ("nl-NL", "U belt met Exempelbolaget")]
)
def test_flow_and_app_speak_the_language_of_the_call(stage: Stage, language: str, called: str) -> None:
    says = catalogue(language).prompts
    with stage.centre(language=language) as centre:
        karin = AppUser({says["bankid.ask"]: [f"{KARIN.personal_number}#"]})
        app = centre.bankid.add(KARIN, Careful(heard=karin.heard))
        verified(phones(centre, karin))
        hears(karin, f"{says['bankid.thanks']} Karin. {says['bankid.verified']}")
        assert app.shown.startswith(called)
        no_dead_air(centre)


def test_ten_digits_are_enough(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, Prompt())
        verified(call(centre, types(KARIN.personal_number[2:])))


def test_an_operator_may_do_without_the_name(stage: Stage) -> None:
    with stage.centre({"GREET_BY_NAME": "no"}) as centre:
        centre.bankid.add(KARIN, Prompt())
        karin = types(KARIN.personal_number)
        verified(call(centre, karin))
        assert not any("Karin" in heard for heard in karin.heard)


def test_keys_bring_the_code_again_and_stop_the_identification(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, NeverOpens())
        karin = types(KARIN.personal_number, also={"must show you the code": ["1", "9"]})
        reaches(call(centre, karin), "not verified", "given_up")
        assert sum("must show you the code" in heard for heard in karin.heard) == 2
        assert [order.hint for order in orders(centre)] == ["cancelled"]


HABITS = {
    "cancels": (Cancels(), "cancelled"),
    "forgot the code": (ForgotTheCode(), "failed"),
    "slow": (Slow(), "verified"),
}


@pytest.mark.parametrize(("behaviour", "word"), HABITS.values(), ids=HABITS)
def test_what_people_do_with_the_app_comes_to_its_word(stage: Stage, behaviour: Behaviour, word: str) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, behaviour)
        reaches(call(centre), "verified" if word == "verified" else "not verified", word)
        no_dead_air(centre)


def test_an_app_that_is_too_old_is_to_be_updated(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, Prompt()).too_old = True
        karin = types(KARIN.personal_number)
        reaches(call(centre, karin), "not verified", "failed")
        hears(karin, "too old for this")


@dataclass
class IgnoresTheFirst:
    """Opens the app for the second order and those after it."""

    orders: int = 0

    def uses(self, app: BankIDApp) -> Iterator[float]:
        self.orders += 1
        yield from (NeverOpens() if self.orders == 1 else Prompt()).uses(app)


def test_after_an_order_that_expired_the_caller_types_anew_and_is_verified(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, IgnoresTheFirst())
        verified(call(centre, types(*[KARIN.personal_number] * 2, also={AGAIN: ["1"]})))
        first, second = orders(centre)
        assert (first.hint, second.hint) == ("expiredTransaction", None)
        assert first.asked.shown != second.asked.shown or first.asked.hidden != second.asked.hidden


def test_a_contact_that_has_begun_as_many_orders_as_it_may_begins_no_more(stage: Stage) -> None:
    with stage.centre({"BANKID_MOST_ORDERS": "1"}) as centre:
        centre.bankid.add(KARIN, NeverOpens())
        karin = types(*[KARIN.personal_number] * 2, also={AGAIN: ["1"]})
        reaches(call(centre, karin), "not verified", "locked")
        assert len(orders(centre)) == 1


@pytest.mark.parametrize("tamper", [Tamper.OTHER_HOLDER, Tamper.OTHER_USER, Tamper.OTHER_VISIBLE, Tamper.OCSP_REVOKED])
def test_what_bankid_did_not_sign_for_this_call_and_this_person_verifies_nobody(stage: Stage, tamper: Tamper) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, Prompt()).manner = Manner(tamper)
        run = call(centre)
        assert run.queue == "not verified"
        assert run.attributes["auth_result"] in {"mismatch", "failed"}
        assert not events(centre, "bankid_completed")


def test_a_bankid_that_was_issued_yesterday_is_noted(stage: Stage) -> None:
    with stage.centre() as centre:
        today = datetime.datetime.fromtimestamp(centre.clock.now(), datetime.UTC).date()
        centre.bankid.add(replace(KARIN, issued_on=today - datetime.timedelta(days=1)), Prompt())
        verified(call(centre))
        [line] = events(centre, "bankid_completed")
        assert "young_bankid" in line


AWKWARD = {
    "down": DOWN,
    "answer lost": LOST,
    "internal error": INTERNAL,
    "maintenance": MAINTENANCE,
    "too many requests": TOO_MANY,
    "a proxy's page": PROXY_PAGE,
    "no JSON": NOT_JSON,
    "slow": Fault(slow_seconds=1.5),
}


@pytest.mark.parametrize("fault", AWKWARD.values(), ids=AWKWARD)
def test_one_awkward_answer_to_a_collect_keeps_nobody_out(stage: Stage, fault: Fault) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, Slow(30.0, 5.0, 5.0))
        centre.bankid.faults.next("/collect", fault)
        verified(call(centre))
        no_dead_air(centre)


@pytest.mark.parametrize("fault", AWKWARD.values(), ids=AWKWARD)
def test_an_awkward_answer_to_a_start_starts_no_second_order(stage: Stage, fault: Fault) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, Prompt())
        centre.bankid.faults.next("/phone/auth", fault)
        run = call(centre)
        got_over = bool(fault.slow_seconds) or fault is MAINTENANCE  # which says that nothing was done
        reaches(run, *(("verified", "verified") if got_over else ("not verified", "unavailable")))
        assert len(orders(centre)) == (got_over or fault is LOST)


def test_a_last_word_that_was_lost_on_the_way_verifies_nobody(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, Prompt())
        centre.bankid.faults.next("/collect", END_LOST)
        reaches(call(centre), "not verified", "failed")


@pytest.mark.parametrize("fault", list(LambdaFault))
@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_one_faulty_invocation_keeps_nobody_out_and_starts_no_second_order(
    stage: Stage, fault: LambdaFault, attempt: int
) -> None:
    with stage.centre() as centre:
        centre.connect.circumstances = Circumstances(faults=LambdaFaults({attempt: fault}))
        karin = types(KARIN.personal_number)
        centre.bankid.add(KARIN, Careful(heard=karin.heard, opens_after=20.0))
        verified(call(centre, karin))
        assert len(orders(centre)) == 1


@pytest.mark.parametrize("unset", list(Unset))
def test_however_an_unset_parameter_arrives_the_caller_is_verified(stage: Stage, unset: Unset) -> None:
    with stage.centre() as centre:
        centre.connect.circumstances = Circumstances(unset=unset)
        centre.bankid.add(KARIN, Prompt())
        verified(call(centre))


def test_an_end_that_bankid_could_not_be_told_of_is_told_again(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, NeverOpens())
        centre.bankid.faults.next("/cancel", DOWN)
        run = call(centre, types(KARIN.personal_number, hangs_up_at="open it yourself"))
        assert [order.hint for order in orders(centre)] == ["cancelled"]
        told = [line.what for line in centre.transcript.lines if line.who == "lambda" and "ended" in line.what]
        assert told[-1] == "contact_ended: done"
        assert len(told) == 2
        assert centre.ask_bankid(run.contact_id, step="collect") == {"result": "cancelled", "prompt": "cancelled"}


def test_another_contact_learns_nothing_of_an_order(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, Prompt())
        verified(call(centre))
        told = centre.ask_bankid("0e4b7f52-0000-4000-8000-000000000001", step="collect")
        assert told == {"result": "unavailable", "prompt": "unavailable"}


def test_an_agent_who_asks_long_afterwards_gets_no_verified_from_the_function(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, Prompt())
        run = call(centre)
        centre.clock.sleep(11.0)
        told = centre.ask_bankid(run.contact_id, step="collect")
        assert isinstance(told, dict)
        assert told["result"] != "verified"


def test_nobody_and_no_number_is_readable_in_any_output(stage: Stage) -> None:
    with stage.centre() as centre:
        app = centre.bankid.add(KARIN, Prompt())
        runs = [call(centre)]
        app.behaviour = NeverOpens()
        runs.append(call(centre, types(KARIN.personal_number, hangs_up_at="open it yourself")))
        app.behaviour, app.manner = Prompt(), Manner(Tamper.OTHER_HOLDER)
        runs.append(call(centre))
        codes = [re.findall(r"call: (\d+)", order.asked.shown)[0] for order in orders(centre)]
        refs = [order.ref for order in orders(centre)]
        told = {
            "log": "\n".join(centre.log.lines),
            "attributes": repr([run.attributes for run in runs]),
            "table": repr(content(centre)),
            "transcript": repr(centre.transcript.lines),
            "traces": repr(runs),
        }
    assert len(refs) == 3
    personal = [KARIN.personal_number, KARIN.personal_number[2:], "Karin", "KARIN", "Testsson", *refs]
    for where, text in told.items():
        assert not [word for word in personal if word in text], where
    assert not [code for code in codes if f"code {code}" in told["transcript"]]


def test_the_record_of_an_order_stays_under_a_kilobyte(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.bankid.add(KARIN, IgnoresTheFirst())
        verified(call(centre, types(*[KARIN.personal_number] * 2, also={AGAIN: ["1"]})))
        items = content(centre)
    assert any(item["pk"]["S"].startswith("bankid#") for item in items)
    for item in items:
        assert sum(len(name) + len(next(iter(value.values()))) for name, value in item.items()) < 1024
