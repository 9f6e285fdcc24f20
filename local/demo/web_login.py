"""The journeys of a login on the web: the website on one screen, the agent's page on another, between them a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from local.agent_screen import AgentScreen, Look
from local.centre import Centre
from local.connect.queues import Answer, Screen
from local.connect.record import ContactRun
from local.demo.stage import KARINS_NUMBER, Journey, Stage, must, no_dead_air, reaches, verified
from local.people import AppUser, Typist
from local.web_login import VERDER_HELPEN, Core, CoreFailed, CoreSecret, Shown, Visitor, encrypted_anew

KARIN = Visitor({"fullname": "Karin Testsson-Björk", "city": "Sundbyberg"}, session="karins")
MALLORY = Visitor({"fullname": "Mallory Annansson"}, session="mallorys")

ASKED = "code that the website"
"""What is heard where the code is to be typed."""

PURPOSE = "report_move"
_ANOTHERS_NUMBER = "+46701740606"  # as Karin's, from the numbers that are kept for fiction
_TELLS_NOBODY = {"SESSION_URL_HOSTS": ""}
_WITHIN_SECONDS = 2.0
_MOST_REQUESTS = 5
_CODE_LIFE_SECONDS = 600.0
_STILL_SEEN_SECONDS = 120.0
_LOOKS_OF_A_LOGIN = 62
"""That a guide takes by itself in the half-hour that a login counts."""

Does = Callable[[AgentScreen], object]


def types(*codes: str) -> AppUser:
    """Somebody who types one code after the other, each time that they are asked for one."""
    return AppUser({ASKED: list(codes)})


def logs_in(centre: Centre, visitor: Visitor = KARIN) -> Shown:
    """Somebody comes to the website, logs in, and sees a number and a code."""
    shown = centre.core.start(PURPOSE)
    status = centre.core.login.succeeds(shown.attr_url, visitor)
    must(status == 200, f"the result of a login is taken ({status})")
    return shown


def phones(centre: Centre, person: AppUser | Typist, shown: Shown) -> ContactRun:
    return centre.call(person, KARINS_NUMBER, shown.number)


def agents_do(centre: Centre, does: Does) -> list[AgentScreen]:
    """What agents do with their page when they have answered; the pages, one for each call."""
    pages: list[AgentScreen] = []

    def works(screen: Screen) -> None:
        pages.append(centre.agent_screen("agent", screen))
        does(pages[-1])

    for agent in centre.agents.values():
        agent.works = works
    return pages


def looks(page: AgentScreen) -> Look:
    """The agent looks at the page as soon as it is open."""
    return page.watch(_WITHIN_SECONDS)


def sees(page: AgentScreen, visitor: Visitor) -> None:
    """The page has shown who it is within two seconds of its opening."""
    first = next((look for look in page.looks if look.attributes == visitor.attributes), None)
    must(first is not None, f"the agent sees who it is ({[(look.status, look.state) for look in page.looks]})")
    assert first is not None
    must(first.at - page.looks[0].at <= _WITHIN_SECONDS, "within two seconds")


def sees_nobody(page: AgentScreen) -> None:
    must(not any(look.attributes for look in page.looks), "the agent's page tells of nobody")


def hears(person: AppUser | Typist, *words: str) -> None:
    for word in words:
        must(any(word in heard for heard in person.heard), f"the caller hears '{word}'")


def told(centre: Centre) -> Sequence[tuple[str, str]]:
    """What the login heard, by session."""
    return [(one.session, one.type) for one in centre.core.login.pages.told]


def few_requests(centre: Centre) -> str:
    """To the table, from the website's start to the caller's link; looking at the session is the agent's page's."""
    asked = [one for one in centre.tap.requests if "session" in one.kinds and str(one) != "BatchGetItem session"]
    must(len(asked) <= _MOST_REQUESTS, f"a linked session takes few requests to the table (it was {len(asked)})")
    return f"{len(asked)} requests to the table"


def identified(stage: Stage) -> str:
    with stage.centre(_TELLS_NOBODY) as centre:
        pages = agents_do(centre, looks)
        shown = logs_in(centre)
        run = phones(centre, types(shown.code), shown)
        verified(run)
        sees(pages[0], KARIN)
        view = pages[0].looks[0].view or {}
        must(view["login"]["purpose_name"] == "Report a move", "and what for, in plain words")
        must((run.attributes["auth_method"], run.attributes["auth_level"]) == ("web_login", "substantial"), "and how")
        no_dead_air(centre)
        return f"linked, and on the agent's screen at once; {few_requests(centre)}"


def dialled_by_itself(stage: Stage) -> str:
    with stage.centre() as centre:
        pages = agents_do(centre, looks)
        shown = logs_in(centre)
        karin = Typist([])
        verified(centre.call(karin, KARINS_NUMBER, shown.number, shown.dialled))
        sees(pages[0], KARIN)
        must(not any(ASKED in heard for heard in karin.heard), "nobody asks for what has come already")
        no_dead_air(centre)
        return "the telephone types the code while the greeting is spoken, and not a digit is lost"


def transferred(stage: Stage) -> str:
    with stage.centre() as centre:
        seconds: list[AgentScreen] = []

        def hands_over(page: AgentScreen) -> None:
            looks(page)
            [screen] = centre.agents["verified"].screens
            with centre.transferred(screen, "second agent") as other:
                seconds.append(other)
                looks(other)
                must(told(centre) == [("karins", "user_active")], "the website does not take that for the end")
                centre.clock.sleep(_STILL_SEEN_SECONDS)
                must(page.look().status == 404, "the first agent sees nothing of the caller any more")
                looks(other)

        pages = agents_do(centre, hands_over)
        shown = logs_in(centre)
        verified(phones(centre, types(shown.code), shown))
        sees(pages[0], KARIN)
        sees(seconds[0], KARIN)
        must(seconds[0].looks[-1].attributes == KARIN.attributes, "the second agent sees them to the end")
        centre.settle()
        must(told(centre)[-1] == ("karins", "logout"), "the website hears of the end")
        must([kind for _, kind in told(centre)].count("logout") == 1, "once")
        return "the second agent sees who it is, the first no longer, and the website hears of the end when it comes"


def mistyped(stage: Stage) -> str:
    with stage.centre() as centre:
        pages = agents_do(centre, looks)
        shown = logs_in(centre)
        guesses = [f"{(int(shown.code) + more) % 10**8:08}" for more in (1, 2, 3)]
        clumsy = types(*guesses)
        reaches(phones(centre, clumsy, shown), "not verified", "unknown")
        hears(clumsy, "look at it once more", "do not know that code, either")
        must(len(clumsy.typed) == 3, "three codes are taken, and not one more")
        sees_nobody(pages[0])
        must(pages[0].looks[0].state == "none", "the agent's page says that nobody has logged in")
        verified(phones(centre, types(guesses[0], shown.code), shown))
        sees(pages[1], KARIN)
        no_dead_air(centre)
        return "three wrong codes: an agent, who sees nobody; in another call one, and then the right one"


def typed_by_another(stage: Stage) -> str:
    with stage.centre() as centre:
        pages = agents_do(centre, looks)
        shown = logs_in(centre)
        verified(phones(centre, types(shown.code), shown))
        mallory = types(shown.code, shown.code, shown.code)
        reaches(centre.call(mallory, _ANOTHERS_NUMBER, shown.number), "not verified", "unknown")
        sees(pages[0], KARIN)
        sees_nobody(pages[1])
        must(pages[1].handle != pages[0].handle, "a handle is of one call")
        pages[1].handle = pages[0].handle
        must(pages[1].look().status == 404, "and opens nothing to the agent of another")
        return "a code is for one call: whoever types it after that is told what a guesser is told"


def login_failed(stage: Stage) -> str:
    with stage.centre() as centre:
        pages = agents_do(centre, looks)
        shown = centre.core.start(PURPOSE)
        must(centre.core.login.fails(shown.attr_url) == 200, "a failed login is a result, too")
        karin = types(shown.code)
        reaches(phones(centre, karin, shown), "not verified", "not_authenticated")
        hears(karin, "did not succeed")
        must(pages[0].looks[0].state == "not_authenticated", "the agent sees that it failed")
        sees_nobody(pages[0])
        return "the caller is told, and the agent sees that a login failed, and of nobody"


def logs_in_late(stage: Stage) -> str:
    with stage.centre(_TELLS_NOBODY) as centre:
        shown = centre.core.start(PURPOSE)

        def logs_in_meanwhile() -> None:
            centre.clock.sleep(5.0)
            must(centre.core.login.succeeds(shown.attr_url, KARIN) == 200, "the result is taken")

        def waits(page: AgentScreen) -> None:
            must(looks(page).state == "waiting", "the agent sees that the login goes on")
            later = centre.clock.spawn(logs_in_meanwhile)
            page.watch(30.0, lambda look: look.state == "linked")
            later.result()

        pages = agents_do(centre, waits)
        karin = types(shown.code)
        reaches(phones(centre, karin, shown), "not verified", "waiting")
        hears(karin, "not finished yet")
        must(pages[0].looks[-1].attributes == KARIN.attributes, "the page shows who it is, by itself")
        after = pages[0].looks[-1].at - pages[0].looks[0].at
        must(after <= 5.0 + 3.0 + _WITHIN_SECONDS, f"within a few seconds of the login ({after:.1f} s)")
        return f"told to finish it while waiting; the agent's page turns by itself; {few_requests(centre)}"


def replayed(stage: Stage) -> str:
    with stage.centre() as centre:
        pages, login = agents_do(centre, looks), centre.core.login
        hers, his = centre.core.start(PURPOSE), centre.core.start(PURPOSE)
        result = login.result(KARIN)
        must(login.post(hers.attr_url, result) == 200, "Karin's login is taken")
        for again in (result, encrypted_anew(result), encrypted_anew(result, "RSA")):
            must(login.post(his.attr_url, again) == 404, "the same result counts for nobody else")
        must(login.post(hers.attr_url, encrypted_anew(result)) == 200, "and once for her")
        must(login.post(f"{his.attr_url[:-1]}B", login.result(MALLORY)) == 404, "an address is not guessed")
        reaches(phones(centre, types(his.code), his), "not verified", "waiting")
        sees_nobody(pages[0])
        verified(phones(centre, types(hers.code), hers))
        sees(pages[1], KARIN)
        return "whoever has read a result once, and wraps it anew, is nobody all the same"


def too_late(stage: Stage) -> str:
    with stage.centre() as centre:
        pages = agents_do(centre, looks)
        shown = logs_in(centre)
        centre.clock.sleep(_CODE_LIFE_SECONDS)
        fresh = logs_in(centre)
        reaches(phones(centre, types(shown.code, shown.code, shown.code), shown), "not verified", "unknown")
        sees_nobody(pages[0])
        verified(phones(centre, types(fresh.code), fresh))
        unfinished = centre.core.start(PURPOSE)
        centre.clock.sleep(_CODE_LIFE_SECONDS + 1.0)
        must(centre.core.login.succeeds(unfinished.attr_url, KARIN) == 404, "a result that late is not taken")
        return "ten minutes are over: the code is one that never was, and a result is not taken"


def another_core(stage: Stage) -> str:
    with stage.centre({"CORE_AUTHENTICATION": "hmac", "WEB_LOGIN_DIALECT": VERDER_HELPEN.name}) as centre:
        core, pages = centre.core, agents_do(centre, looks)
        for wrong in ({"secret": "x" * 40}, {"mode": CoreSecret.API_KEY}):
            must(_is_refused(replace(core, **wrong), centre), "who is not the core starts nothing")
        core.mode, core.login.dialect = CoreSecret.HMAC, VERDER_HELPEN
        core.login.to, core.login.by = "RSA", "RSA"
        shown = logs_in(centre)
        verified(phones(centre, types(shown.code), shown))
        first = core.login.result(MALLORY)
        came_first = core.start(PURPOSE, first)
        must(not came_first.attr_url, "whose login came first is asked for no result")
        verified(phones(centre, types(came_first.code), came_first))
        sees(pages[0], KARIN)
        sees(pages[1], MALLORY)
        return "a wrong secret starts nothing; signed starts, RSA keys and Verder Helpen's words do as well"


def _is_refused(core: Core, centre: Centre) -> bool:
    """Without a word to the table."""
    before = len(centre.tap.requests)
    try:
        core.start(PURPOSE)
    except CoreFailed as failed:
        return failed.status == 401 and len(centre.tap.requests) == before
    return False


def guided(stage: Stage) -> str:
    with stage.centre() as centre:
        agent = centre.agents["verified"]
        agent.answers = [Answer("ActionSelected", after_seconds=2.0), *[Answer(None)] * _LOOKS_OF_A_LOGIN]
        shown = logs_in(centre)
        verified(phones(centre, types(shown.code), shown))
        headings = [view.data["Heading"] for view in agent.views]
        over = headings.index("Not identified")
        must(over > 0 and set(headings[:over]) == {"Identified"}, "the guide says how sure it is")
        must(set(headings[over:]) == {"Not identified"}, "and, when nobody touches it, that the proof is over")
        first, last = ([bar["Value"] for bar in agent.views[at].data["AttributeBar"]] for at in (0, over - 1))
        must((first, last) == (["web_login", "29"], ["web_login", "0"]), f"by what, and for how long ({first}, {last})")
        nobody = Typist([])
        reaches(phones(centre, nobody, shown), "not verified", "no_input")
        must(centre.agents["not_verified"].views[-1].data["Heading"] == "Not identified", "and that it is not known")
        return "the guide tells the standing, looks again twice a minute, and a proof that is over is none"


JOURNEYS = (
    Journey("Somebody logs in on the web, calls, and types the code; the agent sees who it is", identified),
    Journey("The telephone dials the code by itself, while the greeting is spoken", dialled_by_itself),
    Journey("The caller is handed to a second agent, who sees who it is", transferred, "it waits for two minutes"),
    Journey("A code is typed wrongly three times", mistyped),
    Journey("Somebody else types the code after that", typed_by_another),
    Journey("The login fails", login_failed),
    Journey("The login is finished while the caller waits", logs_in_late, "it waits in virtual time"),
    Journey("The result of a login is posted again for another session", replayed),
    Journey("The code is typed after its ten minutes", too_late, "it waits for ten minutes"),
    Journey("Somebody with a wrong secret, and a core that signs", another_core),
    Journey("The agent has a guide instead of the page", guided, "it waits for half an hour"),
)
