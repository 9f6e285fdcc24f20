"""`test`: whether a key works, without a call: as deployed, or on this machine from files."""

from __future__ import annotations

import json
import secrets
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from chalicelib.customer_input.keys import parsed
from chalicelib.customer_input.message import decrypt
from chalicelib.errors import Misconfigured, Undecryptable
from chalicelib.expiry import certificate
from shared.keys.connect_message import encrypted
from shared.keys.places import Places
from shared.keys.refused import Refused

_DIGITS = 12
_OFFLINE_ID = "00000000-0000-4000-8000-000000000000"


def deployed(places: Places, function: str, key_id: str, pem: str) -> str:
    """Have the function open a random number that is encrypted for the certificate `pem`. What it answered, in words.

    The kind is `pin`, so the number is checked and dropped: nothing of the test is kept.

    Raises:
        Refused: the function did not open it.
    """
    typed = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    event = _event(places.arn, {"step": "open", "kind": "pin", "encrypted": _encrypted(typed, pem, key_id)})
    answer = places.invoke(function, json.dumps(event).encode())
    told = json.loads(answer["Payload"].read())
    if answer.get("FunctionError") or not isinstance(told, dict):
        raise Refused(f"{function} failed: its log says why (function_failed)")
    if (told.get("result"), told.get("length")) != ("ok", str(_DIGITS)):
        raise Refused(
            f"{function} did not open it: {told.get('result')}; its log says why (secure_input_refused); "
            f"a private key that was put in moments ago is seen within half a minute"
        )
    return f"{function} opened a random number that was encrypted for this certificate, under the key id {key_id}"


def offline(private_key: str, pem: str, public_key: str | None) -> str:
    """Whether they fit: the private key, the certificate, and what is uploaded. In words.

    Raises:
        Refused: they do not; the text says which.
    """
    keys = _parsed(private_key)
    certified = _read(pem)
    if public_key is not None and _public(public_key) != certified.public_key:
        raise Refused("the certificate is over another key than the security key; Connect may refuse it")
    typed = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    try:
        opened = decrypt(_encrypted(typed, pem, _OFFLINE_ID), lambda _: keys)
    except Undecryptable as refused:
        raise Refused(f"the private key does not open what the certificate encrypts: {refused.fault}") from None
    if opened != typed:
        raise Refused("what was opened is not what was encrypted")
    also = ", and the security key is the certificate's" if public_key is not None else ""
    return f"the private key opens what is encrypted for the certificate{also}"


def _parsed(private_key: str) -> tuple[RSAPrivateKey, ...]:
    try:
        return parsed(private_key, "that was given")
    except Misconfigured as trouble:
        raise Refused(str(trouble)) from None


def _read(pem: str) -> certificate.Certificate:
    try:
        return certificate.read(pem)
    except ValueError:
        raise Refused("the certificate cannot be read") from None


def _public(pem: str) -> bytes:
    try:
        return certificate.public_key(pem)
    except ValueError:
        raise Refused("the security key is no public key in PEM") from None


def _encrypted(typed: str, pem: str, key_id: str) -> str:
    try:
        return encrypted(typed, pem, key_id)
    except ValueError:
        raise Refused("nothing can be encrypted for this certificate: it must be of an RSA key") from None


def _event(arn: str, parameters: dict[str, str]) -> dict[str, Any]:
    """What Connect would send, for a contact that does not exist."""
    contact = str(uuid.uuid4())
    data = {
        "Channel": "VOICE",
        "ContactId": contact,
        "InitialContactId": contact,
        "InstanceARN": arn,
        "CustomerEndpoint": None,
        "InitiationMethod": "API",
    }
    return {"Name": "ContactFlowEvent", "Details": {"ContactData": data, "Parameters": parameters}}
