"""How the learner's network is run on plain inputs: set the parameters, call, read the results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graders.learner.remote import Learner, Remote, calling, putting, reading, reading_parameters
from graders.learner.worker.wire import MADE

Gradients = tuple[list[np.ndarray], list[np.ndarray]]
Run = Callable[..., Any]


def sizes_of(weights: list[np.ndarray]) -> list[int]:
    """[n_in, …, n_out] of a network with these weights."""
    return [weights[0].shape[1], *(W.shape[0] for W in weights)]


def build(learner: Learner, weights: list[np.ndarray], biases: list[np.ndarray]) -> Remote:
    """A network of the learner's with these parameters."""
    return learner.network.Network(sizes_of(weights)).put(weights, biases)


def on_network(
    learner: Learner, weights: list[np.ndarray], biases: list[np.ndarray], *requests: dict[str, Any]
) -> list[Any]:
    """What these requests give on a new network of the learner's with these parameters."""
    learner.load("network")
    made = calling("network", "Network", sizes_of(weights))
    return learner.several(made, putting(MADE, weights, biases), *requests)[2:]


def with_parameters(net: Any, **results: Any) -> dict[str, Any]:
    """Results, together with the parameters that have been read."""
    return {**results, "weights": getattr(net, "weights", None), "biases": getattr(net, "biases", None)}


def forward(learner: Learner) -> Run:
    """weights, biases, x -> output and activations."""

    def run(weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray) -> dict[str, Any]:
        output, activations = on_network(
            learner, weights, biases, calling(MADE, "forward", x), reading(MADE, "activations")
        )
        return {"output": output, "activations": activations}

    return run


def backward(learner: Learner) -> Run:
    """weights, biases, x, target -> (weight_grads, bias_grads)."""

    def run(weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray, target: np.ndarray) -> Any:
        return on_network(learner, weights, biases, calling(MADE, "forward", x), calling(MADE, "backward", target))[1]

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
        step = calling(MADE, "train_step", x, target, learning_rate)
        loss, net = on_network(learner, weights, biases, step, reading_parameters(MADE))
        return with_parameters(net, loss=loss)

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
        epoch = calling(MADE, "train_epoch", X, y, learning_rate, **options)
        loss, net = on_network(learner, weights, biases, epoch, reading_parameters(MADE))
        return with_parameters(net, loss=loss)

    return run
