"""What BankID's hint codes come to for a caller: our result word, and the word that a flow turns into speech.

The prompt words are a closed list, and flows have a prompt for each. While an order is pending:

    open_app         the app has not got the order yet: open it (BankID sends no push)
    open_app_again   still no app has it: say so once more
    confirm_call     the app asks whether the user is in a call with us
    enter_code       the app asks for the security code
    follow_app       the app asks for something more (an identity document, the face, a choice): do as it says
    in_progress      BankID is working on it, or says something that was not known when this was written

When it is over: `declined`, `cancelled` (by the user, by us, or because the call is over), `cancelled_by_another` (a
newer order for the same person arrived), `expired`, `blocked` (the BankID is blocked or too old), `update_app`,
`mismatch`, `busy` (another order for the same person was under way, and both are gone), `unavailable`, and `failed` for
the rest.

Hint codes and what they mean: BankID's relying-party documentation, "collect"; the user messages are its RFA1 to RFA30.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """What `collect` answers."""

    PENDING = "pending"
    VERIFIED = "verified"
    MISMATCH = "mismatch"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"
    UNAVAILABLE = "unavailable"


class Prompt(StrEnum):
    """What a flow is to say."""

    OPEN_APP = "open_app"
    OPEN_APP_AGAIN = "open_app_again"
    CONFIRM_CALL = "confirm_call"
    ENTER_CODE = "enter_code"
    FOLLOW_APP = "follow_app"
    IN_PROGRESS = "in_progress"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    CANCELLED_BY_ANOTHER = "cancelled_by_another"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    UPDATE_APP = "update_app"
    MISMATCH = "mismatch"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


PENDING_PROMPTS = frozenset(
    {
        Prompt.OPEN_APP,
        Prompt.OPEN_APP_AGAIN,
        Prompt.CONFIRM_CALL,
        Prompt.ENTER_CODE,
        Prompt.FOLLOW_APP,
        Prompt.IN_PROGRESS,
    }
)


@dataclass(frozen=True)
class End:
    """How an order ended. `suspicious`: somebody should look at it, whoever the caller was."""

    result: Result
    prompt: Prompt
    suspicious: bool = False


VERIFIED = End(Result.VERIFIED, Prompt.IN_PROGRESS)
CANCELLED = End(Result.CANCELLED, Prompt.CANCELLED)
EXPIRED = End(Result.EXPIRED, Prompt.EXPIRED)
FAILED = End(Result.FAILED, Prompt.FAILED)
MISMATCH = End(Result.MISMATCH, Prompt.MISMATCH, suspicious=True)
BUSY = End(Result.UNAVAILABLE, Prompt.BUSY)
UNAVAILABLE = End(Result.UNAVAILABLE, Prompt.UNAVAILABLE)

_PENDING: Mapping[str, Prompt] = {
    "outstandingTransaction": Prompt.OPEN_APP,
    "noClient": Prompt.OPEN_APP_AGAIN,
    "started": Prompt.IN_PROGRESS,
    "userCallConfirm": Prompt.CONFIRM_CALL,
    "userSign": Prompt.ENTER_CODE,
    "userMrtd": Prompt.FOLLOW_APP,
    "userStepUp": Prompt.FOLLOW_APP,
    "userFace": Prompt.FOLLOW_APP,
    "processing": Prompt.IN_PROGRESS,
}

_FAILED: Mapping[str, End] = {
    "expiredTransaction": EXPIRED,
    "startFailed": EXPIRED,
    "certificateErr": End(Result.FAILED, Prompt.BLOCKED),
    "userCancel": CANCELLED,
    "cancelled": End(Result.CANCELLED, Prompt.CANCELLED_BY_ANOTHER, suspicious=True),
    "userDeclinedCall": End(Result.DECLINED, Prompt.DECLINED, suspicious=True),
    "notSupportedByUserApp": End(Result.FAILED, Prompt.UPDATE_APP),
    "transactionRiskBlocked": End(Result.FAILED, Prompt.FAILED, suspicious=True),
}


def while_pending(hint_code: str) -> Prompt:
    """What to say while an order is pending. BankID adds hint codes without notice: an unknown one means go on."""
    return _PENDING.get(hint_code, Prompt.IN_PROGRESS)


def when_failed(hint_code: str) -> End:
    """How an order ended that BankID calls failed; an unknown hint code is `failed`."""
    return _FAILED.get(hint_code, FAILED)
