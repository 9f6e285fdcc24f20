"""What purposes need, by the policy that is in force: the operator's own, from SSM, or one level for all of them."""

from __future__ import annotations

from chalicelib import audit, policy
from chalicelib.assurance import Level
from chalicelib.clock import Clock
from chalicelib.errors import CountersignError, Misconfigured, SecretsUnavailable
from chalicelib.held import Held, Names, Source
from chalicelib.policy import Need, Policy
from chalicelib.settings import Settings

PAUSE_SECONDS = 15.0
"""For so long a policy that cannot be used is neither looked at again nor told of again."""


class Needs:
    """The policy in the parameter POLICY_NAME; without one every purpose needs REQUIRED_LEVEL."""

    def __init__(self, config: Settings, source: Source, clock: Clock) -> None:
        self._name, self._clock, self._quiet_until = config.policy_name, clock, float("-inf")
        self._for_all = Policy({}, Need(Level[config.required_level.upper()]))
        self._held = Held(Names(self._name, "{}", ""), source, _read, "policy", clock)

    def preload(self) -> None:
        """Fetch it before anybody asks."""
        if self._name:
            self._held.preload()

    def policy(self) -> Policy | None:
        """What is in force; None, and the event `policy_unusable`, where that cannot be said: then nothing is enough.

        A policy that cannot be used is never replaced by one that was there before, and still less by none.
        """
        if not self._name:
            return self._for_all
        if self._clock.now() < self._quiet_until:
            return None
        try:
            return self._found()
        except (Misconfigured, SecretsUnavailable) as trouble:
            self._quiet_until = self._clock.now() + PAUSE_SECONDS
            audit.record("policy_unusable", code=trouble.code, reason=str(trouble))
            return None

    def _found(self) -> Policy:
        found = self._held.of("")
        if found is None:
            raise Misconfigured(f"SSM has no parameter {self._name}, the policy")
        if isinstance(found, CountersignError):
            raise found
        return found


def _read(text: str, name: str) -> Policy | Misconfigured:
    """The policy, or what is wrong with it, which must be remembered: raised here, it would let an old one serve on."""
    try:
        return policy.parsed(text, name)
    except Misconfigured as wrong:
        return wrong
