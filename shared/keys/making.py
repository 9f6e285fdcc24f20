"""`new`: a key pair with its certificate, into files or straight into SSM and Connect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import code
from chalicelib.errors import ConnectUnavailable
from chalicelib.expiry import certificate
from chalicelib.expiry.instance import SecurityKey
from chalicelib.expiry.sources import certificate_name
from shared.keys.pair import Pair, write
from shared.keys.places import Places, private_key_name
from shared.keys.refused import Refused

MOST_KEYS = 2
"""Of an instance."""


def into_folder(pair: Pair, folder: Path) -> None:
    """For work by hand. Raises Refused if the files are there."""
    try:
        files = write(pair, folder)
    except FileExistsError as there:
        raise Refused(f"{there}; nothing was written") from None
    print(f"written, for your eyes alone: {', '.join(str(file) for file in files)}")
    print("next: upload public-key.pem as a security key, put the other two under the id that it gets, see the page")
    print("docs/secure-input.md; then destroy private-key.pem")


def room_for_another(keys: tuple[SecurityKey, ...]) -> None:
    """Raises Refused if the instance has two keys already."""
    if len(keys) >= MOST_KEYS:
        listed = ", ".join(f"{key.id} ({key.uploaded:%Y-%m-%d})" if key.uploaded else key.id for key in keys)
        raise Refused(
            f"the instance has {len(keys)} security keys, and takes no more: {listed}; `status` says which one may go, "
            "`retire` removes it"
        )


def into_service(places: Places, pair: Pair, kms_key: str | None, show: Callable[[str], None] = print) -> str:
    """Upload the public key, keep the rest under the id that it gets, and return that id.

    If the private key cannot be kept, the upload is taken back.

    Raises:
        Refused: the private key or the certificate could not be kept; the text says what is left.
    """
    uploaded = places.connect.associate_security_key(InstanceId=places.instance_id, Key=pair.public_key)
    key_id = str(uploaded["AssociationId"])
    show(f"Connect took the public key under the id {key_id}")
    try:
        places.private_keys.put(key_id, pair.private_key, kms_key)
    except (BotoCoreError, ClientError) as error:
        raise Refused(f"the private key could not be kept ({code(error)}); {_taken_back(places, key_id)}") from None
    except KeyboardInterrupt:
        raise Refused(f"interrupted; {_taken_back(places, key_id)}") from None
    show(f"the private key is in the {places.private_keys.what} {private_key_name(key_id)}, and nowhere else")
    show("the certificate goes into the flows, and is no secret:")
    show(pair.certificate.strip())
    try:
        places.parameters.put_certificate(key_id, pair.certificate)
    except (BotoCoreError, ClientError) as error:
        name = certificate_name(key_id)
        raise Refused(f"the certificate could not be kept ({code(error)}): put it into the String {name}") from None
    show("it is in the String beside the private key too")
    _compare(places, key_id, pair, show)
    return key_id


def _compare(places: Places, key_id: str, pair: Pair, show: Callable[[str], None]) -> None:
    """That the AssociationId is the id which stands in messages is not documented; what can be checked, is."""
    try:
        listed = {key.id: key.public_key for key in places.instance.security_keys()}
        same = certificate.public_key(listed.get(key_id, "")) == certificate.public_key(pair.public_key)
    except ValueError:
        same = False
    except ConnectUnavailable as trouble:
        show(f"{trouble}: `status` says later whether it lists the key")
        return
    if same:
        show("Connect lists it under that id; whether messages name the same id, only the first real call shows")
    else:
        show(f"WARNING: Connect does not list this key under the id {key_id}: compare with what its console shows")


def _taken_back(places: Places, key_id: str) -> str:
    try:
        places.connect.disassociate_security_key(InstanceId=places.instance_id, AssociationId=key_id)
    except (BotoCoreError, ClientError) as error:
        return f"the upload could not be taken back ({code(error)}): remove the security key {key_id} by hand"
    return "the upload was taken back, and `status` shows what may be left"
