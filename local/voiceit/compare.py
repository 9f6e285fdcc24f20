"""Whether two recordings hold the same words in the same voice, by mel cepstra and dynamic time warping.

Good enough to tell the shipped synthetic callers apart, and wrong phrases from the right one. It is a stand-in for an
engine, not biometric security: one synthesiser, no sessions, thresholds chosen on the very data they are used on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from local import wav

_HOP, _WINDOW, _FFT = 160, 256, 256  # samples: a frame of 32 ms every 20 ms
_FILTERS, _CEPSTRA = 24, 12
_COPY = 0.97  # correlation; two takes of a shipped caller stay below 0.5
_BAND = (300.0, 3400.0)  # Hz, what a telephone carries

_REMEMBERED = 512  # pairs

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Utterance:
    """The speech in a recording: samples with the silence before and after cut away."""

    samples: wav.Samples

    @property
    def loudness(self) -> float:
        return wav.loudness(self.samples)

    @cached_property
    def cepstra(self) -> Vector:
        """One row of cepstral coefficients (without the energy) per frame."""
        return _cepstra(self.samples)

    @cached_property
    def speech_seconds(self) -> float:
        """Seconds that are speech, pauses left out."""
        return float(_active(self.samples).sum()) * _HOP / wav.RATE


def utterance(samples: wav.Samples) -> Utterance:
    """The part from the first to the last sound that stands out from the line's noise; empty when nothing does."""
    active = np.flatnonzero(_active(samples))
    if not len(active):
        return Utterance(samples[:0])
    return Utterance(samples[active[0] * _HOP : active[-1] * _HOP + _WINDOW])


@lru_cache(_REMEMBERED)
def words_distance(one: Utterance, other: Utterance) -> float:
    """How differently they move, whoever speaks: cepstra about their own mean, warped onto each other."""
    return _warped_distance(one.cepstra - one.cepstra.mean(axis=0), other.cepstra - other.cepstra.mean(axis=0))


@lru_cache(_REMEMBERED)
def voice_distance(one: Utterance, other: Utterance) -> float:
    """How differently they sound: cepstra as they are, warped onto each other."""
    return _warped_distance(one.cepstra, other.cepstra)


@lru_cache(_REMEMBERED)
def same_audio(one: Utterance, other: Utterance) -> bool:
    """Whether one is a copy of the other, wherever it was cut: no two takes of a person agree wave by wave."""
    a, b = (side.samples.astype(np.float64) for side in (one, other))
    if not len(a) or not len(b):
        return False
    size = 1 << (len(a) + len(b)).bit_length()  # the transform likes powers of two
    correlation = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return bool(correlation.max() > _COPY * np.sqrt((a @ a) * (b @ b)))


def _frames(samples: wav.Samples) -> Vector:
    padded = np.pad(samples.astype(np.float64), (0, max(0, _WINDOW - len(samples))))
    return np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]


def _active(samples: wav.Samples) -> NDArray[np.bool_]:
    """Per frame, whether it stands out from the line's noise and is not far below the loudest."""
    if not len(samples):
        return np.zeros(0, dtype=bool)
    level = np.sqrt((_frames(samples) ** 2).mean(axis=1))
    return np.asarray(level > max(np.percentile(level, 5) * 3.0, level.max() * 0.03, 4.0))


def _mel(frequency: Vector) -> Vector:
    return 2595.0 * np.log10(1.0 + frequency / 700.0)


def _filters() -> Vector:
    """Triangles over the spectrum's bins, evenly spaced in mel over the telephone band."""
    low, high = _mel(np.array(_BAND))
    corners = 700.0 * (10 ** (np.linspace(low, high, _FILTERS + 2) / 2595.0) - 1.0)
    bins = np.fft.rfftfreq(_FFT, 1 / wav.RATE)
    left, middle, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    return np.clip(np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle)), 0.0, None)


_MEL_FILTERS = _filters()
_COSINES = np.cos(np.pi / _FILTERS * np.outer(np.arange(1, _CEPSTRA + 1), np.arange(_FILTERS) + 0.5))
_HAMMING = np.hamming(_WINDOW)


def _cepstra(samples: wav.Samples) -> Vector:
    sharpened = np.append(samples[:1], samples[1:] - 0.97 * samples[:-1])
    spectrum = np.abs(np.fft.rfft(_frames(sharpened) * _HAMMING, _FFT)) ** 2
    return np.asarray(np.log(spectrum @ _MEL_FILTERS.T + 1e3) @ _COSINES.T / _FILTERS)


def _warped_distance(one: Vector, other: Vector) -> float:
    """Mean distance along the cheapest path, computed one anti-diagonal at a time."""
    cost = np.sqrt(((one[:, None, :] - other[None, :, :]) ** 2).sum(axis=2))
    rows, columns = cost.shape
    before = last = np.full(rows + 1, np.inf)
    for diagonal in range(rows + columns - 1):
        row = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        now = np.full(rows + 1, np.inf)
        step = cost[row, diagonal - row]
        straight = before[row] if diagonal else np.zeros(1)
        now[row + 1] = np.minimum(np.minimum(last[row], last[row + 1]) + step, straight + 2 * step)
        before, last = last, now
    return float(last[rows] / (rows + columns))
