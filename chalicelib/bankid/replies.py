"""What an answer of BankID's means: one of `answers`, or trouble.

What is not whole counts for nothing. The text of trouble is for the log, so that nothing of a request and only known
words of an answer may stand in it. Error codes are those of BankID's developer documentation.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, TypeGuard

from chalicelib.bankid.answers import Collected, Complete, Failed, Pending, Person
from chalicelib.errors import BankIDFault, BankIDTrouble, NoAnswer
from chalicelib.outbound import Reply

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,49}")
_PERSONAL_NUMBER = re.compile(r"[0-9]{12}")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+", re.ASCII)
_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{0,300}")
_ALERT = re.compile(r"_ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)")
"""OpenSSL's words for what a server says to a client certificate that it does not like, or misses."""

_BY_CODE = {
    "alreadyInProgress": BankIDFault.ALREADY_IN_PROGRESS,
    "invalidParameters": BankIDFault.INVALID_PARAMETERS,
    "unauthorized": BankIDFault.UNAUTHORIZED,
    "notFound": BankIDFault.NOT_FOUND,
    "methodNotAllowed": BankIDFault.METHOD_NOT_ALLOWED,
    "requestTimeout": BankIDFault.REQUEST_TIMEOUT,
    "unsupportedMediaType": BankIDFault.UNSUPPORTED_MEDIA_TYPE,
    "tooManyRequests": BankIDFault.TOO_MANY_REQUESTS,
    "internalError": BankIDFault.INTERNAL_ERROR,
    "maintenance": BankIDFault.MAINTENANCE,
}
_BY_STATUS = {
    401: BankIDFault.UNAUTHORIZED,
    403: BankIDFault.UNAUTHORIZED,
    404: BankIDFault.NOT_FOUND,
    405: BankIDFault.METHOD_NOT_ALLOWED,
    408: BankIDFault.REQUEST_TIMEOUT,
    415: BankIDFault.UNSUPPORTED_MEDIA_TYPE,
    429: BankIDFault.TOO_MANY_REQUESTS,
    500: BankIDFault.INTERNAL_ERROR,
    503: BankIDFault.MAINTENANCE,
}
"""For answers without a code that we know: a gateway's, an empty 405, a code that is new."""
_KNOWN_DETAILS = frozenset({"Invalid request", "No such order", "Order already in progress for pno"})


def success(reply: Reply, asked: str) -> dict[str, Any]:
    """The fields of an answer that says that it was done.

    Raises:
        BankIDTrouble: it was not, or that is not what the answer says.
    """
    if reply.status != 200:
        raise refusal(reply, asked)
    answer = reply.json()
    if not isinstance(answer, dict):
        raise nonsense(asked)
    return answer


def collected(reply: Reply, order_ref: str) -> Collected:
    """How the order stands, in the answer to a collect.

    Raises:
        BankIDTrouble: a refusal; the answer is about another order, has a status that is new, or lacks something.
    """
    answer = success(reply, "collect")
    found = _collected(answer) if answer.get("orderRef") == order_ref else None
    if found is None:
        raise nonsense("collect")
    return found


def _collected(answer: dict[str, Any]) -> Collected | None:
    status, hint = answer.get("status"), answer.get("hintCode")
    if status == "complete":
        return complete(answer.get("completionData"))
    if not _is(hint, _WORD):
        return None
    if status == "pending":
        return Pending(hint)
    return Failed(hint) if status == "failed" else None


def complete(data: object) -> Complete | None:
    """What completionData says; None when it lacks something."""
    if not isinstance(data, dict):
        return None
    person = _person(data.get("user"))
    signature, ocsp_response = data.get("signature"), data.get("ocspResponse")
    if person is None or not _is(signature, _BASE64) or not _is(ocsp_response, _BASE64):
        return None
    return Complete(person, _day(data.get("bankIdIssueDate")), signature, ocsp_response, json.dumps(data))


def _person(user: object) -> Person | None:
    if not isinstance(user, dict):
        return None
    number, names = user.get("personalNumber"), [user.get(key) for key in ("name", "givenName", "surname")]
    if not _is(number, _PERSONAL_NUMBER) or not all(_is(name, _NAME) for name in names):
        return None
    return Person(str(number), *map(str, names))


def _is(text: object, pattern: re.Pattern[str]) -> TypeGuard[str]:
    return isinstance(text, str) and pattern.fullmatch(text) is not None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None


def error_code(reply: Reply) -> str:
    """BankID's errorCode; "" without one, be it that the answer is not BankID's at all."""
    return _said(reply, "errorCode") if _WORD.fullmatch(_said(reply, "errorCode")) else ""


def _said(reply: Reply, key: str) -> str:
    answer = reply.json()
    said = answer.get(key) if isinstance(answer, dict) else None
    return said if isinstance(said, str) else ""


def refusal(reply: Reply, asked: str) -> BankIDTrouble:
    """An answer that is not a success.

    A status of 400 to 499 says that nothing was done; so does maintenance, if it is BankID itself that says so.
    """
    code, details = error_code(reply), _said(reply, "details")
    fault = _BY_CODE.get(code) or _BY_STATUS.get(reply.status, BankIDFault.UNKNOWN)
    text = f"BankID would not {asked}: HTTP {reply.status} {code or 'without an errorCode'}"
    if details in _KNOWN_DETAILS:
        text += f" ({details})"
    refused = 400 <= reply.status < 500 or (reply.status == 503 and code == "maintenance")
    return BankIDTrouble(text, fault, uncertain=not refused)


def nonsense(asked: str) -> BankIDTrouble:
    """An answer says that it was done, and not what."""
    return BankIDTrouble(f"BankID was to {asked}; its answer is none that we know", BankIDFault.UNKNOWN, uncertain=True)


def unanswered(trouble: NoAnswer, asked: str) -> BankIDTrouble:
    """A call that brought no answer. Where a certificate is the reason, the text says whose, and what to do."""
    if trouble.tls == "CERTIFICATE_VERIFY_FAILED":
        text = f"BankID was to {asked}; its server's certificate is not of the root that we trust, or has expired"
        return BankIDTrouble(text, BankIDFault.CERTIFICATE, uncertain=False)
    if _ALERT.search(trouble.tls):
        text = (
            f"BankID would not {asked}: it refuses our certificate ({trouble.tls}). Has it expired, or is it one for "
            "the other environment? `make certs ARGS=check` tells"
        )
        return BankIDTrouble(text, BankIDFault.CERTIFICATE, uncertain=False)
    return BankIDTrouble(f"BankID was to {asked}; {trouble}", BankIDFault.UNANSWERED, uncertain=trouble.sent)
