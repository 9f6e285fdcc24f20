"""The flow runner calls modules and returns from them as the real service does."""

from __future__ import annotations

from typing import Any

import pytest

from local.connect import Ending
from tests.flows.documents import SETTINGS, action, flow, invoke, say, set_attributes
from tests.local.connect_calls import (
    BYE,
    FUNCTION,
    HANG_UP,
    Centre,
    Function,
    Listener,
    branches,
)


def calling(module: str = "module", **conditions: str) -> dict[str, Any]:
    tests = {f"Equals {name}": target for name, target in conditions.items()}
    errors = {"NoMatchingError": "failed", "NoMatchingCondition": "default"}
    return action(
        "call", "InvokeFlowModule", {"FlowModuleId": module, "Input": {"a": "$.Attributes.a"}}, "next", errors, tests
    )


ENDS = (say("failed", "Failed.", "bye"), say("default", "Default.", "bye"), say("next", "Next.", "bye"), *BYE)


def module(*actions: dict[str, Any]) -> dict[str, Any]:
    return flow(*actions, settings=SETTINGS, name="module")


def returning(result: str | None = None, **data: str) -> dict[str, Any]:
    return action("end", "EndFlowModuleExecution", {**({"Result": result} if result else {}), "ResultData": data})


@pytest.mark.parametrize(
    ("result", "branch"), [("Verified", "Equals Verified"), ("No", "NoMatchingCondition"), (None, "next")]
)
def test_a_module_returns_by_its_branch(result: str | None, branch: str) -> None:
    main = flow(calling(Verified="done"), *ENDS)
    run = Centre({"main": main, "module": module(returning(result))}).phone()
    assert ("call", branch) in branches(run)


def test_a_module_gets_input_and_gives_back_data_only() -> None:
    function = Function([{"result": "ok", "level": "low"}])
    inside = module(
        invoke("ask", FUNCTION, "end", "end", a="$.Modules.Input.a"), returning("Verified", level="$.External.level")
    )
    main = flow(
        set_attributes("set", "call", a="1"),
        calling(Verified="copy"),
        set_attributes("copy", "done", level="$.Modules.ResultData.level", left="$.External.level"),
        *ENDS,
    )
    run = Centre({"main": main, "module": inside}, function).phone()
    assert function.parameters == {"a": "1"}
    assert run.attributes == {"a": "1", "level": "low", "left": ""}


def test_a_module_named_with_an_alias_is_found_and_a_missing_one_takes_the_error_branch() -> None:
    flows = {"main": flow(calling("module:$LATEST", Verified="done"), *ENDS), "module": module(returning("Verified"))}
    assert ("call", "Equals Verified") in branches(Centre(flows).phone())
    flows["main"] = flow(calling("none", Verified="done"), *ENDS)
    assert ("call", "NoMatchingError") in branches(Centre(flows).phone())


def test_modules_nest_five_deep_and_no_deeper() -> None:
    inner = module(calling("module", Verified="end"), returning("Verified"), *ENDS)
    run = Centre({"main": flow(calling("module", Verified="done"), *ENDS), "module": inner}).phone()
    calls = [step.branch for step in run.trace if step.action == "call"]
    assert calls == ["NoMatchingError"] + ["end"] * 5
    assert run.ending is Ending.DISCONNECTED


def test_hanging_up_inside_a_module_ends_the_contact() -> None:
    inside = module(say("hello", "Hello.", "end"), returning("Verified"))
    run = Centre({"main": flow(calling(Verified="done"), *ENDS), "module": inside}).phone(
        Listener(reactions={"Hello": HANG_UP})
    )
    assert run.ending is Ending.CALLER_HUNG_UP
