"""What shared/resources.yaml promises about the data. MiniStack ignores most of it, so it is read off the template."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest

from shared import template

RESOURCES: dict[str, Any] = template.read(template.RESOURCES)["Resources"]
OUTPUTS: dict[str, Any] = template.read(template.RESOURCES)["Outputs"]
TABLE = RESOURCES["Table"]["Properties"]
KEY = RESOURCES["Key"]["Properties"]


def test_the_table_has_one_string_key_and_no_index() -> None:
    assert TABLE["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    assert TABLE["AttributeDefinitions"] == [{"AttributeName": "pk", "AttributeType": "S"}]
    assert not {"GlobalSecondaryIndexes", "LocalSecondaryIndexes", "StreamSpecification"} & TABLE.keys()


def test_the_table_is_paid_for_by_request_and_sweeps_what_is_over() -> None:
    assert TABLE["BillingMode"] == "PAY_PER_REQUEST"
    assert TABLE["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_the_table_is_encrypted_with_our_own_key_which_rotates() -> None:
    encryption = TABLE["SSESpecification"]
    assert encryption == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}
    assert KEY["EnableKeyRotation"] is True


def test_the_table_can_be_restored_and_not_be_deleted_by_accident() -> None:
    assert TABLE["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert TABLE["DeletionProtectionEnabled"] is True


@pytest.mark.parametrize("name", list(RESOURCES))
def test_every_resource_outlives_its_stack(name: str) -> None:
    assert RESOURCES[name]["DeletionPolicy"] == "Retain"
    assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


def test_only_the_account_decides_about_the_key() -> None:
    principals = [statement["Principal"] for statement in KEY["KeyPolicy"]["Statement"]]
    assert principals == [{"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}]


def test_names_differ_by_stage() -> None:
    names = [TABLE["TableName"], RESOURCES["KeyAlias"]["Properties"]["AliasName"]]
    names += [output["Export"]["Name"] for output in OUTPUTS.values()]
    assert all("${Stage}" in name["Fn::Sub"] for name in names)


BUCKET = RESOURCES["Evidence"]["Properties"]


def test_evidence_is_private_and_encrypted_with_our_own_key() -> None:
    assert set(BUCKET["PublicAccessBlockConfiguration"].values()) == {True}
    assert BUCKET["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (rule,) = BUCKET["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    own = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}
    assert rule["ServerSideEncryptionByDefault"] == own


def test_nobody_reads_or_writes_evidence_in_the_clear_or_under_another_key() -> None:
    denied = {one["Sid"]: one for one in RESOURCES["EvidencePolicy"]["Properties"]["PolicyDocument"]["Statement"]}
    assert {(one["Effect"], one["Principal"]) for one in denied.values()} == {("Deny", "*")}
    assert denied["OverTlsAlone"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    chosen = {"Null": {"s3:x-amz-server-side-encryption": "false"}}
    assert denied["UnderTheBucketsKeyAlone"]["Condition"] == chosen


def test_evidence_stays_as_long_as_was_said_and_no_longer() -> None:
    days = {"Ref": "EvidenceDays"}
    assert BUCKET["VersioningConfiguration"] == {"Status": "Enabled"}
    assert BUCKET["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"] == days
    assert BUCKET["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == days


def test_without_days_there_is_no_bucket() -> None:
    conditional = {name for name, one in (RESOURCES | OUTPUTS).items() if "Condition" in one}
    assert conditional == {"Evidence", "EvidencePolicy", "EvidenceBucket"}
    whole = template.read(template.RESOURCES)
    assert whole["Parameters"]["EvidenceDays"]["Default"] == 0
    assert whole["Conditions"] == {"KeepsEvidence": {"Fn::Not": [{"Fn::Equals": [{"Ref": "EvidenceDays"}, 0]}]}}


def test_the_stack_comes_up_and_exports_what_the_apps_import(account: dict[str, str]) -> None:
    stacks = boto3.client("cloudformation")
    stacks.create_stack(
        StackName="countersign-resources-dev",
        TemplateBody=template.RESOURCES.read_text(),
        Parameters=[{"ParameterKey": "Stage", "ParameterValue": "dev"}],
    )
    stacks.get_waiter("stack_create_complete").wait(StackName="countersign-resources-dev")
    exports = {export["Name"]: export["Value"] for export in stacks.list_exports()["Exports"]}
    assert exports["countersign-dev-TableName"] == "countersign-dev"
    assert exports["countersign-dev-TableArn"].endswith(":table/countersign-dev")
    assert re.fullmatch(r"arn:aws:kms:.*:key/.*", exports["countersign-dev-KeyArn"])
    assert exports["countersign-dev-KeyAlias"] == "alias/countersign-dev"
    assert boto3.client("dynamodb").describe_table(TableName="countersign-dev")["Table"]["TableStatus"] == "ACTIVE"


def test_with_days_the_stack_has_a_bucket_and_exports_its_name(account: dict[str, str]) -> None:
    stacks = boto3.client("cloudformation")
    given = {"Stage": "dev", "EvidenceDays": "3650"}
    stacks.create_stack(
        StackName="countersign-resources-dev",
        TemplateBody=template.RESOURCES.read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    )
    stacks.get_waiter("stack_create_complete").wait(StackName="countersign-resources-dev")
    exports = {export["Name"]: export["Value"] for export in stacks.list_exports()["Exports"]}
    bucket = exports["countersign-dev-EvidenceBucket"]
    assert bucket.startswith("countersign-dev-evidence-")
    assert bucket in [one["Name"] for one in boto3.client("s3").list_buckets()["Buckets"]]
