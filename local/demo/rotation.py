"""The journey in which a security key is exchanged while people are on the telephone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from local import encrypt
from local.centre import PAYMENT_NUMBER, Centre
from local.demo.stage import KARINS_NUMBER, Stage, must, no_dead_air
from local.people import Typist
from local.security_key import SecurityKey, security_key
from local.telephone import Asked, Reaction

_OLD, _NEW = security_key(), security_key("5f0c1f5e-6a53-4a3c-9d0e-2f6f1f4b7a10")
_CARD = "4111111111111111"
_LATE_SECONDS = 3_600.0
"""Longer than any function keeps a key that SSM no longer has."""
_LATE_CONTACT = "0d4ad6a5-6a51-4e8c-9b8e-30c05ffb6d6e"


@dataclass
class _Interrupted(Typist):
    """Somebody who has been asked for a number when something else happens, and then types it."""

    meanwhile: Callable[[], None] = lambda: None

    def reacts(self, heard: str, asked: Asked) -> Reaction:
        if asked is Asked.KEYS and self.types:
            self.meanwhile()
        return super().reacts(heard, asked)


def rotated_key(stage: Stage) -> str:
    with stage.centre() as centre:
        _served(centre, Typist([f"{_CARD}#"]), _OLD)
        centre.add_key(_NEW)
        # A contact goes on with the flows that it began with, and so with the old key.
        _served(centre, _Interrupted([f"{_CARD}#"], meanwhile=lambda: centre.switch_flows(_NEW)), _OLD)
        _served(centre, Typist([f"{_CARD}#"]), _NEW)
        must(_late(centre, _OLD) == "ok", "a message that comes late still opens")
        centre.retire_key(_OLD)
        centre.clock.sleep(_LATE_SECONDS)
        must(_late(centre, _OLD) == "undecryptable", "what the retired key encrypted is refused")
        _served(centre, Typist([f"{_CARD}#"]), _NEW)
        no_dead_air(centre)
        return "no caller noticed; the old key opens what was under way, and nothing once it is retired"


def _served(centre: Centre, caller: Typist, key: SecurityKey) -> None:
    """The caller's number is taken, and was encrypted with `key`."""
    before = len(centre.log.lines)
    run = centre.call(caller, KARINS_NUMBER, PAYMENT_NUMBER)
    told = run.attributes.get("input_result")
    must(told == "ok", f"the number is taken ({told}, {run.ending.value}, {run.defect})")
    events = [json.loads(line) for line in centre.log.lines[before:] if line.startswith("{")]
    counted = {event["key_id"] for event in events if event["event"] == "input_opened"}
    must(counted == {key.id}, f"it was opened with {key.id} ({counted})")


def _late(centre: Centre, key: SecurityKey) -> str:
    """What the function says of a message under `key` that was encrypted before, and comes now."""
    message = encrypt.encrypt(_CARD, encrypt.certified_key(key.certificate.encode()), key.id)
    answer = centre.ask_secure_input(_LATE_CONTACT, step="open", kind="card_number", encrypted=message)
    assert isinstance(answer, dict)
    return str(answer["result"])
