"""A verdict that is still alive is of no use to any contact but its own."""

from __future__ import annotations

from local.connect.record import Ending
from local.demo.stage import KARINS_NUMBER, Stage, enrol_karin
from local.people import Caller, voice
from tests.journeys.table import handles_of_legs

ANOTHER = "0e4b7f52-0000-4000-8000-000000000001"


def test_a_contact_that_knows_the_handle_of_anothers_leg_is_not_verified_and_does_not_spoil_it(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        before = handles_of_legs(centre)
        run = centre.call(Caller(voice("karin", (5,)), hangs_up_at="Thank you. One moment"), KARINS_NUMBER)
        assert run.ending is Ending.CALLER_HUNG_UP
        [handle] = handles_of_legs(centre) - before
        stolen = centre.ask_voice(ANOTHER, KARINS_NUMBER, step="result", leg=handle)
        assert stolen == {"result": "unavailable"}
        own = centre.ask_voice(run.contact_id, KARINS_NUMBER, step="result", leg=handle)
        assert isinstance(own, dict)
        assert own["result"] == "verified"


def test_a_hand_back_code_is_of_use_to_the_first_contact_alone(stage: Stage) -> None:
    with stage.centre({"HAND_BACK": "dial"}) as centre:
        centre.call(Caller(voice("karin", (1, 2, 3))), KARINS_NUMBER)
        centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER)
        code = centre.line.requests[-1].answer.decode().partition('sendDigits="ww')[2][:10]
        assert len(code) == 10
        assert code.isdigit()
        assert centre.ask_voice(ANOTHER, KARINS_NUMBER, step="result", code=code) == {"result": "unavailable"}
