"""Each word that one of our functions can answer has its branch in the Compare that follows.

That can only be asked of functions that are known by their names, so one that seems to be ours is pointed out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.contract import STEPS, is_ours, words_of
from flows.document import Action, Flow
from flows.findings import Finding, Severity
from flows.rules.walk import reached

_RESULT = "$.External.result"


def every_word_has_its_branch(flow: Flow) -> Iterator[Finding]:
    """The state of the walk is the closed list of the function that answered last, None when that is not known."""
    missing: dict[tuple[str, str], None] = {}
    for action, words, _ in reached(flow, None, _words_after):
        if words and action.type == "Compare" and action.parameters.get("ComparisonValue") == _RESULT:
            tested = {operand for condition in action.conditions for operand in condition.operands}
            missing.update({(action.identifier, word): None for word in sorted(words - tested)})
    for identifier, word in missing:
        yield Finding(Severity.WARNING, f'The answer "{word}" has no branch of its own', identifier)


def our_steps_are_taken_by_our_functions(flow: Flow) -> Iterator[Finding]:
    """A function under another name would pass the rule above unread."""
    for action in flow.actions:
        if action.type == "InvokeLambdaFunction" and _step(action) in STEPS and not is_ours(_function(action)):
            message = (
                f'The step "{_step(action)}" is one of ours and the name of the function is not '
                f"({_function(action)}): whether each of its answers has a branch was not checked"
            )
            yield Finding(Severity.WARNING, message, action.identifier)


def _words_after(action: Action, words: frozenset[str] | None) -> frozenset[str] | None:
    if action.type == "LoadLambdaFunctionResult":
        return None
    if action.type != "InvokeLambdaFunction" or action.parameters.get("InvocationType") == "ASYNCHRONOUS":
        return words
    return words_of(_function(action), _step(action))


def _function(action: Action) -> str:
    return str(action.parameters.get("LambdaFunctionARN", ""))


def _step(action: Action) -> str:
    attributes = action.parameters.get("LambdaInvocationAttributes")
    return str(attributes.get("step")) if isinstance(attributes, Mapping) else ""
