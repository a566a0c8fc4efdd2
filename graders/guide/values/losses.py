"""Section 1 and the setup: what mse_loss and cross_entropy_loss give for the guide's examples."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from reference.losses import cross_entropy_loss, loss_table, mse_loss


def setup() -> dict[str, object]:
    """Lines 66 to 91."""
    return {
        "numpy": version("numpy"),
        "matplotlib": version("matplotlib"),
        "mse": mse_loss([0.9, 0.1, 0.8], [1, 0, 1]),
    }


def mse() -> dict[str, object]:
    """Lines 121 to 152."""
    predictions, targets = np.array([0.9, 0.1, 0.8]), np.array([1.0, 0.0, 1.0])
    errors = predictions - targets
    squared = errors**2
    times = round(squared[2] / squared[0], 9)
    return {
        "predictions": predictions,
        "targets": targets,
        "errors": errors,
        "sizes": np.abs(errors),
        "squared": squared,
        "third_over_first": "four times" if times == 4 else f"{times:.2f} times",
        "loss": mse_loss(predictions, targets),
    }


def cross_entropy() -> dict[str, object]:
    """Lines 165 to 205."""
    targets = [1, 0, 1]
    good, bad = [0.95, 0.05, 0.90], [0.05, 0.95, 0.10]
    good_loss, bad_loss = cross_entropy_loss(good, targets), cross_entropy_loss(bad, targets)
    return {
        "good": good,
        "good_loss": good_loss,
        "bad": bad,
        "bad_loss": bad_loss,
        "bad_over_good": bad_loss / good_loss,
        "of_certainty": round(cross_entropy_loss([1.0], [1]), 12) + 0.0,
    }


def table() -> dict[str, object]:
    """Lines 211 to 250."""
    prediction, mse, ce, ratio = loss_table([0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99], 1).T
    return {"prediction": prediction, "mse": mse, "cross_entropy": ce, "ratio": ratio}


def exercise_1_1() -> dict[str, object]:
    """Lines 254 to 305."""
    predictions, targets = np.array([0.5, 0.8, 0.2, 0.9]), np.array([0.0, 1.0, 0.0, 1.0])
    errors = predictions - targets
    squared = errors**2
    largest, second = sorted(squared)[:-3:-1]
    return {
        "errors": errors,
        "squared": squared,
        "sum": squared.sum(),
        "mse": mse_loss(predictions, targets),
        "largest_over_second": largest / second,
    }


def exercise_1_2() -> dict[str, object]:
    """Lines 308 to 370."""
    targets = [1, 0, 1]
    hedging, wrong = [0.6, 0.4, 0.6], [0.1, 0.9, 0.1]
    hedging_loss, wrong_loss = (
        cross_entropy_loss(hedging, targets),
        cross_entropy_loss(wrong, targets),
    )
    return {
        "hedging": hedging,
        "hedging_loss": hedging_loss,
        "wrong": wrong,
        "wrong_loss": wrong_loss,
        "ratio": wrong_loss / hedging_loss,
        "of_0.6": cross_entropy_loss([0.6], [1]),
        "of_0.1": cross_entropy_loss([0.1], [1]),
        "of_0.01": cross_entropy_loss([0.01], [1]),
        "of_0.001": cross_entropy_loss([0.001], [1]),
    }
