"""Section 1: two losses, and how each changes when a prediction changes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

#: Predictions are kept this far from 0 and 1, so that no logarithm is infinite (guide line 173).
CLIP = 1e-15


def mse_loss(predictions: ArrayLike, targets: ArrayLike) -> float:
    """Mean squared error, L = mean((p − t)²), of arrays of one shape (guide line 113).

    Raises ValueError where the shapes would broadcast to a larger table, as (n,) and (n, 1) do.
    """
    p, t = _paired(predictions, targets)
    return float(np.mean((p - t) ** 2))


def mse_gradient(predictions: ArrayLike, targets: ArrayLike) -> np.ndarray:
    """dL/dp = 2 (p − t) / n, shaped as the predictions; n counts them all (guide line 2463)."""
    p, t = _paired(predictions, targets)
    return 2 * (p - t) / p.size


def cross_entropy_loss(predictions: ArrayLike, targets: ArrayLike) -> float:
    """Binary cross-entropy: −mean(t·log p + (1 − t)·log(1 − p)), t 0 or 1 (guide line 161)."""
    p, t = _paired(predictions, targets)
    p = np.clip(p, CLIP, 1 - CLIP)
    return float(-np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)))


def cross_entropy_gradient(predictions: ArrayLike, targets: ArrayLike) -> np.ndarray:
    """dL/dp = (−t/p + (1 − t)/(1 − p)) / n: the derivative of each logarithm, averaged."""
    p, t = _paired(predictions, targets)
    p = np.clip(p, CLIP, 1 - CLIP)
    return (-t / p + (1 - t) / (1 - p)) / p.size


def loss_table(predictions: ArrayLike, target: float) -> np.ndarray:
    """One row a prediction: prediction, MSE, cross-entropy, and cross-entropy over MSE.

    Shape (k, 4). The ratio of a perfect prediction, 0/0, is given as inf (guide line 232).
    """
    rows = []
    for p in np.asarray(predictions, dtype=float):
        mse = mse_loss(p, target)
        cross_entropy = cross_entropy_loss(p, target)
        rows.append([p, mse, cross_entropy, cross_entropy / mse if mse > 0 else np.inf])
    return np.array(rows, dtype=float).reshape(-1, 4)


def _paired(predictions: ArrayLike, targets: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Both as float arrays, each prediction beside its own target."""
    p, t = np.asarray(predictions, dtype=float), np.asarray(targets, dtype=float)
    if p.shape != t.shape and np.broadcast(p, t).size > max(p.size, t.size):
        raise ValueError(
            f"predictions and targets must have one shape; got {p.shape} and {t.shape}: reshape one of them"
        )
    return p, t
