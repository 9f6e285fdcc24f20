"""Evidence, put away for a later dispute: one object for each identification, in an S3 bucket of its own.

BankID expects whoever relies on it to keep what it answered. An object's name has the day and a random number, and
tells nothing else; what it holds is as personal as can be, and is guarded so:

-   S3 encrypts it with the customer key that is the bucket's default, so that reading it takes a right in S3 and
    another in KMS. The function that writes may only write: who takes it over cannot read what it wrote before.
-   Nothing is encrypted a second time here. A key that this function has would guard against nobody who has taken it
    over, and evidence must be readable for years, which outlast our hash key.
-   It need not be guarded against forgery: BankID's signature is in it, and covers what was asked. Object Lock and
    versions guard it against being removed or overwritten, here and by whoever may write.

shared/resources.yaml makes such a bucket, `python -m shared.evidence` reads from it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import audit, aws
from chalicelib.clock import Deadline
from chalicelib.errors import EvidenceUnavailable
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.bankid.evidence.kept import Kept  # which reads certificates

PREFIX = "bankid"
_CONNECT_SECONDS, _READ_SECONDS = 0.5, 1.0
LONGEST_SECONDS = _CONNECT_SECONDS + _READ_SECONDS
# Once and briefly: a caller is waiting.
_CONFIG = Config(connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS, retries={"total_max_attempts": 1})


class Keeper:
    """Puts evidence into `bucket`. `required`: what cannot be kept shall not count either."""

    longest_seconds = LONGEST_SECONDS

    def __init__(self, bucket: str, required: bool, token: Callable[[], str] = lambda: secrets.token_hex(16)) -> None:
        self._bucket, self._required, self._token = bucket, required, token
        self._client: Any = aws.client("s3", _CONFIG)
        self._client.meta.events.register("before-call.s3", _once, unique_id="once")

    def keep(self, kept: Kept, deadline: Deadline) -> None:
        """Put `kept` away; it takes `LONGEST_SECONDS` at most, and is not begun when fewer are left.

        Raises:
            EvidenceUnavailable: it could not be, and is required. Otherwise that is an event in the audit log.
        """
        try:
            self._put(kept, deadline)
        except EvidenceUnavailable as trouble:
            audit.record("bankid_evidence_not_kept", reason=str(trouble))
            if self._required:
                raise

    def _put(self, kept: Kept, deadline: Deadline) -> None:
        if deadline.remaining() < LONGEST_SECONDS:
            raise EvidenceUnavailable("no time was left for keeping evidence")
        day = datetime.fromtimestamp(kept.completed_at, UTC)
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{PREFIX}/{day:%Y/%m/%d}/{self._token()}.json",
                Body=kept.as_json(),
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",  # Object Lock takes nothing without a checksum
                IfNoneMatch="*",  # never onto another
            )
        except ClientError as error:
            raise EvidenceUnavailable(f"S3 did not take evidence ({error.response['Error'].get('Code', '')})") from None
        except BotoCoreError as error:
            raise EvidenceUnavailable(f"S3 did not take evidence ({type(error).__name__})") from None


def _once(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    """Without what botocore does for others: it would wait a second for leave to send what it calls a large body, and
    follow a bucket into another region, with as many requests as that takes.
    """
    params["headers"].pop("Expect")
    context["s3_redirect"]["redirected"] = True


def build(config: Settings) -> Keeper:
    """For the bucket in the settings, where there is one."""
    return Keeper(config.evidence_bucket, config.evidence_required)
