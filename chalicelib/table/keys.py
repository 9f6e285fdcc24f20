"""What the items of the table are called. Codes and phone numbers get here only as keyed hashes."""

from __future__ import annotations


def leg(handle: str) -> str:
    """A leg, by the keyed hash of its code."""
    return f"leg#{handle}"


def hand_back(handle: str) -> str:
    """A verdict that waits for the contact that types its code, by the keyed hash of that code."""
    return f"hand_back#{handle}"


def contact(contact_id: str) -> str:
    """A contact with its proofs, by its InitialContactId."""
    return f"contact#{contact_id}"


def caller(number_hash: str) -> str:
    """A caller's voice profile, by the keyed hash of their number."""
    return f"caller#{number_hash}"


def secure_input(token_hash: str) -> str:
    """What a caller typed, sealed, by the keyed hash of the token that redeems it."""
    return f"input#{token_hash}"


def delivery(id_hash: str) -> str:
    """That an input was delivered to a consumer, by the keyed hash of the delivery's id."""
    return f"delivery#{id_hash}"


def bankid(contact_id: str) -> str:
    """A contact's BankID orders, by its InitialContactId."""
    return f"bankid#{contact_id}"


def session(handle: str) -> str:
    """A web login's session, by the keyed hash of its code."""
    return f"session#{handle}"


def used_token(handle: str) -> str:
    """That a login's result counts in a session, by the keyed hash of its token's digest."""
    return f"token#{handle}"


def wrong_codes(of: str, key: str = "") -> str:
    """Wrong session codes of a `contact` (its InitialContactId), a `caller` (keyed hash), or the whole `system`."""
    return f"wrong_codes#{of}#{key}"
