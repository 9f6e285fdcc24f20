"""Events of what callers type, and of who gets it."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.secure_input import custody
from chalicelib.secure_input.kinds import KINDS
from chalicelib.secure_input.typed import Refusal
from shared.audit.event import ORDINARY, Event
from shared.audit.kinds import CODE, CONSUMER, CONTACT, INPUT_FAULT, KEY_ID, TEXT, Sometimes, words

_KIND = words(tuple(KINDS), name="input kind", means="what the caller was asked for")

EVENTS: Mapping[str, Event] = {
    "input_not_encrypted": Event(
        "Plain digits came, not encrypted ones: encryption is off in a flow, and they stand in its log.",
        "Act at once: mend the flow, and erase its log.",
        {"contact": CONTACT},
    ),
    "input_opened": Event(
        "A message opened with the key of this id.",
        "A key that is counted no more may be retired.",
        {"key_id": KEY_ID},
        counted_by="key_id",
    ),
    "secure_input_step": Event(
        "The function `secure_input` answered.",
        ORDINARY,
        {
            "step": words("open", "relay"),
            "kind": _KIND,
            "result": words("ok", "delivered", "ciphertext", "unknown_consumer", "not_allowed", Refusal),
            "contact": CONTACT,
        },
    ),
    "secure_input_refused": Event(
        "What should be a caller's input is none, or does not open.",
        "`nothing_typed` is ordinary. Any other in numbers: the flow or its certificate does not fit the key.",
        {"reason": INPUT_FAULT, "contact": CONTACT},
    ),
    "secure_input_redeemed": Event(
        "Somebody asked for a value by its token. Without `contact`: for what no contact has.",
        "`redeemed` and `unknown` in numbers: a system asks twice, or somebody guesses. CloudTrail says who asked.",
        {"result": words(custody.Word), "contact": Sometimes(CONTACT)},
    ),
    "relay_delivered": Event(
        "A consumer has taken an input.", ORDINARY, {"consumer": CONSUMER, "kind": _KIND, "contact": CONTACT}
    ),
    "relay_handed_over": Event(
        "An input went to the flow, encrypted for a consumer.",
        ORDINARY,
        {"consumer": CONSUMER, "kind": _KIND, "contact": CONTACT},
    ),
    "relay_failed": Event(
        "A consumer has not got an input.",
        "See to the consumer: it did not answer, refused, or KMS gave no key.",
        {"consumer": CONSUMER, "reason": TEXT, "contact": CONTACT},
    ),
    "relay_not_noted": Event(
        "A consumer has taken an input, and the table has not noted it: a retry posts it again under the same key.",
        "Nothing for a few; the consumer knows the `Idempotency-Key`.",
        {"code": CODE, "consumer": CONSUMER, "contact": CONTACT},
    ),
    "consumer_expired": Event(
        "An entry is past its `not_after`: the consumer gets nothing.",
        "Renew or remove the entry.",
        {"consumer": CONSUMER},
    ),
}
