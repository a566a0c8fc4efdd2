"""The IDX reader: right files in every element type, and everything that can be wrong with one."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from graders.datasets.errors import DataError
from graders.datasets.idx import DTYPES, read_idx

REAL_MNIST = Path(__file__).resolve().parents[2] / "shared" / "mnist"


def idx_bytes(array: np.ndarray, code: int = 0x08) -> bytes:
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(DTYPES[code]).tobytes()


IMAGES = np.arange(2 * 3 * 4).reshape(2, 3, 4)


@pytest.mark.parametrize("code", sorted(DTYPES))
def test_every_element_type_comes_back_in_native_order(code: int) -> None:
    values = np.array([[0, 1, 100], [7, 126, 127]])
    got = read_idx(io.BytesIO(idx_bytes(values, code)))
    assert got.dtype == DTYPES[code].newbyteorder("=")
    assert got.dtype.isnative
    np.testing.assert_array_equal(got, values)


@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4), (1, 2, 1, 3)])
def test_every_number_of_dimensions(shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape)).reshape(shape)
    np.testing.assert_array_equal(read_idx(io.BytesIO(idx_bytes(values))), values)


@pytest.mark.parametrize("name", ["plain", "zipped.gz", "zipped-without-suffix", "plain.gz"])
def test_gzip_is_recognised_by_its_bytes_not_its_name(tmp_path: Path, name: str) -> None:
    content = idx_bytes(IMAGES)
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.startswith("zipped") else content)
    np.testing.assert_array_equal(read_idx(path), IMAGES)


def test_stream_that_hands_over_single_bytes() -> None:
    class Drip(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 1))

    np.testing.assert_array_equal(read_idx(Drip(idx_bytes(IMAGES))), IMAGES)


GOOD = idx_bytes(IMAGES)
BROKEN = {
    "empty": (b"", "no IDX file"),
    "text": (b"<!DOCTYPE html><html>", "no IDX file"),
    "magic cut short": (GOOD[:3], "no IDX file"),
    "unknown element type": (b"\0\0\x0a\x01" + GOOD[4:], "element type 0x0a"),
    "no dimensions": (b"\0\0\x08\x00" + GOOD[4:], "0 dimensions"),
    "too many dimensions": (b"\0\0\x08\xff" + GOOD[4:], "255 dimensions"),
    "header cut short": (GOOD[:10], "within its header"),
    "nothing in it": (b"\0\0\x08\x02" + struct.pack(">2I", 0, 2**32 - 1), "holds nothing"),
    "body cut short": (GOOD[:-1], "24 bytes announced for shape 2×3×4, 23 there"),
    "no body": (GOOD[:16], "24 bytes announced for shape 2×3×4, 0 there"),
    "trailing bytes": (GOOD + b"\0", "goes on after the 24 bytes"),
    "wider elements than there are": (b"\0\0\x0d" + GOOD[3:], "96 bytes announced"),
    "huge": (b"\0\0\x0e\x03" + struct.pack(">3I", *[2**32 - 1] * 3), "at most 268,435,456"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("zipped", [False, True])
def test_broken_file_gives_one_clear_line(tmp_path: Path, case: str, zipped: bool) -> None:
    content, expected = BROKEN[case]
    path = tmp_path / "train-images"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(DataError) as caught:
        read_idx(path)
    message = str(caught.value)
    assert expected in message
    assert message.startswith("train-images ")
    assert "\n" not in message


def test_a_large_promise_takes_no_memory() -> None:
    promise = b"\0\0\x08\x01" + struct.pack(">I", 200 * 2**20) + b"only this"
    tracemalloc.start()
    with pytest.raises(DataError, match=r"209,715,200 bytes announced .* 9 there"):
        read_idx(io.BytesIO(promise))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20


def test_a_gzip_bomb_is_read_no_further_than_announced(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(GOOD + bytes(64 * 2**20)))
    tracemalloc.start()
    with pytest.raises(DataError, match="goes on after"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    "damage",
    [
        lambda z: z[:-9],  # in the middle of the data
        lambda z: z[:-4],  # the checksum is cut
        lambda z: z[:12],
        lambda z: z[:-8] + bytes(8),  # wrong checksum and length
        lambda z: z[:300] + b"\xff\xff\xff" + z[303:],
        lambda z: z + b"more",
    ],
)
def test_damaged_gzip(tmp_path: Path, damage: object) -> None:
    random = np.random.default_rng(0).integers(0, 256, (20, 30))
    path = tmp_path / "labels.gz"
    path.write_bytes(damage(gzip.compress(idx_bytes(random), mtime=0)))  # type: ignore[operator]
    with pytest.raises(DataError, match=r"^labels\.gz .*damaged gzip"):
        read_idx(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^gone cannot be read: No such file"):
        read_idx(tmp_path / "gone")
    with pytest.raises(DataError, match="cannot be read"):
        read_idx(tmp_path)


@pytest.mark.skipif(not REAL_MNIST.is_dir(), reason="the real MNIST files are not at hand")
def test_the_real_files() -> None:
    images = read_idx(REAL_MNIST / "t10k-images-idx3-ubyte.gz")
    labels = read_idx(REAL_MNIST / "t10k-labels-idx1-ubyte.gz")
    assert images.shape == (10_000, 28, 28)
    assert images.dtype == np.uint8
    assert (images.min(), images.max()) == (0, 255)
    assert labels[:8].tolist() == [7, 2, 1, 0, 4, 1, 4, 9]
    assert np.bincount(labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
