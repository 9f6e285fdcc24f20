"""Events of what proofs add up to, and of who sees the caller."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.assurance import Level
from chalicelib.policy import Word as Judged
from chalicelib.standing.flow_steps import STEPS
from chalicelib.web_login import session
from shared.audit.event import ORDINARY, Event
from shared.audit.kinds import AGENT, AGENT_FAULT, CODE, CONTACT, PURPOSE, TEXT, Sometimes, words

_LEVELS = tuple(level.word for level in Level)

EVENTS: Mapping[str, Event] = {
    "assurance_step": Event(
        "The function `assurance` answered.",
        ORDINARY,
        {"step": words(STEPS), "result": words("open", _LEVELS, Judged), "contact": CONTACT},
    ),
    "assurance_required": Event(
        "A flow asked whether a call's proofs are enough for a purpose.",
        "`impossible` in numbers: no method that is set up gives what the policy asks.",
        {"result": words(Judged), "purpose": PURPOSE, "contact": CONTACT},
        counted_by="result",
    ),
    "policy_unusable": Event(
        "The policy cannot be read or used: nothing is enough for any purpose.",
        "Act at once.",
        {"code": CODE, "reason": TEXT},
    ),
    "subjects_differ": Event(
        "A call's proofs are of different people, and worth nothing.",
        "Look at the call.",
        {"contact": CONTACT},
    ),
    "agent_view": Event(
        "An agent saw a caller; once a minute, and when there is more to see.",
        "Keep it: it answers who looked at whom.",
        {"contact": CONTACT, "agent": AGENT, "level": words(_LEVELS), "login": words("none", "shown", session.Word)},
    ),
    "agent_view_refused": Event(
        "Somebody asked for a caller and saw nothing; without `contact`: for none that there is.",
        "`not_owner` in numbers: an agent looks at others' calls; faults of tokens: somebody who is no agent.",
        {
            "reason": words(
                ("body", "handle", "closed", "not_owner"),
                AGENT_FAULT.words,
                name="view refusal",
                means="why nothing is shown, or what is wrong with the token",
            ),
            "contact": Sometimes(CONTACT),
        },
        counted_by="reason",
    ),
    "agent_owner_stale": Event(
        "Connect does not say whose a call is: what it said before counts.",
        "See whether it lasts.",
        {"code": CODE, "contact": CONTACT},
    ),
    "agent_keys_unavailable": Event(
        "The user pool does not tell its keys.",
        "See whether it lasts: then nobody can sign in.",
        {"code": CODE},
    ),
    "screen_names_unavailable": Event(
        "The file of names cannot be read: screens show the names as they come.", "See to SSM.", {"code": CODE}
    ),
}
