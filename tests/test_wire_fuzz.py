"""Random and damaged frames against the judge's side of the wire: an error every time, or plain data; never more memory
than the limits allow."""

from __future__ import annotations

import os
import random
import socket
import struct
import threading
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from graders.learner.worker import wire
from graders.learner.worker.wire import Net, Ref, WireError, decode, encode

SEED = int(os.environ.get("GRADECHECK_FUZZ_SEED", "20240607"))
PLAIN = (type(None), bool, int, float, str, list, tuple, dict, np.ndarray, Ref, Net)

TAGS = b"0TFidsltmaRN"


def seeds() -> list[bytes]:
    """Frames as they really are, to be damaged."""
    net = Net(1, [np.ones((4, 3)), np.ones((2, 4))], [np.zeros(4), np.zeros(2)])
    values: list[Any] = [
        None, True, -1, 2.5, "text", [], {}, (), np.array(1.0), np.ones((3, 4)), np.zeros((0, 3)),
        {"value": [1.0, 2.0, (3, "x")], "after": [np.arange(5)]},
        {"object": 3, "type": "Network"},
        {"error": {"kind": "exception", "type": "E", "text": "t", "frames": [["a.py", 3, "f"]], "missing": ""}},
        {"value": net},
        {"value": {0.1: net, 2.0: net}},
        [[[[[[1]]]]]],
        np.array([True, False]), np.array([1 + 2j]), np.arange(4, dtype=np.uint8), Ref(7),
    ]  # fmt: skip
    return [encode(value) for value in values]


class Fuzzer:
    """Frames from a seed: nonsense, nonsense with tags, and damaged real ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seeds = seeds()

    def frame(self) -> bytes:
        kind = self.random.randrange(10)
        if kind == 0:
            return self.random.randbytes(self.random.randrange(64))
        if kind == 1:
            return bytes(self.random.choice(TAGS) for _ in range(self.random.randrange(200)))
        if kind == 2:
            # Tags with small numbers after them nest and count well.
            return b"".join(self.piece() for _ in range(self.random.randrange(40)))
        return self.damaged(bytearray(self.random.choice(self.seeds)))

    def piece(self) -> bytes:
        tag = bytes([self.random.choice(TAGS)])
        number = self.random.choice((0, 1, 2, 3, 255, 65536, 2**31, 2**32 - 1))
        return tag + self.random.choice((b"", struct.pack(">I", number), struct.pack(">q", number)))

    def damaged(self, data: bytearray) -> bytes:
        for _ in range(self.random.randrange(1, 6)):
            at = self.random.randrange(len(data) + 1)
            how = self.random.randrange(6)
            if how == 0 and at < len(data):
                data[at] ^= 1 << self.random.randrange(8)
            elif how == 1 and at < len(data):
                data[at] = self.random.choice((0, 1, 127, 128, 255, *TAGS))
            elif how == 2:
                data[at:at] = self.random.randbytes(self.random.randrange(1, 9))
            elif how == 3:
                del data[at : at + self.random.randrange(1, 9)]
            elif how == 4:
                other = self.random.choice(self.seeds)
                data[at:at] = other
            else:
                data[at : at + 8] = struct.pack(">q", self.random.choice((-1, 0, 2**26, 2**31, 2**62, -(2**63))))
        return bytes(data)


def check_plain(value: Any) -> None:
    """Nothing but plain data of exactly these types comes out."""
    assert type(value) in PLAIN
    if isinstance(value, (list, tuple)):
        for item in value:
            check_plain(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            assert type(key) in (str, int, float, bool, type(None))
            check_plain(item)
    elif isinstance(value, np.ndarray):
        assert value.dtype.kind in "biufc"
        assert value.nbytes <= wire.MAX_FRAME


def fuzz(seed: int, frames: int, seconds: float) -> int:
    """So many frames, or as many as the time allows; how many there were."""
    fuzzer = Fuzzer(seed)
    until = time.monotonic() + seconds
    for number in range(frames):
        frame = fuzzer.frame()
        measured = number % 8 == 0
        if measured:
            tracemalloc.start()
        try:
            check_plain(decode(frame))
        except WireError:
            pass
        except BaseException as error:
            raise AssertionError(f"frame {number} of seed {seed}: {frame.hex()}") from error
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        # A frame of so few bytes may become that many times as much, and no more.
        assert peak < 100_000 + 400 * len(frame), f"{peak} bytes for frame {number} of seed {seed}: {frame.hex()}"
        if time.monotonic() > until:
            return number + 1
    return frames


def test_damaged_frames_are_errors() -> None:
    assert fuzz(SEED, 20_000, seconds=8) > 1000


@pytest.mark.slow
def test_a_million_damaged_frames_are_errors() -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"fuzz seed {seed}: set GRADECHECK_FUZZ_SEED to it to repeat")
    assert fuzz(seed, 1_000_000, seconds=1200) == 1_000_000


def test_damaged_streams_are_errors() -> None:
    """The same through a socket, where the length is damaged too: an error or a value before the deadline."""
    fuzzer = Fuzzer(SEED + 1)
    for number in range(400):
        frame = fuzzer.frame()
        stream = struct.pack(">I", len(frame)) + frame
        if number % 3 == 0:
            stream = fuzzer.damaged(bytearray(stream))
        mine, theirs = socket.socketpair()
        writer = threading.Thread(target=_say, args=(theirs, stream))
        writer.start()
        try:
            check_plain(wire.receive(mine, time.monotonic() + 5))
        except WireError:
            pass
        finally:
            writer.join()
            mine.close()


def _say(channel: socket.socket, data: bytes) -> None:
    with channel:
        channel.sendall(data)


@pytest.mark.parametrize(
    ("item", "cost", "most"),
    [
        (b"0", 1, 16),
        (b"d" + bytes(8), 1, 48),
        (b"l" + bytes(4), 4, 100),
        (b"m" + bytes(4), 4, 100),
        (b"a\3\1|b1" + bytes(8), 11, 300),
        (b"N" + bytes(8) + b"00", 4, 160),
    ],
)
def test_a_full_frame_stays_within_bounds(item: bytes, cost: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_ELEMENTS", 20_000)
    number = 19_990 // cost
    tracemalloc.start()
    try:
        value = decode(b"l" + struct.pack(">I", number) + item * number)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(value) == number
    assert peak < 100_000 + number * most
    with pytest.raises(WireError, match="elements"):
        decode(b"l" + struct.pack(">I", number + 20) + item * (number + 20))


def test_a_full_frame_of_text_stays_within_bounds() -> None:
    text = "\U0001f600" + "a" * (wire.MAX_TEXT - 4)
    frame = encode(text)
    tracemalloc.start()
    try:
        assert decode(frame) == text
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * wire.MAX_TEXT
