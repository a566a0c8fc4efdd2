"""The drills: the truth against the reference, and every known mistake met with its own words."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from graders import questions
from graders.quiz.drills import DRILLS, Drill
from reference.losses import cross_entropy_loss, mse_loss
from reference.network import Network

SEEDS = range(60)
BY_ID = {drill.id: drill for drill in DRILLS}


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize("drill", DRILLS, ids=lambda d: d.id)
def test_every_mistake_is_told_apart(drill: Drill) -> None:
    for seed in SEEDS:
        question = drill.question(seed)
        assert questions.judge(question, question.answer.values[0]).status == "passed"
        rounded = round(question.answer.values[0], question.decimals)
        assert questions.judge(question, rounded).status == "passed"
        for wrong in question.wrong:
            verdict = questions.judge(question, wrong.value.values[0])
            assert verdict.status == "failed"
            assert verdict.message.splitlines()[1] == wrong.why


@pytest.mark.parametrize("drill", DRILLS, ids=lambda d: d.id)
def test_the_numbers_are_fresh_and_repeatable(drill: Drill) -> None:
    texts = {drill.question(seed).text for seed in SEEDS}
    assert len(texts) > 40
    assert drill.question(5) == drill.question(5)


@pytest.mark.parametrize("seed", SEEDS)
def test_losses_are_the_reference_s(seed: int) -> None:
    for name, loss, n in (("mse", mse_loss, 4), ("cross-entropy", cross_entropy_loss, 3)):
        question = BY_ID[name].question(seed)
        found = numbers(question.text)
        assert question.answer.values[0] == pytest.approx(loss(np.array(found[:n]), np.array(found[n : 2 * n])))


@pytest.mark.parametrize("seed", SEEDS)
def test_delta_is_the_derivative_of_the_loss(seed: int) -> None:
    question = BY_ID["delta"].question(seed)
    a, target = numbers(question.text)[:2]

    def loss(z: float) -> float:
        return (1 / (1 + math.exp(-z)) - target) ** 2

    z, h = math.log(a / (1 - a)), 1e-6
    assert question.answer.values[0] == pytest.approx((loss(z + h) - loss(z - h)) / (2 * h), rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_weight_gradient_is_backward_s(seed: int) -> None:
    """At the activations that the text gives, with any W1: backward uses nothing else of it."""
    question = BY_ID["weight-gradient"].question(seed)
    found = re.search(
        r"x = \[(.*?)\], t = (\S+)\. .*a1 = \[(.*?)\] and a2 = (\S+?); W2 = \[\[(.*?)\]\].*dL/dW1\[(\d), (\d)\]",
        question.text,
    )
    assert found is not None
    x, a1, W2 = (np.array([float(v) for v in found[n].split(",")]) for n in (1, 3, 5))
    net = Network([2, 2, 1])
    net.weights[1] = W2.reshape(1, 2)
    net.activations = [x, a1, np.array([float(found[4])])]
    weight_grads, _ = net.backward(np.array([float(found[2])]))
    assert question.answer.values[0] == pytest.approx(weight_grads[0][int(found[6]), int(found[7])], rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_batches_are_counted(seed: int) -> None:
    question = BY_ID["batches"].question(seed)
    examples, size = (int(n) for n in numbers(question.text)[:2])
    assert question.answer.values[0] == len(range(0, examples, size))


@pytest.mark.parametrize(
    ("drill", "words"),
    [
        ("mse", ["sum", "squared twice", "square root", "half", "averaged first"]),
        ("cross-entropy", ["sign", "base 10", "base 2", "sum", "exchanged"]),
        ("delta", ["sign", "dL/da", "2 is missing", "once more"]),
        ("weight-gradient", ["sign", "slope of the hidden", "other input", "bias", "one layer further back"]),
        ("batches", ["last batch is left out", "stochastic", "full-batch"]),
    ],
)
def test_the_usual_mistakes_are_known(drill: str, words: list[str]) -> None:
    whys = " ".join(wrong.why for seed in SEEDS for wrong in BY_ID[drill].question(seed).wrong)
    assert [word for word in words if word not in whys] == []
