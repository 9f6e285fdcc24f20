"""Record: what the caller says, as a file at the recordings API and as requests that tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

import numpy as np

from local import telephone, wav
from local.telephone import Asked, Ended
from local.twilio import parameters, verbs
from local.twilio.faults import RequestKind, StatusOrder
from local.twilio.leg import CallOver, Document, Leg

_SILENT = 30.0  # root mean square below which nothing was said
_TOO_SHORT = 0.5  # seconds
_HUNG_UP_AFTER = 1.0  # seconds of recording when the caller leaves without a word


@dataclass(frozen=True)
class _Take:
    """What a Record caught: the samples, when it began, the key that ended it, and whether the caller left."""

    samples: wav.Samples
    started: float
    ended_on: str
    caller_left: bool

    @property
    def absent_because(self) -> int:
        """Twilio's error code for a recording that comes to nothing, else 0."""
        if self.caller_left:
            return 0
        if wav.loudness(self.samples) < _SILENT:
            return 16101 if self.ended_on else 16102
        return 16101 if wav.seconds(self.samples) < _TOO_SHORT else 0


def record(leg: Leg, document: Document, verb: verbs.Record) -> Document | None:
    """Listen, keep, and go on with the action's document; None, for an empty recording, to go on with the next verb."""
    leg.lose_tones()
    if verb.play_beep:
        leg.note("beeps")
        leg.sound(leg.equipment.times.beep)
    take = _take(leg, verb)
    leg.equipment.transcript.busy(take.started, leg.now())
    if take.absent_because:
        leg.note("has recorded nothing")
        _tell_status(leg, document, verb, take, "absent", {"ErrorCode": str(take.absent_because)})
        return None
    return _recorded(leg, document, verb, take)


def _take(leg: Leg, verb: verbs.Record) -> _Take:
    """Listen until silence, a finishing key, the longest time, or the caller's leaving."""
    started = leg.now()
    reaction, leaves = leg.ask(Asked.VOICE)
    heard = _voice(leg, reaction)
    if isinstance(reaction, telephone.Press):
        leg.tones.send(reaction.keys, started, leg.equipment.times.tone)
    silence = 0.0 if leaves else float(verb.timeout or verb.max_length)
    least = _HUNG_UP_AFTER if leaves else 0.0
    length = min(max(wav.seconds(heard) + silence, least), verb.max_length)
    ended_on = "hangup" if leaves else ""
    while tone := leg.tones.next_until(started + length):
        if leg.tones.take().key in verb.finish_on_key:
            length, ended_on = tone.at - started, tone.key
            break
    leg.wait(length - (leg.now() - started))  # who is really there has spoken by now
    kept = length if verb.trim == "do-not-trim" or leaves else min(length, wav.seconds(heard))
    return _Take(_exactly(heard, kept), started, ended_on, leaves)


def _voice(leg: Leg, reaction: telephone.Reaction) -> wav.Samples:
    if not isinstance(reaction, telephone.Say):
        return np.zeros(0, dtype=np.int16)
    leg.equipment.transcript.add(leg.now(), "caller", "speaks")
    return wav.read(reaction.recording.read_bytes())


def _exactly(samples: wav.Samples, seconds: float) -> wav.Samples:
    """Cut, or followed by silence, to that length."""
    length = round(seconds * wav.RATE)
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def _recorded(leg: Leg, document: Document, verb: verbs.Record, take: _Take) -> Document:
    sid = leg.equipment.recordings.keep(wav.linear(take.samples))
    seconds = wav.seconds(take.samples)
    named = parameters.recording(leg.equipment.account, sid, seconds)
    leg.note(f"has recorded {seconds:.1f} s" + (", until the caller hung up" if take.caller_left else ""))
    if take.caller_left:
        leg.status = "completed"
    _tell_status(leg, document, verb, take, "completed", named)
    extra = {**named, "Digits": take.ended_on}
    following = leg.follow(RequestKind.RECORD, document, verb.action, verb.method, extra)
    if take.caller_left:
        raise CallOver(Ended.CALLER_HUNG_UP)
    return following


def _tell_status(
    leg: Leg, document: Document, verb: verbs.Record, take: _Take, status: str, more: dict[str, str]
) -> None:
    """recordingStatusCallback, if there is one and it wants this event."""
    faults = leg.faults
    if not verb.recording_status_callback or status not in verb.recording_status_callback_event:
        return
    if faults.recording_status is StatusOrder.NEVER:
        return
    url = urljoin(document.url, verb.recording_status_callback)
    params = parameters.recording_status(leg.equipment.account, leg.call_sid, status, take.started) | more
    method = verb.recording_status_callback_method
    if faults.recording_status is StatusOrder.BEFORE:
        leg.call_back_now(RequestKind.RECORDING_STATUS, url, method, params)
        return
    after = max(faults.recording_status_delay, leg.equipment.recordings.faults.appears_after)
    leg.call_back(RequestKind.RECORDING_STATUS, url, method, params, after)
