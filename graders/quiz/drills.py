"""By-hand exercises with fresh numbers, each with the results that known mistakes give."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from graders.questions.model import Question, WrongNumber
from graders.questions.values import Numbers

#: A mistake: what it gives, and what was done.
Mistake = tuple[float, str]


@dataclass(frozen=True)
class Drill:
    """A kind of exercise. `make(random)` gives text, answer, decimals and mistakes."""

    id: str
    title: str
    guide: int
    make: Callable[[random.Random], tuple[str, float, int, list[Mistake]]]

    def question(self, seed: int) -> Question:
        """One exercise, drawn so that no known mistake gives the right number, or one another's."""
        numbers = random.Random(f"{self.id} {seed}")
        for _ in range(1000):
            text, answer, decimals, mistakes = self.make(numbers)
            tolerance = 1.5 * 10.0**-decimals if decimals else 0.01
            values = [answer, *(value for value, _ in mistakes)]
            if _apart(values, 3 * tolerance):
                return Question(
                    id=f"drill-{self.id}",
                    item="",
                    kind="number",
                    text=text,
                    guide=self.guide,
                    answer=Numbers((), (answer,)),
                    decimals=decimals,
                    tolerance=tolerance,
                    wrong=tuple(_wrong(self.id, value, why) for value, why in mistakes),
                )
        raise AssertionError(f"no numbers for the drill {self.id}")


def _apart(values: list[float], least: float) -> bool:
    ordered = sorted(values)
    return all(math.isfinite(v) for v in values) and all(b - a > least for a, b in itertools.pairwise(ordered))


def _wrong(drill: str, value: float, why: str) -> WrongNumber:
    return WrongNumber(Numbers((), (value,)), why, (f"drill-{drill}", why))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _list(values: list[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _mse(draw: random.Random) -> tuple[str, float, int, list[Mistake]]:
    targets = [draw.choice((0.0, 1.0)) for _ in range(4)]
    predictions = [draw.randint(1, 9) / 10 for _ in range(4)]
    errors = [p - t for p, t in zip(predictions, targets, strict=True)]
    mse = _mean([e**2 for e in errors])
    text = f"Predictions {_list(predictions)}; targets {_list(targets)}. What is the mean squared error?"
    return (
        text,
        mse,
        4,
        [
            (4 * mse, "That is the sum of the four squared errors; the mean divides it by 4."),
            (_mean([abs(e) for e in errors]), "That is the mean of the errors' sizes; each must be squared first."),
            (_mean([e**4 for e in errors]), "The errors were squared twice; once is enough."),
            (math.sqrt(mse), "That is the square root of it (RMSE); the last step is one too many."),
            (mse / 2, "That is half of it: there is no factor ½ in this definition."),
            (_mean(errors), "The errors were averaged without squaring: those of opposite signs cancel."),
            (_mean(errors) ** 2, "The errors were averaged first and squared then: square each one."),
            (4 * mse / 3, "It was divided by 3; the mean of four numbers divides by 4."),
            (_mean([p**2 for p in predictions]), "The predictions were squared; first take the targets away."),
            (_mean([p**2 - t**2 for p, t in zip(predictions, targets, strict=True)]),
             "p² − t² was averaged; it is (p − t)², the difference first."),
        ],
    )  # fmt: skip


def _cross_entropy(draw: random.Random) -> tuple[str, float, int, list[Mistake]]:
    targets = draw.choice([[1, 0, 1], [0, 1, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 0, 1]])
    predictions = [draw.choice((0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9)) for _ in range(3)]
    pairs = list(zip(predictions, targets, strict=True))
    given = [p if t else 1 - p for p, t in pairs]  # what each prediction gives to the truth
    loss = -_mean([math.log(g) for g in given])
    text = (
        f"Predictions {_list(predictions)}; targets {_list([float(t) for t in targets])}. "
        "What is the binary cross-entropy?"
    )
    return (
        text,
        loss,
        4,
        [
            (-loss, "The sign: the logarithm of a probability is negative, and the formula begins with a minus."),
            (loss / math.log(10), "That is with the logarithm to base 10; the formula's is the natural one (ln)."),
            (loss / math.log(2), "That is with the logarithm to base 2; the formula's is the natural one (ln)."),
            (3 * loss, "That is the sum of the three terms; the mean divides it by 3."),
            (-_mean([math.log(p) if t else 0.0 for p, t in pairs]),
             "The examples with target 0 were left out: each of them costs −log(1 − p)."),
            (-_mean([0.0 if t else math.log(1 - p) for p, t in pairs]),
             "The examples with target 1 were left out: each of them costs −log p."),
            (-_mean([math.log(p) for p, _ in pairs]), "For a target of 0 the term is −log(1 − p), not −log p."),
            (-_mean([math.log(1 - g) for g in given]),
             "Prediction and its opposite are exchanged: −log p where the target is 1, −log(1 − p) where it is 0."),
            (-math.log(_mean(given)), "The logarithm was taken of the mean; take the mean of the logarithms."),
        ],
    )  # fmt: skip


def _delta(draw: random.Random) -> tuple[str, float, int, list[Mistake]]:
    a, t = draw.randint(15, 95) / 100, draw.choice((0.0, 1.0))
    slope = a * (1 - a)
    delta = 2 * (a - t) * slope
    again = 1 / (1 + math.exp(-a))
    text = (
        f"One sigmoid output has the value a = {a:g}; its target is {t:g}, and the loss is (a − t)². "
        "What is delta = dL/dz?"
    )
    return (
        text,
        delta,
        4,
        [
            (-delta, "The sign is reversed: it is a − t, not t − a."),
            (2 * (a - t), "That is dL/da. On the way to z it is multiplied by the sigmoid's slope, a (1 − a)."),
            ((a - t) * slope, "The 2 is missing that comes down from the square."),
            (a - t, "That is the error a − t alone: 2 (a − t) is dL/da, and the slope a (1 − a) comes on top."),
            (slope, "That is the slope da/dz alone; multiply it by dL/da = 2 (a − t)."),
            ((a - t) ** 2 * slope, "The loss itself was multiplied by the slope; it is its derivative, 2 (a − t)."),
            (2 * (a - t) * (1 - a), "The slope is a (1 − a); only 1 − a was used."),
            (2 * (a - t) * a, "The slope is a (1 − a); only a was used."),
            (2 * (a - t) * again * (1 - again),
             "The sigmoid was applied once more: a is its output already, so that the slope is a (1 − a)."),
            (4 * (a - t) * slope, "There is one 2 too many: (a − t)² gives 2 (a − t) once."),
        ],
    )  # fmt: skip


def _weight_gradient(draw: random.Random) -> tuple[str, float, int, list[Mistake]]:
    """dL/dW1[i, j] of a 2→2→1 network: the delta of hidden neuron i times input j."""

    def sigmoid(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    W1 = [[draw.randint(-9, 9) / 10 for _ in range(2)] for _ in range(2)]
    W2 = [draw.choice((-1, 1)) * draw.randint(3, 9) / 10 for _ in range(2)]
    x = [draw.choice((-1, 1)) * draw.randint(5, 20) / 10 for _ in range(2)]
    t = draw.choice((0.0, 1.0))
    z1 = [W1[i][0] * x[0] + W1[i][1] * x[1] for i in range(2)]
    a1 = [round(sigmoid(z), 2) for z in z1]
    a2 = round(sigmoid(W2[0] * a1[0] + W2[1] * a1[1]), 2)
    i, j = draw.randrange(2), draw.randrange(2)
    # All follows from the rounded values that are given, so that nothing hangs on digits that nobody sees.
    delta2 = 2 * (a2 - t) * a2 * (1 - a2)
    slope = a1[i] * (1 - a1[i])
    gradient = delta2 * W2[i] * slope * x[j]
    other = 1 - i
    text = (
        f"A 2→2→1 network of sigmoids, loss (a2 − t)². x = [{_list(x)}], t = {t:g}. The forward pass gave "
        f"a1 = [{_list(a1)}] and a2 = {a2:g}; W2 = [[{_list(W2)}]]. What is dL/dW1[{i}, {j}], the gradient of the "
        f"weight from input {j + 1} to hidden neuron {i + 1}?"
    )
    return (
        text,
        gradient,
        4,
        [
            (-gradient, "The sign is reversed: the error at the output is a2 − t, not t − a2."),
            (gradient / 2, "The 2 is missing that comes down from the square: dL/da2 = 2 (a2 − t)."),
            (delta2 * W2[i] * x[j], f"The slope of the hidden neuron is missing: {a1[i]:g} × {1 - a1[i]:.2f}."),
            (2 * (a2 - t) * W2[i] * slope * x[j], "The slope of the output is missing: a2 (1 − a2)."),
            (delta2 * slope * x[j], f"The error passes W2[0, {i}] = {W2[i]:g} on its way back; it is missing."),
            (delta2 * W2[i] * slope, f"That is delta1[{i}], the gradient of the bias; a weight's is times its input."),
            (delta2 * W2[i] * slope * x[1 - j], f"That is the other input's: this weight carries x[{j}] = {x[j]:g}."),
            (delta2 * W2[other] * a1[other] * (1 - a1[other]) * x[j],
             f"That is hidden neuron {other + 1}'s: W1[{i}, {j}] leads to neuron {i + 1}, row {i}."),
            (delta2 * a1[i], f"That is dL/dW2[0, {i}]; W1 lies one layer further back."),
        ],
    )  # fmt: skip


def _batches(draw: random.Random) -> tuple[str, float, int, list[Mistake]]:
    size = draw.choice((16, 25, 32, 50, 64, 100))
    examples = draw.randint(3, 30) * 50 + draw.randint(1, 40)
    batches = math.ceil(examples / size)
    last = examples % size
    text = f"{examples} training examples, mini-batches of {size}. How many updates does one epoch make?"
    mistakes = [
        (float(examples), "That is stochastic descent, one update for each example; here a batch shares one."),
        (float(size), "That is how many examples a batch holds, not how many batches there are."),
        (1.0, "That is full-batch descent; a mini-batch makes its own update."),
    ]
    if last:
        dropped = f"The last batch is left out: the {last} example{'s' * (last != 1)} that remain make an update too."
        mistakes += [
            (examples / size, f"There is no part of an update: round up, the last batch holds the {last} left over."),
            (float(batches - 1), dropped),
            (float(batches + 1), f"One too many: {batches - 1} full batches, and one more of {last}."),
        ]
    else:
        mistakes.append((float(batches + 1), "One too many: the batches come out even, nothing remains."))
    return text, float(batches), 0, mistakes


DRILLS: tuple[Drill, ...] = (
    Drill("mse", "a mean squared error", 111, _mse),
    Drill("cross-entropy", "a cross-entropy", 156, _cross_entropy),
    Drill("delta", "the delta of an output", 538, _delta),
    Drill("weight-gradient", "a weight gradient of a 2→2→1 network", 614, _weight_gradient),
    Drill("batches", "the updates in an epoch", 1437, _batches),
)
