"""Twilio's side of a leg, one request at a time: signed forms in, TwiML out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from chalicelib.clock import Deadline, SystemClock
from chalicelib.conditional_write import Absent, Record, Scalar, Write
from chalicelib.handoff import Issue
from chalicelib.table import keys
from chalicelib.voice.leg_parts import LegParts
from chalicelib.voice.profile import Purpose, Task
from local.gateway import Api, from_answer, routes_of, to_event
from local.twilio import verbs
from local.twilio.recordings import Recordings
from local.twilio.twiml import parse
from local.twilio.verbs import Verb
from local.web import Request, Response
from tests.contract.wiring import BASE

CALL, OTHER_CALL = "CA" + "0" * 32, "CA" + "1" * 32
CONTACT = "11111111-aaaa-4000-8000-000000000001"
CODE = "0123456789"
CALLER = "c" * 43
PERSON = "p" * 43
PHRASE = "Never forget tomorrow is a new day"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def soon() -> Deadline:
    return Deadline.after(10, SystemClock())


@dataclass(frozen=True)
class Sent:
    """How a request departs from one of Twilio's."""

    token: str | None = None
    signature: str | None = None
    signed_url: str | None = None
    query: str = ""
    content_type: str = FORM
    body: bytes | None = None
    header: bool = True


class Twilio:
    """Calls the routes of one loaded twilio_app, through the entry that Lambda calls."""

    def __init__(self, module: ModuleType, token: str) -> None:
        self.module, self.token = module, token
        self._api = Api(routes_of(module.app))

    @property
    def parts(self) -> LegParts:
        parts: LegParts = self.module.leg_parts()
        return parts

    def send(self, url: str, fields: dict[str, str], sent: Sent | None = None) -> Response:
        """One request to an absolute URL of ours."""
        how = sent or Sent()
        form = {"CallSid": CALL, "AccountSid": "AC" + "a1" * 16, "FromCity": "", "ToCity": "MALMÖ", "Extra": "a+b&c=d"}
        form |= fields
        url = url.partition("#")[0]
        signature = RequestValidator(how.token or self.token).compute_signature(how.signed_url or url, form)
        headers = [("Host", urlsplit(url).netloc), ("Content-Type", how.content_type)]
        if how.header:
            headers.append(("X-Twilio-Signature", signature if how.signature is None else how.signature))
        body = urlencode(form).encode() if how.body is None else how.body
        event = to_event(Request("POST", urlsplit(url).path, how.query, tuple(headers), body), self._api)
        assert event is not None, f"no route for {url}"
        answer: Any = self.module.app(json.loads(json.dumps(event)), None)
        return from_answer(json.loads(json.dumps(answer)))

    def post(self, step_or_url: str, **fields: str) -> tuple[Verb, ...]:
        """A genuine request; the verbs of its valid answer."""
        url = step_or_url if step_or_url.startswith("https:") else f"{BASE}/voice/{step_or_url}"
        response = self.send(url, fields)
        assert response.status == 200
        assert ("Content-Type", "text/xml; charset=utf-8") in response.headers
        return parse(response.body)

    # --- scenes

    def issue(self, purpose: Purpose = Purpose.VERIFY, engine_user: str = "", code: str = CODE, **other: str) -> str:
        """A leg, as connect_app issues it; its handle."""
        facts = {"language": "en-GB", "phrase": PHRASE, "content_language": "en-US", "hand_back": "resume"}
        facts |= {"caller": CALLER, "subject": PERSON, **other}
        task = Task(purpose=purpose, engine_user=engine_user, **facts)
        handle = self.parts.hashes.of("leg code", code)
        self.parts.legs.take(Issue(CONTACT, self.now(), task.facts()), handle, soon())
        return handle

    def now(self) -> int:
        return int(self.parts.clock.now() * 1000)

    def keep_profile(self, state: str, **facts: Scalar) -> None:
        kept = {"voice_state": state, "subject": PERSON, **facts}
        self.parts.items.write(keys.caller(CALLER), Write(Absent("voice_state"), kept), soon())

    def profile(self) -> Record:
        return self.parts.items.read(keys.caller(CALLER), soon())

    def leg(self, handle: str) -> Record:
        return self.parts.legs.look(handle, soon())

    def hands_back(self, answer: tuple[Verb, ...]) -> bool:
        return answer == (verbs.Hangup(),)


def record(answer: tuple[Verb, ...]) -> verbs.Record:
    (found,) = (verb for verb in answer if isinstance(verb, verbs.Record))
    return found


def status_url(answer: tuple[Verb, ...]) -> str:
    return record(answer).recording_status_callback or ""


def action(answer: tuple[Verb, ...]) -> str:
    (found,) = (verb.action for verb in answer if isinstance(verb, verbs.Record | verbs.Gather))
    return found or ""


def goes_on(answer: tuple[Verb, ...]) -> str:
    """Where the call goes when nobody says or presses anything."""
    assert isinstance(answer[-1], verbs.Redirect)
    return answer[-1].url


def spoken(answer: tuple[Verb, ...]) -> str:
    nested = [inside for verb in answer if isinstance(verb, verbs.Gather) for inside in verb.nested]
    return " ".join(verb.text for verb in [*answer, *nested] if isinstance(verb, verbs.Say))


def ticket(url: str) -> str:
    found = re.search(r"/voice/([^/]+)/", url)
    assert found
    return found[1]


class Speaker:
    """Says takes of the phrase, one after the other, and has Twilio tell of each recording."""

    def __init__(self, twilio: Twilio, recordings: Recordings, *takes: Path) -> None:
        self._twilio, self._recordings, self._takes = twilio, recordings, list(takes)

    def keep(self) -> str:
        return self._recordings.keep(self._takes.pop(0).read_bytes())

    def says(self, asked: tuple[Verb, ...]) -> tuple[Verb, ...]:
        """The recording that `asked` asks for is made and judged; what the caller hears next."""
        answer: tuple[Verb, ...] = self._twilio.post(action(asked))
        self.told(asked, self.keep())
        return answer

    def told(self, asked: tuple[Verb, ...], sid: str, status: str = "completed") -> None:
        nothing = self._twilio.post(status_url(asked), RecordingSid=sid, RecordingStatus=status)
        assert nothing == ()
