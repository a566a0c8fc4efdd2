"""What long training has come to, kept between runs: so an interruption loses one epoch at most.

One file per training in `.gradecheck/pictures/`; it may be deleted at any time. A file of other code, other data or
another version of the kit is not used, and neither is a damaged one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graders import __version__, state
from graders.learner.snapshot import Snapshot

MAX_SIZE = 64 * 2**20


@dataclass(frozen=True)
class Training:
    """Parameters after so many epochs, one loss for each."""

    losses: list[float]
    weights: list[np.ndarray]
    biases: list[np.ndarray]


@dataclass(frozen=True)
class Memory:
    """Keeps trainings below `root`, for one snapshot of the learner's code."""

    root: Path
    snapshot: Snapshot | None = None

    def read(self, name: str, own: bool, about: str) -> Training | None:
        """What was kept of this training, if it still holds. `about` is all that it depends on, beside the code."""
        path = self._path(name, own)
        try:
            if path.stat().st_size > MAX_SIZE:
                return None
            with np.load(path, allow_pickle=False) as file:
                if str(file["key"]) != self._key(own, about):
                    return None
                layers = range(int(file["layers"]))
                weights = [np.array(file[f"W{k}"], dtype=float) for k in layers]
                biases = [np.array(file[f"b{k}"], dtype=float) for k in layers]
                return Training([float(loss) for loss in file["losses"]], weights, biases)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return None

    def write(self, name: str, own: bool, about: str, training: Training) -> None:
        """Keep it. Where that is not possible, nothing is kept, and that is all."""
        path = self._path(name, own)
        arrays = {f"W{k}": W for k, W in enumerate(training.weights)}
        arrays |= {f"b{k}": b for k, b in enumerate(training.biases)}
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".training-", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez(
                        file,
                        allow_pickle=False,
                        key=np.array(self._key(own, about)),
                        layers=np.array(len(training.weights)),
                        losses=np.array(training.losses),
                        **arrays,
                    )
                Path(temporary).replace(path)
            finally:
                Path(temporary).unlink(missing_ok=True)

    def _path(self, name: str, own: bool) -> Path:
        whose = "own" if own else "reference"
        return self.root / state.FOLDER / "pictures" / f"{name}-{whose}.npz"

    def _key(self, own: bool, about: str) -> str:
        total = hashlib.sha256(f"{__version__}\0{about}".encode())
        if own and self.snapshot:
            for name in sorted(self.snapshot.files):
                if name.endswith(".py"):
                    total.update(f"\0{name}\0".encode() + hashlib.sha256(self.snapshot.files[name]).digest())
        return total.hexdigest()
