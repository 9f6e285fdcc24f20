"""Reading and writing items, bounded in time, with every failure told apart from a refusal.

botocore's own retries are off: every write here is conditional, so sending it a second time is safe, and only this room
knows how much time is left for that.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.clock import Deadline
from chalicelib.conditional_write import Record, Write
from chalicelib.errors import TableUnavailable
from chalicelib.table import expressions

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CONNECT_SECONDS, READ_SECONDS = 0.4, 0.8
ATTEMPT_SECONDS = CONNECT_SECONDS + READ_SECONDS
ATTEMPTS = 2

_SERVER_ERRORS = 500
"""From here on an HTTP status says that it was not our fault; what comes with it need not even be DynamoDB's."""

_TRANSIENT = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"total_max_attempts": 1},
    tcp_keepalive=True,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Written:
    """The write took effect; `record` is what stands now."""

    record: Record


@dataclass(frozen=True)
class Stood:
    """The condition did not hold; `record` is what stood in the way, {} for no item."""

    record: Record


class _Again(Exception):
    """The same request may well succeed if it is sent once more; the text says what went wrong."""


class Items:
    """The items of one table."""

    def __init__(self, table_name: str) -> None:
        self._client: DynamoDBClient = aws.client("dynamodb", _CONFIG)
        self._table = table_name

    def read(self, key: str, deadline: Deadline) -> Record:
        """The item as it stands now (a consistent read); {} for none."""
        [found] = self.read_together([key], deadline)
        return found

    def read_together(self, wanted: Sequence[str], deadline: Deadline) -> list[Record]:
        """Several items as they stand now, in the order of `wanted`, in one request; {} for each that is not there."""
        keys: Any = {self._table: {"Keys": [_key(key) for key in wanted], "ConsistentRead": True}}

        def send() -> dict[str, Record]:
            answer = self._client.batch_get_item(RequestItems=keys)
            if answer.get("UnprocessedKeys"):
                raise _Again("some keys were not processed")
            return {
                str(item[expressions.KEY]["S"]): expressions.record(item) for item in answer["Responses"][self._table]
            }

        found = _in_time(send, deadline)
        return [found.get(key, {}) for key in wanted]

    def write(self, key: str, write: Write, deadline: Deadline) -> Written | Stood:
        """One conditional write."""

        def send() -> Written | Stood:
            try:
                answer = self._client.update_item(
                    TableName=self._table, Key=_key(key), ReturnValues="ALL_NEW", **expressions.update(write)
                )
            except self._client.exceptions.ConditionalCheckFailedException as refused:
                return Stood(expressions.record(cast("Any", refused.response).get("Item")))
            return Written(expressions.record(answer["Attributes"]))

        return _in_time(send, deadline)

    def write_together(self, writes: Sequence[tuple[str, Write]], deadline: Deadline) -> Stood | None:
        """Several conditional writes, all or none. None: they did; else what stood in the way of the first."""
        token = str(uuid.uuid4())
        updates: list[Any] = [
            {"Update": {"TableName": self._table, "Key": _key(key), **expressions.update(write)}}
            for key, write in writes
        ]

        def send() -> Stood | None:
            try:
                self._client.transact_write_items(TransactItems=updates, ClientRequestToken=token)
            except self._client.exceptions.TransactionCanceledException as cancelled:
                return _first_refusal(cast("Any", cancelled.response)["CancellationReasons"])
            return None

        return _in_time(send, deadline)


def _key(key: str) -> dict[str, Any]:
    return {expressions.KEY: expressions.attribute(key)}


def _first_refusal(reasons: Sequence[dict[str, Any]]) -> Stood:
    """The old item of the first write if its own condition failed, else {}; a conflict is worth another try."""
    codes = [reason["Code"] for reason in reasons]
    if "ConditionalCheckFailed" not in codes:
        raise _Again(f"transaction cancelled ({', '.join(codes)})")
    return Stood(expressions.record(reasons[0].get("Item")) if codes[0] == "ConditionalCheckFailed" else {})


def _in_time(send: Callable[[], T], deadline: Deadline) -> T:
    """Send, and send again if that may help and the time allows.

    Raises:
        TableUnavailable: DynamoDB did not answer in time, or refused the request as such.
    """
    trouble = "no time was left"
    for _ in range(ATTEMPTS):
        if deadline.remaining() < ATTEMPT_SECONDS:
            break
        try:
            return send()
        except ClientError as error:
            trouble = error.response["Error"]["Code"]
            if trouble not in _TRANSIENT and error.response["ResponseMetadata"]["HTTPStatusCode"] < _SERVER_ERRORS:
                break
        except KeyError:
            trouble = "an answer without what DynamoDB always says"
        except (BotoCoreError, _Again) as error:
            trouble = str(error) if isinstance(error, _Again) else type(error).__name__
    raise TableUnavailable(f"DynamoDB: {trouble}") from None
