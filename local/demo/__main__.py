"""`python -m local.demo [NUMBER ...]`: plays the journeys; exit code 0 only if all end as they should."""

from __future__ import annotations

import argparse
import re
import sys
import time
from functools import partial
from pathlib import Path

from local import tls
from local.aws import ministack
from local.centre import laptop_certificates
from local.demo.journeys import JOURNEYS
from local.demo.stage import Journey, NotAsItShould, Stage
from local.packaged import PackagedCentre
from local.transcript import Transcript

_COLOURS = {
    "caller": "32",
    "agent": "36",
    "attacker": "31",
    "log": "90",
    "table": "90",
    "webhook": "90",
    "voiceit": "90",
}
_TICKET = re.compile(r"/[A-Za-z0-9_-]{60,}/")
_WIDTH = 118


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="only these journeys")
    parser.add_argument("--brief", action="store_true", help="outcomes only, no transcripts")
    parser.add_argument("--zips", type=Path, metavar="FOLDER", help="run the packaged apps in FOLDER (`make package`)")
    options = parser.parse_args()
    wanted = [(n, journey) for n, journey in enumerate(JOURNEYS, 1) if not options.numbers or n in options.numbers]
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
    print(f"   {_coloured('=>', '32' if ended_well else '31')} {outcome}")
    return ended_well


def _print(transcript: Transcript) -> None:
    if not transcript.lines:
        return
    begin = transcript.lines[0].at
    for line in transcript.lines:
        what = _TICKET.sub("/<ticket>/", line.what)
        what = what if len(what) <= _WIDTH else what[: _WIDTH - 1] + "…"
        print(f"   {line.at - begin:7.1f} s  {_coloured(f'{line.who:9}', _COLOURS.get(line.who, '34'))} {what}")


def _bold(text: str) -> str:
    return _coloured(text, "1")


def _coloured(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stdout.isatty() else text


if __name__ == "__main__":
    sys.exit(main())
