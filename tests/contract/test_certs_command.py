from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    KeySerializationEncryption,
    PrivateFormat,
    pkcs12,
)

from chalicelib.bankid import certificate
from local.web import Request, Response, WebServer
from shared import bankid_certificate
from tests.contract.bankid_pki import DAY, Issued, authority, issue, server_context

PASSWORD = "kvarter-123"
LEGACY = (
    PrivateFormat.PKCS12.encryption_builder()
    .kdf_rounds(2048)
    .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    .hmac_hash(hashes.SHA1())  # noqa: S303 (what old files have)
    .build(PASSWORD.encode())
)
MODERN = BestAvailableEncryption(PASSWORD.encode())
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root() -> Issued:
    return authority("BankID's root")


@pytest.fixture
def bank() -> Issued:
    return issue("our bank's", authority("member banks"), authority=True)


@pytest.fixture
def ours(bank: Issued) -> Issued:
    return issue("Exempel AB", bank, not_after=100 * DAY)


@pytest.fixture
def files(tmp_path: Path, root: Issued, bank: Issued, ours: Issued) -> Path:
    """What a bank hands out, and BankID's root."""
    (tmp_path / "root.pem").write_text(root.certificate_pem)
    (tmp_path / "password").write_text(PASSWORD + "\n")
    (tmp_path / "modern.p12").write_bytes(packed(ours, MODERN, bank))
    (tmp_path / "legacy.pfx").write_bytes(packed(ours, LEGACY, bank))
    (tmp_path / "keys.pem").write_text(bank.certificate_pem + ours.key_pem(PASSWORD) + ours.certificate_pem)
    return tmp_path


def packed(ours: Issued, encryption: KeySerializationEncryption, *others: Issued) -> bytes:
    chain = [authority("member banks").certificate, *(other.certificate for other in others)]
    return pkcs12.serialize_key_and_certificates(b"us", ours.key, ours.certificate, chain, encryption)


@pytest.fixture
def run(files: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command with the password in a file; the exit code and what it said. It never says a secret."""

    def command(*arguments: object) -> tuple[int, str, str]:
        code = bankid_certificate.main([str(argument) for argument in arguments])
        said, complained = capsys.readouterr()
        assert PASSWORD not in said + complained
        assert "PRIVATE KEY" not in said + complained
        return code, said, complained

    return command


@pytest.fixture
def server(root: Issued, tmp_path: Path) -> Iterator[WebServer]:
    """A BankID that takes our certificate."""
    (tmp_path / "server").mkdir()
    tls = server_context(tmp_path / "server", issue("localhost", root), authority("member banks"))

    def answer(request: Request) -> Response:
        return Response(405 if request.method == "GET" else 500)

    with WebServer(answer, tls) as web:
        yield web


def store_into(server: WebServer, files: Path, root: Issued, *more: str) -> list[object]:
    there = ["--url", f"{server.url}/rp/v6.0", "--root-sha256", root.sha256]
    return [
        "store",
        files / "modern.p12",
        "--password-file",
        files / "password",
        "--root",
        files / "root.pem",
        *there,
        *more,
    ]


def check_of(server: WebServer, root: Issued, *more: str) -> list[object]:
    return ["check", "--url", f"{server.url}/rp/v6.0", "--root-sha256", root.sha256, *more]


def parameters() -> dict[str, tuple[str, str]]:
    """Type and value of everything in SSM, by name."""
    found = boto3.client("ssm").get_parameters_by_path(Path="/countersign", Recursive=True, WithDecryption=True)
    return {one["Name"]: (one["Type"], one["Value"]) for one in found["Parameters"]}


# --- the file


@pytest.mark.parametrize("name", ["modern.p12", "legacy.pfx", "keys.pem"])
def test_a_file_is_told_apart_from_what_is_in_it(name: str, files: Path, ours: Issued, run: Run) -> None:
    code, said, _ = run("split", files / name, "--password-file", files / "password")
    assert code == 0
    assert "CN=Exempel AB" in said
    assert "CN=our bank's" in said
    assert "99 days left" in said
    assert ours.sha256 in said.replace(":", "").lower()
    assert "production" in said
    assert "2 certificates, and the private key" in said  # the root of the banks is not sent along


@pytest.mark.parametrize("name", ["modern.p12", "legacy.pfx", "keys.pem"])
def test_a_wrong_password_is_told(name: str, files: Path, run: Run) -> None:
    (files / "password").write_text("another")
    code, said, complained = run("split", files / name, "--password-file", files / "password")
    assert (code, said) == (1, "")
    assert "the password is wrong" in complained
    assert "another" not in complained


def test_without_a_file_the_password_is_asked_for_and_not_shown(
    files: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda prompt: PASSWORD)
    assert run("split", files / "modern.p12")[0] == 0


@pytest.mark.parametrize("data", [b"", b"<html>captcha</html>", b"\x30\x03\x02\x01\x03"])
def test_what_is_no_certificate_at_all_is_told(data: bytes, files: Path, run: Run) -> None:
    (files / "modern.p12").write_bytes(data)
    code, _, complained = run("split", files / "modern.p12", "--password-file", files / "password")
    assert code == 1
    assert "neither PKCS #12 nor PEM" in complained


def test_a_file_without_the_key_or_with_the_key_of_another_is_refused(files: Path, bank: Issued, run: Run) -> None:
    alone = pkcs12.serialize_key_and_certificates(b"us", None, bank.certificate, None, MODERN)
    (files / "alone.p12").write_bytes(alone)
    (files / "other.pem").write_text(bank.certificate_pem + issue("other").key_pem())
    for name in ("alone.p12", "other.pem"):
        code, _, complained = run("split", files / name, "--password-file", files / "password")
        assert code == 1
        assert "the private key that belongs to it" in complained


def test_a_file_that_is_not_there_is_named(files: Path, run: Run) -> None:
    assert "nothing.p12" in run("split", files / "nothing.p12", "--password-file", files / "password")[2]


def test_a_test_certificate_is_called_one(files: Path, run: Run) -> None:
    tests = issue("FP Testcert 5", authority("Testbank A RP CA v1 for BankID Test"))
    (files / "test.pem").write_text(tests.pem)
    assert "test\n" in run("split", files / "test.pem", "--password-file", files / "password")[1]


# --- the stage


@pytest.mark.usefixtures("account")
def test_a_stage_gets_the_key_in_secret_and_the_certificate_for_who_watches_it(
    files: Path, root: Issued, ours: Issued, server: WebServer, run: Run
) -> None:
    for _ in range(2):  # the second time over the first
        code, said, complained = run(*store_into(server, files, root, "--stage", "dev"))
        assert (code, complained) == (0, "")
        assert all(name in said for name in parameters())
    found = parameters()
    assert found["/countersign/dev/bankid/certificate"] == ("String", ours.certificate_pem)
    assert found["/countersign/dev/bankid-root"] == ("String", root.certificate_pem)
    kind, pem = found["/countersign/dev/bankid-certificate"]
    assert kind == "SecureString"
    assert (pem.count("BEGIN CERTIFICATE"), pem.count("BEGIN PRIVATE KEY")) == (2, 1)
    assert run(*check_of(server, root, "--stage", "dev", "--probe"))[::2] == (0, "")
    code, _, complained = run(*check_of(server, root, "--stage", "prod"))
    assert code == 1
    assert "there is no /countersign/prod/bankid-certificate" in complained


@pytest.mark.usefixtures("account")
def test_the_key_may_be_a_secret_of_secrets_manager(files: Path, root: Issued, server: WebServer, run: Run) -> None:
    for _ in range(2):
        assert run(*store_into(server, files, root, "--secrets-manager"))[0] == 0
    assert "/countersign/prod/bankid-certificate" not in parameters()
    client: Any = boto3.client("secretsmanager")
    assert "PRIVATE KEY" in client.get_secret_value(SecretId="/countersign/prod/bankid-certificate")["SecretString"]
    assert run(*check_of(server, root, "--secrets-manager"))[::2] == (0, "")


@pytest.mark.usefixtures("account")
def test_what_could_not_be_used_is_not_stored(files: Path, root: Issued, server: WebServer, run: Run) -> None:
    (files / "root.pem").write_text(authority("another root").certificate_pem)
    code, _, complained = run(*store_into(server, files, root))
    assert code == 1
    assert "must hold one certificate" in complained
    code, _, complained = run(
        "store", files / "modern.p12", "--password-file", files / "password", "--root", files / "root.pem"
    )
    assert code == 1
    assert certificate.PRODUCTION in complained
    assert parameters() == {}


@pytest.mark.usefixtures("account")
def test_a_certificate_that_is_about_to_expire_fails_the_check(
    files: Path, root: Issued, bank: Issued, server: WebServer, run: Run
) -> None:
    soon = issue("Exempel AB", bank, not_after=29 * DAY)
    (files / "modern.p12").write_bytes(packed(soon, MODERN, bank))
    assert run(*store_into(server, files, root))[0] == 0
    code, said, complained = run(*check_of(server, root, "--probe"))
    assert code == 1
    assert "BankID answers" in said
    assert f"expires on {soon.certificate.not_valid_after_utc:%Y-%m-%d}" in complained


@pytest.mark.usefixtures("account")
def test_who_watches_must_see_the_certificate_that_is_in_use(
    files: Path, root: Issued, bank: Issued, server: WebServer, run: Run
) -> None:
    assert run(*store_into(server, files, root))[0] == 0
    name, other = "/countersign/prod/bankid/certificate", bank.certificate_pem
    boto3.client("ssm").put_parameter(Name=name, Value=other, Type="String", Overwrite=True)
    code, _, complained = run(*check_of(server, root))
    assert code == 1
    assert f"{name} is another certificate" in complained


@pytest.mark.usefixtures("account")
def test_a_bankid_that_does_not_answer_fails_a_probe(files: Path, root: Issued, server: WebServer, run: Run) -> None:
    assert run(*store_into(server, files, root))[0] == 0
    server.handler = lambda request: Response(403)
    code, _, complained = run(*check_of(server, root, "--probe"))
    assert code == 1
    assert "HTTP 403" in complained


def test_an_aws_that_cannot_be_asked_is_told(
    files: Path, root: Issued, server: WebServer, run: Run, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert "AWS cannot be asked (EndpointConnectionError)" in run(*check_of(server, root))[2]
    with WebServer(lambda request: Response(400, body=b'{"__type": "AccessDeniedException"}')) as refusing:
        monkeypatch.setenv("AWS_ENDPOINT_URL", refusing.url)
        assert "AWS refused (AccessDeniedException)" in run(*check_of(server, root))[2]
