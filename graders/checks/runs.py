"""How the learner's network is run on plain inputs: set the parameters, call, read the results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graders.learner.remote import Learner, Remote

Gradients = tuple[list[np.ndarray], list[np.ndarray]]
Run = Callable[..., Any]


def sizes_of(weights: list[np.ndarray]) -> list[int]:
    """[n_in, …, n_out] of a network with these weights."""
    return [weights[0].shape[1], *(W.shape[0] for W in weights)]


def build(learner: Learner, weights: list[np.ndarray], biases: list[np.ndarray]) -> Remote:
    """A network of the learner's with these parameters."""
    return learner.network.Network(sizes_of(weights)).put(weights, biases)


def after_training(net: Remote, **results: Any) -> dict[str, Any]:
    """Results, together with the parameters as they are now."""
    weights, biases = net.parameters()
    return {**results, "weights": weights, "biases": biases}


def forward(learner: Learner) -> Run:
    """weights, biases, x -> output and activations."""

    def run(weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray) -> dict[str, Any]:
        net = build(learner, weights, biases)
        return {"output": net.forward(x), "activations": net.attribute("activations")}

    return run


def backward(learner: Learner) -> Run:
    """weights, biases, x, target -> (weight_grads, bias_grads)."""

    def run(weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray, target: np.ndarray) -> Any:
        net = build(learner, weights, biases)
        net.forward(x)
        return net.backward(target)

    return run


def train_step(learner: Learner) -> Run:
    """… learning_rate -> loss, weights, biases after the step."""

    def run(
        weights: list[np.ndarray],
        biases: list[np.ndarray],
        x: np.ndarray,
        target: np.ndarray,
        learning_rate: float,
    ) -> dict[str, Any]:
        net = build(learner, weights, biases)
        loss = net.train_step(x, target, learning_rate)
        return after_training(net, loss=loss)

    return run


def train_epoch(learner: Learner) -> Run:
    """… X, y, learning_rate[, batch_size] -> loss, weights, biases after the epoch."""

    def run(
        weights: list[np.ndarray],
        biases: list[np.ndarray],
        X: np.ndarray,
        y: np.ndarray,
        learning_rate: float,
        **options: int,
    ) -> dict[str, Any]:
        net = build(learner, weights, biases)
        loss = net.train_epoch(X, y, learning_rate, **options)
        return after_training(net, loss=loss)

    return run
