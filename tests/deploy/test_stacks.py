"""The stacks as CloudFormation gets them: the resources first, then each packaged app, which imports their names."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from twilio.request_validator import RequestValidator

from shared import template
from tests.deploy.calls import FORM, INSTANCE, PUBLIC_URL, TOKEN, invoke, open_event, put_secrets, start_event
from tests.deploy.copies import STAGE


@pytest.fixture
def resources(account: dict[str, str]) -> None:
    """The stack of resources, and the secrets that an operator puts beside it."""
    create_stack("countersign-resources-dev", {"Stage": STAGE}, TemplateBody=template.RESOURCES.read_text())
    put_secrets(STAGE)


def create_stack(name: str, parameters: Mapping[str, str], **from_where: Any) -> None:
    stacks = boto3.client("cloudformation")
    given: Any = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    stacks.create_stack(StackName=name, Parameters=given, Capabilities=["CAPABILITY_IAM"], **from_where)
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def create_app(packages: Path, app: str, account: dict[str, str], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Upload the zip and the template as the AWS CLI would and create the stack. Its resources, by logical name.

    The stage is not among the `parameters`: it is the one that was packaged.
    """
    storage = boto3.client("s3")
    bucket = f"code-{account['AWS_ACCESS_KEY_ID']}"  # the names of buckets are everybody's
    storage.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    storage.put_object(Bucket=bucket, Key=f"{app}.zip", Body=(packages / f"{app}.zip").read_bytes())
    body = (packages / f"{app}.yaml").read_text()
    name = f"countersign-{app.removesuffix('_app')}-{STAGE}"
    packaged = body.replace(f"./{app}.zip", f"s3://{bucket}/{app}.zip")
    storage.put_object(Bucket=bucket, Key=f"{app}.yaml", Body=packaged.encode())
    url = f"{account['AWS_ENDPOINT_URL']}/{bucket}/{app}.yaml"
    create_stack(name, parameters, TemplateURL=url)
    found = boto3.client("cloudformation").describe_stack_resources(StackName=name)
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found["StackResources"]}


@pytest.mark.usefixtures("resources")
def test_connect_app_finds_the_table_that_the_resources_export(dev_packages: Path, account: dict[str, str]) -> None:
    made = create_app(
        dev_packages, "connect_app", account, {"ConnectInstanceArn": INSTANCE, "TwilioNumber": "+46101234567"}
    )
    function = boto3.client("lambda").get_function_configuration(FunctionName=made["Voice"])
    assert function["Environment"]["Variables"]["TABLE_NAME"] == "countersign-dev"
    assert function["FunctionName"] == "countersign-connect-dev-voice"
    assert function["Environment"]["Variables"]["INSECURE_TRUST_ON_FIRST_USE"] == "no"
    assert function["Timeout"] == 7
    assert invoke(made["Voice"], start_event()) == {"result": "proof_needed"}
    assert invoke(made["SecureInput"], open_event()) == {"result": "no_input"}
    redemption = {"contact": "5ca32fbd-8f92-46af-92a5-6b0f970f0efe", "token": "A" * 43}
    assert invoke(made["SecureInputRedeem"], redemption) == {"result": "unknown"}
    events: Any = boto3.client("events")
    started = {}
    for rule in events.list_rules()["Rules"]:
        (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        started[target["Arn"].rpartition(":")[2]] = rule.get("ScheduleExpression") or json.loads(rule["EventPattern"])
    assert started["countersign-connect-dev-expiry_watch"] == "rate(1 day)"
    ends = started["countersign-connect-dev-contact_ended"]
    assert (ends["source"], ends["detail"]["instanceArn"]) == (["aws.connect"], [INSTANCE])
    assert ends["detail"]["$or"][0] == {"eventType": ["DISCONNECTED"]}
    assert len(started) == 2


@pytest.mark.usefixtures("resources")
def test_twilio_app_answers_behind_api_gateway(dev_packages: Path, account: dict[str, str]) -> None:
    made = create_app(
        dev_packages, "twilio_app", account, {"PublicBaseUrl": PUBLIC_URL, "TwilioAccountSid": "AC" + "0" * 32}
    )
    url = f"{account['AWS_ENDPOINT_URL']}/_aws/execute-api/{made['RestAPI']}/api/voice/answer"
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/voice/answer", FORM)
    status, body = post(url, account, signature)
    assert status == 200, body
    assert "<Gather" in body
    assert post(url, account, "forged") == (403, "")


def post(url: str, account: dict[str, str], signature: str) -> tuple[int, str]:
    # MiniStack tells by the credential whose API is meant.
    scope = f"{account['AWS_ACCESS_KEY_ID']}/20260101/eu-central-1/execute-api/aws4_request"
    headers = {"X-Twilio-Signature": signature, "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
    request = urllib.request.Request(url, urlencode(FORM).encode(), headers)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()
