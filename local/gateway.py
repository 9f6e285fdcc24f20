"""API Gateway on the laptop: a REST API whose every route goes to one Lambda function.

Two pure functions turn an HTTP request into the event that the function gets (payload format 1.0, "proxy integration")
and its answer into an HTTP response; `Gateway` puts a function between them and serves under `local.web.WebServer`.
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.runtime.function import FunctionError
from local.web import Request, Response, json_response

# Templates such as `/legs/{leg}/answer`, each with its methods.
Routes = Mapping[str, Collection[str]]
Json = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """What is deployed: the routes, the stage that every path begins with, and the media types passed on as base64."""

    routes: Routes
    stage: str = "api"
    binary_types: Collection[str] = ("application/octet-stream",)


def routes_of(app: Any) -> Routes:
    """Those of a Chalice app object."""
    return {path: frozenset(methods) for path, methods in app.routes.items()}


def routes_of_template(template: Json) -> Routes:
    """Those of a packaged app: the OpenAPI document in its SAM template."""
    paths: Json = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    return {path: frozenset(method.upper() for method in methods) for path, methods in paths.items()}


def to_event(request: Request, api: Api) -> Json | None:
    """The event for the function behind `api`, or None when no route or method matches."""
    path = request.path.removeprefix(f"/{api.stage}")
    found = _match(path, request.method, api.routes)
    if path == request.path or found is None:
        return None
    resource, parameters = found
    body, encoded = _body_in(request, api.binary_types)
    return {
        "resource": resource,
        "path": path,
        "httpMethod": request.method,
        **_both("headers", "multiValueHeaders", (*request.headers, *_FORWARDED)),
        **_both("queryStringParameters", "multiValueQueryStringParameters", parse_qsl(request.query, True)),
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": _request_context(request, api.stage, resource),
        "body": body,
        "isBase64Encoded": encoded,
    }


_FORWARDED = (("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Port", "443"), ("X-Forwarded-Proto", "https"))


def from_answer(answer: object) -> Response:
    """What the client gets for the function's answer; 502 for one that API Gateway does not understand."""
    if not isinstance(answer, dict) or not isinstance(answer.get("statusCode"), int):
        return _failed()
    headers = {name: [str(value)] for name, value in (answer.get("headers") or {}).items()}
    headers |= {name: list(values) for name, values in (answer.get("multiValueHeaders") or {}).items()}
    body = answer.get("body") or ""
    if not isinstance(body, str):
        return _failed()
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    return Response(answer["statusCode"], tuple((name, one) for name, all_ in headers.items() for one in all_), content)


class Gateway:
    """Answers HTTP requests through `function`, which takes an event and returns an answer; serve `gateway.respond`.

    A function may be `Function.invoke`, or a Chalice app in this process (`in_process`).
    """

    def __init__(self, api: Api, function: Callable[[Json], object]) -> None:
        self.api = api
        self.function = function

    def respond(self, request: Request) -> Response:
        event = to_event(request, self.api)
        if event is None:
            return json_response(
                403, {"message": "Missing Authentication Token"}
            )  # API Gateway's words for "no such route"
        try:
            return from_answer(self.function(event))
        except FunctionError as error:
            return _failed(504 if error.error_type == "Sandbox.Timedout" else 502)


def in_process(app: Callable[[Json, Any], object]) -> Callable[[Json], object]:
    """A Chalice app object as a function for `Gateway`: the event passes through JSON, as on its way to Lambda."""

    def invoke(event: Json) -> object:
        return json.loads(json.dumps(app(json.loads(json.dumps(event)), None)))

    return invoke


def _match(path: str, method: str, routes: Routes) -> tuple[str, dict[str, str]] | None:
    for template in _fixed_first(routes):
        parameters = _parameters(template.split("/"), path.split("/"))
        if parameters is not None and method in routes[template]:
            return template, parameters
    return None


def _fixed_first(routes: Iterable[str]) -> list[str]:
    return sorted(routes, key=lambda template: template.count("{"))


def _parameters(template: list[str], path: list[str]) -> dict[str, str] | None:
    """By name, decoded; None when the path is not of the template's form."""
    if len(template) != len(path):
        return None
    pairs = list(zip(template, path, strict=True))
    if any(wanted != given if not wanted.startswith("{") else not given for wanted, given in pairs):
        return None
    return {wanted[1:-1]: unquote(given) for wanted, given in pairs if wanted.startswith("{")}


def _both(single: str, multiple: str, pairs: Iterable[tuple[str, str]]) -> Json:
    """The last value of each name, and all of them; null when there is none."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {single: {name: given[-1] for name, given in values.items()} or None, multiple: values or None}


def _body_in(request: Request, binary_types: Collection[str]) -> tuple[str | None, bool]:
    media_type = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
    if not request.body:
        return None, False
    if media_type in binary_types:
        return base64.b64encode(request.body).decode(), True
    return request.body.decode(errors="replace"), False


def _request_context(request: Request, stage: str, resource: str) -> Json:
    host = (request.header("Host") or "localhost").partition(":")[0]
    return {
        "accountId": "123456789012",
        "apiId": "laptop",
        "stage": stage,
        "resourcePath": resource,
        "httpMethod": request.method,
        "path": request.path,  # with the stage, unlike the event's own
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "protocol": "HTTP/1.1",
        "requestId": str(uuid.uuid4()),
        "requestTimeEpoch": int(time.time() * 1000),
        "identity": {"sourceIp": "127.0.0.1", "userAgent": request.header("User-Agent")},
    }


def _failed(status: int = 502) -> Response:
    said = "Endpoint request timed out" if status == 504 else "Internal server error"
    return json_response(status, {"message": said})
