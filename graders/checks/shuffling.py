"""Which examples went into which batch, read off the parameters.

One layer, one output, one-hot rows: example i alone moves weight i, by −rate / B · g(w_i, b, t_i) with
g = 2 (a − t) a (1 − a), a = σ(w_i + b). The bias b moves after every batch, so the step of weight i also tells the
batch that it was in. Given the parameters before and after, the batches are found one by one and replayed exactly;
how the learner's code deals them, vectorised or not, does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graders.checks import tolerance
from graders.checks.inputs import Draw
from graders.checks.runs import build
from graders.learner.remote import Learner, Remote
from reference.network import sigmoid

#: Small, so that the drift of the bias within an epoch hides nothing.
RATE = 0.02
EPOCHS = 16


@dataclass(frozen=True)
class Setting:
    """n one-hot examples into one output, with targets that are all different."""

    weights: np.ndarray  # (n,)
    bias: float
    targets: np.ndarray  # (n,)
    batch_size: int

    @property
    def n(self) -> int:
        return len(self.weights)

    def steps(self, bias: float, targets: np.ndarray) -> np.ndarray:
        """g of every example at this bias: its gradient in a batch of one. Shape (n,)."""
        a = sigmoid(self.weights + bias)
        return 2 * (a - targets) * a * (1 - a)

    def losses(self, bias: float) -> np.ndarray:
        """The squared error of every example at this bias. Shape (n,)."""
        return (sigmoid(self.weights + bias) - self.targets) ** 2


@dataclass(frozen=True)
class Finding:
    """What the parameters tell of one or several epochs. `fact` is a mistake's id, None where all is right."""

    fact: str | None
    summary: str = ""
    numbers: dict[str, Any] = field(default_factory=dict)
    batches: tuple[frozenset[int], ...] = ()


def setting(rng: np.random.Generator, n: int, batch_size: int) -> Setting:
    """Targets spaced over (0, 1), each well away from its prediction."""
    targets = rng.permutation(np.linspace(0.02, 0.98, n))
    # The prediction lies beyond the middle from the target, so no gradient is near 0.
    predictions = np.where(targets < 0.5, targets + 0.3, targets - 0.3) + rng.uniform(-0.05, 0.05, n)
    bias = float(rng.uniform(0.1, 0.3))
    return Setting(np.log(predictions / (1 - predictions)) - bias, bias, targets, batch_size)


def one_epoch(learner: Learner, draw: Draw, n: int, batch_size: int) -> Finding:
    """Run one epoch and read its batches."""
    given = setting(draw.rng, n, batch_size)
    net = build(learner, [given.weights[None, :]], [np.array([given.bias])])
    return _epoch(net, given)


def _epoch(net: Remote, given: Setting) -> Finding:
    net.put([given.weights[None, :]], [np.array([given.bias])])
    seen = net.train_epoch.observed(np.eye(given.n), given.targets[:, None], RATE, given.batch_size)
    weights, biases = net.parameters()
    where = f"{given.n} examples, batch_size {given.batch_size}"
    flat = tolerance.numbers(weights[0]) if isinstance(weights, (list, tuple)) and weights else None
    bias = tolerance.numbers(biases[0]) if isinstance(biases, (list, tuple)) and biases else None
    if flat is None or bias is None or flat.shape != (1, given.n) or bias.shape != (1,):
        return Finding("parameters-changed-shape", f"{where}: the parameters have other shapes than before")
    moved = flat[0] - given.weights
    batches, last_bias, losses = _deal(given, moved)
    if batches is None:
        return _explain(given, moved, where)
    if abs(bias[0] - last_bias) > 1e-9:
        return Finding(
            "bias-step-wrong",
            f"{where}: every weight moved as it should, but the bias went from {given.bias:.6f} to {bias[0]:.6f} "
            f"instead of {last_bias:.6f}",
        )
    if not tolerance.matches(seen.value, losses):
        return Finding(
            "epoch-loss-wrong",
            f"{where}: the parameters are right, but the returned loss is {seen.value} instead of {losses:.8f}, the "
            "mean over the examples of the loss that each had before its batch's update",
            {"got": seen.value, "expected": losses},
        )
    for name, old, new in zip(("X", "y"), (np.eye(given.n), given.targets[:, None]), seen.after, strict=False):
        if not tolerance.matches(new, old):
            return Finding(
                "arguments-changed",
                f"{where}: {name} comes out in another order; shuffle indices, not the data",
                {"argument": name},
            )
    return Finding(None, batches=tuple(batches))


def _deal(given: Setting, moved: np.ndarray) -> tuple[list[frozenset[int]] | None, float, float]:
    """The batches that explain `moved`, the bias after them, and the mean loss; None if none do."""
    left = set(range(given.n))
    bias, total, batches = given.bias, 0.0, []
    while left:
        size = min(given.batch_size, len(left))
        steps = given.steps(bias, given.targets)
        expected = -RATE / size * steps
        members = [i for i in left if abs(moved[i] - expected[i]) <= 1e-8 * abs(expected[i]) + 1e-14]
        if len(members) != size:
            return None, bias, 0.0
        total += float(given.losses(bias)[members].sum())
        bias -= RATE / size * float(steps[members].sum())
        batches.append(frozenset(members))
        left -= set(members)
    return batches, bias, total / given.n


def _explain(given: Setting, moved: np.ndarray, where: str) -> Finding:
    """Why no dealing of the batches explains the steps: how large each is, in units of one example's own."""
    unit = -RATE * given.steps(given.bias, given.targets)
    share = moved / unit  # 1/B where all is right, 0 where the example was never used
    size = given.batch_size
    numbers = {"times": np.round(share * size, 2).tolist()}
    unused = [i for i in range(given.n) if abs(moved[i]) < 1e-12]
    last = given.n % size or size
    others = [i for i in range(given.n) if i not in unused]
    single = [i for i in others if _near(share[i] * size, 1) or _near(share[i] * last, 1)]
    if len(unused) == given.n:
        return Finding("nothing-updated", f"{where}: no weight has moved", numbers)
    if unused and len(single) == len(others):
        if given.n % size and len(unused) == given.n % size:
            return Finding(
                "last-batch-dropped",
                f"{where}: {len(unused)} examples, as many as the short last batch has, were never used",
                numbers,
            )
        if len(unused) == 1:
            return Finding("example-dropped", f"{where}: one example (here number {unused[0]}) was never used", numbers)
        return Finding("example-dropped", f"{where}: {len(unused)} of the examples were never used", numbers)
    swapped = _swapped(given, moved)
    if swapped is not None:
        return Finding(
            "x-shuffled-without-y",
            f"{where}: the steps fit other examples' targets (example {swapped[0]} was trained towards the target of "
            f"example {swapped[1]}): X and y are not shuffled together",
            numbers,
        )
    repeated = [i for i in others if share[i] * size > 1.5]
    if unused and repeated:
        return Finding(
            "drawn-with-replacement",
            f"{where}: {len(unused)} examples were never used and {len(repeated)} more than once in one epoch",
            numbers,
        )
    if all(_near(value, 1) for value in share) and size > 1:
        return Finding(
            "sum-for-mean",
            f"{where}: each step is as large as if its example were alone: the gradients of a batch are added up, "
            "not averaged",
            numbers,
        )
    if given.n % size and all(_near(value * size, 1) for value in share):
        return Finding(
            "nominal-divisor",
            f"{where}: the short last batch of {last} is divided by {size}, not by its own size",
            numbers,
        )
    if all(value < 0 for value in share):
        return Finding("update-sign", f"{where}: every weight moved uphill, along the gradient", numbers)
    shown = ", ".join(f"{value:.2f}" for value in (share * size)[:12])
    return Finding(
        "steps-wrong",
        f"{where}: each example should move its weight once, by rate / batch size times its gradient; in units of that "
        f"the steps are {shown}",
        numbers,
    )


def _near(value: float, wanted: float) -> bool:
    # The bias drifts by a few hundredths during the epoch, and the gradients with it.
    return abs(value - wanted) < 0.12 * abs(wanted)


def _swapped(given: Setting, moved: np.ndarray) -> tuple[int, int] | None:
    """A pair (example, whose target it was trained towards), where most steps fit a foreign target."""
    a = sigmoid(given.weights + given.bias)
    size = given.batch_size
    aimed = a + moved * size / (RATE * 2 * a * (1 - a))
    gaps = np.abs(aimed[:, None] - given.targets[None, :])
    nearest = gaps.argmin(axis=1)
    fits = gaps.min(axis=1) < 0.03
    foreign = [i for i in range(given.n) if fits[i] and nearest[i] != i]
    if len(foreign) < max(2, given.n // 2):
        return None
    return foreign[0], int(nearest[foreign[0]])


def many_epochs(learner: Learner, draw: Draw) -> Finding:
    """EPOCHS epochs in one process: the batches must not be the same each time, nor only change their order."""
    n, batch_size = 10, 4
    given = setting(draw.rng, n, batch_size)
    net = build(learner, [given.weights[None, :]], [np.array([given.bias])])
    seen: list[tuple[frozenset[int], ...]] = []
    for _ in range(EPOCHS):
        finding = _epoch(net, given)
        if finding.fact is not None:
            return finding
        seen.append(finding.batches)
    where = f"{EPOCHS} epochs over {n} examples in batches of {batch_size}"
    in_order = tuple(frozenset(range(k, min(k + batch_size, n))) for k in range(0, n, batch_size))
    if all(batches == in_order for batches in seen):
        return Finding("never-shuffled", f"{where}: always the examples in the order in which they stand")
    if all(batches == seen[0] for batches in seen):
        return Finding("same-order-every-epoch", f"{where}: shuffled, but the same order every time")
    if all(set(batches) == set(seen[0]) for batches in seen):
        return Finding("fixed-batches", f"{where}: always the same groups of examples, only their turn changes")
    together = {(i, j) for batches in seen for batch in batches for i in batch for j in batch if i < j}
    pairs = n * (n - 1) // 2
    if len(together) < pairs - 6:
        return Finding(
            "fixed-batches",
            f"{where}: {pairs - len(together)} of the {pairs} pairs of examples never met in one batch; a fresh "
            "permutation of all examples mixes them all",
            {"never_together": pairs - len(together)},
        )
    return Finding(None)
