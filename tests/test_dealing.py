"""What the steps of an epoch over one-hot rows tell: each mistake is found again from its own steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from graders.checks import shuffling
from graders.checks.dealing import RATE
from graders.checks.shuffling import Seen, Setting, finding

SETTINGS = ((6, 1), (6, 6), (10, 4), (9, 3), (11, 4))
Update = Callable[[np.ndarray, list[int], int, int], np.ndarray]


class Net:
    """One layer, one output, as the check drives it, with what a learner may get wrong left open."""

    def __init__(self, given: Setting) -> None:
        self.given = given
        self.W = given.weights.copy()
        self.b = given.bias
        self.losses: list[float] = []

    def gradients(self, batch: list[int]) -> np.ndarray:
        a = 1 / (1 + np.exp(-(self.W[batch] + self.b)))
        t = self.given.targets[batch]
        self.losses += ((a - t) ** 2).tolist()
        return 2 * (a - t) * a * (1 - a)

    def step(self, batch: list[int], weights: np.ndarray, bias: float) -> None:
        self.W[batch] -= RATE * weights
        self.b -= RATE * bias


def batches(given: Setting, rng: np.random.Generator) -> Iterator[list[int]]:
    order = rng.permutation(given.n).tolist()
    for k in range(0, given.n, given.batch_size):
        yield order[k : k + given.batch_size]


def seen(run: Callable[[Net, np.random.Generator], float | None], n: int, size: int, seed: int) -> Seen:
    rng = np.random.default_rng(seed)
    given = shuffling.setting(rng, n, size)
    net = Net(given)
    value = run(net, rng)
    moved = net.W - given.weights
    dealt = shuffling.right(given, moved, net.b)
    good = dealt is not None and value is not None and abs(value - np.mean(net.losses)) < 1e-12
    wrong = None if good else shuffling.Finding(("steps-wrong" if dealt is None else "epoch-loss-wrong",))
    return Seen(given, moved, float(net.b), value, wrong)


def by(divisor: Callable[[int, int, int], float], biases: Callable[[int, int, int], float] | None = None):
    def run(net: Net, rng: np.random.Generator) -> float:
        for batch in batches(net.given, rng):
            g = net.gradients(batch)
            m, size, n = len(batch), net.given.batch_size, net.given.n
            net.step(batch, g / divisor(m, size, n), g.sum() / (biases or divisor)(m, size, n))
        return float(np.mean(net.losses))

    return run


def dropped(net: Net, rng: np.random.Generator) -> float:
    for batch in batches(net.given, rng):
        if len(batch) == net.given.batch_size:
            g = net.gradients(batch)
            net.step(batch, g / len(batch), g.mean())
    return float(np.mean(net.losses))


def each(net: Net, rng: np.random.Generator) -> float:
    for batch in batches(net.given, rng):
        for i in batch:
            g = net.gradients([i])
            net.step([i], g, g.sum())
    return float(np.mean(net.losses))


def never_reset(net: Net, rng: np.random.Generator) -> float:
    sums, bias = np.zeros(net.given.n), 0.0
    for batch in batches(net.given, rng):
        g = net.gradients(batch)
        sums[batch] += g
        bias += g.sum()
        net.step(list(range(net.given.n)), sums / len(batch), bias / len(batch))
    return float(np.mean(net.losses))


def last_gradient(net: Net, rng: np.random.Generator) -> float:
    for batch in batches(net.given, rng):
        g = net.gradients(batch)
        net.step(batch[-1:], g[-1:], g[-1])
    return float(np.mean(net.losses))


def mean_of_means(net: Net, rng: np.random.Generator) -> float:
    means = []
    for batch in batches(net.given, rng):
        g = net.gradients(batch)
        means.append(np.mean(net.losses[-len(batch) :]))
        net.step(batch, g / len(batch), g.mean())
    return float(np.mean(means))


RUNS = {
    ("sum-for-mean",): by(lambda m, size, n: 1),
    ("nominal-divisor",): by(lambda m, size, n: size),
    ("divided-by-n",): by(lambda m, size, n: n),
    ("averaged-twice",): by(lambda m, size, n: m * m),
    ("update-sign",): by(lambda m, size, n: -m),
    ("biases-never-updated",): by(lambda m, size, n: m, lambda m, size, n: np.inf),
    ("nominal-divisor", "biases-never-updated"): by(lambda m, size, n: size, lambda m, size, n: np.inf),
    ("last-batch-dropped",): dropped,
    ("batch-size-ignored",): each,
    ("gradients-never-reset",): never_reset,
    ("one-gradient-for-batch",): last_gradient,
    ("mean-of-batch-means",): mean_of_means,
}


@pytest.mark.parametrize("facts", RUNS, ids="+".join)
def test_a_mistake_is_found_by_its_steps(facts: tuple[str, ...]) -> None:
    found = finding([seen(RUNS[facts], n, size, 11) for n, size in SETTINGS])
    assert found.facts == facts, found


def test_right_steps_are_nothing_to_explain() -> None:
    assert finding([seen(by(lambda m, size, n: m), n, size, 5) for n, size in SETTINGS]).facts == ()


def test_steps_from_nowhere_are_not_explained() -> None:
    def noise(net: Net, rng: np.random.Generator) -> float:
        for batch in batches(net.given, rng):
            net.step(batch, net.gradients(batch) * rng.uniform(0.5, 2, len(batch)), 0.1)
        return 0.1

    assert finding([seen(noise, n, size, 7) for n, size in SETTINGS]).facts == ("steps-wrong",)
