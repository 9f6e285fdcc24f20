"""Say, Play and Pause: what only sounds."""

from __future__ import annotations

import itertools

from local.twilio import verbs
from local.twilio.leg import Leg


def sound(leg: Leg, verb: verbs.Say | verbs.Play | verbs.Pause, stop: float | None) -> None:
    """Say, play or be silent, at most until `stop`."""
    match verb:
        case verbs.Say():
            for _ in itertools.repeat(None, verb.loop) if verb.loop else itertools.count():
                leg.speak(verb.text, stop)
                if not verb.loop:
                    leg.let_react()
                    leg.step()
        case verbs.Play(digits=""):
            leg.note("plays a recording")
            leg.sound(leg.equipment.times.played * max(1, verb.loop), stop)
        case verbs.Play():
            leg.note(f"sends {len(verb.digits)} keys")
            leg.sound(leg.equipment.times.tone * len(verb.digits), stop)
        case verbs.Pause():
            leg.wait(verb.length if stop is None else max(0.0, min(verb.length, stop - leg.now())))
