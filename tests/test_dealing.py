"""What the steps of an epoch over one-hot rows tell: each mistake is found again from its own steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from graders.checks import shuffling, traces
from graders.checks.dealing import RATE
from graders.checks.shuffling import Seen, finding
from graders.checks.traces import Setting

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
    given = traces.setting(rng, n, size)
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


def at_the_end(net: Net, rng: np.random.Generator) -> float:
    whole, bias = np.zeros(net.given.n), 0.0
    for batch in batches(net.given, rng):
        g = net.gradients(batch)
        whole[batch] = g / len(batch)
        bias += g.mean()
    net.step(list(range(net.given.n)), whole, bias)
    return float(np.mean(net.losses))


def after_the_loop(net: Net, rng: np.random.Generator) -> float:
    for batch in batches(net.given, rng):
        g = net.gradients(batch)
    net.step(batch, g / len(batch), g.mean())
    return float(np.mean(net.losses))


def from_the_start(scale: Callable[[int], float]):
    def run(net: Net, rng: np.random.Generator) -> float:
        for batch in batches(net.given, rng):
            g = net.gradients(batch) * scale(len(batch))
            net.W, net.b = net.given.weights.copy(), net.given.bias
            net.step(batch, g, g.sum())
        return float(np.mean(net.losses))

    return run


def counted_off(net: Net, rng: np.random.Generator) -> float:
    kept: list[int] = []
    sums: list[float] = []
    for k, i in enumerate(rng.permutation(net.given.n).tolist()):
        kept.append(i)
        sums += net.gradients([i]).tolist()
        if k % net.given.batch_size == 0:
            g = np.array(sums)
            net.step(kept, g / len(kept), g.mean())
            kept, sums = [], []
    return float(np.mean(net.losses))


def rate_divided(net: Net, rng: np.random.Generator) -> float:
    rate = 1.0
    for batch in batches(net.given, rng):
        g = net.gradients(batch)
        rate /= len(batch)
        net.step(batch, rate * g, rate * g.sum())
    return float(np.mean(net.losses))


def one_input(net: Net, rng: np.random.Generator) -> float:
    for batch in batches(net.given, rng):
        net.gradients(batch)
        a = 1 / (1 + np.exp(-(net.W[batch[-1]] + net.b)))
        g = 2 * (a - net.given.targets[batch].mean()) * a * (1 - a)
        net.step(batch[-1:], np.array([g]), g)
    return float(np.mean(net.losses))


def targets_apart(scale: Callable[[int], float]):
    def run(net: Net, rng: np.random.Generator) -> float:
        targets = net.given.targets.copy()
        net.given.targets[:] = rng.permutation(targets)
        for batch in batches(net.given, rng):
            g = net.gradients(batch) * scale(len(batch))
            net.step(batch, g, g.sum())
        net.given.targets[:] = targets
        return float(np.mean(net.losses))

    return run


def drawn_apart(scale: Callable[[int], float]):
    def run(net: Net, rng: np.random.Generator) -> float:
        n, size = net.given.n, net.given.batch_size
        for k in range(0, n, size):
            batch = rng.permutation(n)[: min(size, n - k)].tolist()
            g = net.gradients(batch) * scale(len(batch))
            net.step(batch, g, g.sum())
        return float(np.mean(net.losses))

    return run


def counted(net: Net, rng: np.random.Generator) -> float:
    parts = np.array_split(rng.permutation(net.given.n), net.given.batch_size)
    for batch in (part.tolist() for part in parts if len(part)):
        g = net.gradients(batch)
        net.step(batch, g / len(batch), g.mean())
    return float(np.mean(net.losses))


def one_loss(net: Net, rng: np.random.Generator) -> float:
    total = 0.0
    for batch in batches(net.given, rng):
        g = net.gradients(batch)
        total += net.losses[-1]
        net.step(batch, g / len(batch), g.mean())
    return total / net.given.n


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
    ("multiplied-by-size",): by(lambda m, size, n: 1 / m),
    ("batch-size-as-count",): counted,
    ("one-loss-a-batch",): one_loss,
    ("one-update-an-epoch",): at_the_end,
    ("update-after-loop",): after_the_loop,
    ("updates-from-start",): from_the_start(lambda m: 1 / m),
    ("sum-for-mean", "updates-from-start"): from_the_start(lambda m: 1),
    ("batch-boundary-off",): counted_off,
    ("rate-decays",): rate_divided,
    ("one-input-for-batch",): one_input,
    ("x-shuffled-without-y",): targets_apart(lambda m: 1 / m),
    ("sum-for-mean", "x-shuffled-without-y"): targets_apart(lambda m: 1),
    ("rate-applied-twice", "x-shuffled-without-y"): targets_apart(lambda m: RATE / m),
    ("batches-drawn-apart",): drawn_apart(lambda m: 1 / m),
    ("sum-for-mean", "batches-drawn-apart"): drawn_apart(lambda m: 1),
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
