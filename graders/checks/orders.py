"""In which order the epochs of a training took the examples, read off the losses that they recorded."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from reference.network import Network

#: Two losses are of one order of the examples when they differ by less, relatively.
SAME = 1e-9
Order = tuple[int, ...]


def orders(net: Network, X: np.ndarray, y: np.ndarray, rate: float, losses: Sequence[float]) -> Iterator[Order]:
    """The order of each epoch, for batches of one example, as far as its loss tells it from all others.

    An epoch's loss is the mean of what each example had before its own update, so that it depends on which came
    before. `net` is the reference, as it was before the first epoch; it is trained along.
    """
    for loss in losses:
        before = net.copy_weights()
        fitting = []
        for order in itertools.permutations(range(len(X))):
            net.set_weights(before)
            if abs(sum(net.train_step(X[i], y[i], rate) for i in order) / len(X) - loss) < SAME * abs(loss):
                fitting.append((order, net.copy_weights()))
        if len(fitting) != 1:
            return
        net.set_weights(fitting[0][1])
        yield fitting[0][0]
