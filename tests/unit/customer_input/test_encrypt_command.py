"""`python -m local encrypt`, as a user types it."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from local import encrypt
from tests.unit.customer_input.messages import DIGITS, KEY_ID, opened, private_key

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def certificate(folder: Path, key: CertificateIssuerPrivateKeyTypes) -> Path:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "customer input")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(START)
        .not_valid_after(START + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    return file


def test_it_prints_a_message_that_opens(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local", "encrypt", "--certificate", str(certificate(tmp_path, private_key()))]
    for digits, typed_in in ((DIGITS, None), ("-", DIGITS + "\n")):
        whole = [*command, "--key-id", KEY_ID, digits]
        done = subprocess.run(whole, input=typed_in, capture_output=True, text=True, check=True)
        assert opened(done.stdout.removesuffix("\n"), KEY_ID) == DIGITS


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["encypt"], 2), (["--help"], 0)])
def test_whoever_names_no_command_sees_which_there_are(arguments: list[str], status: int) -> None:
    done = subprocess.run([sys.executable, "-m", "local", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert "  encrypt " in done.stderr


def test_two_messages_of_the_same_digits_have_nothing_in_common(tmp_path: Path) -> None:
    key = encrypt.certified_key(certificate(tmp_path, private_key()).read_bytes())
    one, two = (encrypt.encrypt_bytes(DIGITS, key, KEY_ID) for _ in range(2))
    assert one[4:20] != two[4:20]
    assert one[174:430] != two[174:430]
    assert one[440:452] != two[440:452]
    assert one[492:504] != two[492:504]


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_file_that_is_no_certificate_is_named(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SystemExit):
        encrypt.main(["--certificate", str(file), "--key-id", KEY_ID, DIGITS])
    assert "file.pem" in capsys.readouterr().err


def test_a_certificate_of_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    file = certificate(tmp_path, ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(ValueError, match="not RSA"):
        encrypt.certified_key(file.read_bytes())
