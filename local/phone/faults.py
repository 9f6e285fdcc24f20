"""What goes wrong at the flick of a switch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from local.aws.tap import TableFaults
from local.bankid.faults import DOWN
from local.centre import Centre
from local.connect.circumstances import Fault, LambdaFaults
from local.voiceit import VoiceItFaults


@dataclass(frozen=True)
class Switch:
    """`told` is what it says beside the switch; `set` makes something go wrong, or well again."""

    told: str
    set: Callable[[Centre, bool], None]


def _voiceit(centre: Centre, wrong: bool) -> None:
    centre.voiceit.faults = VoiceItFaults(down=wrong)


def _bankid(centre: Centre, wrong: bool) -> None:
    centre.bankid.faults.clear()
    if wrong:
        for path in ("/phone/auth", "/collect", "/cancel"):
            centre.bankid.faults.always(path, DOWN)


def _table(centre: Centre, wrong: bool) -> None:
    centre.tap.faults = TableFaults(code="ProvisionedThroughputExceededException") if wrong else None


def _function(centre: Centre, wrong: bool) -> None:
    faults = LambdaFaults({1: Fault.TIMES_OUT_AFTER_COMMIT} if wrong else {})
    centre.connect.circumstances = replace(centre.connect.circumstances, faults=faults)


SWITCHES: Mapping[str, Switch] = {
    "voiceit": Switch("VoiceIt is down", _voiceit),
    "bankid": Switch("BankID is down", _bankid),
    "table": Switch("The table is throttled", _table),
    "function": Switch("From the next call: its first Lambda times out after its commit", _function),
}


class Board:
    """The switches of a centre, all off."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self.on: set[str] = set()

    def clear(self) -> None:
        """All is well again."""
        for name in sorted(self.on):
            self.turn(name, False)

    def turn(self, name: str, on: bool) -> None:
        """Raises KeyError for a switch that there is not."""
        SWITCHES[name].set(self._centre, on)
        self.on = self.on | {name} if on else self.on - {name}
        self._centre.say("faults", f"{SWITCHES[name].told}: {'on' if on else 'off'}")
