"""Where private keys are kept, by the word of the setting; only the client that is chosen is loaded."""

from __future__ import annotations

from chalicelib.held import Source


def private_key_store(chosen: str) -> Source:
    """`ssm` or `secretsmanager`."""
    if chosen == "secretsmanager":
        from chalicelib.secrets_manager import SecretsManager

        return SecretsManager()
    from chalicelib.parameters import ParameterStore

    return ParameterStore()
