"""Section 4: the overfitting demonstration and Exercise 4.1, neither of which overfits as told."""

from __future__ import annotations

import numpy as np

from reference.losses import mse_loss
from reference.network import Network
from reference.practice import fit, overfitting, split


def overfitting_demo() -> dict[str, object]:
    """Lines 1907 to 1947: [1, 16, 16, 1] on 20 noisy points, tested on 50 clean ones."""
    random = np.random.RandomState(42)
    X_train = random.uniform(0, 1, (20, 1))
    y_train = np.sin(X_train * np.pi) + random.normal(0, 0.1, (20, 1))
    X_test = np.linspace(0, 1, 50).reshape(-1, 1)
    y_test = np.sin(X_test * np.pi)

    net = Network([1, 16, 16, 1], seed=42)
    shown = [0, 1000, 2000, 2999]
    train, test = {}, {}
    for epoch in range(3000):
        losses = [net.train_step(x, t, 1.0) for x, t in zip(X_train, y_train, strict=True)]
        if epoch % 100 == 0 or epoch in shown:
            train[epoch] = sum(losses) / len(losses)
            outputs = np.array([net.forward(x) for x in X_test])
            test[epoch] = mse_loss(outputs, y_test)
    return {
        "epoch": shown,
        "train": [train[e] for e in shown],
        "test": [test[e] for e in shown],
        "end": "starts rising" if test[2999] > 1.02 * min(test.values()) else "goes on falling",
    }


def exercise_4_1() -> dict[str, object]:
    """Lines 1973 to 2082: [1, 16, 1] on 20 noisy points, tested on 10 more."""
    random = np.random.RandomState(42)
    X = random.uniform(0, 1, (30, 1))
    y = np.sin(X * np.pi) + random.normal(0, 0.1, (30, 1))
    net = Network([1, 16, 1], seed=42)
    train, test = fit(net, *split(X, y, 20), 2000, 1.0)
    shown = [0, 500, 1000, 1500, 1999]
    has_risen = test[1000] > 1.02 * min(test[:1000])
    return {
        "epoch": shown,
        "train": [train[e] for e in shown],
        "test": [test[e] for e in shown],
        "overfitting": ["Yes" if overfitting(train[e], test[e]) else "No" for e in shown],
        "by_1000": "has started to rise" if has_risen else "is still falling",
        "parameters": sum(p.size for p in [*net.weights, *net.biases]),
    }
