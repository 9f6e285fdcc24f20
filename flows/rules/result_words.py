"""Each word that one of our functions can answer has its branch in the Compare that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.contract import words_of
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


def _words_after(action: Action, words: frozenset[str] | None) -> frozenset[str] | None:
    if action.type != "InvokeLambdaFunction":
        return words
    attributes = action.parameters.get("LambdaInvocationAttributes")
    step = attributes.get("step") if isinstance(attributes, Mapping) else None
    return words_of(str(action.parameters.get("LambdaFunctionARN", "")), str(step))
