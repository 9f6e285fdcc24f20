from __future__ import annotations

from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import UnknownServiceError

from chalicelib import aws


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


def test_who_asks_for_the_same_client_again_gets_it_and_with_it_its_connections() -> None:
    config = Config()
    assert aws.client("ssm", config) is aws.client("ssm", config)
    assert aws.client("ssm", config) is not aws.client("ssm", Config())


def test_another_environment_has_clients_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config()
    before = aws.client("ssm", config)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://localhost:1")
    after = aws.client("ssm", config)
    assert before.meta.endpoint_url != after.meta.endpoint_url == "https://localhost:1"


def test_a_service_that_nothing_here_asks_is_not_known() -> None:
    with pytest.raises(UnknownServiceError):
        aws.client("ec2", Config())


def test_every_service_that_is_asked_is_known() -> None:
    asked = {
        line.partition('aws.client("')[2].partition('"')[0]
        for file in Path(aws.__file__).parent.rglob("*.py")
        for line in file.read_text().splitlines()
        if 'aws.client("' in line
    }
    assert {"dynamodb", "ssm"} <= asked
    for service in asked:
        assert aws.client(service, Config()).meta.service_model.service_name == service
