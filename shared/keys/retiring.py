"""`retire`: takes a security key away from Connect, if nobody can miss it."""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import ClientError

from shared.keys.places import Places
from shared.keys.refused import Refused
from shared.keys.standing import Standing


def check(one: Standing | None, key_id: str, reason: str | None) -> Standing:
    """The key, if it may go: nothing speaks against it, or `reason` was given. Raises Refused."""
    if one is None:
        raise Refused(f"nobody knows a key {key_id}: not Connect, not the store of private keys, and no flow")
    if one.objections and not reason:
        raise Refused(f"{key_id} stays: {'; '.join(one.objections)}")
    return one


def plan(one: Standing, what: str, *, delete: bool) -> tuple[str, ...]:
    """What will be done, in words; nothing if it is done already. `what` is what private keys are kept in."""
    steps = [f"remove the security key {one.key_id} from Connect"] if one.security_key else []
    if delete and one.has_private_key:
        steps.append("delete its private key: what was encrypted with it can then never be opened")
    if delete and one.has_certificate:
        steps.append("delete its certificate")
    if steps and delete and not one.has_private_key:
        steps.append(f"delete no private key: there is no {what} with it, and --store names another place")
    return tuple(steps)


def carry_out(places: Places, one: Standing, *, delete: bool, show: Callable[[str], None] = print) -> None:
    """A step that was done before is passed over, so it may be run again after a failure. Raises botocore's errors."""
    if one.security_key:
        _remove(places, one.key_id)
        show(f"Connect has the security key {one.key_id} no more")
    if not delete:
        if one.has_private_key:
            show("the private key stays where it is: --delete removes it too")
        return
    if one.has_private_key and places.private_keys.delete(one.key_id):
        show(f"its {places.private_keys.what} is deleted; functions that run keep the key in memory for up to an hour")
    if one.has_certificate and places.parameters.delete_certificate(one.key_id):
        show("its certificate is deleted")


def _remove(places: Places, key_id: str) -> None:
    try:
        places.connect.disassociate_security_key(InstanceId=places.instance_id, AssociationId=key_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
