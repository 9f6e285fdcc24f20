"""A BankID on this machine, in real time: `serve` runs it with a page of phones, other words press a button there."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from local.bankid.api import BankID
from local.bankid.authority import authority
from local.bankid.holders import Holder
from local.bankid.page import BUTTONS, Page
from local.clock import WallClock
from local.transcript import Transcript

_API_PORT, _PAGE_PORT = 7446, 7447
_PEOPLE = (
    Holder("199908072391", "Karin", "Testsson"),
    Holder("198112189876", "Erik", "Annansson"),
    Holder("191212121212", "Tolvan", "Tolvansson"),
)


def main(arguments: list[str] | None = None) -> int:
    """Until it is interrupted; or the exit code of one press of a button."""
    parser = argparse.ArgumentParser(prog="python -m local bankid", description=__doc__)
    parser.add_argument("do", nargs="?", default="serve", choices=("serve", *BUTTONS), help="what (default: serve)")
    parser.add_argument("number", nargs="?", default=_PEOPLE[0].personal_number, help="whose phone (default: Karin's)")
    parser.add_argument("--port", type=int, default=_API_PORT, help="of the relying-party API")
    parser.add_argument("--page-port", type=int, default=_PAGE_PORT, help="of the page")
    given = parser.parse_args(arguments)
    if given.do == "serve":
        return _serve(given.port, given.page_port)
    return _press(given.do, given.number, given.page_port)


def _serve(port: int, page_port: int) -> int:
    transcript = Transcript()
    bankid = BankID(WallClock(), transcript, certificates=authority(), port=port)
    for holder in _PEOPLE:
        bankid.add(holder)
    page = Page(bankid, page_port)
    with bankid.server, page.server:
        print(_what_to_know(bankid, page), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            _tell(transcript)
    return 0


def _what_to_know(bankid: BankID, page: Page) -> str:
    given = bankid.authority.folder / "given"
    given.mkdir(exist_ok=True)
    files = {
        "trust for TLS": _written(given / "tls-root.pem", bankid.root_pem),
        "trust for evidence": _written(given / "signing-root.pem", bankid.signing_root_pem),
        "relying party": _written(given / "relying-party.pem", bankid.relying_party_pem),
    }
    lines = {"API": bankid.url, "phones": page.url, **files, "SHA-256 of the TLS root": bankid.root_sha256}
    return "\n".join(f"{name + ':':26}{value}" for name, value in lines.items())


def _written(file: Path, pem: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(pem, encoding="ascii")
    return file


def _tell(transcript: Transcript) -> None:
    told = 0
    while True:
        for line in transcript.lines[told:]:
            print(f"{line.who:7} {line.what}", flush=True)
            told += 1
        time.sleep(0.2)


def _press(button: str, number: str, page_port: int) -> int:
    body = urllib.parse.urlencode({"do": button}).encode()
    request = urllib.request.Request(f"http://localhost:{page_port}/{number}", body)
    try:
        with urllib.request.urlopen(request, timeout=5.0):
            return 0
    except urllib.error.HTTPError as refused:
        print(refused.read().decode().strip(), file=sys.stderr)
    except OSError as trouble:
        print(f"Nothing answers on port {page_port}: is `python -m local bankid` running? ({trouble})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
