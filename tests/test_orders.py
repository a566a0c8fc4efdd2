"""The order in which an epoch took its examples, read off its loss."""

from __future__ import annotations

import numpy as np
import pytest

from graders.checks.orders import orders
from reference.network import Network


def trained(X: np.ndarray, y: np.ndarray, taken: list[tuple[int, ...]]) -> list[float]:
    net = Network([X.shape[1], 5, 3], seed=7)
    return [sum(net.train_step(X[i], y[i], 2.0) for i in order) / len(X) for order in taken]


@pytest.mark.parametrize("seed", range(5))
def test_every_epoch_tells_its_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.uniform(0, 1, (3, 4)), np.eye(3)
    taken = [tuple(int(i) for i in rng.permutation(3)) for _ in range(8)]
    net = Network([4, 5, 3], seed=7)
    assert list(orders(net, X, y, 2.0, trained(X, y, taken))) == taken


def test_what_fits_no_order_or_several_ends_it() -> None:
    rng = np.random.default_rng(3)
    X, y = rng.uniform(0, 1, (3, 4)), np.eye(3)
    losses = trained(X, y, [(2, 0, 1), (1, 2, 0)])
    assert list(orders(Network([4, 5, 3], seed=7), X, y, 2.0, [losses[0], 1.01 * losses[1]])) == [(2, 0, 1)]
    alike, targets = np.repeat(X[:1], 3, axis=0), np.repeat(y[:1], 3, axis=0)
    assert list(orders(Network([4, 5, 3], seed=7), alike, targets, 2.0, trained(alike, targets, [(0, 1, 2)]))) == []
