from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from chalice.app import Chalice
from chalice.app import Response as ChaliceResponse

from local.gateway import Api, Gateway, from_answer, in_process, routes_of, routes_of_template, to_event
from local.runtime.function import FunctionError
from local.web import Request, WebServer

API = Api({"/legs/{leg}/answer": {"POST"}, "/legs/new/answer": {"POST"}, "/status": {"GET"}})


def request(method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> Request:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(method, path, query, (("Host", "localhost:8443"), *named), body)


def chalice_app() -> Chalice:
    app = Chalice(app_name="tried")

    @app.route("/legs/{leg}/answer", methods=["POST"], content_types=["application/x-www-form-urlencoded"])
    def answer(leg: str) -> ChaliceResponse:
        seen = app.current_request
        assert seen is not None
        assert isinstance(seen.raw_body, bytes)
        form = parse_qs(seen.raw_body.decode())
        said = f"<Response leg='{leg}' from='{form['From'][0]}' q='{seen.to_dict()['query_params']['q']}'/>"
        return ChaliceResponse(said, headers={"Content-Type": "text/xml", "Set-Cookie": ["a=1", "b=2"]})

    @app.route("/fails")
    def fails() -> None:
        raise LookupError("no such leg")

    return app


def test_the_event_names_the_route_the_stage_and_the_parameters() -> None:
    event = to_event(request("POST", "/api/legs/a%2Bb/answer", "x=1&x=2&empty=", b"From=%2B46"), API)
    assert event is not None
    assert event["resource"] == "/legs/{leg}/answer"
    assert event["path"] == "/legs/a%2Bb/answer"
    assert event["pathParameters"] == {"leg": "a+b"}
    assert event["queryStringParameters"] == {"x": "2", "empty": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "empty": [""]}
    assert event["requestContext"]["path"] == "/api/legs/a%2Bb/answer"
    assert event["requestContext"]["stage"] == "api"
    assert event["requestContext"]["domainName"] == "localhost"
    assert event["body"] == "From=%2B46"
    assert event["isBase64Encoded"] is False


def test_what_is_not_there_is_null() -> None:
    event = to_event(request("GET", "/api/status"), API)
    assert event is not None
    assert event["body"] is None
    assert event["pathParameters"] is None
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None


def test_a_repeated_header_keeps_all_values_and_the_last_one_alone() -> None:
    twice = Request("GET", "/api/status", "", (("X-A", "1"), ("X-A", "2")), b"")
    event = to_event(twice, API)
    assert event is not None
    assert event["headers"]["X-A"] == "2"
    assert event["multiValueHeaders"]["X-A"] == ["1", "2"]


def test_a_fixed_path_is_preferred_to_a_parameter() -> None:
    event = to_event(request("POST", "/api/legs/new/answer"), API)
    assert event is not None
    assert event["resource"] == "/legs/new/answer"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/legs/1/answer"),
        ("POST", "/api/legs//answer"),
        ("POST", "/api/legs/1/2/answer"),
        ("GET", "/status"),
        ("GET", "/other/status"),
        ("GET", "/api"),
    ],
)
def test_nothing_else_has_an_event(method: str, path: str) -> None:
    assert to_event(request(method, path), API) is None


def test_a_binary_body_travels_as_base64() -> None:
    event = to_event(
        request("POST", "/api/legs/1/answer", body=b"\xff\x00", Content_Type="application/octet-stream"), API
    )
    assert event is not None
    assert event["body"] == "/wA="
    assert event["isBase64Encoded"] is True


def test_an_answer_becomes_a_response_with_every_header() -> None:
    answer = {"statusCode": 200, "headers": {"A": "1"}, "multiValueHeaders": {"B": ["2", "3"]}, "body": "åä"}
    response = from_answer(answer)
    assert response.status == 200
    assert response.headers == (("A", "1"), ("B", "2"), ("B", "3"))
    assert response.body == "åä".encode()


def test_a_base64_answer_is_decoded() -> None:
    assert from_answer({"statusCode": 200, "body": "/wA=", "isBase64Encoded": True}).body == b"\xff\x00"


@pytest.mark.parametrize("answer", [None, "text", {}, {"statusCode": "200"}, {"statusCode": 200, "body": {"a": 1}}])
def test_an_answer_that_api_gateway_does_not_understand_is_502(answer: object) -> None:
    assert from_answer(answer).status == 502


@pytest.fixture
def served() -> Iterator[WebServer]:
    app = chalice_app()
    with WebServer(Gateway(Api(routes_of(app)), in_process(app)).respond) as server:
        yield server


def fetch(url: str, body: bytes | None = None) -> tuple[int, list[tuple[str, str]], str]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, body, timeout=30) as answer:
            return answer.status, answer.getheaders(), answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, list(refused.headers.items()), refused.read().decode()


def test_a_form_post_reaches_the_chalice_app_and_its_xml_comes_back(served: WebServer) -> None:
    status, headers, body = fetch(f"{served.url}/api/legs/7/answer?q=a%20b", b"From=%2B46701234567")
    assert status == 200
    assert body == "<Response leg='7' from='+46701234567' q='a b'/>"
    assert ("Content-Type", "text/xml") in headers
    assert [value for name, value in headers if name == "Set-Cookie"] == ["a=1", "b=2"]


def test_an_unknown_route_gets_api_gateways_own_answer(served: WebServer) -> None:
    status, _, body = fetch(f"{served.url}/api/nothing")
    assert (status, json.loads(body)) == (403, {"message": "Missing Authentication Token"})


def test_a_view_that_raises_is_chalices_500(served: WebServer) -> None:
    status, _, body = fetch(f"{served.url}/api/fails")
    assert status == 500
    assert json.loads(body)["Code"] == "InternalServerError"


@pytest.mark.parametrize(("error_type", "status"), [("Sandbox.Timedout", 504), ("Runtime.ExitError", 502)])
def test_a_function_that_fails_is_a_gateway_error(error_type: str, status: int) -> None:
    def fails(event: dict[str, object]) -> object:
        raise FunctionError(error_type, "no answer")

    assert Gateway(API, fails).respond(request("GET", "/api/status")).status == status


def test_the_routes_of_a_packaged_app_are_read_from_its_template() -> None:
    paths: dict[str, object] = {"/legs/{leg}/answer": {"post": {}}}
    template = {"Resources": {"RestAPI": {"Properties": {"DefinitionBody": {"paths": paths}}}}}
    assert routes_of_template(template) == {"/legs/{leg}/answer": frozenset({"POST"})}
