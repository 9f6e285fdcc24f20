import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from local import callers, wav
from local.clock import VirtualClock
from local.connect.line import CallerHungUp, Line
from local.connect.speech import Speech
from local.phone.events import Feed, ToldTranscript
from local.phone.handset import SPEAKS_WITHIN_SECONDS, Handset
from local.telephone import Asked, Call, HangUp, Press, Reaction, Say, Stay
from local.transcript import Transcript

LONG = Speech("x" * 140, "x" * 140)  # ten seconds


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(0.0)


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def handset(clock: VirtualClock, feed: Feed, tmp_path: Path) -> Handset:
    return Handset(clock, feed, tmp_path, "sv-SE")


def after(clock: VirtualClock, seconds: float, does: Callable[[], object]) -> None:
    """What the person at the page does by and by."""

    def wait_and_do() -> None:
        clock.sleep(seconds)
        does()

    clock.spawn(wait_and_do)


def test_whoever_is_asked_to_speak_has_time_to_and_what_they_say_is_what_is_heard(
    clock: VirtualClock, handset: Handset, tmp_path: Path
) -> None:
    samples = np.arange(8000, dtype=np.int16)
    after(clock, 3.0, lambda: handset.speak(wav.linear(samples)))
    said = handset.reacts("Say the sentence.", Asked.VOICE)

    assert 3.0 <= clock.now() < 3.1
    assert isinstance(said, Say)
    assert said.recording.parent == tmp_path
    assert np.array_equal(wav.read(said.recording.read_bytes()), samples)


def test_a_shipped_caller_speaks_in_their_place(clock: VirtualClock, handset: Handset) -> None:
    karin = callers.takes("karin")[0]
    after(clock, 1.0, lambda: handset.play(karin))
    said = handset.reacts("Say the sentence.", Asked.VOICE)

    assert isinstance(said, Say)
    assert np.array_equal(wav.read(said.recording.read_bytes()), wav.read(karin.read_bytes()))


def test_who_does_not_speak_in_time_stays_silent_and_who_has_begun_may_take_longer(
    clock: VirtualClock, handset: Handset
) -> None:
    assert handset.reacts("Say the sentence.", Asked.VOICE) == Stay()
    assert SPEAKS_WITHIN_SECONDS <= clock.now() < SPEAKS_WITHIN_SECONDS + 0.1

    after(clock, 5.0, handset.begin_to_speak)
    after(clock, SPEAKS_WITHIN_SECONDS + 5.0, lambda: handset.play(callers.takes("karin")[0]))
    assert isinstance(handset.reacts("Say the sentence.", Asked.VOICE), Say)


@pytest.mark.parametrize(
    ("does", "reaction"),
    [(lambda handset: handset.press("#"), Press("#")), (lambda handset: handset.hang_up(), HangUp())],
)
def test_a_key_or_the_hook_is_an_answer_too(
    clock: VirtualClock, handset: Handset, does: Callable[[Handset], object], reaction: Reaction
) -> None:
    after(clock, 1.0, lambda: does(handset))
    assert handset.reacts("Say the sentence.", Asked.VOICE) == reaction


def test_what_was_said_before_does_not_answer_the_next_question(clock: VirtualClock, handset: Handset) -> None:
    handset.play(callers.takes("karin")[0])
    assert handset.reacts("Say the sentence.", Asked.VOICE) == Stay()


def test_what_no_telephone_carries_is_refused(handset: Handset) -> None:
    with pytest.raises(wav.UnreadableAudio):
        handset.speak(b"RIFF and so on")


def test_words_reach_the_page_when_they_begin(clock: VirtualClock, feed: Feed, handset: Handset) -> None:
    line = Line(Call("+46101111111", None, handset), clock, Transcript())
    after(clock, 1.0, lambda: heard.extend(feed.since(0, patience=0.0)))
    heard: list[dict[str, object]] = []
    line.say(LONG)

    assert [(event["kind"], event["at"], event["language"]) for event in heard] == [("spoken", 0.0, "sv-SE")]


def test_keys_cut_a_prompt_short_and_each_counts_when_it_is_pressed(clock: VirtualClock, handset: Handset) -> None:
    line = Line(Call("+46101111111", None, handset), clock, Transcript())
    after(clock, 2.0, lambda: handset.press("1"))
    after(clock, 4.0, lambda: handset.press("23"))
    line.ask_for_keys(LONG, 5.0)
    assert 2.0 <= clock.now() < 2.1

    assert [line.next_key(5.0) for _ in range(4)] == ["1", "2", "3", None]
    assert 9.0 <= clock.now() < 9.2


def test_keys_that_nobody_waits_for_are_lost(clock: VirtualClock, handset: Handset) -> None:
    line = Line(Call("+46101111111", None, handset), clock, Transcript())
    after(clock, 2.0, lambda: handset.press("1"))
    line.say(LONG)
    line.ask_for_keys(LONG, 5.0)

    assert line.next_key(5.0) is None


def test_whoever_hangs_up_is_gone_in_the_middle_of_a_word(clock: VirtualClock, handset: Handset) -> None:
    line = Line(Call("+46101111111", None, handset), clock, Transcript())
    after(clock, 2.0, handset.hang_up)
    with pytest.raises(CallerHungUp):
        line.say(LONG)

    assert 2.0 <= clock.now() < 2.1


@dataclass
class Listener:
    """Somebody at the page, as far as the feed goes."""

    feed: Feed
    seen: list[dict[str, object]] = field(default_factory=list)

    def look(self) -> list[dict[str, object]]:
        new = self.feed.since(max((int(str(event["number"])) for event in self.seen), default=0), patience=0.0)
        self.seen += new
        return new


def test_each_event_is_told_once_and_another_call_forgets_the_one_before(feed: Feed) -> None:
    page = Listener(feed)
    feed.begin(100.0, to="+46101111111")
    feed.add("line", 101.25, who="caller", what="types 1 key")
    assert [(event["kind"], event["at"]) for event in page.look()] == [("ringing", 0.0), ("line", 1.2)]
    assert page.look() == []

    feed.add("over", 102.0)
    feed.begin(200.0, to="+46105555555")
    assert [event["kind"] for event in page.look()] == ["ringing"]


def test_whoever_waits_is_told_at_once(feed: Feed) -> None:
    began = time.monotonic()
    threading.Thread(target=feed.add, args=("line", 0.0)).start()
    assert len(feed.since(0)) == 1
    assert time.monotonic() - began < 10.0


def test_whoever_waits_is_let_go_when_the_server_stops(feed: Feed) -> None:
    assert feed.since(0, stopped=lambda: True) == []


def test_a_silence_is_told_when_it_ends_and_only_in_a_call(feed: Feed) -> None:
    transcript, page = ToldTranscript(feed), Listener(feed)
    transcript.heard(5.0, 6.0)
    transcript.call_begins(10.0)
    transcript.heard(10.0, 12.0)
    transcript.busy(12.5, 13.0)
    transcript.heard(15.5, 16.0)
    transcript.call_is_over(19.0)
    transcript.heard(30.0, 31.0)

    assert [(event["kind"], event["at"], event["seconds"]) for event in page.look()] == [
        ("silence", 13.0, 2.5),
        ("silence", 16.0, 3.0),
    ]
    assert transcript.silences() == []


def test_a_line_is_told_without_its_tickets(feed: Feed) -> None:
    transcript = ToldTranscript(feed, lambda who: "Say" if who == "webhook" else "")
    transcript.add(1.0, "webhook", f"POST /api/voice/{'t' * 60}/wait: 200")
    [told] = Listener(feed).look()

    assert (told["who"], told["what"], told["more"]) == ("webhook", "POST /api/voice/…/wait: 200", "Say")
    assert transcript.lines[0].what.count("t") > 60
