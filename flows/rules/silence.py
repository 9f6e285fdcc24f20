"""A caller is told before the line goes dead, or goes quiet. What agents look at in a guide is no line."""

from __future__ import annotations

from collections.abc import Iterator

from flows.document import Action, Flow
from flows.findings import Finding, Severity
from flows.language.waiting import CONTINUE
from flows.rules.walk import reached

_SPEAKS = frozenset({"MessageParticipant", "GetParticipantInput", "ConnectParticipantWithLexBot", "ShowView"})
_IS_HEARD = _SPEAKS | {
    "MessageParticipantIteratively",
    "InvokeFlowModule",
    "TransferParticipantToThirdParty",
    "TransferContactToQueue",
    "TransferToFlow",
}
"""After which a caller has heard something, if only from somebody else."""
_LIMITS = {"InvokeLambdaFunction": "InvocationTimeLimitSeconds", "Wait": "TimeLimitSeconds"}
QUIET_SECONDS = 4
"""That callers bear without having been told. Once told, they bear as long as a function may take at most."""
TOLD_SECONDS = 8


def nobody_is_cut_off_without_a_word(flow: Flow) -> Iterator[Finding]:
    hang_ups = {action.identifier for action in flow.actions if action.type == "DisconnectParticipant"}
    for action in flow.actions:
        if action.type in _SPEAKS:
            continue
        for branch in action.branches():
            if branch.target in hang_ups:
                message = f"The branch {branch.name} hangs up on the caller without a word"
                yield Finding(Severity.WARNING, message, action.identifier)


def nobody_waits_in_silence(flow: Flow) -> Iterator[Finding]:
    """The state of the walk is whether the caller has been told since the last wait; a module's caller has been."""
    if _is_a_guide(flow):
        return
    found: dict[str, str] = {}
    for action, told, _ in reached(flow, flow.is_module, _told_after):
        seconds = _silence(action)
        if seconds > TOLD_SECONDS:
            found[action.identifier] = f"The caller may hear nothing for {seconds} s, even if told before"
        elif seconds > QUIET_SECONDS and not told:
            found[action.identifier] = f"The caller may hear nothing for {seconds} s: say something before this action"
    for identifier, message in found.items():
        yield Finding(Severity.WARNING, message, identifier)


def no_round_is_silent(flow: Flow) -> Iterator[Finding]:
    """Each round that takes time says something; one that takes none is only the flow's own counting."""
    if _is_a_guide(flow):
        return
    quiet = {action.identifier: action for action in flow.actions if action.type not in _IS_HEARD}
    for action in quiet.values():
        if _silence(action) and action.identifier in _led_to(action, quiet):
            message = "Here the flow can go round and round without a word to the caller"
            yield Finding(Severity.WARNING, message, action.identifier)


def _led_to(first: Action, quiet: dict[str, Action]) -> set[str]:
    """The actions that come after it while nothing is heard."""
    found: set[str] = set()
    waiting = [first]
    while waiting:
        for branch in waiting.pop().branches():
            if branch.target in quiet and branch.target not in found:
                found.add(branch.target)
                waiting.append(quiet[branch.target])
    return found


def _is_a_guide(flow: Flow) -> bool:
    return any(action.type == "ShowView" for action in flow.actions)


def _told_after(action: Action, told: bool) -> bool:
    return action.type in _IS_HEARD or (told and not _silence(action))


def _silence(action: Action) -> int:
    """For how many seconds the action is silent at most: 0 where that is not known, or it plays something meanwhile."""
    limit = str(action.parameters.get(_LIMITS.get(action.type, ""), ""))
    started = action.parameters.get("InvocationType") == "ASYNCHRONOUS"
    plays = any(condition.operands == (CONTINUE,) for condition in action.conditions)
    return int(limit) if limit.isascii() and limit.isdecimal() and not (started or plays) else 0
