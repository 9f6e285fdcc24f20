"""GetParticipantInput: one key for a menu, several that are stored, in clear or encrypted, or the buffer's switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.document import Action
from flows.language.keys import buffers, sets_the_buffer, stores
from local import encrypt
from local.connect.actions.piece import Piece
from local.connect.actions.speech import PROMPT
from local.connect.execution import Execution
from local.connect.kinds import LISTENING
from local.connect.line import Line
from local.connect.outcomes import Done, Fails, Outcome, Yields
from local.connect.security_keys import CannotEncryptError
from local.connect.speech import speech

NOTHING_TYPED = "Timeout"
"""What the service stores when no key came: a success, so a flow must compare."""


def _get_input(action: Action, execution: Execution) -> Outcome:
    if sets_the_buffer(action.parameters):
        return _set_buffer(action, execution)
    limit = execution.number(action.parameters["InputTimeLimitSeconds"])
    execution.line.ask_for_keys(speech(action.parameters, execution.contact), limit)
    if stores(action.parameters):
        return _store(action, execution, limit)
    key = execution.line.next_key(limit)
    return Fails("InputTimeLimitExceeded") if key is None else Yields(key, "1 key")


def _store(action: Action, execution: Execution, limit: float) -> Outcome:
    return _stored(_Typing.of(action, execution).read(execution.line, limit), action, execution)


def _set_buffer(action: Action, execution: Execution) -> Outcome:
    """Switched on, or off; then what is in it may be stored. An empty one is taken for nothing typed: AWS is silent."""
    kept = execution.line.buffer(buffers(action.parameters))
    return _stored(kept or None, action, execution) if stores(action.parameters) else Done()


def _stored(keys: str | None, action: Action, execution: Execution) -> Outcome:
    stored = NOTHING_TYPED if keys is None else keys
    encryption = action.parameters.get("InputEncryption")
    if encryption and (keys is not None or execution.circumstances.encrypts_nothing_typed):
        try:
            stored = _encrypted(stored, encryption, execution)
        except CannotEncryptError as reason:
            execution.tell("connect", f"does not encrypt: {reason}")
            return Fails(note=str(reason))
    execution.contact.visit.stored_input = stored
    return Done("nothing typed" if keys is None else f"{len(keys)} digits")


def _encrypted(typed: str, encryption: Mapping[str, str], execution: Execution) -> str:
    """For the certificate in the flow. Raises CannotEncryptError for one that is not of the security key."""
    key_id = execution.text(encryption["EncryptionKeyId"])
    key = execution.security_keys.certified(key_id, execution.text(encryption["Key"]))
    return encrypt.encrypt(typed, key, key_id)


@dataclass(frozen=True)
class _Typing:
    """When the typing of a number is over, and what wipes it."""

    most: int
    terminator: str
    between_keys: float
    cancel: str | None

    @classmethod
    def of(cls, action: Action, execution: Execution) -> _Typing:
        touch_tones = execution.value(action.parameters.get("DTMFConfiguration", {}))
        maximum = action.parameters["InputValidation"]["CustomValidation"]["MaximumLength"]
        star_is_data = str(touch_tones.get("DisableCancelKey", "False")).lower() == "true"
        return cls(
            most=int(execution.number(maximum)),
            terminator=touch_tones.get("InputTerminationSequence") or "#",
            between_keys=execution.number(touch_tones.get("InterdigitTimeLimitSeconds") or "5"),
            cancel=None if star_is_data else "*",
        )

    def read(self, line: Line, limit: float) -> str | None:
        """The keys up to the terminator, the maximum or a pause; None when no key came at all within `limit`."""
        typed = ""
        key = line.next_key(limit)
        if key is None:
            return None
        while key is not None:
            typed = "" if key == self.cancel else typed + key
            if typed.endswith(self.terminator):
                return typed.removesuffix(self.terminator)
            if len(typed) >= self.most:
                return typed
            key = line.next_key(self.between_keys)
        return typed


_UNDERSTANDS = PROMPT | {
    "InputTimeLimitSeconds",
    "StoreInput",
    "InputValidation",
    "InputEncryption",
    "DTMFConfiguration",
    "EnableDTMFBuffer",
    # The prompt of an input is passed over for buffered keys whatever this says.
    "SkipWhenDTMFBufferEnabled",
}

PIECES = (Piece("GetParticipantInput", _get_input, _UNDERSTANDS, LISTENING),)
