"""`python -m shared.keys` against Connect's admin API on loopback, and SSM, CloudWatch and Secrets Manager."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib.expiry import certificate
from local.connect.admin_api import AdminApi, Content
from local.security_key import security_key
from shared.keys import pair
from shared.keys.__main__ import main
from shared.keys.places import Parameters, Places
from tests.contract.keys_calls import admin_api, flow, kept
from tests.contract.secure_input_calls import SecureInput
from tests.contract.wiring import INSTANCE

OLD, NEW = security_key("11111111-1111-4111-8111-111111111111"), security_key("22222222-2222-4222-8222-222222222222")
FUNCTION = "countersign-connect-prod-secure_input"


@pytest.fixture
def connect(account: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[AdminApi]:
    monkeypatch.setenv("CONNECT_INSTANCE_ARN", INSTANCE)
    with admin_api(monkeypatch) as api:
        yield api


def new(*more: str) -> int:
    return main(["new", "--to-ssm", "--bits", "2048", "--yes", *more])


def put(key_id: str, private_key: str, certificate_pem: str) -> None:
    ssm = boto3.client("ssm")
    path = f"/amazon-connect/encryption/{key_id}"
    ssm.put_parameter(Name=f"{path}/private-key", Value=private_key, Type="SecureString")
    ssm.put_parameter(Name=f"{path}/certificate", Value=certificate_pem, Type="String")


def opened(key_id: str, messages: int, days_ago: float) -> None:
    """What the functions have counted."""
    boto3.client("cloudwatch").put_metric_data(
        Namespace="Countersign",
        MetricData=[
            {
                "MetricName": "Events",
                "Dimensions": [{"Name": "event", "Value": "input_opened"}, {"Name": "key_id", "Value": key_id}],
                "Timestamp": datetime.now(UTC) - timedelta(days=days_ago),
                "Value": messages,
                "Unit": "Count",
            }
        ],
    )


# new


def test_a_new_key_is_uploaded_and_kept_under_its_id_and_its_private_key_is_never_shown(
    connect: AdminApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new("--days", "400", "--kms-key", "alias/countersign-prod") == 0
    [(key_id, listed)] = connect.security_keys.items()
    found = kept(key_id)
    assert found.kind == "SecureString"
    assert found.private_key
    private = load_pem_private_key(found.private_key.encode(), None)
    assert isinstance(private, RSAPrivateKey)
    assert private.key_size == 2048
    assert found.certificate
    certified = certificate.read(found.certificate)
    assert certified.public_key == certificate.public_key(listed["Key"])
    assert 399 < (certified.not_after - datetime.now(UTC).timestamp()) / 86_400 <= 400
    told = "".join(capsys.readouterr())
    assert key_id in told
    assert "Connect lists it under that id" in told
    assert "PRIVATE KEY" not in told
    assert not [line for line in found.private_key.splitlines()[1:-1] if line in told]
    described = boto3.client("ssm").describe_parameters()["Parameters"]
    assert {one["Name"]: one.get("KeyId") for one in described}[
        f"/amazon-connect/encryption/{key_id}/private-key"
    ] == "alias/countersign-prod"


def test_a_third_key_is_refused_before_one_is_made(connect: AdminApi, capsys: pytest.CaptureFixture[str]) -> None:
    for key in (OLD, NEW):
        connect.upload(key.id, key.public_key)
    assert new() == 1
    told = capsys.readouterr().err
    assert OLD.id in told
    assert NEW.id in told
    assert "AssociateSecurityKey" not in connect.asked


def test_nothing_is_done_without_a_yes(connect: AdminApi, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["new", "--to-ssm"]) == 1
    assert connect.security_keys == {}


def test_an_upload_is_taken_back_when_the_private_key_cannot_be_kept(
    connect: AdminApi, capsys: pytest.CaptureFixture[str]
) -> None:
    connect.association_ids = iter([OLD.id])
    put(OLD.id, "somebody else's", "another")
    assert new() == 1
    assert connect.security_keys == {}
    assert kept(OLD.id).private_key == "somebody else's", "nothing is written over"
    assert "ParameterAlreadyExists" in capsys.readouterr().err


def test_an_upload_is_taken_back_when_the_operator_interrupts(
    connect: AdminApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Parameters, "put", interrupted)
    assert new() == 1
    assert connect.asked[-1] == "DisassociateSecurityKey"
    assert connect.security_keys == {}
    assert "interrupted; the upload was taken back" in capsys.readouterr().err


def test_a_certificate_that_cannot_be_kept_has_been_shown_and_its_place_is_named(
    connect: AdminApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "PutParameter")

    monkeypatch.setattr(Parameters, "put_certificate", refused)
    assert new() == 1
    [key_id] = connect.security_keys
    assert kept(key_id).private_key, "the key works, so it stays"
    told = capsys.readouterr()
    assert "-----END CERTIFICATE-----" in told.out
    assert f"(ThrottlingException): put it into the String /amazon-connect/encryption/{key_id}/certificate" in told.err


def test_a_connect_that_does_not_list_its_keys_afterwards_takes_nothing_away(
    connect: AdminApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = connect.upload

    def falls_silent(key_id: str, pem: str) -> None:
        upload(key_id, pem)
        connect.fails["ListSecurityKeys"] = "AccessDeniedException"

    monkeypatch.setattr(connect, "upload", falls_silent)
    assert new() == 0
    [key_id] = connect.security_keys
    assert kept(key_id).private_key
    assert kept(key_id).certificate
    assert "(AccessDeniedException): `status` says later" in capsys.readouterr().out


def test_everything_happens_in_the_region_of_the_instance(connect: AdminApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert new() == 0
    [key_id] = connect.security_keys
    assert kept(key_id).private_key is None
    monkeypatch.setenv("AWS_DEFAULT_REGION", INSTANCE.split(":")[3])
    assert kept(key_id).private_key


def test_an_upload_that_cannot_be_taken_back_is_named(connect: AdminApi, capsys: pytest.CaptureFixture[str]) -> None:
    connect.association_ids, connect.fails = iter([OLD.id]), {"DisassociateSecurityKey": "AccessDeniedException"}
    put(OLD.id, "somebody else's", "another")
    assert new() == 1
    assert f"remove the security key {OLD.id} by hand" in capsys.readouterr().err


def test_a_key_id_that_connect_does_not_list_is_pointed_out(
    connect: AdminApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(key_id: str, pem: str) -> None:
        connect.security_keys[NEW.id] = {"AssociationId": NEW.id, "Key": pem, "CreationTime": 0}

    monkeypatch.setattr(connect, "upload", elsewhere)
    connect.association_ids = iter([OLD.id])
    assert new() == 0
    assert f"WARNING: Connect does not list this key under the id {OLD.id}" in capsys.readouterr().out


def test_a_private_key_may_be_kept_in_secrets_manager(connect: AdminApi) -> None:
    assert main(["new", "--to-secretsmanager", "--bits", "2048", "--yes"]) == 0
    [key_id] = connect.security_keys
    name = f"/amazon-connect/encryption/{key_id}/private-key"
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    assert secret.startswith("-----BEGIN PRIVATE KEY-----")
    assert kept(key_id).private_key is None
    assert kept(key_id).certificate


def test_files_for_work_by_hand_are_for_their_owner_alone_and_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "keys"
    assert main(["new", "--to", str(folder), "--bits", "2048"]) == 0
    files = {file.name: file for file in folder.iterdir()}
    assert set(files) == {"private-key.pem", "public-key.pem", "certificate.pem"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files.values()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(files["public-key.pem"].read_text()) <= pair.LONGEST_PUBLIC_KEY
    before = files["private-key.pem"].read_bytes()
    assert main(["new", "--to", str(folder), "--bits", "2048"]) == 1
    assert files["private-key.pem"].read_bytes() == before
    assert "PRIVATE KEY" not in "".join(capsys.readouterr())


def test_the_largest_public_key_is_one_that_connect_takes() -> None:
    made = pair.make(4096, 1, "x", datetime.now(UTC))
    assert len(made.public_key) <= pair.LONGEST_PUBLIC_KEY
    assert "PRIVATE" not in repr(made)


# test


@pytest.fixture
def deployed(secure_input: SecureInput, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The function, as if it were deployed; the answers that it has given."""
    told: list[Any] = []

    def invoke(places: Places, function: str, payload: bytes) -> dict[str, Any]:
        assert function == FUNCTION
        try:
            told.append(secure_input.invoke(json.loads(payload)))
        except Exception as error:  # noqa: BLE001 (as Lambda reports any)
            return {
                "FunctionError": "Unhandled",
                "Payload": BytesIO(json.dumps({"errorMessage": repr(error)}).encode()),
            }
        return {"Payload": BytesIO(json.dumps(told[-1]).encode())}

    monkeypatch.setattr(Places, "invoke", invoke)
    return told


def file(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def try_out(*more: str, key_id: str = security_key().id) -> int:
    return main(["test", "--instance", INSTANCE, "--function", FUNCTION, "--key-id", key_id, *more])


def test_the_deployed_function_opens_a_random_number_and_keeps_nothing(
    deployed: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert try_out("--certificate", file(tmp_path, "c.pem", security_key().certificate)) == 0
    assert "opened a random number" in capsys.readouterr().out
    assert deployed == [
        {"result": "ok", "token": "none", "length": "12", "check": "none", "last4": "none", "digits": "none"}
    ]
    assert boto3.client("dynamodb").scan(TableName="countersign-test")["Items"] == []


def test_a_certificate_over_another_key_is_not_opened(
    deployed: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert try_out("--certificate", file(tmp_path, "c.pem", OLD.certificate)) == 1
    assert "did not open it: undecryptable" in capsys.readouterr().err


def test_a_function_that_fails_has_not_opened_it(
    deployed: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = INSTANCE.replace("1234567", "7654321")
    assert try_out("--certificate", file(tmp_path, "c.pem", OLD.certificate), "--instance", other) == 1
    assert f"{FUNCTION} failed" in capsys.readouterr().err


def test_the_certificate_that_is_kept_is_tried_unless_another_is_named(deployed: list[Any]) -> None:
    assert try_out() == 1, "there is none"
    name = f"/amazon-connect/encryption/{security_key().id}/certificate"
    boto3.client("ssm").put_parameter(Name=name, Value=security_key().certificate, Type="String")
    assert try_out() == 0


@pytest.mark.parametrize(
    ("private_key", "certificate_pem", "public_key", "code", "words"),
    [
        (OLD.private_key, OLD.certificate, OLD.public_key, 0, "and the security key is the certificate's"),
        (OLD.private_key, OLD.certificate, None, 0, "the private key opens"),
        (OLD.private_key, OLD.certificate, NEW.public_key, 1, "over another key than the security key"),
        (NEW.private_key, OLD.certificate, OLD.public_key, 1, "does not open"),
        ("no key", OLD.certificate, None, 1, "must hold unencrypted RSA private keys"),
        (OLD.private_key, "no certificate", None, 1, "the certificate cannot be read"),
        (OLD.private_key, OLD.certificate, "no key", 1, "no public key in PEM"),
    ],
)
def test_files_are_tried_without_aws(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    private_key: str,
    certificate_pem: str,
    public_key: str | None,
    code: int,
    words: str,
) -> None:
    given = ["--private-key", file(tmp_path, "k", private_key), "--certificate", file(tmp_path, "c", certificate_pem)]
    if public_key is not None:
        given += ["--public-key", file(tmp_path, "p", public_key)]
    assert main(["test", "--offline", *given]) == code
    told = "".join(capsys.readouterr())
    assert words in told
    assert "BEGIN" not in told


# uses, status


def test_uses_are_told_of_published_flows_and_modules_alone(
    connect: AdminApi, capsys: pytest.CaptureFixture[str]
) -> None:
    connect.flows = {
        "f-1": Content("Main", flow(OLD.id, OLD.certificate)),
        "f-2": Content("Draft", None),
        "f-3": Content("Gone", flow(OLD.id, OLD.certificate), archived=True),
        "f-4": Content("Dynamic", flow("$.Attributes.key", "$.Attributes.certificate")),
        "f-5": Content("Damaged", "{"),
        "f-6": Content("Plain", json.dumps({"Actions": []})),
    }
    connect.modules = {
        "m-1": Content("Card", flow(NEW.id, NEW.certificate.replace("\n", "\\n"))),
        "m-2": Content("Never published", None),
        "m-3": Content("Gone as well", flow(OLD.id, OLD.certificate), archived=True),
    }
    assert main(["uses"]) == 0
    told = capsys.readouterr().out
    fingerprint = certificate.read(OLD.certificate).fingerprint[:16]
    assert f"{OLD.id}  flow Main (f-1)  certificate {fingerprint}, ends in 36" in told
    assert f"{NEW.id}  module Card (m-1)  certificate {certificate.read(NEW.certificate).fingerprint[:16]}" in told
    assert "DOUBT: flow Dynamic (f-4) decides its key in the call" in told
    assert "DOUBT: flow Damaged (f-5) cannot be read" in told
    assert not [name for name in ("Draft", "Gone", "Plain", "Never") if name in told]
    assert connect.asked.count("DescribeContactFlow") == 4, "Connect takes few requests: drafts are not asked for"


def test_the_status_of_a_key_in_use_and_of_one_that_may_go(
    connect: AdminApi, capsys: pytest.CaptureFixture[str]
) -> None:
    for key in (OLD, NEW):
        connect.upload(key.id, key.public_key)
    put(NEW.id, NEW.private_key, NEW.certificate)
    connect.flows = {"f-1": Content("Main", flow(NEW.id, NEW.certificate))}
    opened(NEW.id, 7, 1)
    opened(OLD.id, 5, 10)
    assert main(["status", "--within-days", "7"]) == 0
    old, current = capsys.readouterr().out.split("\n\n")
    assert old.startswith(OLD.id)
    assert "private key    MISSING" in old
    assert "opened         0 messages in the last 7 days" in old
    assert "verdict        safe to remove" in old
    assert "uploaded 2039-12-31" in current or "uploaded 2040-01-01" in current
    assert "private key    kept" in current
    assert "flow Main (f-1) encrypts with it; 7 messages were opened with it in the last 7 days" in current
    assert main(["status"]) == 0
    assert "keep; 5 messages were opened with it in the last 14 days" in capsys.readouterr().out


def test_what_is_kept_for_a_key_that_is_not_uploaded_is_shown_too(
    connect: AdminApi, capsys: pytest.CaptureFixture[str]
) -> None:
    put(OLD.id, OLD.private_key, "damaged")
    assert main(["status"]) == 0
    told = capsys.readouterr().out
    assert "at Connect     NOT UPLOADED" in told
    assert "MISSING OR DAMAGED" in told
    assert OLD.private_key.splitlines()[1] not in told


# retire


@pytest.fixture
def two_keys(connect: AdminApi) -> AdminApi:
    for key in (OLD, NEW):
        connect.upload(key.id, key.public_key)
        put(key.id, key.private_key, key.certificate)
    connect.flows = {"f-1": Content("Main", flow(NEW.id, NEW.certificate))}
    return connect


def test_a_key_that_nobody_misses_is_retired_and_its_private_key_stays(two_keys: AdminApi) -> None:
    assert main(["retire", OLD.id, "--yes"]) == 0
    assert list(two_keys.security_keys) == [NEW.id]
    assert kept(OLD.id).private_key == OLD.private_key


@pytest.mark.parametrize("objection", ["flow", "opened", "dynamic", "damaged"])
def test_a_key_that_may_be_missed_stays_unless_a_reason_is_given(
    two_keys: AdminApi, objection: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if objection == "opened":
        opened(OLD.id, 1, 13)
    else:
        content = {"flow": flow(OLD.id, OLD.certificate), "dynamic": flow("$.Attributes.key", ""), "damaged": "{"}
        two_keys.modules["m-1"] = Content("Late", content[objection])
    assert main(["retire", OLD.id, "--yes"]) == 1
    assert OLD.id in two_keys.security_keys
    assert f"{OLD.id} stays" in capsys.readouterr().err
    assert main(["retire", OLD.id, "--yes", "--force", "the key was stolen"]) == 0
    assert OLD.id not in two_keys.security_keys
    assert "FORCED, because: the key was stolen" in capsys.readouterr().out


def test_retiring_can_be_taken_up_again_and_ends(two_keys: AdminApi, capsys: pytest.CaptureFixture[str]) -> None:
    two_keys.fails = {"DisassociateSecurityKey": "AccessDeniedException"}
    assert main(["retire", OLD.id, "--yes", "--delete"]) == 3
    assert kept(OLD.id).private_key, "first the door, then the key"
    two_keys.fails = {}
    assert main(["retire", OLD.id, "--yes", "--delete"]) == 0
    assert (kept(OLD.id).private_key, kept(OLD.id).certificate) == (None, None)
    assert main(["retire", OLD.id, "--yes", "--delete"]) == 1
    assert f"nobody knows a key {OLD.id}" in capsys.readouterr().err


def test_a_private_key_in_another_store_is_not_said_to_be_deleted(
    two_keys: AdminApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retire", OLD.id, "--delete", "--store", "secretsmanager", "--yes"]) == 0
    told = capsys.readouterr().out
    assert "delete no private key: there is no secret with it, and --store names another place" in told
    assert kept(OLD.id).private_key == OLD.private_key
    assert main(["retire", OLD.id, "--delete", "--yes"]) == 0
    assert kept(OLD.id).private_key is None


def test_a_secret_that_is_gone_does_not_keep_its_certificate_here(connect: AdminApi) -> None:
    connect.association_ids = iter([OLD.id])
    assert main(["new", "--to-secretsmanager", "--bits", "2048", "--yes"]) == 0
    Places(INSTANCE, "secretsmanager").private_keys.delete(OLD.id)
    assert main(["retire", OLD.id, "--store", "secretsmanager", "--delete", "--yes"]) == 0
    assert kept(OLD.id).certificate is None


def test_a_damaged_certificate_is_deleted_too(connect: AdminApi, capsys: pytest.CaptureFixture[str]) -> None:
    put(OLD.id, OLD.private_key, "damaged")
    assert main(["retire", OLD.id, "--delete", "--yes"]) == 0
    assert "  - delete its certificate" in capsys.readouterr().out
    assert kept(OLD.id).certificate is None


def test_nothing_is_said_of_a_private_key_that_is_not_there(
    connect: AdminApi, capsys: pytest.CaptureFixture[str]
) -> None:
    connect.upload(OLD.id, OLD.public_key)
    assert main(["retire", OLD.id, "--yes"]) == 0
    assert "private key" not in capsys.readouterr().out


def test_a_retired_key_is_not_retired_twice(two_keys: AdminApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert [main(["retire", OLD.id, "--yes"]) for _ in range(2)] == [0, 0]
    assert "retired already" in capsys.readouterr().out
    assert two_keys.asked.count("DisassociateSecurityKey") == 1


def test_a_secret_in_secrets_manager_is_retired_with_time_to_think_again(connect: AdminApi) -> None:
    connect.association_ids = iter([OLD.id])
    assert main(["new", "--to-secretsmanager", "--bits", "2048", "--yes"]) == 0
    assert main(["retire", OLD.id, "--store", "secretsmanager", "--delete", "--yes"]) == 0
    described = boto3.client("secretsmanager").describe_secret(
        SecretId=f"/amazon-connect/encryption/{OLD.id}/private-key"
    )
    assert described["DeletedDate"] > datetime.now(UTC) + timedelta(days=29)


# What AWS refuses, and what is typed wrongly.


@pytest.mark.parametrize("command", [["uses"], ["status"], ["retire", OLD.id], ["new", "--to-ssm", "--yes"]])
def test_what_aws_refuses_is_told_by_its_code(
    connect: AdminApi, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    connect.fails = {"ListSecurityKeys": "AccessDeniedException", "ListContactFlows": "AccessDeniedException"}
    assert main(command) == 3
    assert "AccessDeniedException" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["uses"], ["test"], ["test", "--offline"], ["retire", OLD.id]])
def test_a_command_that_lacks_something_says_what(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CONNECT_INSTANCE_ARN", raising=False)
    assert main(command) == 2
    assert "--" in capsys.readouterr().err


@pytest.mark.parametrize("instance", ["x", INSTANCE.rpartition("/")[2], INSTANCE.replace(":connect:", ":lambda:")])
def test_what_is_no_arn_of_an_instance_is_refused_at_once(instance: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--instance", instance]) == 2
    assert "no ARN of a Connect instance" in capsys.readouterr().err


def test_a_name_that_fits_no_certificate_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    for name in ("", "x" * 65):
        with pytest.raises(SystemExit) as told:
            main(["new", "--to", str(tmp_path / "keys"), "--name", name])
        assert told.value.code == 2
    assert main(["new", "--to", str(tmp_path / "keys"), "--name", "x" * 64, "--bits", "2048"]) == 0


def test_files_are_not_said_to_be_encrypted(tmp_path: Path) -> None:
    assert main(["new", "--to", str(tmp_path / "keys"), "--kms-key", "alias/mine"]) == 2
    assert not (tmp_path / "keys").exists()


def test_a_file_that_is_no_text_is_no_pem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "der").write_bytes(b"\x30\x82\xd0\xff")
    der = str(tmp_path / "der")
    assert main(["test", "--offline", "--private-key", der, "--certificate", der]) == 1
    assert f"{der} is no text" in capsys.readouterr().err


@pytest.mark.parametrize("leaving", [KeyboardInterrupt, EOFError])
def test_who_leaves_at_the_question_has_changed_nothing(
    two_keys: AdminApi,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    leaving: type[BaseException],
) -> None:
    def leave(_: str) -> str:
        raise leaving

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", leave)
    assert main(["retire", OLD.id]) == 1
    assert OLD.id in two_keys.security_keys
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "goes_on"), [("y", True), (" YES ", True), ("", False), ("n", False), ("maybe", False)]
)
def test_only_yes_means_yes(two_keys: AdminApi, monkeypatch: pytest.MonkeyPatch, answer: str, goes_on: bool) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert main(["retire", OLD.id]) == (0 if goes_on else 1)
    assert (OLD.id not in two_keys.security_keys) == goes_on
