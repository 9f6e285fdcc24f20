"""What twilio_app's webhooks work with, put together from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import parameters
from chalicelib.clock import Clock
from chalicelib.errors import Misconfigured
from chalicelib.keyed_hash import KeyedHash
from chalicelib.outbound import Site
from chalicelib.settings import Settings
from chalicelib.table.items import Items
from chalicelib.table.legs import Legs
from chalicelib.voice.engine import Engine
from chalicelib.voice.recordings import Recordings
from chalicelib.voice.ticket import Seal
from chalicelib.voice.voiceit import VoiceIt


@dataclass(frozen=True)
class LegParts:
    """Everything outside, each behind its own small interface, and the secrets."""

    settings: Settings
    clock: Clock
    hashes: KeyedHash
    seal: Seal
    items: Items
    legs: Legs
    recordings: Recordings
    engine: Engine
    auth_tokens: tuple[str, ...]


def build(config: Settings, clock: Clock) -> LegParts:
    """Fetches the secrets. Raises Misconfigured or SecretsUnavailable."""
    secrets = parameters.fetch(
        [
            config.hash_key_name,
            config.twilio_auth_tokens_name,
            config.voiceit_api_key_name,
            config.voiceit_api_token_name,
        ]
    )
    tokens = tuple(secrets[config.twilio_auth_tokens_name].split())
    if not tokens:
        raise Misconfigured("the parameter that TWILIO_AUTH_TOKENS_NAME names holds no token")
    hashes = KeyedHash(secrets[config.hash_key_name])
    items = Items(config.table_name)
    voiceit = Site(config.voiceit_api_url, secrets[config.voiceit_api_key_name], secrets[config.voiceit_api_token_name])
    return LegParts(
        settings=config,
        clock=clock,
        hashes=hashes,
        seal=Seal(hashes),
        items=items,
        legs=Legs(items),
        recordings=Recordings(config.twilio_api_url, config.twilio_account_sid, tokens, clock),
        engine=VoiceIt(voiceit),
        auth_tokens=tokens,
    )
