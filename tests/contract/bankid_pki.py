"""Certificates for tests of TLS with a certificate on both sides, made in the test process."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def key_pem(self, password: str = "") -> str:
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()

    @property
    def pem(self) -> str:
        return self.certificate_pem + self.key_pem()

    @property
    def sha256(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def issue(
    name: str,
    issuer: Issued | None = None,
    *,
    authority: bool = False,
    not_before: timedelta = -DAY,
    not_after: timedelta = 30 * DAY,
) -> Issued:
    """A certificate for localhost; times are counted from now. Without an issuer it signs itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + not_before)
        .not_valid_after(now + not_after)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    return Issued(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@cache
def authority(name: str = "root") -> Issued:
    """One per name and process."""
    return issue(name, authority=True, not_before=-10 * DAY, not_after=365 * DAY)


def server_context(
    folder: Path, shown: Issued, takes: Issued | None = None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> ssl.SSLContext:
    """A server that shows one certificate, and lets in who shows one of the authority that it `takes`."""
    file = folder / f"{shown.sha256}.pem"
    file.write_text(shown.pem)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.maximum_version = version
    tls.load_cert_chain(file)
    if takes:
        tls.load_verify_locations(cadata=takes.certificate_pem)
        tls.verify_mode = ssl.CERT_REQUIRED
    return tls


@contextlib.contextmanager
def refusing_server(tls: ssl.SSLContext) -> Iterator[str]:
    """A server for one client that it does not let in; its URL. What it has to say of the client arrives."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_refuse, args=(listener, tls))
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}"
        thread.join()


def _refuse(listener: socket.socket, tls: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    with tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secured:
        with contextlib.suppress(ssl.SSLError):
            secured.do_handshake()
        with contextlib.suppress(OSError):  # hears the client out
            while socket.socket.recv(secured, 4096):
                pass
