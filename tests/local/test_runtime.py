from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.runtime.function import Function, FunctionError

APP = """
import os, sys
started = os.getpid()
def echo(event, context):
    return {"event": event, "pid": started, "left": context.get_remaining_time_in_millis()}
def environment(event, context):
    return dict(os.environ)
def modules(event, context):
    import importlib.util
    return {name: importlib.util.find_spec(name) is not None for name in event}
def fails(event, context):
    raise LookupError("no such leg")
def leaves(event, context):
    os._exit(3)
def hangs(event, context):
    import threading
    threading.Event().wait()
def meets(event, context):
    # Two at the same time, or neither returns.
    import socket
    with socket.create_connection(("127.0.0.1", event["port"])) as other:
        return other.recv(1).decode()
def says(event, context):
    print("said", event)
"""

Make = Callable[..., Function]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes functions out of APP, or another source, and closes them."""
    made: list[Function] = []

    def function(handler: str, source: str = APP, **options: float) -> Function:
        package = tmp_path / "app.zip"
        with zipfile.ZipFile(package, "w") as code:
            code.writestr("app.py", source)
        made.append(Function(package, f"app.{handler}", {"TABLE_NAME": "table"}, **options))
        return made[-1]

    yield function
    for one in made:
        one.close()


def test_an_event_goes_in_and_the_answer_comes_out(make: Make) -> None:
    assert make("echo").invoke({"Name": "åäö", "n": [1, None]})["event"] == {"Name": "åäö", "n": [1, None]}


def test_the_handler_is_told_how_long_it_has(make: Make) -> None:
    assert 0 < make("echo", time_limit=20.0).invoke({})["left"] <= 20_000


def test_an_idle_instance_takes_the_next_event(make: Make) -> None:
    function = make("echo")
    assert function.invoke({})["pid"] == function.invoke({})["pid"]


def test_events_at_the_same_time_have_instances_of_their_own(make: Make) -> None:
    import socket

    function = make("meets", time_limit=30.0)
    answers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as meeting:
        port = meeting.getsockname()[1]
        calls = [threading.Thread(target=lambda: answers.append(function.invoke({"port": port}))) for _ in range(2)]
        for call in calls:
            call.start()
        both = [meeting.accept()[0] for _ in calls]
        for one in both:
            one.sendall(b"y")
            one.close()
        for call in calls:
            call.join()
    assert answers == ["y", "y"]


def test_nothing_of_this_process_is_in_the_environment(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    seen = make("environment").invoke({})
    assert seen["TABLE_NAME"] == "table"
    assert seen["_HANDLER"] == "app.environment"
    assert "AWS_PROFILE" not in seen
    assert "HOME" not in seen


def test_only_lambdas_own_packages_are_there_besides_the_zip(make: Make) -> None:
    found = make("modules").invoke(
        ["boto3", "botocore", "urllib3", "chalice", "twilio", "cryptography", "pytest", "yaml"]
    )
    assert [name for name, there in found.items() if there] == ["boto3", "botocore", "urllib3"]


def test_an_exception_is_a_function_error_with_its_name_and_the_instance_lives_on(make: Make) -> None:
    function = make("fails")
    for _ in range(2):
        with pytest.raises(FunctionError, match="no such leg") as error:
            function.invoke({})
        assert error.value.error_type == "LookupError"


def test_a_handler_that_takes_too_long_is_cut_off_and_the_next_event_has_a_new_instance(make: Make) -> None:
    function = make("hangs", time_limit=1.0)
    for _ in range(2):
        with pytest.raises(FunctionError) as error:
            function.invoke({})
        assert error.value.error_type == "Sandbox.Timedout"


def test_a_process_that_ends_is_a_function_error(make: Make) -> None:
    with pytest.raises(FunctionError) as error:
        make("leaves").invoke({})
    assert error.value.error_type == "Runtime.ExitError"


def test_an_import_that_fails_is_a_function_error(make: Make) -> None:
    function = make("echo", source="import nothing_like_this")
    for _ in range(2):
        with pytest.raises(FunctionError) as error:
            function.invoke({})
        assert error.value.error_type == "Runtime.ImportModuleError"


def test_output_holds_what_was_printed(make: Make) -> None:
    function = make("says")
    function.invoke(7)
    assert "said 7" in function.output()


def test_closing_ends_the_processes_and_removes_the_folder(make: Make) -> None:
    function = make("echo")
    pid = function.invoke({})["pid"]
    function.close()
    assert not Path(f"/proc/{pid}").exists()
    assert not function._folder.exists()
