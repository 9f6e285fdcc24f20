"""A phone number at Twilio: answers calls by doing what the application's TwiML says."""

from __future__ import annotations

import secrets
import ssl
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import NoReturn

from local.clock import VirtualClock
from local.telephone import Call, Ended, Exchange
from local.transcript import Transcript
from local.twilio.account import Account, Number
from local.twilio.faults import LineFaults, LineTimes, RequestKind, Signature
from local.twilio.leg import CallOver, DocumentError, EndlessCallError, Equipment, Leg
from local.twilio.performance import perform
from local.twilio.recordings import Recordings
from local.twilio.webhooks import WebhookRequest, Webhooks

_SETTLING_STEP = 0.1  # virtual seconds


class TwilioLine:
    """A subscriber of the telephone network whose calls are run by TwiML.

    It fetches documents over real HTTPS (`tls` must trust the application's certificate) and signs every request with
    Twilio's own code. `requests` is every request made so far; `errors` is what Twilio would put on the account's error
    log: in a sound journey it stays empty. `faults` may be changed between calls. Several calls may be on the line at
    once, each in a thread that holds a token of the clock.
    """

    def __init__(
        self,
        account: Account,
        number: Number,
        clock: VirtualClock,
        transcript: Transcript,
        recordings: Recordings,
        tls: ssl.SSLContext,
        *,
        exchange: Exchange | None = None,
        faults: LineFaults | None = None,
        times: LineTimes | None = None,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        self.faults = faults or LineFaults()
        self.errors: list[str] = []
        self.number = number
        self._clock = clock
        self._webhooks = Webhooks(account, clock, transcript, tls, addresses or {}, self._in_background)
        self._pending: list[Future[object]] = []
        self._lock = threading.Lock()
        self._equipment = Equipment(
            account, number, clock, transcript, self._webhooks, recordings,
            exchange or Exchange(), times or LineTimes(), self.errors, self._in_background,
        )  # fmt: skip

    @property
    def requests(self) -> list[WebhookRequest]:
        return self._webhooks.requests

    def requests_of(self, kind: RequestKind) -> list[WebhookRequest]:
        """Those of one kind, in the order in which they were finished."""
        return [request for request in self.requests if request.kind is kind]

    def answer(self, call: Call) -> Ended:
        """Run one call to its end, in virtual time."""
        leg = Leg(self._equipment, self.faults, call, f"CA{secrets.token_hex(16)}")
        leg.note(f"rings for {call.caller_id or 'a withheld number'}")
        try:
            _run(leg)
        except CallOver as over:
            ended = over.ended
        leg.close(ended)
        return ended

    def settle(self) -> None:
        """Let virtual time pass until every background request has been delivered."""
        while any(not done.done() for done in self._pending):
            self._clock.sleep(_SETTLING_STEP)
        for done in self._pending:
            done.result()

    def send_again(
        self,
        request: WebhookRequest,
        *,
        changes: Mapping[str, str | None] | None = None,
        url: str | None = None,
        signature: Signature = Signature.RECORDED,
        headers: Mapping[str, str] | None = None,
    ) -> WebhookRequest:
        """Send a recorded request once more, as an attacker or a lost reply would; `status` and `answer` are in it.

        It is added to `requests`. Without more it is byte for byte the same. `changes` sets parameters (None drops
        one), `url` sends it elsewhere; the recorded signature then no longer fits, unless `signature` asks for another.
        """
        return self._webhooks.send_again(
            request, changes=changes or {}, url=url, signature=signature, headers=headers or {}
        )

    def close(self) -> None:
        """Give up the connections to the application."""
        self._webhooks.close()

    def _in_background(self, work: Callable[[], object]) -> None:
        with self._lock:
            self._pending.append(self._clock.spawn(work))


def _run(leg: Leg) -> NoReturn:
    number = leg.equipment.number
    try:
        document = leg.fetch(RequestKind.INCOMING, number.voice_url, "POST", {})
        while True:
            document = perform(leg, document)
    except (DocumentError, EndlessCallError):
        if leg.status == "completed":  # nobody is there to be sorry to
            raise CallOver(Ended.CALLER_HUNG_UP) from None
        raise leg.apologised() from None
