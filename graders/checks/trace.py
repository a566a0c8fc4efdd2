"""The hand trace through 2→2→1, on the guide's numbers and on others."""

from __future__ import annotations

from typing import Any

import numpy as np

import reference.trace as truth
from graders.checks.claims import agree_untouched
from graders.checks.inputs import Draw, signed
from graders.learner.remote import Learner

GUIDE = {
    "W1": np.array([[0.1, 0.3], [0.2, 0.4]]),
    "b1": np.array([0.01, 0.02]),
    "W2": np.array([[0.5, 0.6]]),
    "b2": np.array([0.03]),
    "x": np.array([1.0, 2.0]),
    "target": np.array([1.0]),
}


def networks(draw: Draw) -> list[tuple[str, dict[str, np.ndarray]]]:
    """The guide's network and input, its Exercise 2.1, and three networks of generic numbers."""
    rng = draw.rng
    cases = [
        ("the guide's network", GUIDE),
        ("Exercise 2.1", {**GUIDE, "x": np.array([0.5, 1.5]), "target": np.array([0.0])}),
    ]
    for number in range(3):
        case = {
            "W1": signed(rng, (2, 2), 0.2, 1.2),
            "b1": signed(rng, 2, 0.1, 0.5),
            "W2": signed(rng, (1, 2), 0.3, 1.2),
            "b2": signed(rng, 1, 0.1, 0.5),
            "x": signed(rng, 2, 0.3, 1.5),
            "target": np.array([1.3 if number % 2 else -0.4]),
        }
        cases.append((f"network {number + 1}", case))
    return cases


def test_trace_forward(learner: Learner, draw: Draw) -> None:
    """z1, a1, z2, a2 and the loss."""
    agree_untouched(learner.trace.forward_trace, truth.forward_trace, networks(draw), GUIDE)


def test_trace_backward(learner: Learner, draw: Draw) -> None:
    """Every factor of the chain rule, from dL/da2 to dL/db1."""
    agree_untouched(learner.trace.backward_trace, truth.backward_trace, networks(draw), GUIDE)


def test_trace_update(learner: Learner, draw: Draw) -> None:
    """parameter − learning_rate · gradient, in new arrays."""
    cases: list[tuple[str, dict[str, Any]]] = []
    for rate, (label, case) in zip((0.5, 1.0, 0.1, 2.5, 0.03), networks(draw), strict=True):
        gradients = truth.backward_trace(**case)
        parameters = {key: case[key] for key in ("W1", "b1", "W2", "b2")}
        cases.append(
            (
                f"{label}, rate {rate:g}",
                {**parameters, "gradients": gradients, "learning_rate": rate},
            )
        )
    agree_untouched(learner.trace.updated_parameters, truth.updated_parameters, cases, cases[-1][1])
