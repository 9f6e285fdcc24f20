"""VoiceIt behind the engine port: its HTTP API 3 (the paths and fields of API 2 are the same).

A result counts only when the HTTP status is a success *and* the response code is SUCC; codes that are not in the table
below are technical faults. Codes are those of VoiceIt's published response-code list.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from chalicelib.clock import Deadline
from chalicelib.errors import EngineUnavailable, Unavailable
from chalicelib.outbound import Reply, Site
from chalicelib.voice.engine import Outcome

_SUCCESS = "SUCC"
_USER_UNKNOWN = frozenset({"UNFD", "UDNM"})
_ENROLMENTS_MISSING = frozenset({"PNTE", "ENFD", "DDNE", "MISU"})

_ABOUT_THE_RECORDING = {
    "FAIL": Outcome.NO_MATCH,
    "PDNM": Outcome.WRONG_PHRASE,
    "RWPU": Outcome.REPLAYED,
    "SSTQ": Outcome.TOO_QUIET,
    "SSTL": Outcome.TOO_LOUD,
    "STTF": Outcome.UNCLEAR,
    "SRNR": Outcome.UNCLEAR,
    "NEHSD": Outcome.UNCLEAR,
    "NVDT": Outcome.UNCLEAR,
    "SGTL": Outcome.UNCLEAR,
    "NSPE": Outcome.DISSIMILAR,
}
_USER_ID = re.compile(r"usr_[0-9A-Za-z]{32}")
_CODE = re.compile(r"[A-Z]{3,6}")


class VoiceIt:
    """The engine at one VoiceIt account."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def create(self, deadline: Deadline) -> str:
        code, answer = self._ask("POST", "/users", deadline, {})
        user = answer.get("userId")
        if code != _SUCCESS or not isinstance(user, str) or not _USER_ID.fullmatch(user):
            raise _trouble("make a user", code)
        return user

    def enrolments(self, user: str, deadline: Deadline) -> int | None:
        code, answer = self._ask("GET", f"/enrollments/voice/{quote(user)}", deadline)
        count = answer.get("count")
        if code in _USER_UNKNOWN:
            return None
        if code != _SUCCESS or type(count) is not int or count < 0:
            raise _trouble("count enrolments", code)
        return count

    def enrol(self, user: str, recording: bytes, phrase: str, content_language: str, deadline: Deadline) -> Outcome:
        code = self._send("/enrollments/voice", user, recording, phrase, content_language, deadline)
        if code == _SUCCESS:
            return Outcome.ENROLLED
        return _about_the_recording("enrol", code)

    def verify(self, user: str, recording: bytes, phrase: str, content_language: str, deadline: Deadline) -> Outcome:
        code = self._send("/verification/voice", user, recording, phrase, content_language, deadline)
        if code == _SUCCESS:
            return Outcome.MATCH
        if code in _USER_UNKNOWN | _ENROLMENTS_MISSING:
            return Outcome.TOO_FEW_ENROLMENTS
        return _about_the_recording("verify", code)

    def clear(self, user: str, deadline: Deadline) -> None:
        code, _ = self._ask("DELETE", f"/enrollments/{quote(user)}/all", deadline)
        if code not in {_SUCCESS, *_USER_UNKNOWN, *_ENROLMENTS_MISSING}:
            raise _trouble("delete enrolments", code)

    def delete(self, user: str, deadline: Deadline) -> None:
        code, _ = self._ask("DELETE", f"/users/{quote(user)}", deadline)
        if code not in {_SUCCESS, *_USER_UNKNOWN}:
            raise _trouble("delete a user", code)

    def _send(
        self, path: str, user: str, recording: bytes, phrase: str, content_language: str, deadline: Deadline
    ) -> str:
        code, _ = self._ask(
            "POST",
            path,
            deadline,
            {
                "userId": user,
                "contentLanguage": content_language,
                "phrase": phrase,
                "recording": ("recording.wav", recording, "audio/wav"),
            },
        )
        return code

    def _ask(
        self, method: str, path: str, deadline: Deadline, fields: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """The response code and the whole answer. A success that says so only in one of two places is none."""
        try:
            reply = self._site.request(method, path, deadline, fields=fields)
        except Unavailable as trouble:
            raise EngineUnavailable(f"VoiceIt: {trouble}") from None
        return _code(reply)


def _code(reply: Reply) -> tuple[str, dict[str, Any]]:
    answer = reply.json()
    code = answer.get("responseCode") if isinstance(answer, dict) else None
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise EngineUnavailable(f"VoiceIt answered HTTP {reply.status} without a response code")
    if code == _SUCCESS and not 200 <= reply.status < 300:
        raise EngineUnavailable(f"VoiceIt answered {code} with HTTP {reply.status}")
    return code, answer


def _about_the_recording(doing: str, code: str) -> Outcome:
    if code not in _ABOUT_THE_RECORDING:
        raise _trouble(doing, code)
    return _ABOUT_THE_RECORDING[code]


def _trouble(doing: str, code: str) -> EngineUnavailable:
    return EngineUnavailable(f"VoiceIt could not {doing}: {code}; see its list of response codes")
