"""`python -m local.demo [NUMBER ...]`: plays the journeys; exit code 0 only if all end as they should."""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from local import tls
from local.aws import ministack
from local.centre import laptop_certificates
from local.demo.journeys import JOURNEYS
from local.demo.stage import Journey, NotAsItShould, Stage
from local.packaged import PackagedCentre
from local.transcript import Line, Transcript

_COLOURS = {
    "caller": "32",
    "agent": "36",
    "attacker": "31",
    "log": "90",
    "table": "90",
    "webhook": "90",
    "voiceit": "90",
    "bankid": "90",
    "app": "35",
}
_TICKET = re.compile(r"/[A-Za-z0-9_-]{60,}/")
_WIDTH = 100
_NOTICED_SECONDS = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    numbers = range(1, len(JOURNEYS) + 1)
    parser.add_argument(
        "numbers", nargs="*", type=int, metavar="NUMBER", help=f"only these journeys, 1 to {numbers[-1]}"
    )
    parser.add_argument("--brief", action="store_true", help="outcomes only, no transcripts")
    parser.add_argument("--zips", type=Path, metavar="FOLDER", help="run the packaged apps in FOLDER (`make package`)")
    options = parser.parse_args()
    if unknown := [number for number in options.numbers if number not in numbers]:
        parser.error(f"there is no journey {unknown[0]}: they go from 1 to {numbers[-1]}")
    wanted = [(number, JOURNEYS[number - 1]) for number in options.numbers or numbers]
    if options.zips:
        wanted = list(_fit_for_zips(wanted))
        if not wanted:
            return 1
    started = time.monotonic()
    with ministack.start() as aws:
        stage = Stage(aws, tls.certificates(laptop_certificates()))
        if options.zips:
            stage.centre_type = partial(PackagedCentre, build=options.zips)
        ended_well = [_played(stage, number, journey, brief=options.brief) for number, journey in wanted]
    print(
        f"\n{sum(ended_well)} of {len(ended_well)} journeys ended as they should, in {time.monotonic() - started:.1f} s"
    )
    return 0 if all(ended_well) else 1


def _fit_for_zips(wanted: Iterable[tuple[int, Journey]]) -> Iterator[tuple[int, Journey]]:
    for number, journey in wanted:
        if journey.apart:
            print(f"{number} is not played with the zips, whose clock is the real one: {journey.apart}")
        else:
            yield number, journey


def _played(stage: Stage, number: int, journey: Journey, *, brief: bool) -> bool:
    print(f"\n{_bold(f'{number}. {journey.title}')}")
    stage.transcripts.clear()
    try:
        outcome, ended_well = journey.play(stage), True
    except NotAsItShould as trouble:
        outcome, ended_well = str(trouble), False
    if not brief:
        for transcript in stage.transcripts:
            _print(transcript)
    longest = max((transcript.longest_silence() for transcript in stage.transcripts), default=0.0)
    print(f"   {_coloured('=>', '32' if ended_well else '31')} {outcome} (longest silence {longest:.1f} s)")
    return ended_well


def _print(transcript: Transcript) -> None:
    lines = sorted([*transcript.lines, *_silences(transcript)], key=lambda line: line.at)
    for line in lines:
        what = textwrap.wrap(shown(line), _WIDTH) or [""]
        who = _coloured(f"{line.who:9}", _COLOURS.get(line.who, "34"))
        print(f"   {line.at - lines[0].at:7.1f} s  {who} {what[0]}")
        for more in what[1:]:
            print(f"{'':23} {more}")


def shown(line: Line) -> str:
    """What is printed of a line: a ticket is long and says nothing to anybody."""
    return _TICKET.sub("/<ticket>/", line.what)


def _silences(transcript: Transcript) -> list[Line]:
    """A line for each time that the caller hears nothing for long enough to notice."""
    return [
        Line(start, "caller", f"hears nothing for {end - start:.1f} s")
        for start, end in transcript.silences()
        if end - start >= _NOTICED_SECONDS
    ]


def _bold(text: str) -> str:
    return _coloured(text, "1")


def _coloured(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stdout.isatty() else text


if __name__ == "__main__":
    sys.exit(main())
