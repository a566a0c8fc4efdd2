"""Section 3: one example, XOR, and the learning rates."""

from __future__ import annotations

from functools import cache

import numpy as np

from reference.losses import mse_loss
from reference.network import Network
from reference.training import XOR_X, XOR_Y, train_xor, verdict


def single_example() -> dict[str, object]:
    """Lines 1275 to 1306: ten steps at rate 1 towards 1.0 for x = [1, 2]."""
    net, x, target = Network([2, 4, 1], seed=42), np.array([1.0, 2.0]), np.array([1.0])
    before = net.forward(x)[0]
    losses, predictions = [], []
    for _ in range(10):
        losses.append(net.train_step(x, target, 1.0))
        predictions.append(net.forward(x)[0])
    shown = [0, 1, 2, 3, 4, 9]
    return {
        "x": x,
        "target": target,
        "step": shown,
        "loss": [losses[k] for k in shown],
        "prediction": [predictions[k] for k in shown],
        "prediction_before": before,
    }


def learning_rates() -> dict[str, object]:
    """Lines 1379 to 1433: XOR at four rates, 500 steps each."""
    rates = [0.1, 1.0, 5.0, 50.0]
    runs = [_xor(rate, 500) for rate in rates]
    finals = [final for _, final in runs]
    late = runs[3][0][250:]
    return {
        "rate": rates,
        "final": finals,
        "at_0.1": "Too slow" if finals[0] > 0.2 else "Not too slow",
        "at_1": "Learns well" if finals[1] < 0.01 else "Does not learn well",
        "at_5": "Learns faster" if finals[2] < finals[1] else "Learns no faster",
        "at_50": "oscillates" if max(late) - min(late) > 0.01 else f"stays at {late[-1]:.4f}",
        "outcome_at_50": "doesn't converge" if finals[3] > 0.01 else "converges",
    }


def exercise_3_1() -> dict[str, object]:
    """Lines 1486 to 1606: XOR at rate 2 for 2000 steps."""
    net, losses = train_xor(2.0, 2000)
    shown = [0, 500, 1000, 1500, 1999]
    predictions = [net.forward(x)[0] for x in XOR_X]
    learned = all(abs(p - t) < 0.1 for p, t in zip(predictions, XOR_Y[:, 0], strict=True))
    return {
        "rate": 2.0,
        "steps": 2000,
        "step": shown,
        "loss": [losses[k] for k in shown],
        "x": XOR_X,
        "prediction": predictions,
        "target": XOR_Y[:, 0],
        "learned": "learned" if learned else "not learned",
    }


def exercise_3_2() -> dict[str, object]:
    """Lines 1609 to 1709: the same at four rates, with the guide's verdict on each."""
    rates = [0.1, 0.5, 2.0, 10.0]
    finals = [_xor(rate, 2000)[1] for rate in rates]
    return {
        "rate": rates,
        "final": finals,
        "verdict": [verdict(final) for final in finals],
        "at_0.1": "too slow" if finals[0] > 0.2 else verdict(finals[0]),
        "at_0.5": "hasn't converged" if finals[1] > 0.001 else verdict(finals[1]),
        "at_2_and_10": "both converge" if max(finals[2:]) < 0.001 else "not both converge",
    }


def epochs() -> dict[str, object]:
    """Line 1482: batches of at most 32 in 1000 examples."""
    return {"batches": len(range(0, 1000, 32))}


@cache
def _xor(rate: float, steps: int) -> tuple[list[float], float]:
    """The loss of each step, and the loss after the last one."""
    net, losses = train_xor(rate, steps)
    return losses, mse_loss([net.forward(x) for x in XOR_X], XOR_Y)
