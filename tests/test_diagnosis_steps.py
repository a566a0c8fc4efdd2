"""What nobody has a model for: steps judged by the learner's own values, quantities of a case, terms of a loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from graders.diagnosis import samples
from graders.diagnosis.evidence import Case, Evidence
from graders.diagnosis.forensics import inspect
from graders.diagnosis.maths import forward, sigmoid, slope
from graders.diagnosis.recipe import RECIPES

Array = np.ndarray


def line(subject: str, change: Callable[[Any, dict[str, Any]], Any]) -> str:
    """The line for a function whose right value is changed by `change(value, inputs)`."""
    cases = []
    for label, inputs in samples.inputs_for(subject):
        right = RECIPES[subject].value(inputs)
        got = change(right, inputs)
        same = np.array_equal(np.hstack(_flat(right)), np.hstack(_flat(got)))
        same = same and (isinstance(right, list | tuple | dict) or np.shape(right) == np.shape(got))
        cases.append(Case(label, inputs, right, got, same))
    found = inspect(Evidence(subject, "x", tuple(cases)))
    return found.line if found else ""


def _flat(value: Any) -> list[Array]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [part for item in value for part in _flat(item)]
    return [np.asarray(value, dtype=float).reshape(-1)]


def backward(
    inputs: dict[str, Any],
    back: Callable[[Array, Array, Array], Array] = lambda W, d, a: (W.T @ d) * slope(a),
    weight: Callable[[Array, Array, Array], Array] = lambda d, a, W: np.outer(d, a),
    bias: Callable[[Array], Array] = lambda d: d,
) -> tuple[list[Array], list[Array]]:
    W = inputs["weights"]
    A = forward(W, inputs["biases"], inputs["x"])
    delta = 2 * (A[-1] - inputs["target"]) / A[-1].size * slope(A[-1])
    wg, bg = [], []
    for layer in range(len(W) - 1, -1, -1):
        wg.insert(0, weight(delta, A[layer], W[layer]))
        bg.insert(0, bias(delta))
        if layer:
            delta = back(W[layer], delta, A[layer])
    return wg, bg


def test_a_slip_that_compounds_is_found_in_its_own_step() -> None:
    said = line("network.Network.backward", lambda v, i: backward(i, back=lambda W, d, a: 0.8 * (W.T @ d) * slope(a)))
    assert said.startswith("The delta of the hidden layers is 0.8 times what your own delta of the layer above gives.")


def test_two_slips_are_told_apart() -> None:
    said = line(
        "network.Network.backward",
        lambda v, i: backward(
            i,
            back=lambda W, d, a: (W.T @ d) * slope(a) / np.linalg.norm(W),
            weight=lambda d, a, W: np.outer(d, a) + 0.03 * np.sign(W),
        ),
    )
    assert said.startswith("Two steps are wrong by themselves")
    assert "plus 0.03 times the signs of the weights" in said
    assert "divided by the length (norm) of the weights it came through" in said


def test_a_wrong_bias_gradient_does_not_make_the_way_back_wrong() -> None:
    said = line(
        "network.Network.backward",
        lambda v, i: backward(i, back=lambda W, d, a: W.T @ d + slope(a), bias=lambda d: 3 * d),
    )
    assert "the bias gradient is 3 times the delta in your own weight gradient" in said
    assert "the delta of the hidden layers is a(1 − a) plus the error that comes back" in said


def test_noise_has_no_steps() -> None:
    rng = np.random.default_rng(1)
    said = line("network.Network.backward", lambda v, i: backward(i, weight=lambda d, a, W: rng.normal(size=W.shape)))
    assert "by themselves" not in said and "your own" not in said


def test_forward_is_read_before_the_sigmoid() -> None:
    def scaled(value: Any, inputs: dict[str, Any]) -> Any:
        kept = [np.asarray(inputs["x"])]
        for W, b in zip(inputs["weights"], inputs["biases"], strict=True):
            kept.append(sigmoid(W @ kept[-1] / kept[-1].size + b))
        return {"output": kept[-1], "activations": kept}

    assert "the biases plus W @ a over the number of inputs" in line("network.Network.forward", scaled)


def test_a_trace_names_each_wrong_step_once() -> None:
    def change(value: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        z1 = value["z1"] + inputs["b1"]
        a1 = sigmoid(z1)
        z2 = 1.5 * (inputs["W2"] @ a1 + inputs["b2"])
        a2 = sigmoid(z2)
        loss = 3 * float(((a2 - inputs["target"]) ** 2).mean())
        return {"z1": z1, "a1": a1, "z2": z2, "a2": a2, "loss": loss}

    said = line("trace.forward_trace", change)
    assert said.startswith("Three steps are wrong by themselves")
    assert "z1 is the right one plus b1" in said
    assert "z2 is 1.5 times what your own a1 gives" in said
    assert "loss is 3 times what your own a2 gives" in said


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda p, t: ((p - t) ** 2).reshape(-1)[::2].sum() / p.size, "every second one"),
        (lambda p, t: np.abs(p - t).mean() ** 2, "the square of the mean of the absolute differences"),
        (lambda p, t: ((p - t) ** 2).mean() + 0.02 * (p * p).sum(), "plus 0.02 times the sum of the squared pred"),
        (lambda p, t: ((np.clip(p, 0, 1) - t) ** 2).mean(), "predictions clipped to 0 … 1"),
    ],
)
def test_the_terms_of_a_loss_are_found(made: Callable[[Array, Array], float], words: str) -> None:
    said = line("losses.mse_loss", lambda v, i: float(made(i["predictions"], i["targets"])))
    assert words in said


def test_noise_has_no_terms() -> None:
    rng = np.random.default_rng(2)
    said = line("losses.mse_loss", lambda v, i: float(rng.uniform(0.1, 3)))
    assert "times the right one" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g, i: g * i["predictions"] ** 2, "times the square of p"),
        (lambda g, i: g + 0.3 * i["targets"], "plus 0.3 times t"),
        (lambda g, i: g / np.linalg.norm(i["predictions"] - i["targets"]), "divided by the length (norm) of p − t"),
    ],
)
def test_a_quantity_of_the_case_is_named(change: Callable[[Array, dict[str, Any]], Array], words: str) -> None:
    assert words in line("losses.mse_gradient", change)


def test_a_number_in_an_array_is_called_that() -> None:
    assert line("losses.mse_loss", lambda v, i: np.array([v])).startswith("An array of shape (1,) came where")


def test_planted_bugs_that_get_through_are_listed() -> None:
    cases = tuple(
        Case(bug, {"bug": bug}, bug == "none", True, bug == "none") for bug in ("none", "negated", "all zero")
    )
    found = inspect(Evidence("gradient_check.gradient_check", "x", cases))
    assert found is not None and found.line == "Planted bugs get through: negated, all zero."
