"""Events of the voice leg."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.handoff import Reason, Verdict, Word
from chalicelib.voice.engine import Outcome
from chalicelib.voice.profile import Purpose
from chalicelib.voice.webhooks import WEBHOOKS
from shared.audit.event import ORDINARY, YES_NO, Event
from shared.audit.kinds import CODE, CONTACT, TEXT, TWILIO_CODE, Sometimes, words

EVENTS: Mapping[str, Event] = {
    "voice_step": Event(
        "The function `voice` answered.",
        ORDINARY,
        {
            "step": words("start", "result"),
            "result": words("transfer", "locked", "no_number", "proof_needed", Verdict, Word),
            "contact": CONTACT,
        },
    ),
    "redeem_refused": Event(
        "A flow asked for a verdict that is not its contact's, or that there is not.",
        "In numbers: somebody tries codes, or a flow passes the wrong `leg`.",
        {"contact": CONTACT},
    ),
    "leg_code_refused": Event(
        "Somebody called Twilio's number without a live code.",
        "In numbers: somebody guesses; `expired` in numbers: transfers take too long.",
        {"reason": words("none", "malformed", "refused", Reason)},
    ),
    "voice_consent": Event("A caller agreed to be recognised by voice.", ORDINARY, {"result": words("given")}),
    "voice_scored": Event(
        "The engine judged a recording.",
        "`replayed` in numbers: somebody plays recordings.",
        {"purpose": words(Purpose), "outcome": words(Outcome)},
    ),
    "voice_report": Event(
        "A leg reported its verdict; `stood` says whether it counts.",
        "`no` in numbers: verdicts come after their legs are over.",
        {"result": words(Verdict), "stood": YES_NO},
    ),
    "voice_trouble": Event(
        "The engine, Twilio or the table did not answer, or a user at the engine could not be deleted.",
        "See to the one in the text; what is to be deleted by hand is named there.",
        {"code": CODE, "reason": TEXT},
    ),
    "recording_taken_already": Event("Twilio told of a recording twice; it was judged once.", ORDINARY, {}),
    "voice_fallback": Event(
        "Twilio could not use an answer of ours; the caller heard an apology.",
        "Look the number up in Twilio's documentation.",
        {"code": TWILIO_CODE},
    ),
    "webhook_failed": Event(
        "A webhook of a leg came to nothing; the caller heard an apology and went back. `none`: no webhook of ours.",
        "Act on the text.",
        {"step": words(tuple(WEBHOOKS), "none"), "code": CODE, "reason": TEXT},
    ),
    "webhook_refused": Event(
        "A request to a webhook is not Twilio's: `signature`, or why it could not be checked.",
        "A few: strangers. All of them: the auth token or `PUBLIC_BASE_URL` is wrong.",
        {"code": Sometimes(CODE), "reason": TEXT},
    ),
}
