"""The action that names flows for later moments. `local.connect.joining` plays them."""

from __future__ import annotations

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import A_MODULE, NO_FLOW, Done, Fails, Outcome


def _set_hook(action: Action, execution: Execution) -> Outcome:
    contact = execution.contact
    for hook, flow_id in action.parameters.get("EventHooks", {}).items():
        named = execution.text(flow_id)
        flow = execution.flow_named(named)
        if flow is None or flow.is_module:
            return Fails(note=NO_FLOW if flow is None else A_MODULE)
        contact.hooks[hook] = named
        contact.disabled_hooks.discard(hook)
    for hook, configuration in action.parameters.get("EventHooksConfiguration", {}).items():
        if configuration["DisableExecution"].lower() == "true":
            contact.disabled_hooks.add(hook)
        else:
            contact.disabled_hooks.discard(hook)
    return Done()


PIECES = (Piece("UpdateContactEventHooks", _set_hook, frozenset({"EventHooks", "EventHooksConfiguration"})),)
