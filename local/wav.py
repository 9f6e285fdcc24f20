"""WAV files as telephones make them: 8 kHz, mono, 16-bit linear or mu-law."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 8000  # samples a second
_LINEAR, _MU_LAW = 1, 7  # format tags

Samples = NDArray[np.int16]


class UnreadableAudio(ValueError):
    """The bytes are not a WAV file of 8 kHz, mono, 16-bit linear or mu-law."""


def _mu_law_values() -> Samples:
    """ITU-T G.711, the value of each of the 256 codes."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


_VALUES = _mu_law_values()
_BY_VALUE = np.argsort(_VALUES, kind="stable")
_MIDPOINTS = (_VALUES[_BY_VALUE][1:].astype(np.int32) + _VALUES[_BY_VALUE][:-1]) / 2


@dataclass(frozen=True)
class _Format:
    tag: int
    channels: int
    rate: int
    bits: int


def read(data: bytes) -> Samples:
    """The samples of a WAV file, as 16-bit values. Raises UnreadableAudio when it is not as telephones make them."""
    chunks = _chunks(data)
    if "fmt " not in chunks or "data" not in chunks or len(chunks["fmt "]) < 16:
        raise UnreadableAudio("no format or no data")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunks["fmt "])
    shape, sound = _Format(tag, channels, rate, bits), chunks["data"]
    if shape == _Format(_LINEAR, 1, RATE, 16):
        return np.frombuffer(sound[: len(sound) & ~1], dtype="<i2").astype(np.int16)
    if shape == _Format(_MU_LAW, 1, RATE, 8):
        return _VALUES[np.frombuffer(sound, dtype=np.uint8)]
    raise UnreadableAudio(f"not telephone audio: {shape}")


def _chunks(data: bytes) -> dict[str, bytes]:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise UnreadableAudio("not a WAV file")
    found, at = {}, 12
    while at + 8 <= len(data):
        name, length = data[at : at + 4].decode("latin-1"), struct.unpack_from("<I", data, at + 4)[0]
        found[name] = data[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)
    return found


def linear(samples: Samples) -> bytes:
    """A WAV file with 16-bit linear samples: what Twilio serves."""
    return _file(_Format(_LINEAR, 1, RATE, 16), samples.astype("<i2").tobytes())


def mu_law(samples: Samples) -> bytes:
    """A WAV file in mu-law: half as big, what the network carries."""
    codes = _BY_VALUE[np.searchsorted(_MIDPOINTS, samples)].astype(np.uint8)
    return _file(_Format(_MU_LAW, 1, RATE, 8), codes.tobytes())


def _file(shape: _Format, sound: bytes) -> bytes:
    width = shape.channels * shape.bits // 8
    form = struct.pack("<HHIIHH", shape.tag, shape.channels, shape.rate, shape.rate * width, width, shape.bits)
    padding = b"\0" * (len(sound) & 1)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(sound)) + sound + padding
    return b"RIFF" + struct.pack("<I", len(body)) + body


def seconds(samples: Samples) -> float:
    """How long they last."""
    return len(samples) / RATE


def loudness(samples: Samples) -> float:
    """Root mean square of the loudest fifth of a second, 0 to 32767; 0 for nothing."""
    window = RATE // 5
    if not len(samples):
        return 0.0
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % window))
    return float(np.sqrt((padded.reshape(-1, window) ** 2).mean(axis=1)).max())
