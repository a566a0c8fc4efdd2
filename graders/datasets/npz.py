"""A digit set on disk: the .npz layout that the guide's own code loads.

`images` is (N, 28, 28) uint8, 0 (background) to 255; `labels` is (N,) uint8, 0 to 9.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

from graders.datasets.errors import DataError, cause

SIDE = 28
#: MNIST as it is takes 55 MB; a file that unpacks to far more is not opened.
MAX_UNPACKED_BYTES = 256 * 2**20

# The zip format's earliest date: a file that carries no clock comes out the same each time.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def check_pair(images: np.ndarray, labels: np.ndarray, name: str) -> None:
    """Raise DataError unless `images` and `labels` are digits in the layout above."""
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise DataError(f"{name}: images should be (N, {SIDE}, {SIDE}) of uint8, are {images.shape} of {images.dtype}")
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"{name}: labels should be (N,) of integers, are {labels.shape} of {labels.dtype}")
    if len(images) != len(labels):
        raise DataError(f"{name}: {len(images):,} images, but {len(labels):,} labels")
    if len(labels) == 0:
        raise DataError(f"{name}: no digits in it")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high > 9:
        raise DataError(f"{name}: labels should lie in 0 to 9, run from {low} to {high}")


def read_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The images and labels in `path`; raises DataError where it is missing or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise DataError(f"{path.name} unpacks to {unpacked:,} bytes; at most {MAX_UNPACKED_BYTES:,} are expected")
        with np.load(path, allow_pickle=False) as stored:
            missing = {"images", "labels"} - set(stored.files)
            if missing:
                raise DataError(f"{path.name} has no array {' and no '.join(sorted(missing))}")
            images, labels = stored["images"], stored["labels"]
    except DataError:
        raise
    except FileNotFoundError as error:
        raise DataError(f"{path.name} is not there") from error
    except (
        # What zipfile and numpy raise for damaged bytes; RuntimeError is an encrypted member,
        # SyntaxError and MemoryError come from a damaged array header.
        OSError, ValueError, EOFError, KeyError, RuntimeError, SyntaxError, MemoryError,
        NotImplementedError, zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        raise DataError(f"{path.name} cannot be read: {cause(error)}") from error
    check_pair(images, labels, path.name)
    return images, labels


def write_npz(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    """Write a digit set; the same arrays and the same zlib give the same bytes.

    Raises DataError where the arrays are no digit set, OSError where the file cannot be written.
    """
    check_pair(images, labels, path.name)
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in (("images", images), ("labels", labels.astype(np.uint8))):
            entry = zipfile.ZipInfo(f"{name}.npy", _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # or the operating system would show in the bytes
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
