"""Many callers and logins at one session and one budget, on the table: one has the code, and every miss is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

import pytest

from chalicelib.clock import ANSWER_SECONDS, Clock, Deadline
from chalicelib.contact import Contact
from chalicelib.web_login import linking
from chalicelib.web_login.linking import LinkParts
from chalicelib.web_login.session import Done, Refused
from local.clock import VirtualClock
from tests.contract.flow_calls import CALLER, CONTACT, OTHER_CONTACT, event
from tests.contract.web_login_calls import CODE, KARIN, LARS, OTHER_CODE, WebLogin, told
from tests.contract.wiring import INSTANCE

WORKERS = 16


class Racing:
    """The flow's test, in many threads at once."""

    def __init__(self, web_login: WebLogin) -> None:
        self.clock = VirtualClock()
        work = web_login.work
        self.work = replace(work, login=replace(work.login, clock=self.clock))
        web_login.work = self.work

    def link(self, code: str = CODE, contact: str = CONTACT, caller: str = CALLER) -> Callable[[], object]:
        given = Contact.from_event(event({"step": "link", "digits": code}, contact, caller), INSTANCE)
        return partial(_link, self.work, given, self.clock)

    def all_at_once(self, asked: Sequence[Callable[[], object]]) -> list[str]:
        """Their words, in their order; what a result answers is "done" or "refused"."""
        running = [self.clock.spawn(one) for one in asked]
        self.clock.sleep(ANSWER_SECONDS)
        return [_word(one.result()) for one in running]


def _link(work: LinkParts, contact: Contact, clock: Clock) -> dict[str, str]:
    return linking.link(work, contact, Deadline.after(ANSWER_SECONDS, clock))


def _word(answer: object) -> str:
    if isinstance(answer, Done | Refused):
        return "done" if isinstance(answer, Done) else "refused"
    return cast("dict[str, str]", answer)["result"]


@pytest.fixture
def racing(web_login: WebLogin) -> Racing:
    return Racing(web_login)


def test_of_two_contacts_that_type_one_code_one_has_it(web_login: WebLogin, racing: Racing) -> None:
    web_login.start(result=told())
    contacts = (CONTACT, OTHER_CONTACT) * (WORKERS // 2)
    words = racing.all_at_once([racing.link(contact=contact) for contact in contacts])
    by_contact = {contact: set(words[place::2]) for place, contact in enumerate(contacts[:2])}
    assert sorted(map(tuple, by_contact.values())) == [("linked",), ("unknown",)]
    [winner] = [contact for contact, said in by_contact.items() if said == {"linked"}]
    [loser] = {*by_contact} - {winner}
    assert (len(web_login.proofs(winner)), web_login.on_contact(loser)) == (1, {})
    assert web_login.wrong_codes("contact", loser) == web_login.wrong_codes() == 1


def test_a_result_and_its_link_at_the_same_time_end_with_the_proof(web_login: WebLogin, racing: Racing) -> None:
    for number in range(6):
        code, contact = f"4820591{number}", f"contact-{number}"
        web_login.start(code)
        result = partial(web_login.result, code, told(digest=code))
        asked: list[Callable[[], object]] = [racing.link(code, contact), result]
        words = racing.all_at_once(asked if number % 2 else asked[::-1])
        assert set(words) - {"linked", "waiting"} == {"done"}
        assert len(web_login.proofs(contact)) == 1
        assert racing.all_at_once([racing.link(code, contact)]) == ["linked"]


def test_two_codes_of_two_people_typed_in_one_call_leave_one_of_them(
    web_login: WebLogin, racing: Racing, capsys: pytest.CaptureFixture[str]
) -> None:
    web_login.start(CODE, told(KARIN))
    racing.clock.sleep(1)
    web_login.start(OTHER_CODE, told(LARS))
    words = racing.all_at_once([racing.link(CODE), racing.link(OTHER_CODE)])
    assert words in (["linked", "linked"], ["not_authenticated", "linked"])
    [proof] = web_login.proofs()
    assert proof.subject == web_login.login.hashes.of("personal number", LARS)
    assert web_login.on_contact()["login"] == web_login.handle(OTHER_CODE)
    assert capsys.readouterr().out.count('"subject_changed"') == 1


def test_every_wrong_code_is_counted_however_many_come_at_once(web_login: WebLogin, racing: Racing) -> None:
    guesses = [racing.link(f"9999{number:04}", f"contact-{number}") for number in range(WORKERS)]
    # The caller's own budget of ten is read before it is written: all of these have been asked in the same instant.
    words = racing.all_at_once(guesses)
    counted = words.count("unknown")
    assert set(words) <= {"unknown", "locked"}
    assert counted >= 10
    assert web_login.wrong_codes() == web_login.wrong_codes_of_caller() == counted


def test_deliveries_of_one_wrong_code_count_as_one(web_login: WebLogin, racing: Racing) -> None:
    words = racing.all_at_once([racing.link()] * WORKERS)
    assert set(words) == {"unknown"}
    assert web_login.wrong_codes() == web_login.wrong_codes("contact", CONTACT) == 1


def test_of_many_wrong_codes_at_once_a_contact_has_three(web_login: WebLogin, racing: Racing) -> None:
    words = racing.all_at_once([racing.link(f"9999{number:04}") for number in range(WORKERS)])
    assert (words.count("unknown"), words.count("locked")) == (3, WORKERS - 3)
    assert web_login.wrong_codes() == web_login.wrong_codes("contact", CONTACT) == 3
