"""Evidence in a bucket of MiniStack's, and out of it again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.bankid import collecting, replies
from chalicelib.bankid.answers import Complete
from chalicelib.bankid.evidence import keeping, kept
from chalicelib.bankid.evidence.keeping import Keeper
from chalicelib.bankid.evidence.kept import Kept
from chalicelib.bankid.parts import Secrets
from chalicelib.clock import ANSWER_SECONDS, Clock, Deadline
from chalicelib.errors import EvidenceRefused, EvidenceUnavailable, Misconfigured
from chalicelib.outbound import Reply
from chalicelib.table.items import ATTEMPT_SECONDS
from local.web import CloseWithoutAnswer, Request, Response, WebServer
from shared import evidence
from tests.contract.bankid_calls import OPEN_APP, BankIDFlow, completed, our_certificate
from tests.unit.evidence import signing
from tests.unit.evidence.signing import EXPECTED, NOW, root

BUCKET = "countersign-test-evidence"
KEPT = Kept(signing.genuine(), EXPECTED, NOW)
PERSONAL = ("199908072391", "Karin", "Testsson")
IN_TIME = Deadline(10.0, lambda: 0.0)


@pytest.fixture
def bucket(account: dict[str, str]) -> str:
    name = f"{BUCKET}-{account['AWS_ACCESS_KEY_ID']}"  # the names of buckets are everybody's
    boto3.client("s3").create_bucket(
        Bucket=name,
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    return name


@pytest.fixture
def roots(tmp_path: Path) -> str:
    file = tmp_path / "roots.pem"
    file.write_bytes(root().certificate.public_bytes(Encoding.PEM))
    return str(file)


def names(bucket: str) -> list[str]:
    return [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_what_is_kept_holds_all_that_a_dispute_needs(bucket: str) -> None:
    Keeper(bucket, required=True).keep(KEPT, IN_TIME)
    (name,) = names(bucket)
    found = boto3.client("s3").get_object(Bucket=bucket, Key=name)
    assert kept.read(found["Body"].read()) == KEPT
    assert found["Metadata"] == {}


def test_a_name_tells_the_day_and_nothing_else(bucket: str) -> None:
    keeper = Keeper(bucket, required=True)
    keeper.keep(KEPT, IN_TIME)
    keeper.keep(KEPT, IN_TIME)
    assert len(names(bucket)) == 2
    assert all(re.fullmatch(r"bankid/2040/06/02/[0-9a-f]{32}\.json", name) for name in names(bucket))


def test_nothing_is_kept_over_something_else(bucket: str) -> None:
    keeper = Keeper(bucket, required=True, token=lambda: "not random")
    keeper.keep(KEPT, IN_TIME)
    with pytest.raises(EvidenceUnavailable, match="PreconditionFailed"):
        keeper.keep(replace(KEPT, completed_at=NOW + 1), IN_TIME)
    (name,) = names(bucket)
    assert kept.read(boto3.client("s3").get_object(Bucket=bucket, Key=name)["Body"].read()) == KEPT


@pytest.mark.usefixtures("account")
def test_what_cannot_be_kept_is_told_and_fails_only_where_it_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EvidenceUnavailable, match="NoSuchBucket"):
        Keeper("no-such-bucket-here", required=True).keep(KEPT, IN_TIME)
    Keeper("no-such-bucket-here", required=False).keep(KEPT, IN_TIME)
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [(one["event"], one["reason"]) for one in events]
    assert told == [("bankid_evidence_not_kept", "S3 did not take evidence (NoSuchBucket)")] * 2
    assert not any(word in json.dumps(events) for word in PERSONAL)


def hang_up(_: Request) -> Response:
    raise CloseWithoutAnswer


def elsewhere(_: Request) -> Response:
    return Response(301, (("x-amz-bucket-region", "eu-north-1"),), b"<Error/>")


@pytest.mark.parametrize(
    "answer", [hang_up, lambda _: Response(503, body=b"<html>"), lambda _: Response(301), elsewhere]
)
def test_an_s3_that_fails_is_asked_once(
    answer: Callable[[Request], Response], account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def counted(request: Request) -> Response:
        asked.append(request)
        return answer(request)

    with WebServer(counted) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(EvidenceUnavailable, match="did not take evidence"):
            Keeper("a-bucket", required=True).keep(KEPT, IN_TIME)
    assert len(asked) == 1
    assert asked[0].header("Expect") is None


@pytest.mark.usefixtures("account")
def test_with_too_little_time_left_nothing_is_begun() -> None:
    late = Deadline(keeping.LONGEST_SECONDS - 0.01, lambda: 0.0)
    with pytest.raises(EvidenceUnavailable, match="no time was left"):
        Keeper("a-bucket", required=True).keep(KEPT, late)


def with_keeper(bankid: BankIDFlow, bucket: str, required: bool) -> None:
    parts = bankid.parts
    config = replace(parts.orders.settings, evidence_bucket=bucket, evidence_required=required)
    bankid.work_with(replace(parts, judge=replace(parts.judge, keeper=keeping.build(config))))


def test_whoever_is_verified_by_bankid_has_left_evidence(
    bankid: BankIDFlow, bucket: str, roots: str, tmp_path: Path
) -> None:
    with_keeper(bankid, bucket, required=True)
    bankid.start()
    bankid.bankid.script = [completed]
    assert bankid.collect()["result"] == "verified"
    (name,) = names(bucket)
    file = tmp_path / "evidence.json"
    boto3.client("s3").download_file(bucket, name, str(file))
    assert evidence.main([str(file), "--roots", roots]) == evidence.ACCEPTED


@pytest.mark.parametrize(("required", "result"), [(True, "unavailable"), (False, "verified")])
def test_without_its_evidence_a_caller_is_verified_only_where_that_is_allowed(
    bankid: BankIDFlow, required: bool, result: str
) -> None:
    with_keeper(bankid, "no-such-bucket-here", required)
    bankid.start()
    bankid.bankid.script = [completed]
    assert bankid.collect()["result"] == result
    assert bankid.collect()["result"] == result


class SlowKeeper(Keeper):
    """Takes as long as keeping may."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.left: list[float] = []

    def keep(self, kept: Kept, deadline: Deadline) -> None:
        self.left.append(deadline.remaining())
        self._clock.sleep(keeping.LONGEST_SECONDS)


@pytest.mark.parametrize("looks", [1, 2, 3, 4])
def test_there_is_always_time_for_evidence_and_for_storing_the_answer(bankid: BankIDFlow, looks: int) -> None:
    keeper = SlowKeeper(bankid.clock)
    parts = bankid.parts
    bankid.work_with(replace(parts, judge=replace(parts.judge, keeper=keeper)))
    bankid.start()
    bankid.bankid.script = [*[OPEN_APP] * (looks - 1), completed]
    bankid.bankid.during_collect = lambda: bankid.clock.sleep(1.9)
    told = {"result": "pending"}
    while told["result"] == "pending":
        before = bankid.clock.now()
        told = bankid.collect("open_app")
        assert bankid.clock.now() - before <= ANSWER_SECONDS - ATTEMPT_SECONDS
    assert told["result"] == "verified"
    assert keeper.left[0] >= keeping.LONGEST_SECONDS


def test_evidence_that_must_be_kept_needs_a_bucket(bankid: BankIDFlow) -> None:
    orders = bankid.parts.orders
    config = replace(orders.settings, evidence_required=True, bankid_certificate_name="ours")
    with pytest.raises(Misconfigured, match="EVIDENCE_BUCKET is not set"):
        collecting.judge(config, Secrets({"ours": our_certificate()}))


def test_evidence_that_is_refused_is_not_kept(bankid: BankIDFlow, bucket: str) -> None:
    with_keeper(bankid, bucket, required=True)
    bankid.start()
    bankid.bankid.script = [lambda asked: completed(asked, function="Signing")]
    assert bankid.collect()["result"] == "failed"
    assert names(bucket) == []


def test_kept_evidence_is_checked_again_years_later(
    bucket: str, roots: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Keeper(bucket, required=True).keep(KEPT, IN_TIME)
    address = f"s3://{bucket}/{names(bucket)[0]}"
    assert evidence.main([address, "--roots", roots]) == evidence.ACCEPTED
    said = capsys.readouterr().out
    assert "chain to BankID's root: checked\n" in said
    assert "completed: 2040-06-02T03:57:02+00:00" in said
    assert not any(word in said for word in PERSONAL)
    assert evidence.main([address, "--show-person"]) == evidence.ACCEPTED
    said = capsys.readouterr().out
    assert "chain to BankID's root: unchecked\n" in said
    assert all(word in said for word in PERSONAL)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda text: text.replace("Kod i samtalet: 47", "Kod i samtalet: 48"), "visible_data"),
        (lambda text: text.replace('"completed_at": 2', '"completed_at": 1'), "validity"),
        (lambda text: text.replace('"version": 1', '"version": 2'), "not_kept"),
        (lambda text: text.replace('"completed_at": 2222222222.0', '"completed_at": 1e999'), "not_kept"),
        (lambda text: text.replace('"completed_at": 2222222222.0', '"completed_at": 1e30'), "not_kept"),
        (lambda text: text.replace('"completed_at": 2222222222.0', '"completed_at": NaN'), "not_kept"),
        (lambda text: text.replace(r"\"name\": \"Karin Testsson\"", r"\"name\": 1"), "not_kept"),
        (lambda text: text[:-10], "not_kept"),
        (lambda text: "[" * 100_000, "not_kept"),
        (lambda text: "{}", "not_kept"),
        (lambda text: '"text"', "not_kept"),
    ],
)
def test_what_was_altered_since_is_refused(
    spoil: Callable[[str], str], fault: str, roots: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(spoil(KEPT.as_json().decode()))
    assert evidence.main([str(file), "--roots", roots]) == evidence.REFUSED
    assert capsys.readouterr().out == f"refused: {fault}\n"


@pytest.mark.parametrize("issued_on", ["not a day", "2023-13-45", "2023-01-01T00:00:00Z", 20230101, None])
def test_what_counted_without_a_day_of_issue_holds_when_it_is_checked_again(issued_on: object) -> None:
    data = {**json.loads(KEPT.complete.whole), "bankIdIssueDate": issued_on}
    order_ref = "131daac9-16c6-4618-beb0-365768f37288"
    answer = {"orderRef": order_ref, "status": "complete", "completionData": data}
    complete = replies.collected(Reply(200, json.dumps(answer).encode()), order_ref)
    assert isinstance(complete, Complete)
    assert kept.read(Kept(complete, EXPECTED, NOW).as_json()).complete == complete


def test_a_person_does_not_show() -> None:
    assert not any(word in repr(KEPT) for word in PERSONAL)


@pytest.mark.usefixtures("account")
def test_what_cannot_be_had_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    no_root = tmp_path / "no-root.pem"
    no_root.write_bytes(signing.karin().certificate.public_bytes(Encoding.PEM))
    for arguments in (
        ["s3://no-such-bucket-here/x"],
        [str(tmp_path / "none")],
        [str(no_root), "--roots", str(no_root)],
    ):
        assert evidence.main(arguments) == evidence.UNREADABLE
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("raw", [b"", b"null", b'{"version": 1}', b"\xff"])
def test_what_is_no_kept_evidence_is_refused(raw: bytes) -> None:
    with pytest.raises(EvidenceRefused, match="not_kept"):
        kept.read(raw)
