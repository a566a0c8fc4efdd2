"""Sections 1 and 2 as a dozen assertions that pytest, otter-grader and check50 all run, on equal terms.

`losses`, `trace`, `network` and `gradient_check` are the learner's modules, imported where the tool imports them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

import reference.gradient_check
import reference.losses
import reference.network
import reference.trace

_draw = np.random.default_rng(7)
P = _draw.uniform(0.05, 0.95, 6)
T = (_draw.uniform(size=6) > 0.5).astype(float)
TRACE = [_draw.normal(size=shape) for shape in ((2, 2), (2,), (1, 2), (1,), (2,), (1,))]


def losses_claim(name: str) -> Callable[[], None]:
    """A function of losses.py gives what the reference gives."""

    def claim() -> None:
        got = getattr(import_module("losses"), name)(P, T)
        np.testing.assert_allclose(got, getattr(reference.losses, name)(P, T), rtol=1e-7)

    return claim


def loss_table() -> None:
    got = import_module("losses").loss_table(P, 1)
    np.testing.assert_allclose(got, reference.losses.loss_table(P, 1), rtol=1e-7)


def same(got: dict[str, Any], wanted: dict[str, Any]) -> None:
    for key, value in wanted.items():
        np.testing.assert_allclose(got[key], value, rtol=1e-7, err_msg=key)


def forward_trace() -> None:
    same(import_module("trace").forward_trace(*TRACE), reference.trace.forward_trace(*TRACE))


def backward_trace() -> None:
    same(import_module("trace").backward_trace(*TRACE), reference.trace.backward_trace(*TRACE))


def updated_parameters() -> None:
    gradients = reference.trace.backward_trace(*TRACE)
    got = import_module("trace").updated_parameters(*TRACE[:4], gradients, 0.5)
    W1, b1, W2, b2 = TRACE[:4]
    right = reference.trace.updated_parameters(W1, b1, W2, b2, gradients, 0.5)
    for mine, wanted in zip(got, right, strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-7)


def sigmoid() -> None:
    z = np.linspace(-9, 9, 31)
    np.testing.assert_allclose(import_module("network").sigmoid(z), reference.network.sigmoid(z), rtol=1e-7)


def sigmoid_derivative() -> None:
    a = np.linspace(0.01, 0.99, 31)
    got = import_module("network").sigmoid_derivative(a)
    np.testing.assert_allclose(got, reference.network.sigmoid_derivative(a), rtol=1e-7)


def nets() -> tuple[Any, Any, np.ndarray, np.ndarray]:
    mine, wanted = (
        import_module("network").Network([3, 5, 4, 2], seed=3),
        reference.network.Network([3, 5, 4, 2], seed=3),
    )
    x, target = np.array([0.3, -0.7, 0.2]), np.array([1.0, 0.0])
    mine.forward(x)
    wanted.forward(x)
    return mine, wanted, x, target


def forward() -> None:
    mine, wanted, x, _ = nets()
    np.testing.assert_allclose(mine.forward(x), wanted.forward(x), rtol=1e-7)


def backward() -> None:
    mine, wanted, _, target = nets()
    for got, truth in zip(mine.backward(target), wanted.backward(target), strict=True):
        for one, other in zip(got, truth, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6)


def numerical_gradients() -> None:
    _, net, x, target = nets()
    got = import_module("gradient_check").numerical_gradients(net, x, target)
    for mine, truth in zip(got, reference.gradient_check.numerical_gradients(net, x, target), strict=True):
        for one, other in zip(mine, truth, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-8)


def gradient_check() -> None:
    _, net, x, target = nets()
    assert import_module("gradient_check").gradient_check(net, x, target)


CLAIMS: dict[str, Callable[[], None]] = {
    "mse_loss": losses_claim("mse_loss"),
    "mse_gradient": losses_claim("mse_gradient"),
    "cross_entropy_loss": losses_claim("cross_entropy_loss"),
    "cross_entropy_gradient": losses_claim("cross_entropy_gradient"),
    "loss_table": loss_table,
    "forward_trace": forward_trace,
    "backward_trace": backward_trace,
    "updated_parameters": updated_parameters,
    "sigmoid": sigmoid,
    "sigmoid_derivative": sigmoid_derivative,
    "forward": forward,
    "backward": backward,
    "numerical_gradients": numerical_gradients,
    "gradient_check": gradient_check,
}
