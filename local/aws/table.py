"""Makes the table in MiniStack as `shared/resources.yaml` says, so that the two cannot differ."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from shared import template

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# MiniStack takes the rest of the template's properties without doing anything about them.
_TAKEN = ("BillingMode", "AttributeDefinitions", "KeySchema")


def create_table(client: DynamoDBClient, name: str) -> None:
    """A new table `name`, ready when this returns: keys and billing from the template, and expiry switched on."""
    properties = _properties()
    client.create_table(TableName=name, **{taken: properties[taken] for taken in _TAKEN})
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"])


@cache
def _properties() -> dict[str, Any]:
    properties: dict[str, Any] = template.read(template.RESOURCES)["Resources"]["Table"]["Properties"]
    return properties
