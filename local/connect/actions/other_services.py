"""Actions that ask other services, which say what the circumstances have them say (`replies`, by identifier).

Without a reply nobody is found, what is made is made, and a bot fails.
"""

from __future__ import annotations

from collections.abc import Callable

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.actions.speech import PROMPT
from local.connect.circumstances import Reply
from local.connect.execution import Execution
from local.connect.kinds import LISTENING
from local.connect.outcomes import Done, Fails, Outcome, Yields
from local.connect.record import Made
from local.connect.speech import speech

Run = Callable[[Action, Execution], Outcome]


def _reply(action: Action, execution: Execution) -> Reply | None:
    replies, given = execution.circumstances.replies.get(action.identifier, ()), execution.contact.replies
    given[action.identifier] = given.get(action.identifier, 0) + 1
    return replies[min(given[action.identifier], len(replies)) - 1] if replies else None


def _finds(root: str, nobody: str) -> Run:
    """What is found can be read at `root`."""

    def find(action: Action, execution: Execution) -> Outcome:
        reply = _reply(action, execution)
        if reply is None or reply.error:
            return Fails(reply.error if reply and reply.error else nobody)
        execution.contact.found[root] = reply.data
        return Done()

    return find


def _makes(root: str, key: str) -> Run:
    """What is made gets an id, which can be read at `root` as `key`."""

    def make(action: Action, execution: Execution) -> Outcome:
        reply = _reply(action, execution) or Reply()
        if reply.error:
            return Fails(reply.error)
        contact = execution.contact
        contact.found[root] = {key: execution.new_contact_id(), **reply.data}
        contact.made.append(Made(action.type, execution.value(action.parameters)))
        return Done()

    return make


def _bot(action: Action, execution: Execution) -> Outcome:
    """The reply's data are `$.Lex`; `IntentName` in it chooses the branch. A buffer of keys is emptied before.

    What the bot is begun with, and how long it waits, is in the reply already.
    """
    execution.line.forget_keys()
    execution.line.talk_with_a_machine(speech(action.parameters, execution.contact))
    reply = _reply(action, execution)
    if reply is None or reply.error:
        return Fails(reply.error if reply and reply.error else "NoMatchingError", "no bot" if reply is None else "")
    execution.contact.found["Lex"] = reply.data
    return Yields(reply.data.get("IntentName"))


_BOT = PROMPT | {"LexV2Bot", "LexBot", "LexSessionAttributes", "LexInitializationData", "LexTimeoutSeconds"}
_TASK = frozenset(
    {
        "Name",
        "ContactFlowId",
        "Description",
        "Attributes",
        "References",
        "DelaySeconds",
        "ScheduledTime",
        "TaskTemplateId",
        "PreviousContactId",
        "Queue",
    }
)
_CASE = frozenset({"LinkContactToCase", "CaseRequestFields"})
_PROFILE = frozenset({"ProfileRequestData", "ProfileResponseData"})

PIECES = (
    Piece("ConnectParticipantWithLexBot", _bot, _BOT, only_in=LISTENING),
    Piece("CreateTask", _makes("Task", "ContactId"), _TASK),
    Piece("CreateCase", _makes("Case", "case_id"), _CASE | {"CaseTemplateId"}),
    Piece("GetCase", _finds("Case", "NoneFound"), _CASE | {"GetLastUpdatedCase", "CaseResponseFields"}),
    Piece("GetCustomerProfile", _finds("Customer", "NoneFoundError"), _PROFILE),
    Piece("CreateCustomerProfile", _makes("Customer", "ProfileId"), _PROFILE),
    Piece("CreateWisdomSession", _makes("Wisdom", "SessionArn"), frozenset({"WisdomAssistantArn"})),
)
