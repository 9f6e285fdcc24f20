"""Writes under a data key of AWS KMS: who may read is for the policy of the consumer's KMS key to say.

The data key is bound, as KMS's encryption context, to the contact, the consumer, the kind and the delivery's id: KMS
opens it for no other.
"""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib import aws
from chalicelib.errors import Unavailable
from chalicelib.secure_input.consumer import Consumer, Delivery

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

FORM = "countersign-kms-1"
_CONFIG = Config(connect_timeout=0.5, read_timeout=1.0, retries={"total_max_attempts": 1})
_IV_BYTES = 12


class KmsWriter:
    """Over one client that is kept."""

    def __init__(self) -> None:
        self._client: KMSClient = aws.client("kms", _CONFIG)

    def write(self, typed: str, delivery: Delivery, consumer: Consumer) -> str:
        """A JSON object; binary values in base64.

        Raises:
            Unavailable: KMS did not answer, or refused.
        """
        context = {
            "contact": delivery.contact,
            "consumer": consumer.name,
            "id": delivery.id,
            "kind": delivery.kind,
        }
        try:
            made = self._client.generate_data_key(KeyId=consumer.key_id, KeySpec="AES_256", EncryptionContext=context)
        except (BotoCoreError, ClientError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            raise Unavailable(f"KMS gave no data key ({code})") from None
        iv = os.urandom(_IV_BYTES)
        envelope = {
            "format": FORM,
            "context": context,
            "data_key": _text(made["CiphertextBlob"]),
            "iv": _text(iv),
            "ciphertext": _text(AESGCM(made["Plaintext"]).encrypt(iv, typed.encode(), None)),
        }
        return json.dumps(envelope, separators=(",", ":"))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
