"""Clients of the AWS SDK, made without what a cold start can do without.

boto3's sessions and resources are left out. What botocore reads from disk (1.3 MB of endpoints, a service's model) is
read once for all clients, and what it does around requests is put in order once. Credentials are looked up for each
client, as botocore does.
"""

from __future__ import annotations

import os
from functools import cache, lru_cache
from typing import Any

import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.hooks import HierarchicalEmitter

_SERVICES = ("connect", "dynamodb", "kms", "lambda", "s3", "secretsmanager", "ssm")


class _Loader(botocore.loaders.Loader):
    """Knows the services that there are clients of; any other is unknown to it."""

    def list_available_services(self, type_name: str) -> list[str]:
        return list(_SERVICES)


def client(service: str, config: Config) -> Any:
    """The client of `service` for the region, the endpoint and the credentials in the environment.

    Whoever asks with the same `config` gets the same one, and with it the same connections.
    """
    return _made(service, config, frozenset(one for one in os.environ.items() if one[0].startswith("AWS_")))


@lru_cache(maxsize=8)
def _made(service: str, config: Config, environment: frozenset[tuple[str, str]]) -> Any:
    session = botocore.session.Session(event_hooks=_hooks(), include_builtin_handlers=False)
    session.register_component("data_loader", _loader())
    return session.create_client(service, config=config)


def code(error: BotoCoreError | ClientError) -> str:
    """The service's or the SDK's own word for what went wrong."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__


@cache
def _loader() -> botocore.loaders.Loader:
    return _Loader()


@cache
def _hooks() -> HierarchicalEmitter:
    """What botocore does around requests, by event, as a session registers it; each client works with a copy."""
    hooks = HierarchicalEmitter()
    botocore.session.Session(event_hooks=hooks)
    return hooks
