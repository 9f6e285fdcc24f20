"""However somebody was authenticated, or not: the agent's page opens, and says how sure it is."""

from __future__ import annotations

from local.agent_screen import AgentScreen
from local.bankid import Careful
from local.demo import bankid, web_login
from local.demo.stage import KARINS_NUMBER, Stage, reaches, verified
from local.people import Caller, voice


def levels(pages: list[AgentScreen]) -> list[object]:
    """What each agent's page said at the first look; None if it opened nothing."""
    return [(page.looks[0].view or {}).get("level") for page in pages]


def test_who_was_recognised_by_voice_is_seen_as_that(stage: Stage) -> None:
    with stage.centre() as centre:
        pages = web_login.agents_do(centre, web_login.looks)
        verified(centre.call(Caller(voice("karin", (1, 2, 3, 4))), KARINS_NUMBER))
        assert levels(pages) == ["low"]


def test_who_was_dialled_back_too(stage: Stage) -> None:
    with stage.centre({"HAND_BACK": "dial"}) as centre:
        centre.call(Caller(voice("karin", (1, 2, 3))), KARINS_NUMBER)
        pages = web_login.agents_do(centre, web_login.looks)
        centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER)
        assert levels(pages) == ["low"]


def test_who_was_identified_by_bankid_is_seen_as_that(stage: Stage) -> None:
    with stage.centre() as centre:
        pages = web_login.agents_do(centre, web_login.looks)
        karin = bankid.types(bankid.KARIN.personal_number)
        bankid.has_bankid(centre, bankid.KARIN, Careful(heard=karin.heard))
        verified(bankid.phones(centre, karin))
        assert levels(pages) == ["high"]


def test_of_whom_nothing_is_known_the_agent_sees_just_that(stage: Stage) -> None:
    with stage.centre() as centre:
        pages = web_login.agents_do(centre, web_login.looks)
        reaches(centre.call(Caller([]), None), "not verified", "no_number")
        reaches(bankid.phones(centre, bankid.types()), "not verified", "no_input")
        assert levels(pages) == ["none"] * 2
