"""Where private keys are kept, by the word of a setting; only the client that is chosen is loaded."""

from __future__ import annotations

from chalicelib.held import Source

SSM, SECRETS_MANAGER = "ssm", "secretsmanager"


def chosen(store: str) -> Source:
    """`ssm` or `secretsmanager`."""
    if store == SECRETS_MANAGER:
        from chalicelib.secrets_manager import SecretsManager

        return SecretsManager()
    from chalicelib.parameters import ParameterStore

    return ParameterStore()
