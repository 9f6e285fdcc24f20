"""A Connect instance as its admin API shows it: security keys, and the content of what is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.errors import ConnectUnavailable

PATIENT = Config(connect_timeout=3, read_timeout=15, retries={"mode": "adaptive", "total_max_attempts": 6})
"""Nobody waits on the telephone, and Connect takes two requests in a second (its default throttle)."""
_GONE = frozenset({"ContactFlowNotPublishedException", "ResourceNotFoundException"})


@dataclass(frozen=True)
class SecurityKey:
    """An uploaded public key, in PEM; `id` is the AssociationId."""

    id: str
    public_key: str
    uploaded: datetime | None


@dataclass(frozen=True)
class Published:
    """A flow or a module (`kind`) that calls can meet; `content` is its JSON."""

    kind: str
    id: str
    name: str
    content: str


class Instance:
    """Reads the instance `arn` (its ARN or its id) over a client of `connect`. All raise ConnectUnavailable."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client, self._id = client, arn.rpartition("/")[2]

    def security_keys(self) -> tuple[SecurityKey, ...]:
        return tuple(
            SecurityKey(key["AssociationId"], key.get("Key", ""), key.get("CreationTime"))
            for key in self._listed("list_security_keys", "SecurityKeys")
        )

    def published(self) -> Iterator[Published]:
        """Every active flow and module; of those that were never published, nothing.

        Connect describes the published content of a flow unless asked for the draft. Versions of a module that a flow
        names by number are not looked into.
        """
        for flow in self._listed("list_contact_flows", "ContactFlowSummaryList"):
            if flow.get("ContactFlowState") != "ARCHIVED" and flow.get("ContactFlowStatus") != "SAVED":
                yield from self._described("flow", "ContactFlow", flow)
        for module in self._listed("list_contact_flow_modules", "ContactFlowModulesSummaryList"):
            if module.get("State") != "ARCHIVED":
                yield from self._described("module", "ContactFlowModule", module)

    def _described(self, kind: str, shape: str, summary: Any) -> Iterator[Published]:
        describe = self._client.describe_contact_flow if kind == "flow" else self._client.describe_contact_flow_module
        try:
            found = describe(InstanceId=self._id, **{f"{shape}Id": summary["Id"]})[shape]
        except (BotoCoreError, ClientError) as error:
            if aws.code(error) in _GONE:
                return
            raise _silent(error) from None
        yield Published(kind, summary["Id"], summary.get("Name", ""), found.get("Content", ""))

    def _listed(self, operation: str, of: str) -> list[Any]:
        try:
            pages = self._client.get_paginator(operation).paginate(InstanceId=self._id)
            return [one for page in pages for one in page.get(of, ())]
        except (BotoCoreError, ClientError) as error:
            raise _silent(error) from None


def _silent(error: BotoCoreError | ClientError) -> ConnectUnavailable:
    return ConnectUnavailable(f"Connect did not tell about the instance ({aws.code(error)})")
