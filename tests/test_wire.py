"""The frames between judge and worker: what goes in comes out, and anything else is an error."""

from __future__ import annotations

import math
import socket
import struct
import threading
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from graders.learner.worker import wire
from graders.learner.worker.wire import ChannelClosed, DeadlinePassed, Net, Ref, WireError, decode, encode

DTYPES = st.sampled_from([np.dtype(name) for name in wire._NAMES])
SHAPES = nps.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
ARRAYS = DTYPES.flatmap(lambda dtype: nps.arrays(dtype, SHAPES))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=20)
    | ARRAYS
    | st.integers(-(2**63), 2**63 - 1).map(Ref)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(-9, 9), inner, max_size=4)
        | st.builds(Net, st.integers(0, 9), inner, inner)
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    """Equal in type and value, nan with nan, 0.0 apart from -0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return bool(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
    if isinstance(a, float):
        return struct.pack(">d", a) == struct.pack(">d", b)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return bool(a == b)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_what_goes_in_comes_out(value: Any) -> None:
    assert same(decode(encode(value)), value)


@settings(max_examples=50, deadline=None)
@given(VALUES)
def test_a_part_of_a_frame_is_an_error(value: Any) -> None:
    data = encode(value)
    for cut in {0, len(data) // 2, len(data) - 1}:
        with pytest.raises(WireError):
            decode(data[:cut])
    with pytest.raises(WireError):
        decode(data + b"0")


@settings(max_examples=40, deadline=None)
@given(ARRAYS.map(lambda array: array.T))
def test_any_memory_layout_is_taken(array: np.ndarray) -> None:
    arrived = decode(encode(array))
    assert arrived.shape == array.shape
    assert arrived.tobytes() == array.tobytes()
    assert arrived.flags.writeable and arrived.flags.c_contiguous


def test_big_endian_arrays_become_little_endian() -> None:
    arrived = decode(encode(np.array([1.5, -2.0], dtype=">f8")))
    assert arrived.dtype == np.dtype("<f8")
    assert arrived.tolist() == [1.5, -2.0]


def test_text_that_cannot_be_encoded_keeps_its_rest() -> None:
    assert decode(encode("a\ud800b")) == "a?b"


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        b"bytes",
        {1, 2},
        object(),
        1 + 2j,
        np.float64(1.0),
        np.array(["a"]),
        np.array([None]),
        np.zeros(2, dtype=[("a", "f8")]),
        [0] * (wire.MAX_ELEMENTS + 1),
        "x" * (wire.MAX_TEXT + 1),
        np.zeros((1,) * 9),
    ],
)
def test_what_does_not_cross(value: Any) -> None:
    with pytest.raises(WireError):
        encode(value)


def test_too_deep_and_too_large() -> None:
    nested: Any = 0
    for _ in range(wire.MAX_DEPTH + 1):
        nested = [nested]
    with pytest.raises(WireError, match="deep"):
        encode(nested)
    with pytest.raises(WireError, match="bytes"):
        encode(np.zeros(100), limit=799)
    with pytest.raises(WireError, match="more than 20 bytes"):
        encode(["abc"] * 5, limit=20)


def count(number: int) -> bytes:
    return struct.pack(">I", number)


def side(number: int) -> bytes:
    return struct.pack(">q", number)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "too early"),
        (b"?", "unknown tag"),
        (b"i\0", "too early"),
        (b"l" + count(2**32 - 1), "announced"),
        (b"m" + count(1), "announced"),
        (b"s" + count(2**32 - 1), "bytes of text"),
        (b"s" + count(1) + b"\xff", "UTF-8"),
        (b"s" + count(3) + b"\xed\xa0\x80", "UTF-8"),
        (b"m" + count(1) + b"l" + count(0) + b"0", "key"),
        (b"m" + count(2) + (b"i" + side(1) + b"0") * 2, "same key twice"),
        (b"m" + count(2) + b"T0" + b"d" + struct.pack(">d", 1.0) + b"0", "same key twice"),
        (b"a\3\1<f3" + side(1) + bytes(8), "dtype"),
        (b"a\2\1|O" + side(1) + bytes(8), "dtype"),
        (b"a\3\x09<f8" + side(1) * 9 + bytes(8), "dimensions"),
        (b"a\3\1<f8" + side(-1), "absurd"),
        (b"a\3\1<f8" + side(2**62), "absurd"),
        (b"a\3\2<f8" + side(0) + side(2**62), "absurd"),
        (b"a\3\3<f8" + side(2**25) + side(2**25) + side(0), "absurd"),
        (b"a\3\2<f8" + side(2**26) + side(2**26), "too early"),
        (b"l" + count(1) + b"l" + count(1), "announced"),
        ((b"l" + count(1)) * 100 + b"0", "deep"),
        (b"N" + side(0) * 1 + b"0", "too early"),
    ],
)
def test_malformed_frames(data: bytes, text: str) -> None:
    with pytest.raises(WireError, match=text):
        decode(data)


def test_elements_are_counted_over_the_whole_frame() -> None:
    half = b"l" + count(wire.MAX_ELEMENTS // 2 + 1) + b"0" * (wire.MAX_ELEMENTS // 2 + 1)
    with pytest.raises(WireError, match="more than"):
        decode(b"l" + count(2) + half + half)


def test_a_bool_is_one_of_two() -> None:
    arrived = decode(b"a\3\1|b1" + side(3) + b"\0\1\x07")
    assert arrived.tolist() == [False, True, True]
    assert arrived.tobytes() == b"\0\1\1"


def test_floats_keep_their_bits() -> None:
    for value in (math.nan, math.inf, -0.0, 5e-324):
        assert same(decode(encode(value)), value)


# -- sockets --------------------------------------------------------------------------------------------------


def test_frames_over_a_socket() -> None:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        wire.send(theirs, {"a": [1, 2]})
        wire.send(theirs, "next")
        assert wire.receive(mine, time.monotonic() + 5) == {"a": [1, 2]}
        assert wire.receive(mine) == "next"


def test_a_refused_value_leaves_nothing_on_the_socket() -> None:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        with pytest.raises(WireError):
            wire.send(theirs, [1, object()])
        wire.send(theirs, 1)
        assert wire.receive(mine, time.monotonic() + 5) == 1


def test_an_announced_length_is_not_allocated() -> None:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        theirs.sendall(count(wire.MAX_FRAME + 1))
        with pytest.raises(WireError, match="announced"):
            wire.receive(mine, time.monotonic() + 5)
        theirs.sendall(count(wire.MAX_FRAME) + b"0")
        with pytest.raises(DeadlinePassed):
            wire.receive(mine, time.monotonic() + 0.02)


def test_a_peer_that_dribbles_meets_the_deadline() -> None:
    mine, theirs = socket.socketpair()
    stop = threading.Event()

    def dribble() -> None:
        theirs.sendall(count(10_000))
        while not stop.wait(0.005):
            theirs.sendall(b"0")

    thread = threading.Thread(target=dribble)
    thread.start()
    try:
        with pytest.raises(DeadlinePassed):
            wire.receive(mine, time.monotonic() + 0.1)
    finally:
        stop.set()
        thread.join()
        mine.close()
        theirs.close()


def test_a_peer_that_does_not_read_meets_the_deadline() -> None:
    mine, theirs = socket.socketpair()
    with mine, theirs, pytest.raises(DeadlinePassed):
        wire.send_until(mine, np.zeros(2**20), time.monotonic() + 0.05)


def test_a_closed_channel() -> None:
    mine, theirs = socket.socketpair()
    theirs.sendall(count(100) + b"0")
    theirs.close()
    with mine:
        with pytest.raises(ChannelClosed):
            wire.receive(mine, time.monotonic() + 5)
        with pytest.raises(ChannelClosed):
            wire.send_until(mine, np.zeros(2**20), time.monotonic() + 5)


def test_somebody_watches_while_nothing_comes() -> None:
    class Enough(Exception):
        pass

    calls = []

    def watch() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Enough

    mine, theirs = socket.socketpair()
    with mine, theirs, pytest.raises(Enough):
        wire.receive(mine, time.monotonic() + 60, watch=watch, every=0.001)
