"""The hand trace of Section 2 and Exercise 2.1: 2→2→1, sigmoid, MSE."""

from __future__ import annotations

import numpy as np

from reference.trace import backward_trace, forward_trace, updated_parameters

W1 = np.array([[0.1, 0.3], [0.2, 0.4]])
B1 = np.array([0.01, 0.02])
W2 = np.array([[0.5, 0.6]])
B2 = np.array([0.03])


def trace() -> dict[str, object]:
    """Lines 419 to 713: x = [1, 2], target 1, one update at rate 0.5."""
    x, target = np.array([1.0, 2.0]), np.array([1.0])
    values = _passes(x, target)
    new_W1, new_b1, new_W2, new_b2 = updated_parameters(W1, B1, W2, B2, backward_trace(W1, B1, W2, B2, x, target), 0.5)
    after = forward_trace(new_W1, new_b1, new_W2, new_b2, x, target)
    return values | {
        "W1": W1,
        "b1": B1,
        "W2": W2,
        "b2": B2,
        "new_W1": new_W1,
        "new_b1": new_b1,
        "new_W2": new_W2,
        "new_b2": new_b2,
        "new_a2": after["a2"],
        "new_loss": after["loss"],
        "loss_decreased": str(bool(after["loss"] < values["loss"])),
    }


def exercise_2_1() -> dict[str, object]:
    """Lines 940 to 1047: x = [0.5, 1.5], target 0."""
    values = _passes(np.array([0.5, 1.5]), np.array([0.0]))
    gradients = [np.asarray(values[name]) for name in ("dL_dW1", "dL_db1", "dL_dW2", "dL_db2")]
    positive = all(np.all(g > 0) for g in gradients)
    return values | {"signs": "all positive" if positive else "not all positive"}


def _passes(x: np.ndarray, target: np.ndarray) -> dict[str, object]:
    forward = forward_trace(W1, B1, W2, B2, x, target)
    return {
        **forward,
        **backward_trace(W1, B1, W2, B2, x, target),
        "target": target,
        "error": forward["a2"] - target,
        "W1x": W1 * x,
        "W2a1": W2[0] * forward["a1"],
        "1-a1": 1 - forward["a1"],
        "1-a2": 1 - forward["a2"],
    }
