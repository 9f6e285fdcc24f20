"""ShowView: a guide shows something on the agent's screen and waits for what the agent does with it.

It is for chats, and an agent's guide is one: in a call's own flow it takes its error branch, as the service documents.
"""

from __future__ import annotations

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import Ends, Fails, Outcome, Yields
from local.connect.queues import View

LONGEST_SECONDS = "400"
"""Without a limit of the flow's own, as the API reference gives it."""


def _show(action: Action, execution: Execution) -> Outcome:
    contact = execution.contact
    if contact.agent is None or contact.related is None:
        return Fails(note="only on an agent's screen")
    resource, agent = execution.value(action.parameters["ViewResource"]), contact.agent
    limit = execution.number(action.parameters.get("InvocationTimeLimitSeconds", LONGEST_SECONDS))
    data = execution.value(action.parameters.get("ViewData", {}))
    agent.views.append(View(contact.related.id, str(resource["Id"]), str(resource.get("Version", "")), data))
    execution.tell("agent", f"is shown {resource['Id']}")
    if not agent.answers:
        # Nobody takes the view away: the guide goes no further.
        return Ends()
    answer = agent.answers.pop(0)
    execution.line.silence(min(answer.after_seconds if answer.action else limit, limit))
    if answer.action is None or answer.after_seconds > limit:
        return Fails("TimeLimitExceeded")
    execution.tell("agent", f"chooses {answer.action}")
    contact.visit.found["Views"] = {"Action": answer.action, "ViewResultData": answer.data}
    return Yields(answer.action)


_UNDERSTANDS = frozenset({"ViewResource", "ViewData", "InvocationTimeLimitSeconds", "SensitiveDataConfiguration"})

PIECES = (Piece("ShowView", _show, _UNDERSTANDS),)
