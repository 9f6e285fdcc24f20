"""Asking that the website where a caller logged in is told how their call goes: they are active, or it is over.

Nobody on the telephone waits for a website: whoever has something to tell asks Lambda to run the function
`session_feedback` by and by, which does the telling (`telling`), and goes on whether or not that worked.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import audit, aws
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

USER_ACTIVE, LOGOUT = "user_active", "logout"

_CONNECT_SECONDS, _READ_SECONDS = 0.3, 0.5
LONGEST_SECONDS = _CONNECT_SECONDS + _READ_SECONDS
# Once and briefly: a caller or an agent is waiting, and the website can do without.
_CONFIG = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    retries={"total_max_attempts": 1},
    tcp_keepalive=True,
)


class Feedback:
    """Asks the function `function`."""

    def __init__(self, function: str) -> None:
        self._client: LambdaClient = aws.client("lambda", _CONFIG)
        self._function = function

    def ask(self, contact: str, type: str) -> None:  # noqa: A002 (the protocol's own word)
        """Have the login of a contact, by its InitialContactId, told USER_ACTIVE or LOGOUT; at most LONGEST_SECONDS.

        Nothing is raised: what could not be asked is an event `feedback_not_asked`.
        """
        event = json.dumps({"contact": contact, "type": type}).encode()
        try:
            self._client.invoke(FunctionName=self._function, InvocationType="Event", Payload=event)
        except (BotoCoreError, ClientError) as trouble:
            audit.record("feedback_not_asked", type=type, reason=aws.code(trouble), contact=contact)


def asking(config: Settings) -> Feedback | None:
    """None where no website is to be told of anything."""
    if not config.session_url_hosts or not config.session_feedback_function:
        return None
    return Feedback(config.session_feedback_function)
