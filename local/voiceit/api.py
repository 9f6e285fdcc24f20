"""VoiceIt's HTTP API, API 2 and 3: the voice calls, with VoiceIt's paths, fields, codes and manners."""

from __future__ import annotations

import base64
import email.message
import email.parser
import email.policy
import hmac
import re
import secrets
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from local.clock import VirtualClock, WallClock
from local.transcript import Transcript
from local.voiceit.engine import Code, Engine, Finding
from local.web import CloseWithoutAnswer, NeverAnswer, Request, Response, WebServer, json_response

_KEY = "key_" + "1" * 32
_TOKEN = "tok_" + "2" * 32
_OVERSIZE = 64 * 1024 * 1024


@dataclass(frozen=True)
class VoiceItFaults:
    """What goes wrong, for requests whose path starts with `at`; the `first` so many of them, or all.

    `slow_seconds` are virtual and come before whatever else happens. `lost_answer` does the work and then closes.
    """

    at: str = "/"
    first: int | None = None
    down: bool = False  # the connection closes without an answer
    hold: bool = False  # no answer ever, for real, until the server stops
    lost_answer: bool = False
    slow_seconds: float = 0.0
    code: str | None = None  # this response code, with `status`; the work is not done
    status: int = 400
    body: bytes | None = None  # these bytes with status 200, in place of JSON
    oversize: bool = False  # 64 MB of JSON


@dataclass(frozen=True)
class VoiceItCall:
    """A request that was answered: `code` as in the answer."""

    at: float
    method: str
    path: str
    code: str


class VoiceIt:
    """The API on a server of its own. `faults` may be changed at any time; `calls` is what was asked, in order."""

    def __init__(
        self,
        clock: VirtualClock | WallClock,
        tls: ssl.SSLContext | None = None,
        *,
        transcript: Transcript | None = None,
        key: str = _KEY,
        token: str = _TOKEN,
        engine: Engine | None = None,
    ) -> None:
        self.key, self.token = key, token
        self.engine = engine or Engine()
        self.calls: list[VoiceItCall] = []
        self.server = WebServer(self._answer, tls)
        self._clock = clock
        self._transcript = transcript
        self._faults = VoiceItFaults()
        self._affected = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """What the product takes for `https://api.voiceit.io`."""
        return self.server.url

    @property
    def faults(self) -> VoiceItFaults:
        return self._faults

    @faults.setter
    def faults(self, faults: VoiceItFaults) -> None:
        with self._lock:
            self._faults, self._affected = faults, 0

    def _answer(self, request: Request) -> Response:
        faults = self._faults_for(request)
        if faults.slow_seconds:
            self._clock.sleep(faults.slow_seconds)
        if faults.down:
            raise CloseWithoutAnswer
        if faults.hold:
            raise NeverAnswer
        response, code = self._spoiled(faults) or self._handled(request)
        self._note(request, code)
        if faults.lost_answer:
            raise CloseWithoutAnswer
        return response

    def _faults_for(self, request: Request) -> VoiceItFaults:
        with self._lock:
            faults = self._faults
            if not request.path.startswith(faults.at):
                return VoiceItFaults()
            self._affected += 1
            return faults if faults.first is None or self._affected <= faults.first else VoiceItFaults()

    def _spoiled(self, faults: VoiceItFaults) -> tuple[Response, str] | None:
        if faults.oversize:
            return Response(200, (("Content-Type", "application/json"),), b'"' + b"x" * _OVERSIZE + b'"'), "oversize"
        if faults.body is not None:
            return Response(200, (("Content-Type", "application/json"),), faults.body), "garbage"
        if faults.code is not None:
            return _reply(faults.status, faults.code, "Forced"), faults.code
        return None

    def _handled(self, request: Request) -> tuple[Response, str]:
        if not self._may(request):
            return _plain(Code.UNAC), Code.UNAC.name
        for method, pattern, handle in _ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                code, response = handle(_Asked(self.engine, request, self._clock.now()), *found.groups())
                return response, code.name
        return _plain(Code.INVT), Code.INVT.name

    def _may(self, request: Request) -> bool:
        expected = "Basic " + base64.b64encode(f"{self.key}:{self.token}".encode()).decode()
        return hmac.compare_digest(expected.encode(), (request.header("Authorization") or "").encode())

    def _note(self, request: Request, code: str) -> None:
        at, path = self._clock.now(), re.sub(r"usr_\w+", "{user}", request.path)
        self.calls.append(VoiceItCall(at, request.method, path, code))
        if self._transcript:
            self._transcript.add(at, "voiceit", f"{request.method} {path}: {code}")


@dataclass(frozen=True)
class _Asked:
    engine: Engine
    request: Request
    now: float


_Handled = tuple[Code, Response]


def _reply(status: int, code: str, message: str, /, **more: object) -> Response:
    body = {
        "message": message,
        "status": status,
        "responseCode": code,
        "timeTaken": "0.123s",
        "apiCallId": f"apc_{secrets.token_hex(16)}",
    }
    return json_response(status, body | more)


def _plain(code: Code, status: int | None = None, /, **more: object) -> Response:
    return _reply(status or code.status, code.name, code.message, **more)


def _create_user(asked: _Asked) -> _Handled:
    user_id = asked.engine.create_user()
    return Code.SUCC, _plain(Code.SUCC, 201, userId=user_id, createdAt=int(asked.now * 1000))


def _exists(asked: _Asked, user_id: str) -> _Handled:
    return Code.SUCC, _plain(Code.SUCC, exists=asked.engine.exists(user_id))


def _delete_user(asked: _Asked, user_id: str) -> _Handled:
    code = asked.engine.delete_user(user_id)
    return code, _plain(code)


def _list_users(asked: _Asked) -> _Handled:
    users = [{"userId": user_id} for user_id in asked.engine.enrolled]
    return Code.SUCC, _plain(Code.SUCC, count=len(users), users=users)


def _list_enrolments(asked: _Asked, user_id: str) -> _Handled:
    kept = asked.engine.enrolments(user_id)
    if kept is None:
        return Code.UNFD, _plain(Code.UNFD)
    listed = [{"voiceEnrollmentId": number, "contentLanguage": ""} for number in kept]
    return Code.SUCC, _plain(Code.SUCC, count=len(listed), voiceEnrollments=listed)


def _delete_enrolments(asked: _Asked, user_id: str) -> _Handled:
    code = asked.engine.delete_enrolments(user_id)
    return code, _plain(code)


def _phrases(asked: _Asked, language: str) -> _Handled:
    known = asked.engine.phrases.get(language)
    if known is None:
        return Code.INCP, _plain(Code.INCP)
    listed = [{"id": n, "text": text, "contentLanguage": language} for n, text in enumerate(known, start=1)]
    return Code.SUCC, _plain(Code.SUCC, count=len(listed), phrases=listed)


def _enrol(asked: _Asked) -> _Handled:
    form = _form(asked.request)
    finding = _judged(form, asked.engine.enrol)
    if finding.code is not Code.SUCC:
        return finding.code, _plain(finding.code)
    more = _text(form) | {"id": finding.enrolment, "contentLanguage": form["contentLanguage"].decode()}
    return Code.SUCC, _plain(Code.SUCC, 201, createdAt=int(asked.now * 1000), **more)


def _verify(asked: _Asked) -> _Handled:
    form = _form(asked.request)
    finding = _judged(form, asked.engine.verify)
    compared = {"confidence": finding.confidence} | _text(form) if finding.distance is not None else {}
    return finding.code, _plain(finding.code, **compared)


def _judged(form: Mapping[str, bytes], judge: Callable[[str, str, str, bytes], Finding]) -> Finding:
    if not {"userId", "contentLanguage", "phrase", "recording"} <= form.keys():
        return Finding(Code.MISP)
    user_id, language, phrase = (form[name].decode() for name in ("userId", "contentLanguage", "phrase"))
    return judge(user_id, language, phrase, form["recording"])


def _text(form: Mapping[str, bytes]) -> dict[str, object]:
    return {"text": form["phrase"].decode().lower(), "textConfidence": 97.5}


def _form(request: Request) -> Mapping[str, bytes]:
    """The form's fields by name, multipart or urlencoded; nothing for a body that is neither."""
    content_type = request.header("Content-Type") or ""
    if content_type.startswith("application/x-www-form-urlencoded"):
        return {name: value.encode() for name, value in parse_qsl(request.body.decode(), keep_blank_values=True)}
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    return {str(part.get_param("name", header="Content-Disposition")): _content(part) for part in message.iter_parts()}


def _content(part: email.message.Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


_USER = r"([^/]+)"
_ROUTES: tuple[tuple[str, str, Callable[..., _Handled]], ...] = (
    ("POST", "/users", _create_user),
    ("GET", "/users", _list_users),
    ("GET", f"/users/{_USER}", _exists),
    ("DELETE", f"/users/{_USER}", _delete_user),
    ("GET", f"/phrases/{_USER}", _phrases),
    ("POST", "/enrollments/voice", _enrol),
    ("GET", f"/enrollments/voice/{_USER}", _list_enrolments),
    ("DELETE", f"/enrollments/{_USER}/all", _delete_enrolments),
    ("POST", "/verification/voice", _verify),
)
