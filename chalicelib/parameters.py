"""Secrets, from SSM Parameter Store, by name; asked for once and briefly."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.errors import Misconfigured, SecretsUnavailable

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient
    from types_boto3_ssm.type_defs import GetParametersByPathResultTypeDef

# Once and briefly: a function that starts without its secrets asks again in its first call, with a caller waiting.
_CONFIG = Config(connect_timeout=0.5, read_timeout=1.5, retries={"total_max_attempts": 1})
SECURE = ("SecureString",)
_PER_PAGE = 10
_LONGEST_SECONDS = 1.5
"""After so long no further page is asked for; each may take as long as one request."""


class ParameterStore:
    """SSM, over one client that is kept."""

    def __init__(self) -> None:
        self._client: SSMClient = aws.client("ssm", _CONFIG)

    def find(self, names: Iterable[str]) -> dict[str, str]:
        """The decrypted values of up to ten parameters, by name; those that do not exist are left out.

        Raises:
            SecretsUnavailable: SSM did not answer, or refused.
        """
        try:
            found = self._client.get_parameters(Names=sorted(set(names)), WithDecryption=True)
        except (BotoCoreError, ClientError) as error:
            raise _silent(error) from None
        return {parameter["Name"]: parameter["Value"] for parameter in found["Parameters"]}

    def under(self, path: str, types: Sequence[str] = SECURE, most: int = 30) -> dict[str, str]:
        """The decrypted parameters of these types below `path`, by name: `most` of them, in one request for ten.

        Raises:
            SecretsUnavailable: SSM did not answer, refused, or took too long for all of them.
        """
        found: dict[str, str] = {}
        ends = time.monotonic() + _LONGEST_SECONDS
        more: dict[str, Any] = {}
        while len(found) < most:
            page = self._page(path, types, more)
            found.update({parameter["Name"]: parameter["Value"] for parameter in page["Parameters"]})
            if not page.get("NextToken"):
                break
            if time.monotonic() > ends:
                raise SecretsUnavailable("SSM took too long for all the parameters below a path")
            more = {"NextToken": page["NextToken"]}
        return dict(itertools.islice(found.items(), most))

    def _page(self, path: str, types: Sequence[str], more: dict[str, Any]) -> GetParametersByPathResultTypeDef:
        """Not by botocore's paginator, which would have to be read from disk first."""
        only: Any = [{"Key": "Type", "Option": "Equals", "Values": list(types)}]
        try:
            return self._client.get_parameters_by_path(
                Path=path, Recursive=True, WithDecryption=True, ParameterFilters=only, MaxResults=_PER_PAGE, **more
            )
        except (BotoCoreError, ClientError) as error:
            raise _silent(error) from None


def fetch(names: Iterable[str]) -> dict[str, str]:
    """The decrypted values of up to ten SecureString parameters, by name.

    Raises:
        Misconfigured: a parameter does not exist.
        SecretsUnavailable: SSM did not answer, or refused; the text has the SDK's or the service's code for why.
    """
    wanted = sorted(set(names))
    values = ParameterStore().find(wanted)
    missing = [name for name in wanted if name not in values]
    if missing:
        raise Misconfigured(f"SSM has no parameter {', '.join(missing)}; create it as a SecureString")
    return values


def _silent(error: BotoCoreError | ClientError) -> SecretsUnavailable:
    """With the code that says what to do, and without SSM's own words."""
    return SecretsUnavailable(f"SSM did not give the parameters ({aws.code(error)})")
