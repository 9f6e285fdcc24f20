"""Secrets, from SSM Parameter Store, by name; fetched together, once."""

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


def fetch(names: Iterable[str]) -> dict[str, str]:
    """The decrypted values of up to ten SecureString parameters, by name.

    Raises:
        Misconfigured: a parameter does not exist.
        SecretsUnavailable: SSM did not answer, or refused; the text has the SDK's or the service's code for why.
    """
    wanted = sorted(set(names))
    client: SSMClient = aws.client("ssm", _CONFIG)
    try:
        found = client.get_parameters(Names=wanted, WithDecryption=True)
    except ClientError as error:
        raise SecretsUnavailable(f"SSM did not give the parameters ({error.response['Error']['Code']})") from None
    except BotoCoreError as error:
        raise SecretsUnavailable(f"SSM did not give the parameters ({type(error).__name__})") from None
    values = {parameter["Name"]: parameter["Value"] for parameter in found["Parameters"]}
    missing = [name for name in wanted if name not in values]
    if missing:
        raise Misconfigured(f"SSM has no parameter {', '.join(missing)}; create it as a SecureString")
    return values
