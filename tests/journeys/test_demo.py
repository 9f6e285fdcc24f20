"""Every journey of the demo ends as it should."""

from __future__ import annotations

import pytest

from local.demo.journeys import JOURNEYS
from local.demo.stage import Journey, NotAsItShould, Stage, must


@pytest.mark.parametrize("journey", JOURNEYS, ids=[journey.title for journey in JOURNEYS])
def test_the_journey_ends_as_it_should(stage: Stage, journey: Journey) -> None:
    assert journey.play(stage)


def test_a_journey_that_ends_otherwise_is_told_apart() -> None:
    with pytest.raises(NotAsItShould, match="verified"):
        must(False, "the caller is verified")
