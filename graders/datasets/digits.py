"""Handwritten digits for the practice project: MNIST where it was fetched, else the bundled set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from graders import paths
from graders.datasets.errors import DataError
from graders.datasets.npz import read_npz

BUNDLED = "digits.npz"
MNIST = "mnist_data.npz"


@dataclass(frozen=True, eq=False)
class Digits:
    """A set of labelled digits, in the order of its file."""

    images: np.ndarray
    """(N, 28, 28) uint8, 0 background to 255"""
    labels: np.ndarray
    """(N,) integers, 0 to 9"""
    name: Literal["bundled", "mnist"]
    note: str = ""
    """One line for the reader where this is not the set that could have been expected."""

    @property
    def title(self) -> str:
        """How to call the set in a sentence."""
        kind = "MNIST" if self.name == "mnist" else "the bundled digits"
        return f"{kind} ({len(self.labels):,} images)"


def load(
    prefer: Literal["auto", "bundled", "mnist"] = "auto",
    limit: int | None = None,
    *,
    folder: Path | None = None,
) -> Digits:
    """The digits of the practice project; of `limit`, the first so many.

    "auto" takes MNIST where `mnist_data.npz` lies in `folder` (the kit's data folder unless given)
    and is sound; a damaged one gives the bundled digits with a `note`. No other place is looked at,
    so that a submission cannot bring its own.

    Raises DataError where the set asked for is missing or damaged, ValueError for a wrong argument.
    """
    if prefer not in ("auto", "bundled", "mnist"):
        raise ValueError(f"prefer should be auto, bundled or mnist, is {prefer!r}")
    if limit is not None and limit < 1:
        raise ValueError(f"limit should be at least 1, is {limit}")
    mnist = (folder or paths.DATA) / MNIST
    note = ""
    if prefer == "mnist" or (prefer == "auto" and mnist.exists()):
        try:
            return Digits(*_first(limit, *read_npz(mnist)), name="mnist")
        except DataError as error:
            if prefer == "mnist":
                raise DataError(f"{error}; `gradecheck data` fetches MNIST anew") from error
            note = f"{error}; the bundled digits serve instead, `gradecheck data` fetches it anew"
    bundled = read_npz(paths.DATA / BUNDLED)
    return Digits(*_first(limit, *bundled), name="bundled", note=note)


def _first(limit: int | None, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if limit is None:
        return images, labels
    # A copy, so that a short set does not keep the whole one in memory.
    return images[:limit].copy(), labels[:limit].copy()
