"""A flow as a Mermaid flowchart, which GitHub, GitLab and many editors show as a drawing."""

from __future__ import annotations

from collections.abc import Iterator

from flows.document import Action, Branch, Flow


def mermaid(flow: Flow) -> str:
    """The text of the chart. Errors are dotted lines; a branch to nowhere leads to a block of its own."""
    return "\n".join(_lines(flow)) + "\n"


def _lines(flow: Flow) -> Iterator[str]:
    yield "flowchart TD"
    # Numbers for names: an identifier may be anything, `end` and others are words of Mermaid's own.
    numbers = {action.identifier: f"b{action.index}" for action in flow.actions}
    yield f'  start(["{_safe(flow.name or "start")}"]) --> {numbers.get(flow.start, "nowhere")}'
    for action in flow.actions:
        yield f"  {numbers[action.identifier]}[{_label(action)}]"
    for action in flow.actions:
        for branch in action.branches():
            target = numbers.get(branch.target, "nowhere")
            yield f"  {numbers[action.identifier]} {_line(action, branch)} {target}"


def _label(action: Action) -> str:
    return f'"{_safe(action.identifier)}<br/><i>{_safe(action.type)}</i>"'


def _line(action: Action, branch: Branch) -> str:
    if branch.name == "next":
        return "-->"
    arrow = "-.->" if branch.name in action.errors else "-->"
    return f'{arrow}|"{_safe(branch.name)}"|'


def _safe(text: str) -> str:
    """For between quotes, with Mermaid's own entity codes for what would end them or begin markup."""
    safe = text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    return " ".join(safe.split())
