"""TLS with BankID: our certificate and its private key, and the one root that BankID's servers are trusted by.

OpenSSL takes a key from a file only. Here it gets one that exists in memory alone; where the system has none, a
temporary file in which the key stands encrypted under a password that nobody else knows, for less than a second.

Which root is BankID's is not for settings to say: its fingerprint stands below, and the root of one environment is none
for the other. Fingerprints as in BankID's sample code and on its page of environments.
"""

from __future__ import annotations

import os
import re
import secrets
import ssl
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from chalicelib.bankid import der
from chalicelib.bankid.der import Certificate
from chalicelib.errors import Misconfigured
from chalicelib.settings import Settings

PRODUCTION, TEST = "appapi2.bankid.com", "appapi2.test.bankid.com"
ROOT_SHA256 = {
    PRODUCTION: "e6a2d45c0a1051c959428649f86a09a9b2152cd551993cc2eb4cf094bdacbecb",
    TEST: "f3d0740ebfb3700e3b81aa791fee451472698c84e199c2eb48a443ff1d5b405c",
}
PUBLIC_TEST_CERTIFICATE_SHA256 = "ef15b3e1837bd4ade7e4bfa1d0a07e9be936e0389c10806077d0eb51271ad5f5"
_TEST_ISSUER = b"for bankid test"
_KEY = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)
_UNREADABLE_KEY = "the private key for BankID does not open with the password that BANKID_KEY_PASSWORD_NAME names"


class Source(Protocol):
    """Where secrets are."""

    def find(self, names: Iterable[str]) -> Mapping[str, str]:
        """Values by name, without those that do not exist. Raises SecretsUnavailable."""


@dataclass(frozen=True)
class Identity:
    """Our certificate with its chain and its key in PEM, ours first, and the password of the key; "" without one."""

    pem: str = field(repr=False)
    password: str = field(default="", repr=False)


def build(settings: Settings, source: Source, now: float) -> ssl.SSLContext:
    """What `relying_party` talks over. `now` is the machine's own time, seconds since the epoch, as it is for TLS.

    Raises:
        Misconfigured: a setting or a parameter is missing, or cannot be used; says which, and what to do.
        SecretsUnavailable: the parameters cannot be had now.
    """
    if host_of(settings.bankid_api_url) == TEST and not settings.insecure_bankid_test:
        raise Misconfigured(
            f"BANKID_API_URL is {TEST}, where anybody can be anybody: only with INSECURE_BANKID_TEST yes"
        )
    certificate, root = settings.bankid_certificate_name, settings.bankid_root_name
    if not certificate or not root:
        raise Misconfigured("BankID needs both BANKID_CERTIFICATE_NAME and BANKID_ROOT_NAME")
    password = settings.bankid_key_password_name
    wanted = [name for name in (certificate, root, password) if name]
    found = source.find(wanted)
    missing = sorted(name for name in wanted if name not in found)
    if missing:
        raise Misconfigured(f"there is no parameter {', '.join(missing)}; `make certs` makes what BankID needs")
    identity = Identity(found[certificate], found[password].strip("\r\n") if password else "")
    return context(settings.bankid_api_url, identity, found[root], settings.bankid_root_sha256, now)


def context(url: str, identity: Identity, root: str, root_sha256: str, now: float) -> ssl.SSLContext:
    """TLS for the API at `url`, with `root` (PEM) as all its trust. `root_sha256` only where `url` is not BankID's.

    Raises:
        Misconfigured: as for `build`.
    """
    host = host_of(url)
    trusted = checked_root(host, root, root_sha256, now)
    ours = chain(identity.pem)
    check(host, ours[0], now)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificates and host names, and trusts nobody yet
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.load_verify_locations(cadata=trusted.der)
    _load(tls, _as_checked(identity, ours))
    return tls


def host_of(url: str) -> str:
    """The host of a URL, in the one spelling that `ROOT_SHA256` has."""
    return (urlsplit(url).hostname or "").rstrip(".")


def chain(pem: str) -> list[Certificate]:
    """The certificates in `pem`, in its order; at least one.

    Raises:
        Misconfigured: there is none, or one that cannot be read.
    """
    try:
        found = der.certificates(pem)
    except ValueError:
        found = []
    if not found:
        raise Misconfigured("what should be a certificate for BankID is none in PEM")
    return found


def checked_root(host: str, root: str, root_sha256: str, now: float) -> Certificate:
    """The one certificate in `root` (PEM), if it is the one for `host`.

    Raises:
        Misconfigured: it is another, or more than one, or past its time; or the setting is missing, or one too many.
    """
    configured, pinned = root_sha256.replace(":", "").lower(), ROOT_SHA256.get(host, "")
    if pinned and configured not in ("", pinned):
        raise Misconfigured(f"BANKID_ROOT_SHA256 cannot change whom {host} is trusted by; leave it out")
    if not pinned and not configured:
        raise Misconfigured(f"BANKID_ROOT_SHA256 must be set, because {host} is none of BankID's hosts")
    certificates = chain(root)
    if len(certificates) != 1 or certificates[0].sha256 != (pinned or configured):
        raise Misconfigured(f"BANKID_ROOT_NAME must hold one certificate, the root for {host}: {_root_name(host)}")
    _check_time("the root for BankID's servers", certificates[0], now)
    return certificates[0]


def check(host: str, certificate: Certificate, now: float) -> None:
    """See that our certificate may be used with `host` now.

    Raises:
        Misconfigured: it may not, and why.
    """
    if host == PRODUCTION and is_for_tests(certificate):
        raise Misconfigured(
            f"the certificate for BankID is one for tests, and {PRODUCTION} is not; get one from a bank"
        )
    _check_time("the certificate for BankID", certificate, now)


def is_for_tests(certificate: Certificate) -> bool:
    """Whether a certificate is of BankID's test environment, such as the one that everybody can download."""
    return certificate.sha256 == PUBLIC_TEST_CERTIFICATE_SHA256 or _TEST_ISSUER in certificate.issuer.lower()


def _root_name(host: str) -> str:
    names = {PRODUCTION: "BankID SSL Root CA v1", TEST: "Test BankID SSL Root CA v1 Test"}
    return names.get(host, "the one that BANKID_ROOT_SHA256 names")


def _check_time(what: str, certificate: Certificate, now: float) -> None:
    moment = datetime.fromtimestamp(now, UTC)
    first, last = certificate.not_before, certificate.not_after
    if moment > last:
        raise Misconfigured(f"{what} expired on {last:%Y-%m-%d}; store its successor with `make certs`")
    if moment < first:
        raise Misconfigured(f"{what} is not valid before {first:%Y-%m-%d %H:%M} UTC")


# --- The key, into OpenSSL


def _as_checked(identity: Identity, ours: Sequence[Certificate]) -> Identity:
    """`ours`, the key, and nothing else: OpenSSL has more names for a block with a certificate, and takes the first."""
    key = _KEY.search(identity.pem)
    if key is None:
        raise Misconfigured("the parameter with the certificate for BankID holds no private key")
    public = "".join(ssl.DER_cert_to_PEM_cert(one.der) for one in ours)
    return Identity(public + key.group(), identity.password)


def _load(tls: ssl.SSLContext, identity: Identity) -> None:
    try:
        with _as_file(identity) as (path, password):
            # Always with a password: without one OpenSSL would ask the terminal for it.
            tls.load_cert_chain(path, password=password)
    except ssl.SSLError as error:
        raise Misconfigured(_why(error, identity)) from None


def _why(error: ssl.SSLError, identity: Identity) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return "the private key for BankID does not fit the certificate, which must stand first in its chain"
    if "ENCRYPTED" in identity.pem:
        return _UNREADABLE_KEY
    return f"the certificate for BankID or its private key cannot be used ({error.reason})"


@contextmanager
def _as_file(identity: Identity) -> Iterator[tuple[str, str]]:
    """A path that OpenSSL can read, for as long as it takes, and the password for what stands there."""
    memory = _in_memory(identity.pem.encode())
    if memory is None:
        with _encrypted_on_disk(identity) as file:
            yield file
        return
    try:
        yield f"/proc/self/fd/{memory}", identity.password
    finally:
        os.close(memory)


def _in_memory(data: bytes) -> int | None:
    """A file without a disk; None where the system has none, or no way to read it by a path."""
    try:
        memory = os.memfd_create("bankid", os.MFD_CLOEXEC)
    except (AttributeError, OSError):
        return None
    if not Path(f"/proc/self/fd/{memory}").exists():
        os.close(memory)
        return None
    os.write(memory, data)
    return memory


@contextmanager
def _encrypted_on_disk(identity: Identity) -> Iterator[tuple[str, str]]:
    once = secrets.token_urlsafe(32)
    encrypted = _encrypted_anew(identity, once)
    descriptor, name = tempfile.mkstemp(prefix="countersign-")  # for its owner alone
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(encrypted)
        yield name, once
    finally:
        Path(name).unlink()


def _encrypted_anew(identity: Identity, password: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import (  # where there is memory enough, nobody waits for this
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    opens = identity.password.encode() if "ENCRYPTED" in identity.pem else None
    try:
        key = load_pem_private_key(identity.pem.encode(), opens)
    except (ValueError, TypeError):
        raise Misconfigured(
            _UNREADABLE_KEY if opens is not None else "the private key for BankID cannot be read"
        ) from None
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    public = "".join(ssl.DER_cert_to_PEM_cert(one.der) for one in chain(identity.pem))
    return public.encode() + encrypted
