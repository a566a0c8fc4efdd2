"""What the reference gives on the same plain inputs that the learner's network is run on (`runs.py`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from graders.checks import inputs
from graders.checks.runs import Gradients


def forward(weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray) -> dict[str, Any]:
    """The reference's output and activations."""
    net = inputs.network(weights, biases)
    return {"output": net.forward(x), "activations": list(net.activations)}


def backward(weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray, target: np.ndarray) -> Gradients:
    """The reference's gradients at these parameters."""
    net = inputs.network(weights, biases)
    net.forward(x)
    return net.backward(target)


def step(
    weights: list[np.ndarray],
    biases: list[np.ndarray],
    x: np.ndarray,
    target: np.ndarray,
    learning_rate: float,
) -> dict[str, Any]:
    """Loss before the step, parameters after it."""
    net = inputs.network(weights, biases)
    loss = net.train_step(x, target, learning_rate)
    return {"loss": loss, "weights": net.weights, "biases": net.biases}


def epoch(
    weights: list[np.ndarray],
    biases: list[np.ndarray],
    X: np.ndarray,
    y: np.ndarray,
    learning_rate: float,
    batch_size: int = 32,
) -> dict[str, Any]:
    """An epoch whose outcome does not depend on the order."""
    net = inputs.network(weights, biases)
    loss = net.train_epoch(X, y, learning_rate, batch_size)
    return {"loss": loss, "weights": net.weights, "biases": net.biases}
