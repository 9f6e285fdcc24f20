"""What stands in a centre's table, read past the product."""

from __future__ import annotations

from typing import Any

import boto3

from local.centre import TABLE, Centre


def content(centre: Centre) -> list[dict[str, Any]]:
    """Every item."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=centre.aws.url,
        region_name=centre.aws_environment["AWS_REGION"],
        aws_access_key_id=centre.aws_environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=centre.aws_environment["AWS_SECRET_ACCESS_KEY"],
    )
    return client.scan(TableName=TABLE)["Items"]


def handles_of_legs(centre: Centre) -> set[str]:
    """Of all legs that were ever issued."""
    return {item["pk"]["S"].removeprefix("leg#") for item in content(centre) if item["pk"]["S"].startswith("leg#")}
