"""Reporting a verdict, with what follows from it: the profile's new state and, for a dialled hand-back, its record."""

from __future__ import annotations

from chalicelib import audit
from chalicelib.clock import Deadline, milliseconds
from chalicelib.conditional_write import Write
from chalicelib.handoff import HandBack, Outcome, Reason, Refused, Report, Verdict
from chalicelib.table import keys
from chalicelib.table.legs import hand_back_write
from chalicelib.voice import codes
from chalicelib.voice.dialogue import Standing
from chalicelib.voice.leg_parts import LegParts


def report(
    parts: LegParts, standing: Standing, call: str, verdict: Verdict, profile_change: Write | None, deadline: Deadline
) -> Outcome:
    """Report once; a repetition keeps the first verdict. The profile changes only together with the report."""
    at = milliseconds(parts.clock.now())
    by_code = standing.task.dials_back
    also: dict[str, Write] = {}
    if profile_change is not None:
        also[keys.caller(standing.task.caller)] = profile_change
    if by_code:
        handle = codes.hand_back_handle(parts.hashes, codes.hand_back_code(parts.hashes, standing.leg, call))
        facts = {"subject": standing.task.subject}
        also[keys.hand_back(handle)] = hand_back_write(HandBack(at, verdict, facts))
    outcome = parts.legs.report(Report(call, at, verdict, by_code), standing.leg, also, deadline)
    if outcome == Refused(Reason.UNKNOWN) and profile_change is not None:
        # The profile was changed or erased meanwhile: nothing can be said about this caller any more.
        return report(parts, standing, call, Verdict.INCONCLUSIVE, None, deadline)
    audit.record("voice_report", result=verdict, stood="no" if isinstance(outcome, Refused) else "yes")
    return outcome
