"""What one epoch over one-hot rows has trained its examples towards, where no dealing of the batches explains it.

As in dealing.py, example i alone moves weight i; but here its step isn't that of its own gradient at the bias of its
batch: the target is another one's, or the inputs are, or the batches before it have been undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np

from graders.checks import tolerance
from graders.checks.dealing import RATE, cut
from graders.checks.traces import Setting
from reference.network import sigmoid


def mean_example(given: Setting, moved: np.ndarray, bias: float) -> bool:
    """Whether each batch has moved its weights all alike, by the gradient of its mean example."""
    left = sorted(range(given.n), key=lambda i: moved[i])
    now = given.bias
    for size in cut(given.n, given.batch_size):
        found = None
        for k in range(len(left) - size + 1):
            members = left[k : k + size]
            target = float(given.targets[members].mean())
            a = float(sigmoid(np.array(given.weights[members].mean() + now)))
            delta = 2 * (a - target) * a * (1 - a)
            if np.allclose(moved[members], -RATE * delta / size, rtol=1e-7, atol=1e-14):
                found = members, delta
                break
        if found is None:
            return False
        now -= RATE * found[1]
        left = [i for i in left if i not in found[0]]
    return abs(now - bias) <= 1e-9


def one_target(given: Setting, moved: np.ndarray) -> bool:
    """Whether all examples of each batch were trained towards one target, that of one among them."""
    left = set(range(given.n))
    now = given.bias
    for size in cut(given.n, given.batch_size):
        found = None
        for j in left:
            steps = -RATE / size * given.steps(now, np.full(given.n, given.targets[j]))
            members = [i for i in left if abs(moved[i] - steps[i]) <= 1e-8 * abs(steps[i]) + 1e-14]
            if len(members) == size and j in members:
                found = members
                break
        if found is None:
            return False
        now += float(moved[found].sum())
        left -= set(found)
    return True


@dataclass(frozen=True)
class Weighing:
    """How the gradients of a batch of m count in its update, and how many of its examples do."""

    facts: tuple[str, ...]
    scale: Callable[[int, int, int], float]  # of m, batch_size, n
    one: bool = False  # only one example of each batch


WEIGHINGS = (
    Weighing((), lambda m, size, n: 1 / m),
    Weighing(("sum-for-mean",), lambda m, size, n: 1.0),
    Weighing(("nominal-divisor",), lambda m, size, n: 1 / size),
    Weighing(("divided-by-n",), lambda m, size, n: 1 / n),
    Weighing(("averaged-twice",), lambda m, size, n: 1 / m**2),
    Weighing(("rate-applied-twice",), lambda m, size, n: RATE / m),
    Weighing(("update-sign",), lambda m, size, n: -1 / m),
    Weighing(("overwritten-not-summed",), lambda m, size, n: 1 / m, one=True),
)


def foreign_targets(given: Setting, moved: np.ndarray, weighing: Weighing) -> tuple[int, int] | None:
    """(example, whose target it was trained towards), where each step fits a target, and not always its own."""
    left = {i for i in range(given.n) if moved[i] != 0} if weighing.one else set(range(given.n))
    now, pairs = given.bias, []
    for size in cut(given.n, given.batch_size):
        rate = RATE * weighing.scale(size, given.batch_size, given.n)
        unit = np.array([given.steps(now, np.full(given.n, t)) for t in given.targets]).T  # example by target
        fits = np.abs(moved[:, None] + rate * unit) <= 1e-8 * np.abs(rate * unit) + 1e-14
        members = [i for i in left if fits[i].any()]
        if len(members) != (1 if weighing.one else size):
            return None
        pairs += [(i, int(np.flatnonzero(fits[i])[0])) for i in members]
        now += float(moved[members].sum())  # the bias moves as all its batch's weights together
        left -= set(members)
    return None if left else next(((i, j) for i, j in sorted(pairs) if i != j), None)


def one_input(given: Setting, moved: np.ndarray, bias: float) -> bool:
    """Whether one example of each batch stood for all its inputs, and was trained towards the mean of their targets.

    The targets lie evenly spaced, so the mean of m of them lies on a grid m times as fine.
    """
    sizes = cut(given.n, given.batch_size)
    used = [i for i in range(given.n) if moved[i] != 0]
    if len(used) != len(sizes) or len(used) > 4:
        return False
    targets = np.sort(given.targets)
    space = float(targets[1] - targets[0]) if given.n > 1 else 1.0
    for order in permutations(used):
        now = given.bias
        for i, size in zip(order, sizes, strict=True):
            a = float(sigmoid(np.array(given.weights[i] + now)))
            mean = a + float(moved[i]) / (2 * RATE * a * (1 - a))
            place = (mean - float(targets[0])) / space * size
            inside = targets[:size].mean() - 1e-9 <= mean <= targets[-size:].mean() + 1e-9
            if abs(place - round(place)) > 1e-6 or not inside:
                break
            now += float(moved[i])
        else:
            if abs(now - bias) <= 1e-9:
                return True
    return False


def undone(given: Setting, moved: np.ndarray, bias: float, weighing: Weighing) -> bool:
    """Whether only the last batch's update is left, at a bias that those before had moved: they have been undone."""
    size = cut(given.n, given.batch_size)[-1]
    used = np.flatnonzero(moved)
    if len(used) != size or abs(bias - given.bias - float(moved.sum())) > 1e-9:
        return False
    # The bias at which the first of them took its step, by bisection close to the one before the epoch.
    first = int(used[0])
    rate = RATE * weighing.scale(size, given.batch_size, given.n)
    low, high = given.bias - 5 * RATE, given.bias + 5 * RATE

    def gap(b: float) -> float:
        return float(-rate * given.steps(b, given.targets)[first] - moved[first])

    if gap(low) * gap(high) > 0:
        return False
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if gap(low) * gap(middle) > 0 else (low, middle)
    steps = -rate * given.steps(low, given.targets)[used]
    return bool(np.allclose(moved[used], steps, rtol=1e-7, atol=1e-14))


def first_batch_then_nan(given: Setting, returned: Any) -> bool:
    """Whether the loss is that of one full batch, though the parameters are nan: the others had no examples."""
    value = tolerance.numbers(returned)
    if value is None or value.size != 1 or not np.isfinite(value).all() or given.batch_size >= given.n:
        return False
    losses = given.losses(given.bias)
    batches = combinations(range(given.n), given.batch_size)
    sums = np.array([losses[list(batch)].sum() for batch in batches])
    whole = float(value.reshape(-1)[0]) * np.array([given.n, given.batch_size, 1])
    return bool((np.abs(sums[:, None] - whole[None, :]) <= 1e-10).any())


def drawn_again(given: Setting, moved: np.ndarray, weighing: Weighing) -> bool:
    """Whether some examples were never used, others several times, and about n in all, as by chance."""
    unit = -RATE * given.steps(given.bias, given.targets)
    size = given.batch_size
    times = np.round(moved / unit / weighing.scale(min(size, given.n), size, given.n), 2)
    # The bias drifts by a few hundredths during the epoch, and the gradients with it.
    whole = np.abs(times - np.round(times)) < 0.1 * np.maximum(np.round(times), 1)
    if given.n % size == 0 and not whole.all():
        return False
    used = int(np.count_nonzero(times))
    return bool(3 * used >= given.n > used and times.max() > 1.5 and 0.8 < times.sum() / given.n < 1.3)
