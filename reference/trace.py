"""Section 2, Exercise 2.1: one example through a 2→2→1 network and back, by hand.

Shapes: W1 (2, 2), b1 (2,), W2 (1, 2), b2 (1,), x (2,), target (1,). Sigmoid layers, MSE loss.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .losses import mse_gradient, mse_loss
from .network import sigmoid, sigmoid_derivative

Trace = dict[str, np.ndarray]


def forward_trace(
    W1: np.ndarray,
    b1: np.ndarray,
    W2: np.ndarray,
    b2: np.ndarray,
    x: np.ndarray,
    target: np.ndarray,
) -> dict[str, Any]:
    """The forward pass, every intermediate value kept: z1, a1, z2, a2, loss (guide line 443)."""
    z1 = W1 @ x + b1
    a1 = sigmoid(z1)
    z2 = W2 @ a1 + b2
    a2 = sigmoid(z2)
    return {"z1": z1, "a1": a1, "z2": z2, "a2": a2, "loss": mse_loss(a2, target)}


def backward_trace(
    W1: np.ndarray,
    b1: np.ndarray,
    W2: np.ndarray,
    b2: np.ndarray,
    x: np.ndarray,
    target: np.ndarray,
) -> Trace:
    """The chain rule from the loss to each parameter, factor by factor (guide line 506)."""
    forward = forward_trace(W1, b1, W2, b2, x, target)
    a1, a2 = forward["a1"], forward["a2"]

    dL_da2 = mse_gradient(a2, target)
    da2_dz2 = sigmoid_derivative(a2)
    delta2 = dL_da2 * da2_dz2  # dL/dz2
    dL_dW2 = np.outer(delta2, a1)  # z2 = W2 a1 + b2, so dz2/dW2 is a1 …
    dL_db2 = delta2.copy()  # … dz2/db2 is 1 …
    dL_da1 = W2.T @ delta2  # … and dz2/da1 is W2

    da1_dz1 = sigmoid_derivative(a1)
    delta1 = dL_da1 * da1_dz1  # dL/dz1
    dL_dW1 = np.outer(delta1, x)
    dL_db1 = delta1.copy()

    return {
        "dL_da2": dL_da2,
        "da2_dz2": da2_dz2,
        "delta2": delta2,
        "dL_dW2": dL_dW2,
        "dL_db2": dL_db2,
        "dL_da1": dL_da1,
        "da1_dz1": da1_dz1,
        "delta1": delta1,
        "dL_dW1": dL_dW1,
        "dL_db1": dL_db1,
    }


def updated_parameters(
    W1: np.ndarray,
    b1: np.ndarray,
    W2: np.ndarray,
    b2: np.ndarray,
    gradients: Trace,
    learning_rate: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One step of descent, as new arrays: parameter − learning_rate · gradient (guide line 662)."""
    return (
        W1 - learning_rate * gradients["dL_dW1"],
        b1 - learning_rate * gradients["dL_db1"],
        W2 - learning_rate * gradients["dL_dW2"],
        b2 - learning_rate * gradients["dL_db2"],
    )
