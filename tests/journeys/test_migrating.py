"""Who comes from a published walk-through keeps the key where it is: docs/migrating.md."""

from __future__ import annotations

import pytest

from local.centre import PAYMENT_NUMBER
from local.demo.stage import KARINS_NUMBER, Stage
from local.people import Typist

CARD = "5555555555554444"


@pytest.mark.parametrize(
    "name", ["CONNECT_INPUT_DECRYPTION_KEY", "/amazon-connect/encryption/{key-id}/private-key"], ids=["A", "B"]
)
def test_the_parameter_of_either_walk_through_opens_what_is_typed(stage: Stage, name: str) -> None:
    with stage.centre({"INPUT_PRIVATE_KEY_NAME": name}) as centre:
        run = centre.call(Typist([f"{CARD}#"]), KARINS_NUMBER, PAYMENT_NUMBER)
        told = centre.redeem(run.contact_id, run.attributes["input_token"])
    assert told == {"result": "ok", "kind": "card_number", "value": CARD}
