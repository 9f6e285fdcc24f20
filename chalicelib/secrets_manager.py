"""Secrets, from AWS Secrets Manager, by name; asked for once and briefly. It answers what `parameters` answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import aws
from chalicelib.errors import SecretsUnavailable

_CONFIG = Config(connect_timeout=0.5, read_timeout=1.5, retries={"total_max_attempts": 1})
_MOST_PAGES = 3
_PAGE_SIZE = 20
# InvalidRequestException: the secret is marked for deletion, and until then gives its value to nobody.
_ABSENT = frozenset({"ResourceNotFoundException", "InvalidRequestException"})


class SecretsManager:
    """Secrets Manager, over one client that is kept."""

    def __init__(self) -> None:
        self._client: Any = aws.client("secretsmanager", _CONFIG)

    def find(self, names: Iterable[str]) -> dict[str, str]:
        """The current values of secrets, by name; those that do not exist are left out.

        Raises:
            SecretsUnavailable: Secrets Manager did not answer, or refused.
        """
        found: dict[str, str] = {}
        for name in sorted(set(names)):
            try:
                found[name] = _text(self._client.get_secret_value(SecretId=name))
            except (BotoCoreError, ClientError) as error:
                if aws.code(error) not in _ABSENT:
                    raise SecretsUnavailable(_refusal(aws.code(error))) from None
        return found

    def under(self, path: str) -> dict[str, str]:
        """The values of the secrets whose names begin with `path` and a slash: as many as a few requests bring.

        Raises:
            SecretsUnavailable: Secrets Manager did not answer, or refused, or gave none of those that there are.
        """
        found: dict[str, str] = {}
        refused: list[str] = []
        more: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = self._page(f"{path}/", more)
            found.update({secret["Name"]: _text(secret) for secret in page["SecretValues"]})
            refused.extend(error.get("ErrorCode", "") for error in page.get("Errors", ()))
            if not page.get("NextToken"):
                break
            more = {"NextToken": page["NextToken"]}
        if refused and not found:
            raise SecretsUnavailable(_refusal(refused[0]))
        return found

    def _page(self, prefix: str, more: dict[str, str]) -> Any:
        only = [{"Key": "name", "Values": [prefix]}]
        try:
            return self._client.batch_get_secret_value(Filters=only, MaxResults=_PAGE_SIZE, **more)
        except (BotoCoreError, ClientError) as error:
            raise SecretsUnavailable(_refusal(aws.code(error))) from None


def _text(secret: Any) -> str:
    """A secret of bytes is no PEM: the empty text is refused, by name, by whoever reads it."""
    return str(secret.get("SecretString", ""))


def _refusal(code: str) -> str:
    """With the code that says what to do, and without the service's own words."""
    return f"Secrets Manager did not give the secrets ({code})"
