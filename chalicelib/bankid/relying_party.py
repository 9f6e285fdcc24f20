"""BankID's relying-party API, version 6.0: the calls for an order that is made while the person is on the line.

`outbound.Site` does the talking, over the TLS of `certificate`. Fields, lifetimes and error codes are those of BankID's
developer documentation. BankID adds hints, fields and codes without notice: what is added is passed on or passed over,
and what is missing is never made up for.

No request is repeated, but for a start or a cancellation that BankID says it did not take because of maintenance: a
start that got lost may have made an order, which a second one would spoil, and a result is given out only once.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.bankid import replies
from chalicelib.bankid.answers import CallInitiator, Collected
from chalicelib.clock import Deadline
from chalicelib.errors import NoAnswer
from chalicelib.outbound import LARGEST_BODY, Reply, Site

MOST_VISIBLE_AUTH, MOST_HIDDEN_AUTH = 1_500, 1_500
MOST_VISIBLE_SIGN, MOST_HIDDEN_SIGN = 40_000, 200_000
"""Characters of base64."""
LARGEST_RESULT = 1024 * 1024
"""A signature holds what was signed, in base64 twice over, and its chain of certificates."""
KEPT_SECONDS = 10.0
"""How long after the last request a connection is used again. A function that slept for longer wakes up with
connections that only it believes in, and would lose a request to find out."""

_ORDER_REF = re.compile(r"[0-9A-Za-z-]{16,64}")
_PERSONAL_NUMBER = re.compile(r"[0-9]{12}")


class RelyingParty:
    """Us, as BankID knows us by our certificate. `base_url` ends in the version, such as `/rp/v6.0`.

    Every call raises BankIDTrouble. Its text names neither person nor order.
    """

    def __init__(self, base_url: str, tls: ssl.SSLContext) -> None:
        self._base_url, self._tls = base_url, tls
        self._site: Site | None = None
        self._used_at = 0.0

    def phone_auth(
        self,
        personal_number: str,
        call_initiator: CallInitiator,
        visible: str,
        non_visible: bytes,
        deadline: Deadline,
        *,
        certificate_policies: Sequence[str] = (),
        pin_code: bool = False,
    ) -> str:
        """Ask the person with that number (12 digits) to identify themselves. The orderRef, which is a secret.

        `visible` is shown in the app; both texts are signed. At most 1,500 characters each once in base64.

        Raises:
            ValueError: a number or text that BankID cannot take.
        """
        order = _order(personal_number, call_initiator, certificate_policies, pin_code=pin_code)
        order["userVisibleData"] = _text(visible.encode(), MOST_VISIBLE_AUTH)
        order["userNonVisibleData"] = _text(non_visible, MOST_HIDDEN_AUTH)
        return self._start("/phone/auth", order, deadline)

    def phone_sign(
        self,
        personal_number: str,
        call_initiator: CallInitiator,
        visible: str,
        non_visible: bytes,
        deadline: Deadline,
        *,
        certificate_policies: Sequence[str] = (),
        pin_code: bool = False,
    ) -> str:
        """As `phone_auth`, for a signature under `visible`: up to 40,000 characters in base64, and 200,000 unseen."""
        order = _order(personal_number, call_initiator, certificate_policies, pin_code=pin_code)
        order["userVisibleData"] = _text(visible.encode(), MOST_VISIBLE_SIGN)
        order["userNonVisibleData"] = _text(non_visible, MOST_HIDDEN_SIGN)
        return self._start("/phone/sign", order, deadline)

    def connect(self, deadline: Deadline) -> None:
        """See that there is a connection, without asking anything, so that the next request is sent at once."""
        try:
            self._fresh_site(deadline.now()).connect(deadline)
        except NoAnswer as trouble:
            raise replies.unanswered(trouble, "be connected to") from None

    def collect(self, order_ref: str, deadline: Deadline, send_by: Deadline | None = None) -> Collected:
        """How an order stands. To be asked every two seconds; a final answer is given once, within 3 to 5 minutes.

        After `send_by` it is not asked any more: that would come too close to whoever asks next.
        """
        reply = self._request(
            "POST", "/collect", deadline, "collect", _body(_reference(order_ref)), LARGEST_RESULT, send_by
        )
        return replies.collected(reply, order_ref)

    def cancel(self, order_ref: str, deadline: Deadline) -> None:
        """Take back an order that is pending. One that is over already is INVALID_PARAMETERS."""
        replies.success(self._post_again("/cancel", _reference(order_ref), deadline, "cancel"), "cancel")

    def probe(self, deadline: Deadline) -> None:
        """See that BankID is there and takes our certificate, without making an order: a GET is answered with 405."""
        reply = self._request("GET", "/auth", deadline, "be probed")
        if reply.status != 405:
            raise replies.refusal(reply, "be probed")

    def _start(self, path: str, order: dict[str, Any], deadline: Deadline) -> str:
        asked = "start an order"
        self._site = None  # a start that gets lost cannot be repeated, so no old connection is trusted with it
        reference = replies.success(self._post_again(path, order, deadline, asked), asked).get("orderRef")
        if not isinstance(reference, str) or not _ORDER_REF.fullmatch(reference):
            raise replies.nonsense(asked)
        return reference

    def _post_again(self, path: str, fields: dict[str, Any], deadline: Deadline, asked: str) -> Reply:
        """The answer of the second request where BankID says that it did not take the first."""
        reply = self._post(path, fields, deadline, asked)
        if reply.status == 503 and replies.error_code(reply) == "maintenance":
            return self._post(path, fields, deadline, asked)
        return reply

    def _post(self, path: str, fields: dict[str, Any], deadline: Deadline, asked: str) -> Reply:
        return self._request("POST", path, deadline, asked, _body(fields))

    def _request(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        asked: str,
        body: bytes | None = None,
        largest: int = LARGEST_BODY,
        send_by: Deadline | None = None,
    ) -> Reply:
        try:
            return self._fresh_site(deadline.now()).request(
                method,
                path,
                deadline,
                body=body,
                headers={"Content-Type": "application/json"},  # exactly: with a charset BankID answers 415
                largest_body=largest,
                send_by=send_by,
            )
        except NoAnswer as trouble:
            raise replies.unanswered(trouble, asked) from None

    def _fresh_site(self, now: float) -> Site:
        if self._site is None or not 0 <= now - self._used_at <= KEPT_SECONDS:
            self._site = Site(self._base_url, tls=self._tls)
        self._used_at = now
        return self._site


def _order(
    personal_number: str, call_initiator: CallInitiator, certificate_policies: Sequence[str], *, pin_code: bool
) -> dict[str, Any]:
    """What both kinds have. Without its number an order would be nobody's, so one that is none is not sent."""
    if not _PERSONAL_NUMBER.fullmatch(personal_number):
        raise ValueError("a personal number must have 12 digits")
    order: dict[str, Any] = {"personalNumber": personal_number, "callInitiator": call_initiator.value}
    requirement: dict[str, Any] = {}
    if certificate_policies:
        requirement["certificatePolicies"] = list(certificate_policies)
    if pin_code:
        requirement["pinCode"] = True
    return {**order, "requirement": requirement} if requirement else order


def _text(data: bytes, most: int) -> str:
    encoded = base64.b64encode(data).decode()
    if not 1 <= len(encoded) <= most:
        raise ValueError(f"a text for BankID must have 1 to {most} characters in base64")
    return encoded


def _body(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields).encode()


def _reference(order_ref: str) -> dict[str, str]:
    if not _ORDER_REF.fullmatch(order_ref):
        raise ValueError("what should be an orderRef is none")
    return {"orderRef": order_ref}
