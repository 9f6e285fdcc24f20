"""The contact centre with the apps as they are shipped: the zips, each function in processes of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local.bankid import BankID
from local.centre import STAGE, Centre, Hosted
from local.clock import WallClock
from local.gateway import Api, Gateway, routes_of_template
from local.runtime.function import Function
from shared import template

BUILD = Path(__file__).resolve().parents[1] / "build"
_WEBHOOK_SECONDS = _API_SECONDS = 29.0


@dataclass
class PackagedCentre(Centre):
    """As a `Centre`, with the zips and templates that `make package` left in `build`. The apps have the real clock."""

    build: Path = BUILD

    def host(self) -> Hosted:
        webhooks = self._run("twilio_app", "app", _WEBHOOK_SECONDS)
        routes = routes_of_template(template.read(self.build / "twilio_app.yaml"))
        own_routes = routes_of_template(template.read(self.build / "connect_app.yaml"))
        return Hosted(
            self._run("connect_app", "voice").invoke,
            self._run("connect_app", "secure_input").invoke,
            self._run("connect_app", "secure_input_redeem").invoke,
            self._run("connect_app", "bankid").invoke,
            self._later("connect_app", "web_login"),
            self._later("connect_app", "assurance"),
            self._run("connect_app", "contact_ended").invoke,
            self._later("connect_app", "session_feedback"),
            Gateway(Api(routes, STAGE), webhooks.invoke),
            Gateway(Api(own_routes, STAGE), self._later("connect_app", "app", _API_SECONDS)),
        )

    def product_time(self) -> float:
        return time.time()

    def run_bankid(self) -> BankID:
        return BankID(WallClock())

    def _later(self, app: str, name: str, seconds: float = 7.0) -> Callable[[Any], object]:
        """As `_run`, unpacked when it is first invoked: few calls need it."""

        @cache
        def function() -> Function:
            return self._run(app, name, seconds)

        return lambda event: function().invoke(event)

    def _run(self, app: str, name: str, seconds: float = 7.0) -> Function:
        return self._open.enter_context(Function(self.build / f"{app}.zip", f"app.{name}", self.environment, seconds))
