"""The contact centre with the apps as they are shipped: the zips, each function in processes of its own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from local.bankid import BankID
from local.centre import STAGE, Centre, Hosted
from local.clock import WallClock
from local.gateway import Api, Gateway, routes_of_template
from local.runtime.function import Function
from shared import template

BUILD = Path(__file__).resolve().parents[1] / "build"
_WEBHOOK_SECONDS = 29.0


@dataclass
class PackagedCentre(Centre):
    """As a `Centre`, with the zips and templates that `make package` left in `build`. The apps have the real clock."""

    build: Path = BUILD

    def host(self) -> Hosted:
        webhooks = self._run("twilio_app", "app", _WEBHOOK_SECONDS)
        routes = routes_of_template(template.read(self.build / "twilio_app.yaml"))
        return Hosted(
            self._run("connect_app", "voice").invoke,
            self._run("connect_app", "secure_input").invoke,
            self._run("connect_app", "secure_input_redeem").invoke,
            self._run("connect_app", "bankid").invoke,
            self._run("connect_app", "contact_ended").invoke,
            Gateway(Api(routes, STAGE), webhooks.invoke),
        )

    def product_time(self) -> float:
        return time.time()

    def run_bankid(self) -> BankID:
        return BankID(WallClock())

    def _run(self, app: str, name: str, seconds: float = 7.0) -> Function:
        return self._open.enter_context(Function(self.build / f"{app}.zip", f"app.{name}", self.environment, seconds))
