"""Runs a contact through its flows: one action after the other, and the branch that each outcome takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.document import NO_MATCHING_CONDITION, NO_MATCHING_ERROR, Action, Branch, Flow
from local.connect.actions import PIECES
from local.connect.comparing import holds
from local.connect.contact import Visit
from local.connect.execution import Execution, NotANumberError
from local.connect.flow_log import entry
from local.connect.interruption import Interrupted
from local.connect.line import CallerHungUp
from local.connect.outcomes import Done, Fails, FlowDefectError, Left, Moves, Outcome, Yields
from local.connect.record import Step

MOST_STEPS = 2000


def play(execution: Execution, flow: Flow, module_input: Mapping[str, Any]) -> Left:
    """Run `flow` until the contact leaves it. Raises FlowDefectError, CallerHungUp and, inside a wait, Interrupted."""
    visits = execution.contact.visits
    visits.append(Visit(flow, module_input))
    try:
        return go_on(execution, flow.start)
    finally:
        visits.pop()


def go_on(execution: Execution, identifier: str) -> Left:
    """The same, in the flow that the contact is in, from the action with `identifier`."""
    contact = execution.contact
    while True:
        execution.line.mind_interruptions()
        flow = contact.visit.flow
        action = flow.by_identifier[identifier]
        if len(execution.trace) >= MOST_STEPS:
            raise FlowDefectError(f"stopped after {MOST_STEPS} actions, at {action.identifier}: the flow goes round")
        logged, recorded, at = contact.logging, contact.recording, execution.clock.now()
        begun = Step(flow.name, action.identifier, action.type, "end", "", logged, recorded, at)
        execution.on_begin(begun)
        try:
            outcome = _carried_out(action, execution)
        except CallerHungUp:
            execution.note(replace(begun, branch="caller hung up"))
            raise
        except Interrupted:
            execution.note(replace(begun, branch="interrupted"))
            raise
        if isinstance(outcome, Left):
            execution.note(begun)
            return outcome
        if isinstance(outcome, Moves):
            if contact.visit.waiting:
                raise FlowDefectError(f"{action.identifier} leaves the flow while a Wait goes on in it")
            execution.note(replace(begun, branch="next"))
            contact.visits[-1] = Visit(outcome.flow)
            identifier = outcome.flow.start
            continue
        branch = _branch(action, outcome, execution)
        execution.note(replace(begun, branch=branch.name, note=outcome.note))
        identifier = branch.target


def _carried_out(action: Action, execution: Execution) -> Outcome:
    logged, parameters = execution.contact.logging, execution.value(action.parameters)
    outcome = _outcome(action, execution)
    if logged:
        execution.flow_log.append(entry(action, parameters, execution.contact))
    return outcome


def _outcome(action: Action, execution: Execution) -> Outcome:
    failing = execution.circumstances.failing_with(action)
    if failing is not None:
        return Fails(failing, "made to fail")
    piece = PIECES[action.type]
    if execution.kind not in piece.only_in:
        raise FlowDefectError(f"{action.identifier}: {action.type} is refused in {execution.kind.value}")
    try:
        return piece.run(action, execution)
    except NotANumberError as trouble:
        return Fails(note=str(trouble))


def _branch(action: Action, outcome: Done | Yields | Fails, execution: Execution) -> Branch:
    """An error: its own branch, else NoMatchingError. A result: the first condition that holds, else
    NoMatchingCondition, which the console mirrors in NextAction. Otherwise NextAction.
    """
    if isinstance(outcome, Fails):
        return _error_branch(action, outcome)
    if isinstance(outcome, Yields):
        for condition in action.conditions:
            if holds(condition.operator, outcome.value, execution.value(condition.operands[0])):
                return Branch(str(condition), condition.target, condition)
        if NO_MATCHING_CONDITION in action.errors:
            return Branch(NO_MATCHING_CONDITION, action.errors[NO_MATCHING_CONDITION])
    if action.next_action is None:
        raise FlowDefectError(f"{action.identifier} has no NextAction")
    return Branch("next", action.next_action)


def _error_branch(action: Action, outcome: Fails) -> Branch:
    for error in (outcome.error, NO_MATCHING_ERROR):
        if error in action.errors:
            return Branch(error, action.errors[error])
    raise FlowDefectError(f"{action.identifier} has no branch for {outcome.error}")
