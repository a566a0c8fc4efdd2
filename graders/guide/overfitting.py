"""Overfitting that can be seen: Exercise 4.1 as given shows none, this setting does.

The setting and what it gives stand in `data/overfitting.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from graders import paths
from reference.network import Network
from reference.practice import fit

PATH = paths.DATA / "overfitting.toml"


@dataclass(frozen=True)
class Setting:
    """Few noisy examples with many inputs, of which only the first one says anything.

    The target is 0.5 + 0.35 sin(π x / 2·reach), x the first input, even in [−reach, reach]; the
    other inputs are even in [−1, 1] and mean nothing. `noise` is the standard deviation of what is
    added to the targets of the training set; those of the test set are the clean curve. The network
    is [inputs, hidden, 1].
    """

    inputs: int
    reach: float
    hidden: int
    n_train: int
    n_test: int
    noise: float
    epochs: int
    learning_rate: float
    data_seed: int
    network_seed: int

    def with_seeds(self, data_seed: int, network_seed: int) -> Setting:
        """The same with other random numbers."""
        return replace(self, data_seed=data_seed, network_seed=network_seed)


@cache
def stored_setting() -> Setting:
    """The kit's setting."""
    return Setting(**_stored()["setting"])


@cache
def stored_losses() -> list[dict[str, float]]:
    """What the setting gives: rows of epoch, train and test, the lowest test loss among them."""
    return list(_stored()["losses"])


def examples(setting: Setting) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(X_train, y_train, X_test, y_test), X (n, inputs), y (n, 1)."""
    random = np.random.RandomState(setting.data_seed)
    n = setting.n_train + setting.n_test
    X = random.uniform(-1, 1, (n, setting.inputs))
    X[:, 0] *= setting.reach
    y = 0.5 + 0.35 * np.sin(np.pi / 2 * X[:, :1] / setting.reach)
    train, test = slice(setting.n_train), slice(setting.n_train, n)
    return X[train], y[train] + random.normal(0, setting.noise, y[train].shape), X[test], y[test]


def demonstrate(setting: Setting | None = None) -> tuple[list[float], list[float], Setting]:
    """Train, about a second: (train_losses, test_losses, setting), a loss for every epoch."""
    setting = setting or stored_setting()
    net = Network([setting.inputs, setting.hidden, 1], seed=setting.network_seed)
    train, test = fit(net, *examples(setting), setting.epochs, setting.learning_rate)
    return train, test, setting


def rise(test_losses: list[float]) -> float:
    """The last test loss over the lowest: 1 where it never rose."""
    return test_losses[-1] / min(test_losses)


def _stored() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))
