"""References name something that there is: `$.Atributes.name` is spoken as nothing, and no test of it ever holds."""

from __future__ import annotations

from collections.abc import Iterator

from flows.document import Flow
from flows.findings import Finding, Severity
from flows.references import REFERENCE, ROOTS, steps
from flows.rules.actions import texts


def references_name_something(flow: Flow) -> Iterator[Finding]:
    for action in flow.actions:
        unknown = {
            found[0]: None
            for _, text in texts(action.parameters, "Parameters")
            for found in REFERENCE.finditer(text)
            if (root := steps(found[0])[0]) not in ROOTS and not root.isdecimal()
        }
        for reference in unknown:
            yield Finding(Severity.WARNING, f"{reference} names nothing that a flow knows", action.identifier)


def no_branch_stands_twice(flow: Flow) -> Iterator[Finding]:
    """Conditions are tested in order, so the second is never taken."""
    for action in flow.actions:
        tests = [str(condition) for condition in action.conditions]
        for test in dict.fromkeys(test for number, test in enumerate(tests) if test in tests[:number]):
            yield Finding(
                Severity.WARNING, f"The branch {test} stands twice: only the first is taken", action.identifier
            )
