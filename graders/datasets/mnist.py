"""MNIST: its four published files, and the one file that the guide's code loads."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from graders.datasets.digits import MNIST
from graders.datasets.errors import DataError, cause
from graders.datasets.fetch import RemoteFile
from graders.datasets.idx import read_idx
from graders.datasets.npz import check_pair, read_npz, write_npz

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


class Subset(NamedTuple):
    """Images and their labels, as two IDX files of `n_items` each."""

    images: RemoteFile
    labels: RemoteFile
    n_items: int


SUBSETS = (
    Subset(
        RemoteFile(
            "train-images-idx3-ubyte.gz",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            9_912_422,
        ),
        RemoteFile(
            "train-labels-idx1-ubyte.gz",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            28_881,
        ),
        60_000,
    ),
    Subset(
        RemoteFile(
            "t10k-images-idx3-ubyte.gz",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            1_648_877,
        ),
        RemoteFile(
            "t10k-labels-idx1-ubyte.gz",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            4_542,
        ),
        10_000,
    ),
)

#: The two files of one subset: images, labels.
Pair = tuple[Path, Path]


def count_there(folder: Path) -> int:
    """How many digits the sound `mnist_data.npz` in `folder` holds; 0 where there is none."""
    try:
        return len(read_npz(folder / MNIST)[1])
    except DataError:
        return 0


def find_pairs(folder: Path, subsets: Sequence[Subset]) -> list[Pair]:
    """The IDX files in `folder` (gzipped or not) that make up whole subsets, in their order.

    Raises DataError where there is no whole subset, or half of one.
    """
    pairs: list[Pair] = []
    for subset in subsets:
        images, labels = (_find(folder, file.name) for file in (subset.images, subset.labels))
        if images and labels:
            pairs.append((images, labels))
        elif found := images or labels:
            missing = subset.labels if images else subset.images
            raise DataError(f"{folder} holds {found.name}, but not {missing.name} that belongs to it")
    if not pairs:
        names = ", ".join(file.name for subset in subsets for file in subset[:2])
        raise DataError(f"{folder} holds none of {names} (with or without .gz)")
    return pairs


def _find(folder: Path, name: str) -> Path | None:
    plain = name.removesuffix(".gz")
    # Some collections write train-images.idx3-ubyte.
    dotted = plain.replace("-idx", ".idx")
    candidates = (folder / known for known in (name, plain, f"{dotted}.gz", dotted))
    try:
        return next((path for path in candidates if path.is_file()), None)
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {cause(error)}") from error


def read_pairs(pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
    """All images (N, 28, 28) and labels (N,) uint8; raises DataError for any that is damaged."""
    images, labels = [], []
    for images_path, labels_path in pairs:
        images.append(read_idx(images_path))
        labels.append(read_idx(labels_path))
        check_pair(images[-1], labels[-1], f"{images_path.name} with {labels_path.name}")
    return np.concatenate(images), np.concatenate(labels)


def save(folder: Path, images: np.ndarray, labels: np.ndarray) -> Path | None:
    """Put `mnist_data.npz` into `folder`, whole or not at all.

    Returns the dated copy of an `mnist_data.npz` that was there with other content.
    Raises DataError where the folder cannot be written; what was there is then unchanged.
    """
    target = folder / MNIST
    fresh = folder / f"{MNIST}.{os.getpid()}.part"
    try:
        write_npz(fresh, images, labels)
        copy = _keep(target) if _differ(target, fresh) else None
        fresh.replace(target)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {cause(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
    return copy


def _differ(old: Path, new: Path) -> bool:
    return old.is_file() and old.read_bytes() != new.read_bytes()


def _keep(old: Path) -> Path:
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    copy = old.with_name(f"{old.stem}-{stamp}{old.suffix}")
    while copy.exists():
        copy = copy.with_stem(f"{copy.stem}+")
    shutil.copy2(old, copy)
    return copy
