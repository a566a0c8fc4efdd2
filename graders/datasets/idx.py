"""The IDX format, in which MNIST is published: a tiny header, then the array's bytes.

Two zero bytes, one byte for the element type, one for the number of dimensions, the size of each
dimension as a big-endian uint32, then the elements, big-endian, last index fastest
(Y. LeCun, C. Cortes and C. Burges, *The MNIST database of handwritten digits*).
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from graders.datasets.errors import DataError, cause

#: Element type by its code in the third byte.
DTYPES: dict[int, np.dtype] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
MAX_DIMENSIONS = 8
#: More than five times the largest MNIST file; a header that announces more is not believed.
MAX_BYTES = 256 * 2**20

_GZIP = b"\x1f\x8b"
_CHUNK = 2**20


def read_idx(source: Path | BinaryIO, *, max_bytes: int = MAX_BYTES) -> np.ndarray:
    """The array in an IDX file, in the machine's own byte order.

    `source` is a path, gzipped or not (its first bytes tell, not its name), or a binary stream of
    plain IDX bytes. Memory grows with the bytes that really arrive, never with what the header
    announces.

    Raises DataError where the bytes are no IDX file, are fewer or more than the header announces,
    announce more than `max_bytes`, or cannot be read.
    """
    if not isinstance(source, Path):
        return _read(source, "the stream", max_bytes)
    try:
        with source.open("rb") as raw:
            zipped = raw.read(2) == _GZIP
            raw.seek(0)
            if not zipped:
                return _read(raw, source.name, max_bytes)
            with gzip.GzipFile(fileobj=raw) as plain:
                return _read(plain, source.name, max_bytes)
    except OSError as error:
        raise DataError(f"{source.name} cannot be read: {cause(error)}") from error


def _read(stream: BinaryIO | gzip.GzipFile, name: str, max_bytes: int) -> np.ndarray:
    try:
        dtype, shape = _header(stream, name)
        announced = dtype.itemsize * math.prod(shape)
        if announced > max_bytes:
            raise DataError(f"{name} announces {announced:,} bytes; at most {max_bytes:,} are expected")
        body = _take(stream, announced)
        if len(body) < announced:
            raise DataError(
                f"{name} is cut short: {announced:,} bytes announced for shape {_show(shape)}, {len(body):,} there"
            )
        # Reading on to the end also makes gzip compare its checksum.
        if stream.read(1):
            raise DataError(f"{name} goes on after the {announced:,} bytes announced for shape {_show(shape)}")
        return np.frombuffer(body, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{name} is a damaged gzip file: {cause(error)}") from error


def _header(stream: BinaryIO | gzip.GzipFile, name: str) -> tuple[np.dtype, tuple[int, ...]]:
    magic = bytes(_take(stream, 4))
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise DataError(
            f"{name} is no IDX file: it should begin with two zero bytes, "
            f"a type and a count of dimensions, and begins with {magic.hex(' ') or 'nothing'}"
        )
    code, n_dimensions = magic[2], magic[3]
    if code not in DTYPES:
        raise DataError(f"{name} has the element type 0x{code:02x}, which IDX does not define")
    if not 1 <= n_dimensions <= MAX_DIMENSIONS:
        raise DataError(f"{name} announces {n_dimensions} dimensions; 1 to {MAX_DIMENSIONS} are expected")
    sizes = bytes(_take(stream, 4 * n_dimensions))
    if len(sizes) < 4 * n_dimensions:
        raise DataError(f"{name} is cut short within its header")
    shape = struct.unpack(f">{n_dimensions}I", sizes)
    if 0 in shape:
        raise DataError(f"{name} announces the shape {_show(shape)}: it holds nothing")
    return DTYPES[code], shape


def _take(stream: BinaryIO | gzip.GzipFile, n_bytes: int) -> bytearray:
    """Up to `n_bytes` from the stream, which may hand them over in pieces."""
    taken = bytearray()
    while len(taken) < n_bytes:
        piece = stream.read(min(_CHUNK, n_bytes - len(taken)))
        if not piece:
            break
        taken += piece
    return taken


def _show(shape: tuple[int, ...]) -> str:
    return "×".join(str(size) for size in shape)
