"""The journeys by BankID: on one line the caller, in another hand the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from local.bankid import (
    BankIDApp,
    Behaviour,
    Careful,
    Declines,
    Holder,
    Manner,
    NeverOpens,
    Order,
    Prompt,
    Slow,
    Tamper,
)
from local.bankid.faults import DOWN
from local.centre import BANKID_NUMBER, Centre
from local.connect.record import ContactRun, Ending
from local.demo.stage import KARINS_NUMBER, Journey, Stage, must, no_dead_air, reaches, verified
from local.people import AppUser

KARIN = Holder("199908072391", "KARIN", "Testsson")
ERIK = Holder("198112189876", "Erik", "Annansson")
"""The Swedish Tax Agency keeps their numbers for tests."""

ASKED = "personal number"
"""What is heard where the number is to be typed."""

_OFFERED = "press 1. To speak to a colleague"
_MISTYPED = "199908072392#"
_MOST_REQUESTS = 6


def types(*numbers: str, also: Mapping[str, list[str]] | None = None, hangs_up_at: str = "") -> AppUser:
    """Somebody who types one number after the other, each time that they are asked for one."""
    return AppUser({ASKED: [f"{number}#" for number in numbers], **(also or {})}, hangs_up_at)


def phones(centre: Centre, person: AppUser) -> ContactRun:
    """The number that leads to BankID."""
    return centre.call(person, KARINS_NUMBER, BANKID_NUMBER)


def has_bankid(centre: Centre, holder: Holder, behaviour: Behaviour) -> BankIDApp:
    return centre.bankid.add(holder, behaviour)


def orders(centre: Centre) -> Sequence[Order]:
    """What has become of them by now."""
    centre.bankid.orders.settle(centre.product_time())
    return centre.bankid.orders.all


def hears(person: AppUser, *words: str) -> None:
    for word in words:
        must(any(word in heard for heard in person.heard), f"the caller hears '{word}'")


def few_requests(centre: Centre) -> str:
    """To the table: six, and one for each time that BankID is asked for news."""
    collects = sum(request.path == "/collect" for request in centre.bankid.requests)
    asked = len(centre.tap.requests)
    must(asked <= _MOST_REQUESTS + collects, f"{collects} collects take few requests to the table (it was {asked})")
    return f"{asked} requests to the table with {collects} collects"


def identified(stage: Stage) -> str:
    with stage.centre() as centre:
        karin = types(KARIN.personal_number)
        has_bankid(centre, KARIN, Careful(heard=karin.heard))
        run = phones(centre, karin)
        verified(run)
        hears(karin, "Thank you, Karin.")
        must((run.attributes["auth_method"], run.attributes["auth_level"]) == ("bankid", "high"), "the agent sees how")
        seen = repr((centre.transcript.lines, centre.log.lines, run, [a.screens for a in centre.agents.values()]))
        must(not any(word in seen for word in (KARIN.personal_number, "Karin.", "KARIN")), "nobody else hears who")
        no_dead_air(centre)
        return f"the code in the app is the one in her ear; greeted by name, {few_requests(centre)}"


def takes_time(stage: Stage) -> str:
    with stage.centre() as centre:
        karin = types(KARIN.personal_number, also={"wait": ["1"]})
        has_bankid(centre, KARIN, Slow())
        verified(phones(centre, karin))
        hears(karin, "open it yourself", "Look for the code", "enter your security code")
        must(sum("must show you the code" in heard for heard in karin.heard) == 2, "a key brings the code again")
        no_dead_air(centre)
        return f"told each time what the app wants, the code said again, verified; {few_requests(centre)}"


def another_persons_number(stage: Stage) -> str:
    with stage.centre() as centre:
        has_bankid(centre, KARIN, Declines())
        erik = types(KARIN.personal_number)
        reaches(phones(centre, erik), "not verified", "declined")
        must(not any(_OFFERED in heard for heard in erik.heard), "nobody is asked to try that again")
        must(
            any("userDeclinedCall" in line.what for line in centre.transcript.lines),
            "Karin says that she has not called",
        )
        no_dead_air(centre)
        return "the order reaches Karin, who is in no call and says so; not verified, and noted as suspicious"


def another_person_identified(stage: Stage) -> str:
    with stage.centre() as centre:
        app = has_bankid(centre, KARIN, Prompt())
        app.manner = Manner(tamper=Tamper.OTHER_HOLDER)
        karin = types(KARIN.personal_number)
        reaches(phones(centre, karin), "not verified", "mismatch")
        hears(karin, "could not confirm that it is you")
        suspicious = [line for line in centre.transcript.lines if "bankid_suspicious: reason mismatch" in line.what]
        must(len(suspicious) == 1, "somebody is told to look at it")
        no_dead_air(centre)
        return "BankID names another person than the one whose number was typed; not verified, and noted as suspicious"


def coached_victim(stage: Stage) -> str:
    with stage.centre() as centre:
        told_by_the_swindler = ["Hello, this is your bank. Please confirm the call in your app; the code is right."]
        has_bankid(centre, KARIN, Careful(heard=told_by_the_swindler))
        swindler = types(KARIN.personal_number)
        run = centre.call(swindler, None, BANKID_NUMBER)
        reaches(run, "not verified", "cancelled")
        must(
            "confirms the call" in {line.what for line in centre.transcript.lines if line.who == "app"}, "she is fooled"
        )
        no_dead_air(centre)
        return "Karin is talked into confirming, hears no code that fits, and cancels; the swindler is not verified"


def never_opened(stage: Stage) -> str:
    with stage.centre() as centre:
        karin = types(KARIN.personal_number, also={_OFFERED: ["2"]})
        has_bankid(centre, KARIN, NeverOpens())
        reaches(phones(centre, karin), "not verified", "expired")
        hears(karin, "open it yourself", "took too long", _OFFERED)
        no_dead_air(centre)
        return f"reminded for three minutes, asked whether to try again, an agent; {few_requests(centre)}"


def hangs_up(stage: Stage) -> str:
    with stage.centre() as centre:
        has_bankid(centre, KARIN, Slow())
        run = phones(centre, types(KARIN.personal_number, hangs_up_at="open it yourself"))
        must(run.ending is Ending.CALLER_HUNG_UP, "Karin leaves while her app is still shut")
        [order] = orders(centre)
        must(order.hint == "cancelled", "BankID hears that nobody waits any more")
        has_bankid(centre, ERIK, Prompt(1.0, 1.0, 1.0))
        run = phones(centre, types(ERIK.personal_number, hangs_up_at="must show you the code"))
        _, order = orders(centre)
        must(order.hint is None and not order.pending, "Erik has completed his order, and leaves before that is known")
        told = centre.ask_bankid(run.contact_id, step="collect", language="en-GB")
        must(told == {"result": "cancelled", "prompt": "cancelled"}, f"it verifies nobody ({told})")
        return "the order is taken back; one that was completed unheard verifies nobody afterwards"


def bankid_down(stage: Stage) -> str:
    with stage.centre() as centre:
        has_bankid(centre, KARIN, Prompt())
        centre.bankid.faults.always("/phone/auth", DOWN)
        karin = types(KARIN.personal_number)
        reaches(phones(centre, karin), "not verified", "unavailable")
        hears(karin, "cannot use BankID at the moment")
        centre.bankid.faults.clear()
        centre.bankid.faults.next("/collect", DOWN)
        verified(phones(centre, types(KARIN.personal_number)))
        centre.bankid.faults.always("/collect", DOWN)
        reaches(phones(centre, types(KARIN.personal_number)), "not verified", "unavailable")
        no_dead_air(centre)
        return "one lost answer is got over; while BankID is down, an agent takes over"


def mistyped(stage: Stage) -> str:
    with stage.centre() as centre:
        has_bankid(centre, KARIN, Prompt())
        karin = AppUser({ASKED: [_MISTYPED, _MISTYPED, f"{KARIN.personal_number}#"]})
        verified(phones(centre, karin))
        must(sum("cannot be a personal number" in heard for heard in karin.heard) == 2, "she is told, twice")
        must(len(orders(centre)) == 1, "BankID hears of the right number alone")
        clumsy = AppUser({ASKED: [_MISTYPED] * 4})
        reaches(phones(centre, clumsy), "not verified", "invalid_number")
        no_dead_air(centre)
        return "asked again twice, then verified; who never types a right one reaches an agent"


def two_at_once(stage: Stage) -> str:
    with stage.centre() as centre:
        has_bankid(centre, KARIN, NeverOpens())
        karin, other = types(KARIN.personal_number), types(KARIN.personal_number)

        def phones_a_little_later() -> None:
            centre.clock.sleep(30.0)
            reaches(centre.call(other, None, BANKID_NUMBER), "not verified", "busy")

        later = centre.clock.spawn(phones_a_little_later)
        reaches(phones(centre, karin), "not verified", "cancelled")
        while not later.done():
            centre.clock.sleep(1.0)
        later.result()
        hears(karin, "Another identification was begun")
        hears(other, "Another identification was under way")
        return "BankID stops both, both are told why, and nobody is verified"


_APART = "BankID goes by the real time there, and its lines are not in the transcript"

JOURNEYS = (
    Journey("A caller types a personal number, sees the code in the BankID app, and is greeted by name", identified),
    Journey("A caller takes their time with the app", takes_time, _APART),
    Journey(
        "A caller types the number of somebody else, who is in no call and declines", another_persons_number, _APART
    ),
    Journey("BankID names another person than was asked for", another_person_identified, _APART),
    Journey("A swindler talks a victim into confirming; the victim compares the code", coached_victim, _APART),
    Journey("The app is never opened", never_opened, _APART),
    Journey("A caller hangs up: before the app is opened, and right after the security code", hangs_up, _APART),
    Journey("BankID is down, drops one answer, and goes down in a call", bankid_down, _APART),
    Journey("The number is mistyped twice, then rightly typed", mistyped, _APART),
    Journey("Two calls want to identify the same person at once", two_at_once, _APART),
)
