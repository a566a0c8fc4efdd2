"""The epoch that is watched: one-hot rows into one output, so that each example moves a weight of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.network import sigmoid


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


def setting(rng: np.random.Generator, n: int, batch_size: int) -> Setting:
    """Targets spaced over (0, 1), each well away from its prediction."""
    targets = rng.permutation(np.linspace(0.02, 0.98, n))
    # The prediction lies beyond the middle from the target, so no gradient is near 0.
    predictions = np.where(targets < 0.5, targets + 0.3, targets - 0.3) + rng.uniform(-0.05, 0.05, n)
    bias = float(rng.uniform(0.1, 0.3))
    return Setting(np.log(predictions / (1 - predictions)) - bias, bias, targets, batch_size)
