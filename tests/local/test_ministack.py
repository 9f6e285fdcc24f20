from __future__ import annotations

import subprocess
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws import ministack as aws
from shared import template


def test_a_table_has_the_key_and_the_expiry_of_the_template(table: str) -> None:
    client = boto3.client("dynamodb")
    described = client.describe_table(TableName=table)["Table"]
    properties = template.read(template.RESOURCES)["Resources"]["Table"]["Properties"]
    assert described["KeySchema"] == properties["KeySchema"]
    assert described["AttributeDefinitions"] == properties["AttributeDefinitions"]
    expiry = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_a_refused_condition_returns_the_old_item(table: str) -> None:
    client = boto3.client("dynamodb")
    client.put_item(TableName=table, Item={"pk": {"S": "leg"}, "state": {"S": "claimed"}})
    with pytest.raises(ClientError) as refused:
        client.put_item(
            TableName=table,
            Item={"pk": {"S": "leg"}},
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert refused.value.response["Item"] == {"pk": {"S": "leg"}, "state": {"S": "claimed"}}  # type: ignore[typeddict-item]


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_starts_with_an_empty_account(account: dict[str, str], turn: int) -> None:
    client = boto3.client("dynamodb")
    assert client.list_tables()["TableNames"] == []
    client.create_table(
        TableName="left-behind",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )


def test_the_server_listens_on_loopback_only(ministack: aws.MiniStack) -> None:
    assert ministack.url.startswith("http://127.0.0.1:")


def test_stopping_ends_the_process_and_removes_its_folder() -> None:
    server = aws.start()
    folder = server._folder
    assert folder.exists()
    server.stop()
    server.stop()
    assert server._process.poll() is not None
    assert not folder.exists()


def test_a_missing_environment_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(aws.NotStarted, match="make setup"):
        aws.start(tmp_path / "python")


def test_a_server_that_ends_early_hands_on_what_it_said(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho the disk is full >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(aws.NotStarted, match="the disk is full"):
        aws.start(broken)


def test_the_environment_hides_the_persons_own_aws_configuration() -> None:
    environment = aws.environment("http://127.0.0.1:1", "123456789012")
    seen = subprocess.run(
        ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in environment.items()), "env"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert "AWS_CONFIG_FILE=/dev/null" in seen
    assert "AWS_SHARED_CREDENTIALS_FILE=/dev/null" in seen
