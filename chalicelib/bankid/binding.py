"""What ties a BankID order to this very call, so that nobody can have a victim confirm another's call.

-   The caller hears a short code, and the app shows the same code beside the organisation's name.
-   The signed data hold a nonce that is this order's alone.
-   The app is told truthfully who called whom.

Code and nonce are derived from the order's handle, a keyed hash over the contact and the encrypted input, which differs
with every typing: nobody without the secret can foretell them, and a repeated start gets the same without their
standing anywhere.

BankID takes at most 1500 characters of base64 for each; a setting bounds the organisation's name, the rest is short.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.bankid.answers import CallInitiator
from chalicelib.conditional_write import Record
from chalicelib.contact import Contact
from chalicelib.keyed_hash import KeyedHash

CODE_DIGITS = 2
_HANDLE_CHARACTERS = 22  # 132 bits


_INITIATORS: Mapping[str, CallInitiator] = {
    "INBOUND": CallInitiator.USER,
    "OUTBOUND": CallInitiator.RP,
    "CALLBACK": CallInitiator.RP,
    "EXTERNAL_OUTBOUND": CallInitiator.RP,
}
_LATER_SEGMENTS = frozenset({"TRANSFER", "QUEUE_TRANSFER", "DISCONNECT"})

_VISIBLE: Mapping[tuple[str, CallInitiator], str] = {
    (
        "en-GB",
        CallInitiator.USER,
    ): "You have called {organisation}. Code in the call: {code}. Cancel if you do not hear it.",
    (
        "en-GB",
        CallInitiator.RP,
    ): "{organisation} has called you. Code in the call: {code}. Cancel if you do not hear it.",
    (
        "nl-NL",
        CallInitiator.USER,
    ): "U belt met {organisation}. Code in het gesprek: {code}. Breek af als u die niet hoort.",
    (
        "nl-NL",
        CallInitiator.RP,
    ): "{organisation} heeft u gebeld. Code in het gesprek: {code}. Breek af als u die niet hoort.",
    (
        "sv-SE",
        CallInitiator.USER,
    ): "Du har ringt till {organisation}. Kod i samtalet: {code}. Avbryt om du inte hör den.",
    ("sv-SE", CallInitiator.RP): "{organisation} har ringt dig. Kod i samtalet: {code}. Avbryt om du inte hör den.",
}


def initiator(contact: Contact, record: Record) -> CallInitiator | None:
    """Who called, from Connect's `InitiationMethod`; None when that cannot be told, and then no order may be made.

    After a transfer the method says how the segment began, not the call: only what an earlier order of the same call
    has noted in its `record` counts then. A callback is a call of ours in the same contact, whether or not an order was
    made in it, so that `user` counts only from the segment just before this one. To say `user` on a call that we made
    would teach people to confirm the calls of swindlers.
    """
    if not needs_memory(contact.initiation):
        return _INITIATORS.get(contact.initiation)
    remembered, near = record.get("initiator"), (contact.segment, contact.previous)
    if remembered == CallInitiator.RP:
        return CallInitiator.RP
    return CallInitiator.USER if remembered == CallInitiator.USER and record.get("begun_in") in near else None


def needs_memory(initiation_method: str) -> bool:
    """Whether only an earlier order of the same call can say who called."""
    return initiation_method in _LATER_SEGMENTS


def handle(hashes: KeyedHash, contact: str, message: str) -> str:
    """What an encrypted input is called in the order's record: the same for each delivery of the same event."""
    return hashes.of("bankid input", f"{contact} {message}")[:_HANDLE_CHARACTERS]


def spoken_code(hashes: KeyedHash, order: str) -> str:
    """The digits that the caller hears and sees; `order` is the order's handle."""
    return hashes.digits("bankid code", order, CODE_DIGITS)


def visible(language: str, organisation: str, code: str, who: CallInitiator) -> str:
    """What the app shows, in a language of `prompts.LANGUAGES`: intention and security alone, as BankID's rules say."""
    return _VISIBLE[language, who].format(organisation=organisation, code=code)


def non_visible(hashes: KeyedHash, order: str) -> bytes:
    """What is signed unseen: a nonce that only the order with this handle has."""
    return hashes.of("bankid nonce", order).encode()
