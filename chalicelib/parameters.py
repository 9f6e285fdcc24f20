"""Secrets, from SSM Parameter Store, by name; asked for once and briefly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.errors import Misconfigured, SecretsUnavailable

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

# Once and briefly: a function that starts without its secrets asks again in its first call, with a caller waiting.
_CONFIG = Config(connect_timeout=0.5, read_timeout=1.5, retries={"total_max_attempts": 1})
_MOST_PAGES = 3


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

    def under(self, path: str) -> dict[str, str]:
        """The decrypted SecureString parameters below `path`, by name: as many as a few requests bring.

        Raises:
            SecretsUnavailable: SSM did not answer, or refused.
        """
        found: dict[str, str] = {}
        only = [{"Key": "Type", "Option": "Equals", "Values": ["SecureString"]}]
        try:
            pages = self._client.get_paginator("get_parameters_by_path").paginate(
                Path=path,
                Recursive=True,
                WithDecryption=True,
                ParameterFilters=only,  # type: ignore[arg-type]
                PaginationConfig={"PageSize": 10, "MaxItems": 10 * _MOST_PAGES},
            )
            for page in pages:
                found.update({parameter["Name"]: parameter["Value"] for parameter in page["Parameters"]})
        except (BotoCoreError, ClientError) as error:
            raise _silent(error) from None
        return found


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
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    return SecretsUnavailable(f"SSM did not give the parameters ({code})")
