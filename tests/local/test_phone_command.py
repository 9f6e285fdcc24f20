import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local.phone import command


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_however_the_phone_is_ended_it_clears_up_behind_itself(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    cleared: list[bool] = []

    @contextmanager
    def started() -> Iterator[None]:
        try:
            yield
        finally:
            cleared.append(True)

    monkeypatch.setattr(command.ministack, "start", started)
    monkeypatch.setattr(command, "serve", lambda *given, **more: signal.raise_signal(number))
    before = signal.getsignal(number)
    assert command.main([]) == 0
    assert cleared == [True]
    assert signal.getsignal(number) is before
