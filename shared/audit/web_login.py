"""Events of logins on the web."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.assurance import Method
from chalicelib.web_login.claims import Status
from chalicelib.web_login.feedback import LOGOUT, USER_ACTIVE
from chalicelib.web_login.flow_steps import STEPS
from chalicelib.web_login.session import Reason, Word
from shared.audit.event import ORDINARY, Event
from shared.audit.kinds import CODE, CONTACT, INPUT_FAULT, SDK_CODE, TOKEN_FAULT, words

_FEEDBACK = words(USER_ACTIVE, LOGOUT)

EVENTS: Mapping[str, Event] = {
    "web_login_started": Event(
        "The core began a session; `to_come`: its login is still under way.",
        ORDINARY,
        {"result": words("to_come", Status)},
    ),
    "web_login_start_refused": Event(
        "A session was asked for and not begun.",
        "`not_the_core`: somebody else found the route, or the core's secret is an old one; `no_free_code`: "
        "`DTMF_LENGTH` is too short for so many sessions.",
        {"reason": words("not_the_core", "form", "no_free_code", Reason)},
    ),
    "web_login_result": Event("A login's result came.", ORDINARY, {"result": words(Status)}),
    "web_login_result_refused": Event(
        "A result was posted that no session waits for.",
        "`unknown` in numbers: somebody tries addresses.",
        {"reason": words(Reason)},
    ),
    "web_login_token_refused": Event(
        "A token is none to rely on.",
        "`signature` or `wrong_key` in numbers: keys do not fit; others: somebody tries.",
        {"reason": TOKEN_FAULT},
        counted_by="reason",
    ),
    "web_login_step": Event(
        "The function `web_login` answered.",
        ORDINARY,
        {"step": words(STEPS), "result": words(Word), "contact": CONTACT},
    ),
    "web_login_input_refused": Event(
        "What should be a typed code is none, or does not open.",
        "As `secure_input_refused`.",
        {"reason": INPUT_FAULT, "contact": CONTACT},
    ),
    "web_login_no_code": Event(
        "What was typed has not the length of a code.",
        "In numbers: the flow takes another number of digits than `DTMF_LENGTH`.",
        {"contact": CONTACT},
    ),
    "web_login_wrong_code": Event(
        "A code that no session has, or not any more.",
        "In numbers: somebody guesses.",
        {"reason": words(Reason), "contact": CONTACT},
    ),
    "web_login_trouble": Event(
        "The table or SSM did not answer.",
        "See whether it lasts.",
        {"step": words(STEPS), "reason": CODE, "contact": CONTACT},
    ),
    "subject_changed": Event(
        "Somebody proved who they are in a call in which somebody else had done so: the new proof stands alone.",
        "Look at the call.",
        {"method": words(Method), "contact": CONTACT},
    ),
    "feedback_told": Event(
        "The website of a login heard of its caller.", ORDINARY, {"type": _FEEDBACK, "contact": CONTACT}
    ),
    "feedback_not_told": Event(
        "The website of a login did not hear of its caller; the call goes on.",
        "`no_answer`, `refused`, `redirected`: the website; `host_not_allowed`: `SESSION_URL_HOSTS`.",
        {
            "type": _FEEDBACK,
            "reason": words(
                CODE.words,
                "told_before",
                "no_login",
                "no_result",
                "no_address",
                "host_not_allowed",
                "no_answer",
                "redirected",
                "refused",
                name="untold",
                means="why a website was not told, or the code of an error of ours",
            ),
            "contact": CONTACT,
        },
    ),
    "feedback_not_asked": Event(
        "`session_feedback` could not be invoked; the call goes on.",
        "See to the function and the right to invoke it.",
        {"type": _FEEDBACK, "reason": SDK_CODE, "contact": CONTACT},
    ),
}
