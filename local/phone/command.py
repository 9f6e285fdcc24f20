"""A telephone in a browser, with the whole contact centre on this machine behind it, at real pace."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator

from local import tls
from local.aws import ministack
from local.aws.ministack import MiniStack
from local.centre import laptop_certificates
from local.phone.live_centre import LiveCentre
from local.phone.server import PhoneServer
from local.phone.switchboard import Switchboard
from local.tls import Certificates
from local.web import Response, WebServer

_PORT = 7448
_LANGUAGES = ("en-GB", "sv-SE", "nl-NL")


def main(arguments: list[str] | None = None) -> int:
    """Until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local phone", description=__doc__)
    parser.add_argument("--port", type=int, default=_PORT, help=f"of the page (default: {_PORT})")
    parser.add_argument("--language", choices=_LANGUAGES, default=_LANGUAGES[0], help="of the prompts")
    given = parser.parse_args(arguments)
    stopped = threading.Event()
    with contextlib.suppress(KeyboardInterrupt), _ended_in_order(), ministack.start() as aws:
        certificates = tls.certificates(laptop_certificates())
        serve(aws, certificates, stopped, _tell, port=given.port, language=given.language)
    return 0


@contextlib.contextmanager
def _ended_in_order() -> Iterator[None]:
    """A closed terminal and `kill` end it as Ctrl-C does, so that no recording and no other process outlives it."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(
    aws: MiniStack,
    certificates: Certificates,
    stopped: threading.Event,
    ready: Callable[[PhoneServer, Switchboard], object],
    *,
    port: int = 0,
    language: str = "en-GB",
    speed: float = 1.0,
) -> None:
    """Run the centre and its page in this thread until `stopped`; `ready` is told when it can be called."""
    server = WebServer(lambda request: Response(503), port=port)
    with LiveCentre(aws, certificates, language=language, speed=speed, origin=server.url) as centre:
        switchboard = Switchboard(centre)
        page = PhoneServer(centre, switchboard, server)
        with server:
            ready(page, switchboard)
            switchboard.run(stopped)


def _tell(page: PhoneServer, switchboard: Switchboard) -> None:
    # Standard output is where the apps log to.
    print(f"The phone is at {page.url}/ in a browser on this machine. Ctrl-C ends it.", file=sys.stderr, flush=True)
