"""A relying party of the tests' own: plain HTTP and TLS of the standard library, and a BankID to talk to."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.bankid import BankID, Holder
from local.clock import VirtualClock
from local.transcript import Transcript

KARIN = Holder("199908072391", "Karin", "Testsson")
NOBODY = "189001019802"  # a number without a BankID
TEXT = "Du ringer Exempelbolaget. Kod i samtalet: 47."


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        return self.status, str(self.json["errorCode"])


def client_context(root_pem: str, chain_and_key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=root_pem)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        Path(file.name).write_text(chain_and_key, encoding="ascii")
        context.load_cert_chain(file.name)
    return context


class Client:
    """Asks `bankid` with the certificate of the relying party of that name."""

    def __init__(self, bankid: BankID, relying_party: str = "relying-party") -> None:
        self.bankid = bankid
        self.context = client_context(bankid.root_pem, bankid.authority.relying_party(relying_party))

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        url = urlsplit(self.bankid.url)
        connection = http.client.HTTPSConnection(str(url.hostname), url.port, context=self.context, timeout=10.0)
        try:
            connection.request(method, url.path + path, body, dict(headers))
            got = connection.getresponse()
            return Reply(got.status, dict(got.getheaders()), got.read())
        finally:
            connection.close()

    def post(self, path: str, /, **fields: object) -> Reply:
        return self.send("POST", path, json.dumps(fields).encode(), {"Content-Type": "application/json"})

    def auth(self, personal_number: str = KARIN.personal_number, /, **fields: object) -> Reply:
        standard = {"callInitiator": "user", "userVisibleData": b64(TEXT)}
        return self.post("/phone/auth", **{"personalNumber": personal_number, **standard, **fields})

    def begin(self, personal_number: str = KARIN.personal_number, /, **fields: object) -> str:
        """The orderRef of a new order."""
        return str(self.auth(personal_number, **fields).json["orderRef"])

    def collect(self, ref: str) -> Any:
        return self.post("/collect", orderRef=ref).json

    def hint(self, ref: str) -> str:
        """The hint of an order, or `complete`, or the error's details."""
        said = self.collect(ref)
        return str(said.get("hintCode") or said.get("status") or said["details"])


class Bank(BankID):
    """A BankID with a clock that the test moves, and a client in front."""

    def __init__(self) -> None:
        self.clock, self.story = VirtualClock(), Transcript()
        super().__init__(self.clock, self.story)
        self.client = Client(self)

    def after(self, seconds: float) -> Client:
        """The client, so many seconds later."""
        self.clock.sleep(seconds)
        return self.client
