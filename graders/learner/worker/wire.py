"""Frames of plain data between judge and worker: None, bool, int, float, str, list, tuple, dict, arrays of numbers.

A frame is a length (4 bytes, big-endian) and one encoded value. The decoder trusts nothing: bytes, depth, number
of elements, dtype and size of an array are checked before anything is allocated for them, and any malformed frame
raises `WireError`. Two more tags carry references: `Ref` (an object that stays in the worker) and `Net` (a network's
parameters, read where it lives).
"""

from __future__ import annotations

import math
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

MAX_FRAME = 64 * 2**20
MAX_DEPTH = 24
MAX_ELEMENTS = 500_000
MAX_TEXT = 4 * 2**20
MAX_NDIM = 8
#: As how many elements one of them counts: they take that much longer than a number.
_COST_OF_CONTAINER = 3
_COST_OF_ARRAY = 10

_NAMES = ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16")
_DTYPES = {name: np.dtype(name) for name in _NAMES}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}

_LENGTH = struct.Struct(">I")
_INT = struct.Struct(">q")
_FLOAT = struct.Struct(">d")


class WireError(ValueError):
    """A frame that is not what this file describes, or one over the limits."""


class ChannelClosed(WireError):
    """The other side is gone."""


class DeadlinePassed(WireError):
    """Nothing complete came in time."""


class Ref(NamedTuple):
    """An object kept in the worker, by number."""

    number: int


#: The object that an earlier one of several requests has made.
MADE = Ref(-1)


class Net(NamedTuple):
    """A network's parameters as plain data, and the number of the object they were read from."""

    number: int
    weights: Any
    biases: Any


def encode(value: Any, limit: int = MAX_FRAME) -> bytes:
    """`value` as bytes. Raises WireError for anything but plain data, or more of it than `limit` bytes."""
    out = bytearray()
    _encode(value, out, limit, 0)
    return bytes(out)


def _encode(value: Any, out: bytearray, limit: int, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise WireError(f"nested more than {MAX_DEPTH} deep")
    kind = type(value)
    if value is None:
        out += b"0"
    elif kind is bool:
        out += b"T" if value else b"F"
    elif kind is int:
        if not -(2**63) <= value < 2**63:
            raise WireError("an integer of more than 64 bits")
        out += b"i" + _INT.pack(value)
    elif kind is float:
        out += b"d" + _FLOAT.pack(value)
    elif kind is str:
        data = value.encode("utf-8", "replace")
        if len(data) > MAX_TEXT:
            raise WireError(f"text of {len(data)} bytes")
        out += b"s" + _LENGTH.pack(len(data)) + data
    elif kind is list or kind is tuple:
        if len(value) > MAX_ELEMENTS:
            raise WireError(f"a {kind.__name__} of {len(value)} elements")
        out += (b"l" if kind is list else b"t") + _LENGTH.pack(len(value))
        for item in value:
            _encode(item, out, limit, depth + 1)
    elif kind is dict:
        if len(value) > MAX_ELEMENTS:
            raise WireError(f"a dict of {len(value)} entries")
        out += b"m" + _LENGTH.pack(len(value))
        for key, item in value.items():
            _encode(key, out, limit, depth + 1)
            _encode(item, out, limit, depth + 1)
    elif kind is np.ndarray:
        code = _CODES.get(value.dtype.newbyteorder("<"))
        if code is None:
            raise WireError(f"an array of dtype {value.dtype}")
        if value.ndim > MAX_NDIM:
            raise WireError(f"an array of {value.ndim} dimensions")
        if value.nbytes > limit - len(out):
            raise WireError(f"an array of {value.nbytes} bytes")
        out += b"a" + struct.pack(">BB", len(code), value.ndim) + code.encode()
        for size in value.shape:
            out += _INT.pack(size)
        out += np.ascontiguousarray(value, dtype=_DTYPES[code]).tobytes()
    elif kind is Ref:
        out += b"R" + _INT.pack(value.number)
    elif kind is Net:
        out += b"N" + _INT.pack(value.number)
        _encode(value.weights, out, limit, depth + 1)
        _encode(value.biases, out, limit, depth + 1)
    else:
        raise WireError(f"a value of type {kind.__name__}")
    if len(out) > limit:
        raise WireError(f"more than {limit} bytes")


class _Decoder:
    def __init__(self, data: bytes | bytearray) -> None:
        self.data = memoryview(data)
        self.at = 0
        self.elements = MAX_ELEMENTS
        self.text = MAX_TEXT

    def take(self, count: int) -> memoryview:
        if count < 0 or count > len(self.data) - self.at:
            raise WireError("a frame that ends too early")
        piece = self.data[self.at : self.at + count]
        self.at += count
        return piece

    def integer(self) -> int:
        return int(_INT.unpack(self.take(8))[0])

    def count(self, each: int) -> int:
        """A number of elements of at least `each` bytes, which must still fit into the frame and the budget."""
        number = int(_LENGTH.unpack(self.take(4))[0])
        if number * each > len(self.data) - self.at:
            raise WireError(f"{number} elements announced, more than the frame holds")
        self.spend(number)
        return number

    def spend(self, elements: int) -> None:
        """Elements bound the time that a frame takes. Raises WireError."""
        self.elements -= elements
        if self.elements < 0:
            raise WireError(f"more than {MAX_ELEMENTS} elements")

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        tag = bytes(self.take(1))
        if tag == b"0":
            return None
        if tag in (b"T", b"F"):
            return tag == b"T"
        if tag == b"i":
            return self.integer()
        if tag == b"d":
            return float(_FLOAT.unpack(self.take(8))[0])
        if tag == b"s":
            return self.string()
        if tag in (b"l", b"t", b"m", b"a", b"N"):
            self.spend(_COST_OF_ARRAY if tag == b"a" else _COST_OF_CONTAINER)
        if tag == b"l":
            return [self.value(depth + 1) for _ in range(self.count(1))]
        if tag == b"t":
            return tuple(self.value(depth + 1) for _ in range(self.count(1)))
        if tag == b"m":
            return self.mapping(depth)
        if tag == b"a":
            return self.array()
        if tag == b"R":
            return Ref(self.integer())
        if tag == b"N":
            return Net(self.integer(), self.value(depth + 1), self.value(depth + 1))
        raise WireError(f"unknown tag {tag!r}")

    def string(self) -> str:
        size = int(_LENGTH.unpack(self.take(4))[0])
        # All texts of a frame together: one wide character makes every other four bytes wide.
        self.text -= size
        if self.text < 0:
            raise WireError(f"more than {MAX_TEXT} bytes of text")
        try:
            return str(self.take(size), "utf-8")
        except UnicodeDecodeError as error:
            raise WireError("text that is not UTF-8") from error

    def mapping(self, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for _ in range(self.count(2)):
            key = self.value(depth + 1)
            if not isinstance(key, (str, int, float, bool, type(None))):
                raise WireError("a dict key that is neither text nor a number")
            if key in found:
                raise WireError("a dict with the same key twice")
            found[key] = self.value(depth + 1)
        return found

    def array(self) -> np.ndarray:
        length, ndim = struct.unpack(">BB", self.take(2))
        dtype = _DTYPES.get(str(self.take(length), "ascii", "replace"))
        if dtype is None:
            raise WireError("an array of a dtype that does not cross")
        if ndim > MAX_NDIM:
            raise WireError(f"an array of {ndim} dimensions")
        shape = tuple(self.integer() for _ in range(ndim))
        # Each side is bounded by itself: a zero elsewhere must not hide an absurd length.
        if any(not 0 <= side <= MAX_FRAME for side in shape):
            raise WireError("an array with an absurd shape")
        size = math.prod(shape)
        if size == 0 and math.prod(side for side in shape if side) > MAX_ELEMENTS:
            raise WireError("an empty array with an absurd shape")
        data = self.take(size * dtype.itemsize)
        if dtype.kind == "b":
            # A byte that is neither 0 nor 1 would be a bool that is neither true nor false.
            return np.not_equal(np.frombuffer(data, dtype=np.uint8), 0).reshape(shape)
        return np.frombuffer(data, dtype=dtype).reshape(shape).copy()


def decode(data: bytes | bytearray) -> Any:
    """The value in `data`. Raises WireError for anything else."""
    decoder = _Decoder(data)
    try:
        value = decoder.value(0)
    except (struct.error, OverflowError, MemoryError, TypeError, RecursionError) as error:
        raise WireError(f"a malformed frame ({type(error).__name__})") from error
    if decoder.at != len(decoder.data):
        raise WireError("a frame with something after its value")
    return value


def send(channel: socket.socket, value: Any, limit: int = MAX_FRAME) -> None:
    """One frame onto `channel`. Raises WireError (nothing sent) or OSError."""
    data = encode(value, limit)
    channel.sendall(_LENGTH.pack(len(data)) + data)


def send_until(channel: socket.socket, value: Any, deadline: float) -> None:
    """As `send`, giving up at the monotonic time `deadline`. Raises ChannelClosed, DeadlinePassed."""
    data = encode(value, 4 * MAX_FRAME)
    # sendall keeps to this as a whole, however slowly the other side reads.
    channel.settimeout(max(0.001, deadline - time.monotonic()))
    try:
        channel.sendall(_LENGTH.pack(len(data)) + data)
    except TimeoutError:
        raise DeadlinePassed("the worker did not read its request in time") from None
    except OSError as error:
        raise ChannelClosed("the worker closed the channel") from error


def receive(
    channel: socket.socket,
    deadline: float | None = None,
    limit: int = MAX_FRAME,
    watch: Callable[[], None] | None = None,
    every: float = 1.0,
) -> Any:
    """One value from `channel`, before the monotonic time `deadline`.

    `watch` is called every so many seconds while nothing comes, and between the pieces of what comes.
    Raises WireError, ChannelClosed or DeadlinePassed. Memory grows with what has come, never with what was announced.
    """
    read = _reader(channel, deadline, watch, every)
    size = int(_LENGTH.unpack(read(4))[0])
    if size > limit:
        raise WireError(f"a frame of {size} bytes announced; at most {limit} are read")
    return decode(read(size))


def _reader(
    channel: socket.socket, deadline: float | None, watch: Callable[[], None] | None, every: float
) -> Callable[[int], bytearray]:
    def read(count: int) -> bytearray:
        data = bytearray()
        while len(data) < count:
            left = math.inf if deadline is None else deadline - time.monotonic()
            if left <= 0:
                raise DeadlinePassed("no whole reply in time")
            wait = left if watch is None else min(left, every)
            channel.settimeout(None if wait == math.inf else wait)
            try:
                piece = channel.recv(min(count - len(data), 1 << 20))
            except TimeoutError:
                if watch is not None:
                    watch()
                continue
            except OSError as error:
                raise ChannelClosed("the channel broke") from error
            if not piece:
                raise ChannelClosed("the channel was closed")
            data += piece
            if watch is not None and len(data) < count:
                watch()
        return data

    return read
