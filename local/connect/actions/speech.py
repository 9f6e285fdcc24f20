"""Actions that speak."""

from __future__ import annotations

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import Done, Outcome
from local.connect.speech import speech

PROMPT = frozenset({"Text", "SSML", "PromptId", "Media"})


def _say(action: Action, execution: Execution) -> Outcome:
    execution.line.say(speech(action.parameters, execution.contact))
    return Done()


# No tones are buffered here, so there is never a buffer to skip a prompt for.
PIECES = (Piece("MessageParticipant", _say, PROMPT | {"SkipWhenDTMFBufferEnabled"}),)
