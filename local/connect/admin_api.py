"""Connect's admin API as far as keys, flows, and whose contact it is go: the REST calls that AWS's SDK makes, over HTTP
on loopback.

Paths, members and error codes are those of botocore's model of `connect`. Like the real one it gives two security keys
at most, and pages lists.
"""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote

from local.connect.security_keys import MOST_KEYS, NotUploadedError, SecurityKeys
from local.web import Request, Response, WebServer, json_response

Thing = TypeVar("Thing")

_PAGE = 2
_UPLOADED = 2_208_988_800  # 2040, where virtual time begins


@dataclass(frozen=True)
class Content:
    """A flow or a module. `published` None: it was saved, and never published."""

    name: str
    published: str | None
    archived: bool = False


@dataclass(frozen=True)
class Segment:
    """A contact as DescribeContact tells it: the call it is a part of, its agent's user id, and when it was over."""

    initial: str = ""
    agent: str = ""
    over: float | None = None


class _Fails(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class AdminApi:
    """One instance. `fails` maps an operation to the error code that it answers with, `asked` are the operations.

    `contacts` by ContactId; `users` are login names by user id.
    """

    instance_id: str
    flows: dict[str, Content] = field(default_factory=dict)
    modules: dict[str, Content] = field(default_factory=dict)
    contacts: dict[str, Segment] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    association_ids: Iterator[str] = field(default_factory=lambda: (str(uuid.uuid4()) for _ in itertools.count()))

    def __post_init__(self) -> None:
        self._rules = SecurityKeys({})
        self.security_keys: dict[str, dict[str, Any]] = {}
        self.server = WebServer(self._respond)

    def upload(self, key_id: str, pem: str) -> None:
        """A key that is there from before."""
        self._rules.upload(key_id, pem)
        uploaded = _UPLOADED + len(self.security_keys)
        self.security_keys[key_id] = {"AssociationId": key_id, "Key": pem, "CreationTime": uploaded}

    def _respond(self, request: Request) -> Response:
        try:
            for (method, path), (operation, answer) in self._operations().items():
                found = re.fullmatch(path, unquote(request.path))
                if found and method == request.method:
                    self.asked.append(operation)
                    if operation in self.fails:
                        raise _Fails(400, self.fails[operation])
                    return json_response(200, answer(request, found))
            raise _Fails(404, "ResourceNotFoundException")
        except _Fails as trouble:
            body = json.dumps({"Message": "no"}).encode()
            return Response(trouble.status, (("x-amzn-ErrorType", trouble.code),), body)

    def _operations(self) -> dict[tuple[str, str], tuple[str, Callable[[Request, re.Match[str]], Any]]]:
        own, one = self.instance_id, "/([^/]+)"
        return {
            ("PUT", f"/instance/{own}/security-key"): ("AssociateSecurityKey", self._associate),
            ("DELETE", f"/instance/{own}/security-key{one}"): ("DisassociateSecurityKey", self._disassociate),
            ("GET", f"/instance/{own}/security-keys"): (
                "ListSecurityKeys",
                lambda request, _: _page(request, "SecurityKeys", list(self.security_keys.values())),
            ),
            ("GET", f"/contact-flows-summary/{own}"): (
                "ListContactFlows",
                lambda request, _: _page(request, "ContactFlowSummaryList", _summaries(self.flows, "ContactFlowState")),
            ),
            ("GET", f"/contact-flow-modules-summary/{own}"): (
                "ListContactFlowModules",
                lambda request, _: _page(request, "ContactFlowModulesSummaryList", _summaries(self.modules, "State")),
            ),
            ("GET", f"/contact-flows/{own}{one}"): (
                "DescribeContactFlow",
                lambda _, found: {"ContactFlow": _described(self.flows, found[1])},
            ),
            ("GET", f"/contact-flow-modules/{own}{one}"): (
                "DescribeContactFlowModule",
                lambda _, found: {"ContactFlowModule": _described(self.modules, found[1])},
            ),
            ("GET", f"/contacts/{own}{one}"): (
                "DescribeContact",
                lambda _, found: {"Contact": _contact(found[1], self._one(self.contacts, found[1]))},
            ),
            ("GET", f"/users/{own}{one}"): (
                "DescribeUser",
                lambda _, found: {"User": {"Id": found[1], "Username": self._one(self.users, found[1])}},
            ),
        }

    def _one(self, among: dict[str, Thing], key: str) -> Thing:
        if key not in among:
            raise _Fails(404, "ResourceNotFoundException")
        return among[key]

    def _associate(self, request: Request, _: re.Match[str]) -> dict[str, str]:
        pem, key_id = json.loads(request.body)["Key"], next(self.association_ids)
        if len(self.security_keys) >= MOST_KEYS:
            raise _Fails(402, "ServiceQuotaExceededException")
        try:
            self.upload(key_id, pem)
        except NotUploadedError:
            raise _Fails(400, "InvalidParameterException") from None
        return {"AssociationId": key_id}

    def _disassociate(self, _: Request, found: re.Match[str]) -> dict[str, str]:
        if found[1] not in self.security_keys:
            raise _Fails(404, "ResourceNotFoundException")
        self._rules.remove(found[1])
        del self.security_keys[found[1]]
        return {}


def _contact(key: str, segment: Segment) -> dict[str, Any]:
    told = {"InitialContactId": segment.initial, "DisconnectTimestamp": segment.over}
    agent = {"AgentInfo": {"Id": segment.agent}} if segment.agent else {}
    return {"Id": key, "Channel": "VOICE", **{name: value for name, value in told.items() if value}, **agent}


def _page(request: Request, name: str, things: list[Any]) -> dict[str, Any]:
    start = int(parse_qs(request.query).get("nextToken", ["0"])[0])
    more = {"NextToken": str(start + _PAGE)} if start + _PAGE < len(things) else {}
    return {name: things[start : start + _PAGE], **more}


def _summaries(contents: dict[str, Content], state: str) -> list[dict[str, str]]:
    return [
        {
            "Id": key,
            "Name": one.name,
            state: "ARCHIVED" if one.archived else "ACTIVE",
            **({"ContactFlowStatus": "PUBLISHED" if one.published else "SAVED"} if state != "State" else {}),
        }
        for key, one in contents.items()
    ]


def _described(contents: dict[str, Content], key: str) -> dict[str, str]:
    if key not in contents:
        raise _Fails(404, "ResourceNotFoundException")
    if contents[key].published is None:
        raise _Fails(404, "ContactFlowNotPublishedException")
    return {"Id": key, "Name": contents[key].name, "Content": contents[key].published or ""}
