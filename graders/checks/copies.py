"""copy_weights() and set_weights(saved): what they hold is copied, not shared with the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graders.checks import inputs, tolerance
from graders.checks.claims import Cases, Wrong, agree, require
from graders.checks.runs import Gradients, build, on_network
from graders.learner.process import LearnerError
from graders.learner.remote import Learner, calling, reading_parameters
from graders.learner.worker.wire import MADE


def copy_weights(learner: Learner, rng: np.random.Generator) -> None:
    """What copy_weights() gave is as it was after the network has changed; else, what is wrong with it at once."""
    try:
        _round_trip(learner, rng, _COPY, "the network was changed after copy_weights(), and the copy with it")
    except (Wrong, LearnerError) as other:
        agree(_copied(learner), _as_given, _kept(rng))
        raise other from None


def set_weights(learner: Learner, rng: np.random.Generator) -> None:
    """set_weights(saved) restores twice from one `saved`; else, what is wrong with it at once."""
    try:
        _round_trip(learner, rng, _SET, "the network was changed after set_weights(saved), and `saved` with it")
    except (Wrong, LearnerError) as other:
        agree(_put_back(learner), _as_saved, _saved(rng))
        raise other from None


def _as_given(weights: list[np.ndarray], biases: list[np.ndarray]) -> Gradients:
    return weights, biases


def _copied(learner: Learner) -> Callable[..., Any]:
    """weights, biases -> what copy_weights() gives at once."""

    def run(weights: list[np.ndarray], biases: list[np.ndarray]) -> Any:
        return on_network(learner, weights, biases, calling(MADE, "copy_weights"))[0]

    return run


def _kept(rng: np.random.Generator) -> Cases:
    named = ((sizes, inputs.parameters(rng, sizes)) for sizes in ((2, 3), (3, 4, 2), (2, 3, 4, 2)))
    return [(inputs.name(sizes), {"weights": weights, "biases": biases}) for sizes, (weights, biases) in named]


def _as_saved(saved_weights: list[np.ndarray], saved_biases: list[np.ndarray], **net: Any) -> Gradients:
    return saved_weights, saved_biases


def _put_back(learner: Learner) -> Callable[..., Any]:
    """weights, biases, saved_weights, saved_biases -> the network's parameters after set_weights(saved)."""

    def run(saved_weights: list[np.ndarray], saved_biases: list[np.ndarray], **net: Any) -> Any:
        put = calling(MADE, "set_weights", (saved_weights, saved_biases))
        after = on_network(learner, net["weights"], net["biases"], put, reading_parameters(MADE))[1]
        return after.weights, after.biases

    return run


def _saved(rng: np.random.Generator) -> Cases:
    """Networks, each with other parameters to put in."""
    saved = [{f"saved_{name}": value for name, value in case.items()} for _, case in _kept(rng)]
    return [(label, {**net, **other}) for (label, net), other in zip(_kept(rng), saved, strict=True)]


#: What is done with the network in the worker, where aliases can be seen.
_COPY = """
class Trial:
    def __init__(self, net, weights, biases):
        saved = net.copy_weights()
        for mine, other in zip([*net.weights, *net.biases], [*weights, *biases]):
            mine[...] = other
        self.weights, self.biases = saved
"""
_SET = """
class Trial:
    def __init__(self, net, weights, biases):
        saved = ([W.copy() for W in net.weights], [b.copy() for b in net.biases])
        for _ in range(2):
            net.set_weights(saved)
            for mine, other in zip([*net.weights, *net.biases], [*weights, *biases]):
                mine[...] = other
        net.set_weights(saved)
        self.weights = [np.array(W) for W in net.weights]
        self.biases = [np.array(b) for b in net.biases]
"""


def _round_trip(learner: Learner, rng: np.random.Generator, trial: str, summary: str) -> None:
    sizes = (3, 4, 2)
    weights, biases = inputs.parameters(rng, sizes)
    others = inputs.parameters(rng, sizes)
    net = build(learner, weights, biases)
    result = learner.make(trial, "Trial", net, *others).parameters()
    right = [tolerance.matches(mine, theirs) for mine, theirs in zip(result, (weights, biases), strict=True)]
    part = "" if not any(right) else f" ({'biases' if right[0] else 'weights'})"
    require(all(right), summary + part, "copy-is-alias", part=part)
