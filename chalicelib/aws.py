"""Clients of the AWS SDK, made without what a cold start can do without.

boto3's sessions and resources are left out, and what botocore reads from disk (1.3 MB of endpoints, a service's model)
is read once for all clients. Credentials are looked up for each client, as botocore does.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError


def client(service: str, config: Config) -> Any:
    """A client of `service` for the region and the endpoint in the environment; make one and keep it."""
    session = botocore.session.Session()
    session.register_component("data_loader", _loader())
    return session.create_client(service, config=config)


def code(error: BotoCoreError | ClientError) -> str:
    """The service's or the SDK's own word for what went wrong."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


@cache
def _loader() -> botocore.loaders.Loader:
    return botocore.loaders.create_loader()
