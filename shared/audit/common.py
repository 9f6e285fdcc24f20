"""Events of every function, and of a call's end."""

from __future__ import annotations

from collections.abc import Mapping

from shared.audit.event import ORDINARY, Event
from shared.audit.kinds import CODE, CONTACT, TEXT, words

_WHAT = words(
    "consumers",
    "input_keys",
    "policy",
    "screen_names",
    "web_login_core",
    "web_login_keys",
    "web_login_senders",
    name="parameter",
    means="what is kept in the parameter",
)

EVENTS: Mapping[str, Event] = {
    "function_failed": Event(
        "A function or a route of `connect_app` failed: the flow took its error branch, the route answered 500 or 503.",
        "Act on the text; none is expected.",
        {"code": CODE, "reason": TEXT},
    ),
    "parameter_damaged": Event(
        "What a parameter holds cannot be used; others of its kind still can.",
        "Mend the parameter that the text names.",
        {"what": _WHAT, "code": CODE, "reason": TEXT},
        counted_by="what",
    ),
    "parameter_stale": Event(
        "A parameter could not be read anew, or used: what it held before serves, for up to an hour.",
        "See to SSM, or to the parameter, within the hour.",
        {"what": _WHAT, "code": CODE},
        counted_by="what",
    ),
    "parameter_not_preloaded": Event(
        "A parameter could not be fetched while a function started; it is asked for again when it is needed.",
        "Nothing for a few; see to SSM when there are many.",
        {"what": _WHAT, "code": CODE},
        counted_by="what",
    ),
    "contact_ended": Event("A call is over: what it held open was closed.", ORDINARY, {"contact": CONTACT}),
    "contact_joined": Event("A transfer began a segment of a call.", ORDINARY, {"contact": CONTACT}),
    "contact_end_failed": Event(
        "Something that a call held open could not be closed; Lambda delivers the event again.",
        "If it goes on: BankID's orders stay open until they expire, and the agent's view for its two minutes.",
        {"method": words("bankid", "agent_view"), "code": CODE},
    ),
}
