"""Taking a recording away from Twilio: fetched by its sid, with credentials, and deleted whatever happens.

The sid is checked and the address is ours: the RecordingUrl of a request is never fetched. Deleting doubles as a lock.
Twilio confirms one deletion and answers 404 from then on, so of two deliveries of the same request one has the
recording to itself, and no recording is judged twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import BadWebhook, RecordingMissing, RecordingUnavailable, Unavailable
from chalicelib.outbound import Reply, Site

LARGEST_RECORDING = 1_000_000
FETCH_PAUSES = (0.25, 0.5, 1.0, 1.0, 1.5)
"""Seconds between looks for a file that is not there yet; Twilio says that it may come after the callback."""

_LOOK_SECONDS = 0.5
"""What must be left of the time after a pause, or the last look would fail for want of time, not for want of a file."""
_DELETE_SECONDS = 2.0
_DELETE_ATTEMPTS = 2
_SID = re.compile(r"RE[0-9a-f]{32}")


class AlreadyTaken(Exception):
    """Another delivery of the same request has this recording."""


class Recordings:
    """The recordings of one Twilio account. While its token changes there are two; the one that works is kept."""

    def __init__(self, api_url: str, account_sid: str, tokens: Sequence[str], clock: Clock) -> None:
        self._folder = f"/2010-04-01/Accounts/{account_sid}/Recordings/"
        self._sites = [Site(api_url, account_sid, token) for token in tokens]
        self._clock = clock

    def take(self, sid: str, deadline: Deadline) -> bytes:
        """The recording as a WAV file; it is no longer at Twilio afterwards.

        Raises:
            BadWebhook: that is no recording's sid.
            AlreadyTaken: another delivery of the same request has taken it.
            RecordingMissing: Twilio knows the recording, and its file did not come in time.
            RecordingUnavailable: Twilio did not answer, or did not confirm the deletion.
        """
        if not _SID.fullmatch(sid):
            raise BadWebhook("RecordingSid is missing or malformed")
        try:
            recording = self._fetch(sid, deadline)
        finally:
            mine = self._delete(sid)
        if not mine:
            raise AlreadyTaken(sid)
        if recording is None:
            raise RecordingMissing("Twilio had no file for a recording")
        return recording

    def discard(self, sid: str) -> None:
        """Delete a recording that nobody will judge. Raises as `take`, but for a recording that is gone already."""
        if not _SID.fullmatch(sid):
            raise BadWebhook("RecordingSid is missing or malformed")
        self._delete(sid)

    def _fetch(self, sid: str, deadline: Deadline) -> bytes | None:
        """None when no file came: either it is late, or it is gone, which only the deletion tells."""
        for pause in (*FETCH_PAUSES, 0.0):
            reply = self._request("GET", f"{sid}.wav", deadline)
            if 300 <= reply.status < 400 and reply.location:
                reply = _elsewhere(reply.location, deadline)
            if reply.status == 200 and reply.body:
                return reply.body
            if reply.status not in {200, 404}:
                raise RecordingUnavailable(f"Twilio answered HTTP {reply.status} for a recording")
            if deadline.remaining() < pause + _LOOK_SECONDS:
                break
            self._clock.sleep(pause)
        return None

    def _delete(self, sid: str) -> bool:
        """Whether it was there to be deleted; a deletion whose answer was lost counts as ours."""
        answer_lost = False
        for _ in range(_DELETE_ATTEMPTS):
            try:
                status = self._request("DELETE", f"{sid}.json", Deadline.after(_DELETE_SECONDS, self._clock)).status
            except RecordingUnavailable:
                answer_lost = True
                continue
            if status in {204, 404}:
                return status == 204 or answer_lost
        raise RecordingUnavailable(f"Twilio did not confirm the deletion of {sid}; delete it by hand")

    def _request(self, method: str, name: str, deadline: Deadline) -> Reply:
        """With the first token that Twilio accepts."""
        for site in list(self._sites):
            try:
                reply = site.request(method, self._folder + name, deadline, largest_body=LARGEST_RECORDING)
            except Unavailable as trouble:
                raise RecordingUnavailable(f"Twilio: {trouble}") from None
            if reply.status != 401:
                self._sites = [site, *(other for other in self._sites if other is not site)]
                return reply
        raise RecordingUnavailable("Twilio accepts none of the auth tokens")


def _elsewhere(location: str, deadline: Deadline) -> Reply:
    """Twilio may point to a store of its own; our credentials do not go there."""
    try:
        parts = urlsplit(location)
    except ValueError:
        raise RecordingUnavailable("Twilio points to a recording at no address") from None
    if parts.scheme != "https" or not parts.netloc:
        raise RecordingUnavailable("Twilio points to a recording that is not on HTTPS")
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        return Site(f"https://{parts.netloc}").request("GET", path, deadline, largest_body=LARGEST_RECORDING)
    except Unavailable as trouble:
        raise RecordingUnavailable(f"Twilio's store: {trouble}") from None
