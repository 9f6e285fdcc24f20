"""Makes the callers' recordings beside this file, with espeak-ng. For developers: what it makes is committed.

    apt-get install espeak-ng
    python -m local.callers.make

Each take differs from every other of the same caller as two takes of a person do: in tempo, pitch, loudness, rhythm and
line noise. All are cut to the telephone band (300-3400 Hz) and stored as mu-law. Seeds are fixed, so that a run with
the same espeak-ng makes the same files.
"""

from __future__ import annotations

import subprocess
import wave
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local import wav
from local.callers import PHRASE

WRONG_PHRASE = "My ship sails with the morning tide"
_HERE = Path(__file__).parent
Sound = NDArray[np.float64]


@dataclass(frozen=True)
class Voice:
    """A speaker: espeak-ng's voice, words a minute and pitch (0-99) when at ease.

    `en-gb+f3` will not do: espeak-ng 1.51 ignores the variant after that name, and everybody sounds alike.
    """

    espeak: str
    tempo: int
    pitch: int
    takes: int


VOICES = {
    "karin": Voice("en-gb-scotland+f4", 158, 62, 8),
    "erik": Voice("en-gb-x-rp+m2", 150, 38, 8),
    "anna": Voice("en-us+steph", 165, 55, 6),
    "mallory": Voice("en-us+f3", 155, 60, 6),
}


def main() -> None:
    """Write every recording anew."""
    for old in _HERE.glob("**/*.wav"):
        old.unlink()
    for number, (name, voice) in enumerate(VOICES.items()):
        for take in range(1, voice.takes + 1):
            _store(f"{name}/{take}", _take(voice, PHRASE, np.random.default_rng(100 * number + take)))
    for name, sound in _bad(VOICES["karin"]).items():
        _store(f"bad/{name}", sound)


def _bad(voice: Voice) -> dict[str, Sound]:
    """What goes wrong at a microphone, each in Karin's voice."""
    dice = np.random.default_rng(900)
    spoken = _take(voice, PHRASE, dice)
    return {
        "too_quiet": spoken * 0.02,
        "too_short": spoken[: int(0.9 * wav.RATE)],
        "silence": dice.normal(0.0, 2.0, 3 * wav.RATE),
        "wrong_phrase": _take(voice, WRONG_PHRASE, dice),
        "noise": dice.normal(0.0, 900.0, 3 * wav.RATE),
    }


def _take(voice: Voice, text: str, dice: np.random.Generator) -> Sound:
    """One take, 8 kHz, as a telephone network would carry it."""
    tempo, pitch = voice.tempo * dice.uniform(0.95, 1.05), voice.pitch + dice.integers(-3, 4)
    spoken = _warped(_speak(replace(voice, tempo=round(tempo), pitch=int(pitch)), text), dice)
    loud = spoken / np.abs(spoken).max() * 32767 * 10 ** (-dice.uniform(6.0, 12.0) / 20)
    before, after = (np.zeros(int(wav.RATE * dice.uniform(0.15, 0.35))) for _ in range(2))
    whole = np.concatenate([before, loud, after])
    return _telephone_band(whole + dice.normal(0.0, dice.uniform(8.0, 25.0), len(whole)))


def _speak(voice: Voice, text: str) -> Sound:
    """8 kHz."""
    command = ["espeak-ng", "-v", voice.espeak, "-s", str(voice.tempo), "-p", str(voice.pitch), "--stdout", text]
    made = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(BytesIO(made)) as file:
        rate, frames = file.getframerate(), file.readframes(10**9)
    return _resampled(np.frombuffer(frames, dtype="<i2").astype(np.float64), rate)


def _resampled(sound: Sound, rate: int) -> Sound:
    """To 8 kHz, through the spectrum: what 8 kHz cannot carry is left out, so nothing folds back."""
    length = len(sound) * wav.RATE // rate
    return np.asarray(np.fft.irfft(np.fft.rfft(sound)[: length // 2 + 1], length) * (length / len(sound)))


def _warped(sound: Sound, dice: np.random.Generator) -> Sound:
    """Speech that hurries here and lingers there, by a few per cent."""
    knots = np.linspace(0, len(sound) - 1, 7)
    moved = knots + np.concatenate([[0.0], dice.normal(0.0, 0.004 * len(sound), 5), [0.0]])
    at = np.arange(len(sound), dtype=np.float64)
    return np.asarray(np.interp(np.interp(at, knots, np.sort(moved)), at, sound))


def _telephone_band(sound: Sound) -> Sound:
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / wav.RATE)
    return np.asarray(np.fft.irfft(spectrum * ((frequency >= 300) & (frequency <= 3400)), len(sound)))


def _store(name: str, sound: Sound) -> None:
    path = _HERE / f"{name}.wav"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(wav.mu_law(np.clip(np.round(sound), -32767, 32767).astype(np.int16)))


if __name__ == "__main__":
    main()
