from __future__ import annotations

import hashlib
import os
import ssl
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib import settings
from chalicelib.bankid import certificate, der
from chalicelib.bankid.certificate import Identity
from chalicelib.bankid.relying_party import RelyingParty
from chalicelib.clock import Deadline, SystemClock
from chalicelib.errors import Misconfigured, SecretsUnavailable
from local.web import Request, Response, WebServer
from tests.contract.bankid_pki import DAY, Issued, authority, issue, server_context
from tests.unit.test_settings import CONNECT_ENVIRONMENT

URL = "https://bankid.example:8443/rp/v6.0"
PRODUCTION, TEST = "https://appapi2.bankid.com/rp/v6.0", "https://appapi2.test.bankid.com/rp/v6.0"


@pytest.fixture(scope="module")
def root() -> Issued:
    return authority("BankID's root")


@pytest.fixture(scope="module")
def ours() -> Issued:
    return issue("us", authority("our bank"))


def now() -> float:
    return time.time()


def refusal(make: Callable[[], object]) -> str:
    with pytest.raises(Misconfigured) as refused:
        make()
    assert "-----" not in str(refused.value)
    return str(refused.value)


def made(
    root: Issued, pem: str, password: str = "", url: str = URL, sha256: str | None = None, at: float = 0.0
) -> ssl.SSLContext:
    sha256 = root.sha256 if sha256 is None else sha256
    return certificate.context(url, Identity(pem, password), root.certificate_pem, sha256, at or now())


@dataclass
class Secrets:
    """What is kept, by name."""

    kept: dict[str, str]

    def find(self, names: Iterable[str]) -> dict[str, str]:
        return {name: self.kept[name] for name in names if name in self.kept}


# --- the key


WAYS = ["in memory", "no memfd", "memfd refused", "no /proc"]


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The ways of different systems."""

    def refuse(*_: object) -> int:
        raise PermissionError

    if request.param == "no memfd":
        monkeypatch.delattr(os, "memfd_create")
    elif request.param == "memfd refused":
        monkeypatch.setattr(os, "memfd_create", refuse)
    elif request.param == "no /proc":
        exists = Path.exists
        monkeypatch.setattr(Path, "exists", lambda self: not str(self).startswith("/proc/self/fd/") and exists(self))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return str(request.param)


@pytest.mark.parametrize("password", ["", "open sesame"])
def test_a_key_is_shown_to_the_server_and_never_lies_on_a_disk_in_clear(
    way: str, password: str, root: Issued, ours: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, str]] = []
    load = ssl.SSLContext.load_cert_chain

    def looked_at(self: ssl.SSLContext, path: str, password: str) -> None:
        seen.extend((file.stat().st_mode & 0o777, file.read_text()) for file in tmp_path.iterdir())
        load(self, path, password=password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", looked_at)
    tls = made(root, ours.certificate_pem + ours.key_pem(password), password)
    monkeypatch.undo()
    assert [mode for mode, _ in seen] == ([] if way == "in memory" else [0o600])
    assert all("ENCRYPTED PRIVATE KEY" in text for _, text in seen)
    assert list(tmp_path.iterdir()) == []
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return Response(405)

    (tmp_path / "server").mkdir()
    theirs = server_context(tmp_path / "server", issue("localhost", root), authority("our bank"))
    with WebServer(answer, theirs) as web:
        RelyingParty(web.url, tls).probe(Deadline.after(10.0, SystemClock()))
    assert asked[0].client_certificate == ours.certificate.public_bytes(Encoding.DER)


@pytest.mark.usefixtures("way")
def test_nothing_is_left_behind_whatever_comes_of_it(root: Issued, ours: Issued, tmp_path: Path) -> None:
    before = len([*Path("/proc/self/fd").iterdir()])
    made(root, ours.pem)
    for pem in (ours.certificate_pem + issue("other").key_pem(), ours.certificate_pem + ours.key_pem("secret")):
        refusal(lambda pem=pem: made(root, pem))  # type: ignore[misc]
    assert len([*Path("/proc/self/fd").iterdir()]) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("way")
def test_a_key_that_cannot_be_used_says_why(root: Issued, ours: Issued) -> None:
    locked = ours.certificate_pem + ours.key_pem("right")
    assert "does not open with the password" in refusal(lambda: made(root, locked, "wrong"))
    assert "does not open with the password" in refusal(lambda: made(root, locked))  # and nobody is asked for one
    assert "does not fit" in refusal(lambda: made(root, ours.certificate_pem + issue("other").key_pem()))
    assert "holds no private key" in refusal(lambda: made(root, ours.certificate_pem))
    assert "is none in PEM" in refusal(lambda: made(root, ours.key_pem()))
    damaged = ours.certificate_pem + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    assert "cannot be" in refusal(lambda: made(root, damaged)) or "does not open" in refusal(
        lambda: made(root, damaged)
    )


def test_a_chain_goes_along_and_ours_is_first(root: Issued, ours: Issued) -> None:
    bank = authority("our bank")
    made(root, ours.certificate_pem + bank.certificate_pem + ours.key_pem())
    assert "stand first" in refusal(lambda: made(root, bank.certificate_pem + ours.certificate_pem + ours.key_pem()))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "hidden",
    [
        lambda pem: pem.replace("-----BEGIN CERTIFICATE", "-----BEGIN X509 CERTIFICATE").replace(
            "-----END CERTIFICATE", "-----END X509 CERTIFICATE"
        ),
        lambda pem: pem.replace("-----BEGIN CERTIFICATE", "-----BEGIN TRUSTED CERTIFICATE").replace(
            "-----END CERTIFICATE", "-----END TRUSTED CERTIFICATE"
        ),
    ],
)
def test_the_certificate_that_was_checked_is_the_one_that_is_shown(
    hidden: Callable[[str], str], root: Issued, ours: Issued
) -> None:
    """OpenSSL knows more spellings of a certificate's block than are read here; what it does not see it cannot take."""
    expired = issue("past", authority("our bank"), not_before=-3 * DAY, not_after=-DAY)
    with_its_key = hidden(expired.certificate_pem) + ours.certificate_pem + expired.key_pem()
    assert "does not fit" in refusal(lambda: made(root, with_its_key))
    made(root, hidden(expired.certificate_pem) + ours.pem)


def test_what_stands_between_the_blocks_is_passed_over(root: Issued, ours: Issued) -> None:
    made(root, f"Bag Attributes\n    friendlyName: us\n{ours.key_pem()}subject=us\n{ours.certificate_pem}")


# --- the trust


def test_tls_trusts_one_root_and_asks_for_a_version_that_bankid_takes(root: Issued, ours: Issued) -> None:
    tls = made(root, ours.pem)
    assert tls.cert_store_stats() == {"x509": 1, "crl": 0, "x509_ca": 1}
    assert hashlib.sha256(tls.get_ca_certs(binary_form=True)[0]).hexdigest() == root.sha256
    assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("url", [PRODUCTION, TEST, PRODUCTION.upper(), "https://appapi2.bankid.com.:443/rp/v6.0"])
def test_bankids_own_hosts_have_the_root_that_bankid_published(url: str, root: Issued, ours: Issued) -> None:
    url = url.replace("HTTPS", "https")
    told = refusal(lambda: made(root, ours.pem, url=url, sha256=""))
    assert "BankID SSL Root CA v1" in told
    assert ("Test BankID" in told) is ("test" in url)


@pytest.mark.parametrize("url", [PRODUCTION, TEST])
def test_no_setting_changes_whom_bankids_own_hosts_are_trusted_by(url: str, root: Issued, ours: Issued) -> None:
    assert "BANKID_ROOT_SHA256 cannot change" in refusal(lambda: made(root, ours.pem, url=url))


@pytest.mark.parametrize(("url", "other"), [(PRODUCTION, TEST), (TEST, PRODUCTION)])
def test_the_root_of_one_environment_is_none_for_the_other(
    url: str, other: str, root: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = {certificate.host_of(url): root.sha256, certificate.host_of(other): "0" * 64}
    monkeypatch.setattr(certificate, "ROOT_SHA256", pins)
    assert certificate.checked_root(certificate.host_of(url), root.certificate_pem, "", now()).sha256 == root.sha256
    assert "must hold one certificate" in refusal(
        lambda: certificate.checked_root(certificate.host_of(other), root.certificate_pem, "", now())
    )


def test_any_other_host_needs_to_be_told_its_root(root: Issued, ours: Issued) -> None:
    told = refusal(lambda: made(root, ours.pem, sha256=""))
    assert "BANKID_ROOT_SHA256 must be set" in told
    assert "bankid.example" in told
    made(root, ours.pem, sha256=":".join(root.sha256[at : at + 2] for at in range(0, 64, 2)).upper())
    assert "must hold one certificate" in refusal(lambda: made(authority("another root"), ours.pem, sha256=root.sha256))


def test_more_than_the_root_is_too_much(root: Issued, ours: Issued) -> None:
    both = root.certificate_pem + authority("another root").certificate_pem
    told = refusal(lambda: certificate.context(URL, Identity(ours.pem), both, root.sha256, now()))
    assert "must hold one certificate" in told


# --- times and environments


def test_a_certificate_past_its_time_or_before_it_says_when(root: Issued) -> None:
    bank = authority("our bank")
    late = issue("us", bank, not_before=-2 * DAY, not_after=-DAY)
    early = issue("us", bank, not_before=DAY)
    assert f"expired on {datetime.now(UTC) - DAY:%Y-%m-%d}" in refusal(lambda: made(root, late.pem))
    assert f"not valid before {datetime.now(UTC) + DAY:%Y-%m-%d}" in refusal(lambda: made(root, early.pem))
    old = issue("old", authority=True, not_before=-2 * DAY, not_after=-DAY)
    assert "the root for BankID's servers expired" in refusal(lambda: made(old, issue("us", bank).pem))


def test_a_certificate_counts_to_its_last_second(root: Issued, ours: Issued) -> None:
    last = ours.certificate.not_valid_after_utc.timestamp()
    late = authority("long-lived root")
    made(late, ours.pem, at=last)
    assert "expired" in refusal(lambda: made(late, ours.pem, at=last + 1))


@pytest.mark.parametrize("name", ["Testbank A RP CA v1 for BankID Test", "TESTBANK A RP CA V1 FOR BANKID TEST"])
def test_a_test_certificate_is_refused_in_production_alone(name: str) -> None:
    tests = issue("FP Testcert 5", authority(name))
    [read] = der.certificates(tests.certificate_pem)
    told = refusal(lambda: certificate.check(certificate.PRODUCTION, read, now()))
    assert "is one for tests" in told
    certificate.check(certificate.TEST, read, now())
    certificate.check("bankid.example", read, now())


def test_the_test_certificate_that_everybody_has_is_known_by_its_fingerprint(
    ours: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    [read] = der.certificates(ours.certificate_pem)
    certificate.check(certificate.PRODUCTION, read, now())
    monkeypatch.setattr(certificate, "PUBLIC_TEST_CERTIFICATE_SHA256", ours.sha256)
    assert "is one for tests" in refusal(lambda: certificate.check(certificate.PRODUCTION, read, now()))


# --- the facts of a certificate


def test_the_facts_of_a_certificate_are_what_another_reader_finds(root: Issued, ours: Issued) -> None:
    # The century is not written down between 1950 and 2049, and is afterwards.
    earlier, later = issue("earlier", not_before=-365 * 60 * DAY), issue("later", not_after=365 * 40 * DAY)
    for issued in (root, ours, earlier, later):
        [read] = der.certificates(issued.certificate_pem)
        theirs = issued.certificate
        assert (read.not_before, read.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)
        common_name = theirs.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
        assert str(common_name).encode() in read.issuer
        assert read.sha256 == issued.sha256


def test_a_certificate_that_is_cut_off_or_none_is_refused(ours: Issued) -> None:
    whole = ours.certificate.public_bytes(Encoding.DER)
    for data in (*(whole[:length] for length in range(len(whole))), b"\x30\x00", whole + whole, bytes(100)):
        with pytest.raises(ValueError):  # noqa: PT011 (whatever it says, the parameter is not repeated)
            der.certificates(ssl.DER_cert_to_PEM_cert(data))


# --- from the settings


def settings_with(**values: str) -> settings.Settings:
    named = {"BANKID_API_URL": URL, "BANKID_CERTIFICATE_NAME": "/c", "BANKID_ROOT_NAME": "/r"}
    return settings.load({**CONNECT_ENVIRONMENT, **named, **values}, settings.CONNECT)


def test_settings_and_parameters_make_tls(root: Issued, ours: Issued) -> None:
    kept = Secrets({"/c": ours.certificate_pem + ours.key_pem("word"), "/r": root.certificate_pem, "/p": "word\n"})
    loaded = settings_with(BANKID_KEY_PASSWORD_NAME="/p", BANKID_ROOT_SHA256=root.sha256)
    assert certificate.build(loaded, kept, now()).cert_store_stats()["x509"] == 1


def test_parameters_that_are_missing_are_named(root: Issued) -> None:
    assert "no parameter /c, /p;" in refusal(
        lambda: certificate.build(settings_with(BANKID_KEY_PASSWORD_NAME="/p"), Secrets({"/r": "x"}), now())
    )


@pytest.mark.parametrize("name", ["BANKID_CERTIFICATE_NAME", "BANKID_ROOT_NAME"])
def test_without_bankid_the_app_starts_and_asking_for_it_says_what_to_set(name: str) -> None:
    assert name in refusal(lambda: certificate.build(settings_with(**{name: ""}), Secrets({}), now()))


def test_secrets_that_cannot_be_had_now_may_be_had_later() -> None:
    class Down:
        def find(self, names: Iterable[str]) -> dict[str, str]:
            raise SecretsUnavailable("down")

    with pytest.raises(SecretsUnavailable):
        certificate.build(settings_with(), Down(), now())


def test_secrets_do_not_show() -> None:
    assert repr(Identity("pem", "word")) == "Identity()"


def test_bankids_test_environment_is_for_whoever_says_so() -> None:
    at_test = settings_with(BANKID_API_URL=TEST, BANKID_ROOT_SHA256="")
    assert "INSECURE_BANKID_TEST" in refusal(lambda: certificate.build(at_test, Secrets({}), now()))
    at_test = settings_with(BANKID_API_URL=TEST, BANKID_ROOT_SHA256="", INSECURE_BANKID_TEST="yes")
    for allowed in (at_test, settings_with(BANKID_API_URL=PRODUCTION, BANKID_ROOT_SHA256="")):
        assert "there is no parameter" in refusal(partial(certificate.build, allowed, Secrets({}), now()))
