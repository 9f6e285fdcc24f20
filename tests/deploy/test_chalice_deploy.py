"""`chalice deploy --stage dev` of each app as it is, against MiniStack: deployed, used once, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from twilio.request_validator import RequestValidator

from local.aws.table import create_table
from local.gateway import Api, from_answer, to_event
from local.web import Request
from tests.deploy.calls import FORM, INSTANCE, PUBLIC_URL, TOKEN, invoke, put_secrets, start_event
from tests.deploy.copies import STAGE, copy_of_the_repository, deployed, fill_in


@pytest.fixture
def repository(tmp_path: Path, account: dict[str, str]) -> Path:
    """A copy of the repository, and in `account` what both apps stand on: the stage's table and its secrets."""
    create_table(boto3.client("dynamodb"), f"countersign-{STAGE}")
    put_secrets(STAGE)
    return copy_of_the_repository(tmp_path / "repository")


def test_connect_app_is_deployed_answers_and_is_deleted(repository: Path) -> None:
    app = repository / "connect_app"
    fill_in(app, {"CONNECT_INSTANCE_ARN": INSTANCE, "TWILIO_NUMBER": "+46101234567"})
    with deployed(app) as resources:
        assert invoke(resources["voice"]["lambda_arn"], start_event()) == {"result": "proof_needed"}
    assert boto3.client("lambda").list_functions()["Functions"] == []


def test_twilio_app_is_deployed_answers_and_is_deleted(repository: Path) -> None:
    app = repository / "twilio_app"
    fill_in(app, {"PUBLIC_BASE_URL": PUBLIC_URL, "TWILIO_ACCOUNT_SID": "AC" + "0" * 32})
    with deployed(app) as resources:
        # MiniStack's ImportRestApi makes an API without routes, so what API Gateway would send goes to the function.
        function = resources["api_handler"]["lambda_arn"]
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/voice/answer", FORM)
        genuine = from_answer(invoke(function, webhook(signature)))
        assert genuine.status == 200, genuine
        assert b"<Gather" in genuine.body
        forged = from_answer(invoke(function, webhook("forged")))
        assert (forged.status, forged.body) == (403, b"")
    assert boto3.client("lambda").list_functions()["Functions"] == []
    assert boto3.client("apigateway").get_rest_apis()["items"] == []


def webhook(signature: str) -> dict[str, Any]:
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("X-Twilio-Signature", signature))
    request = Request("POST", "/api/voice/answer", "", headers, urlencode(FORM).encode())
    event = to_event(request, Api({"/voice/{step}": {"POST"}}))
    assert event is not None
    return event
