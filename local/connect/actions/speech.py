"""Actions that speak."""

from __future__ import annotations

import math

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.interruption import Interrupted, Interruption
from local.connect.kinds import HOLDS, Kind
from local.connect.outcomes import Done, Outcome, Yields
from local.connect.speech import speech

PROMPT = frozenset({"Text", "SSML", "PromptId", "Media"})
_SHORTEST_ROUND_SECONDS = 1.0


def _say(action: Action, execution: Execution) -> Outcome:
    skippable = str(action.parameters.get("SkipWhenDTMFBufferEnabled", "false")).lower() == "true"
    return Done(execution.line.say(speech(action.parameters, execution.contact), skippable=skippable))


def _say_again_and_again(action: Action, execution: Execution) -> Outcome:
    """Until it is time for something else (`InterruptFrequencySeconds`), or what it is played for is over.

    Messages that go on under what follows (`ContinueMessagingDuringInterrupt`) are not written down again.
    """
    frequency = action.parameters.get("InterruptFrequencySeconds")
    started = execution.line.now()
    until = started + execution.number(frequency) if frequency else math.inf
    messages = [speech(message, execution.contact) for message in action.parameters["Messages"]]
    try:
        with execution.line.until(Interruption(until)):
            while True:
                began = execution.line.now()
                for message in messages:
                    execution.line.say(message)
                execution.line.silence(max(began + _SHORTEST_ROUND_SECONDS - execution.line.now(), 0.0))
    except Interrupted:
        # What is over altogether comes before what is only interrupted.
        execution.line.mind_interruptions()
    return Yields("MessagesInterrupted")


PIECES = (
    Piece("MessageParticipant", _say, PROMPT | {"SkipWhenDTMFBufferEnabled"}),
    Piece(
        "MessageParticipantIteratively",
        _say_again_and_again,
        frozenset({"Messages", "InterruptFrequencySeconds", "ContinueMessagingDuringInterrupt"}),
        only_in=HOLDS | {Kind.CUSTOMER_QUEUE},
    ),
)
