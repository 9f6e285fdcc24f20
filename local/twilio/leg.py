"""One call on the line, and what every verb needs: answering, fetching documents, speaking, asking, ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from local.clock import VirtualClock
from local.telephone import Asked, Call, Ended, Exchange, HangUp, Live, Press, Reaction, live
from local.transcript import Transcript
from local.twilio import parameters, twiml
from local.twilio.account import Account, Number
from local.twilio.faults import LineFaults, LineTimes, RequestKind
from local.twilio.recordings import Recordings
from local.twilio.tones import Tones, counted
from local.twilio.verbs import Verb
from local.twilio.webhooks import OverrideError, WebhookRequest, Webhooks

_LOOKS_EVERY_SECONDS = 0.05
_MOST_STEPS = 200  # verbs and requests in a call; more is a loop
_SORRY = "We are sorry, an application error has occurred. Goodbye."
_TWIML_TYPES = {"text/xml", "application/xml", "text/html"}


class CallOver(Exception):
    """The call has ended; carried up to whoever runs it."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.value)
        self.ended = ended


class DocumentError(Exception):
    """No usable document: `code` from Twilio's error dictionary."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code


class EndlessCallError(Exception):
    """The application goes round in circles."""


@dataclass(frozen=True)
class Document:
    """Verbs, and the URL that they came from."""

    verbs: tuple[Verb, ...]
    url: str


@dataclass(frozen=True)
class Equipment:
    """What a line lends to each of its calls."""

    account: Account
    number: Number
    clock: VirtualClock
    transcript: Transcript
    webhooks: Webhooks
    recordings: Recordings
    exchange: Exchange
    times: LineTimes
    errors: list[str]
    background: Callable[[Callable[[], object]], None]


class Leg:
    """The state of one call, and what every verb needs to go on with it."""

    def __init__(self, equipment: Equipment, faults: LineFaults, call: Call, call_sid: str) -> None:
        self.equipment = equipment
        self.faults = faults
        self.call = call
        self.call_sid = call_sid
        self.tones = Tones()
        self.stops_for_keys = False  # what somebody who is really there presses cuts short what sounds
        self.status = "ringing"
        self.answered_at: float | None = None
        self.parties = parameters.Parties(equipment.account, equipment.number, call, call_sid, faults.withheld_as)
        self._live = live(call.person)
        self._rang_at = self.now()
        self._unheard: list[str] = []  # spoken since the person last reacted
        self._steps = self._questions = self._documents = 0

    def now(self) -> float:
        return self.equipment.clock.now()

    def wait(self, seconds: float) -> None:
        """Raises CallOver when somebody who is really there hangs up meanwhile."""
        end = self.now() + seconds
        while self._live and end - self.now() > _LOOKS_EVERY_SECONDS:
            self.equipment.clock.sleep(_LOOKS_EVERY_SECONDS)
            if self._presses(self._live) and self.stops_for_keys:
                return
        self.equipment.clock.sleep(end - self.now() if self._live else seconds)

    def _presses(self, person: Live) -> bool:
        if person.has_hung_up():
            raise CallOver(Ended.CALLER_HUNG_UP)
        keys = person.pressed()
        if keys:
            self.equipment.transcript.add(self.now(), "caller", f"types {counted(len(keys))}")
            self.tones.send(keys, self.now(), 0.0)
        return bool(keys)

    def note(self, what: str) -> None:
        self.equipment.transcript.add(self.now(), "twilio", what)

    def step(self) -> None:
        """Count a verb or a request."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            self.failed(f"more than {_MOST_STEPS} verbs and requests in one call")
            raise EndlessCallError

    # -- answering ----------------------------------------------------------------------------------------------

    def answer(self) -> None:
        """Pick up, unless the caller has given up by now; from here on the calling machine sends its digits."""
        if self.answered_at is not None:
            return
        self.equipment.transcript.heard(self._rang_at, self.now())
        if self.now() - self._rang_at > self.call.ring_limit_seconds:
            raise CallOver(Ended.NO_ANSWER)
        self.answered_at, self.status = self.now(), "in-progress"
        self.note("answers")
        if self.call.digits:
            sent = self.tones.send(self.call.digits, self.now(), self.equipment.times.tone)
            self.note(f"{sent} keys are on their way")

    # -- documents ----------------------------------------------------------------------------------------------

    def fetch(self, kind: RequestKind, url: str, method: str, extra: Mapping[str, str]) -> Document:
        """The document at `url`, or the fallback's. Raises DocumentError when there is neither."""
        try:
            return self._fetched(kind, url, method, extra)
        except DocumentError as error:
            self.failed(f"{url.partition('#')[0]}: {error}")
            fallback = self.equipment.number.fallback_url
            if kind is RequestKind.FALLBACK or not fallback:
                raise
            about = {"ErrorCode": str(error.code), "ErrorUrl": url.partition("#")[0]}
            return self.fetch(RequestKind.FALLBACK, fallback, "POST", about)

    def follow(
        self, kind: RequestKind, document: Document, action: str | None, method: str, extra: Mapping[str, str]
    ) -> Document:
        """The document at a verb's `action`, by default the current document's own URL."""
        return self.fetch(kind, urljoin(document.url, action or ""), method, extra)

    def _fetched(self, kind: RequestKind, url: str, method: str, extra: Mapping[str, str]) -> Document:
        self.step()
        self._documents += 1
        request = self.request(kind, url, method, parameters.standard(self.parties, self.status) | dict(extra))
        if self._documents == self.faults.hang_up_at_request:
            raise CallOver(Ended.CALLER_HUNG_UP)
        return Document(_verbs(request), request.url)

    def request(self, kind: RequestKind, url: str, method: str, params: Mapping[str, str]) -> WebhookRequest:
        try:
            return self.equipment.webhooks.fetch(kind, self.call_sid, method, url, params, self.faults)
        except OverrideError as error:
            raise DocumentError(11243, str(error)) from error

    def call_back(
        self, kind: RequestKind, url: str, method: str, params: Mapping[str, str], after: float = 0.0
    ) -> None:
        """A request whose answer does not matter, `after` seconds from now, while the call goes on."""

        def deliver() -> None:
            self.equipment.clock.sleep(after)
            self.call_back_now(kind, url, method, params)

        self.equipment.background(deliver)

    def call_back_now(self, kind: RequestKind, url: str, method: str, params: Mapping[str, str]) -> None:
        """The same, waiting for the answer."""
        try:
            request = self.request(kind, url, method, params)
        except DocumentError as error:
            self.failed(f"{kind.value} callback: {error}")
        else:
            if request.failure:
                self.failed(f"{kind.value} callback: 15003: {request.status or request.failure} from {request.path}")

    def failed(self, what: str) -> None:
        """Remember what Twilio would put on the account's error log."""
        self.equipment.errors.append(what)
        self.note(f"error {what}")

    def apologised(self) -> CallOver:
        """What a caller hears when the application fails; then Twilio hangs up: to be raised."""
        self.answer()
        self.speak(_SORRY)
        return self.finished()

    # -- speaking and asking ------------------------------------------------------------------------------------

    def speak(self, text: str, stop: float | None = None) -> None:
        """Say it, at most until `stop`."""
        self.note(f"says: {text}")
        self._unheard.append(text)
        if self._live:
            self._live.hears(text)
        self.sound(len(text) / self.equipment.times.characters_per_second, stop)

    def sound(self, seconds: float, stop: float | None = None) -> None:
        """Something that the caller hears."""
        start = self.now()
        self.wait(seconds if stop is None else max(0.0, min(seconds, stop - start)))
        self.equipment.transcript.heard(start, self.now())

    def ask(self, asked: Asked) -> tuple[Reaction, bool]:
        """What the person does, and whether they hang up now (or, having spoken, right after)."""
        self._questions += 1
        heard, self._unheard = " ".join(self._unheard), []
        reaction = self.call.person.reacts(heard, asked)
        leaves = isinstance(reaction, HangUp) or self._questions == self.faults.hang_up_at_question
        return reaction, leaves

    def let_react(self) -> None:
        """After plain speech the person may hang up; keys pressed now are lost."""
        if not self._unheard:
            return
        reaction, leaves = self.ask(Asked.NOTHING)
        if leaves:
            raise CallOver(Ended.CALLER_HUNG_UP)
        if isinstance(reaction, Press):
            self.note(f"nobody listens to {len(reaction.keys)} keys")

    def lose_tones(self) -> None:
        """Whoever starts to listen has missed the keys so far."""
        if lost := self.tones.lose_until(self.now()):
            self.note(f"{lost} keys were pressed while nobody listened")

    def finished(self) -> CallOver:
        """The line hangs up: to be raised. The person may do so first, having heard what was said last."""
        self.let_react()
        return CallOver(Ended.FAR_END_HUNG_UP)

    # -- the end ------------------------------------------------------------------------------------------------

    def close(self, ended: Ended) -> None:
        """Note the end, and tell the number's status callback."""
        seconds = 0.0 if self.answered_at is None else self.now() - self.answered_at
        if self.answered_at is None:
            self.equipment.transcript.heard(self._rang_at, self.now())
        else:
            self.equipment.transcript.call_was_open(self.answered_at, self.now())
        self.status = "completed" if self.answered_at is not None else "no-answer"
        if ended is Ended.CALLER_HUNG_UP:
            self.equipment.transcript.add(self.now(), "caller", "hangs up")
        self.note("hangs up" if ended is Ended.FAR_END_HUNG_UP else f"the call is over: {ended.value}")
        if url := self.equipment.number.status_callback:
            params = parameters.call_status(self.parties, self.status, seconds, self.now())
            self.call_back(RequestKind.CALL_STATUS, url, "POST", params)


def _verbs(request: WebhookRequest) -> tuple[Verb, ...]:
    if request.failure:
        raise DocumentError(request.failure, f"{request.status or 'no answer'}")
    content_type = {name.lower(): value for name, value in request.answer_headers.items()}.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() not in _TWIML_TYPES:
        raise DocumentError(12300, f"Content-Type {content_type!r}")
    try:
        return twiml.parse(request.answer)
    except twiml.TwimlError as error:
        raise DocumentError(error.code, str(error)) from error
