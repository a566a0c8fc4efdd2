"""backward(), its gradient check, and Exercise 2.2."""

from __future__ import annotations

import numpy as np

from reference.gradient_check import numerical_gradients
from reference.losses import mse_loss
from reference.network import Network

#: What the guide's own check allows (lines 884 and 1153).
TOLERANCE = 1e-5


def guide_backward(net: Network, target: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The gradients as the guide's backward() gives them: without the 1/n of mse_loss.

    So they are n_out times the gradients of the loss (lines 788 and 1105).
    """
    n_out = net.activations[-1].size
    weight_grads, bias_grads = net.backward(target)
    return [n_out * g for g in weight_grads], [n_out * g for g in bias_grads]


def backward_demo() -> dict[str, object]:
    """Lines 807 to 838: Network([2, 2, 1], seed=0) at x = [1, 2], target 1."""
    net, x, target = _demo()
    prediction = net.forward(x)
    (dW1, dW2), (db1, db2) = guide_backward(net, target)
    return {
        "prediction": prediction[0],
        "loss": mse_loss(prediction, target),
        "layer": [1, 2],
        "dW1": dW1,
        "db1": db1,
        "dW2": dW2,
        "db2": db2,
    }


def gradient_check() -> dict[str, object]:
    """Lines 852 to 936: the same network, each gradient beside its central difference."""
    net, x, target = _demo()
    numerical = numerical_gradients(net, x, target)
    net.forward(x)
    analytical = guide_backward(net, target)
    values: dict[str, object] = {}
    largest = 0.0
    for kind, ours, theirs in zip("Wb", numerical, analytical, strict=True):
        for layer, (n, a) in enumerate(zip(ours, theirs, strict=True), start=1):
            for index in np.ndindex(n.shape):
                name = f"{kind}{layer}[{','.join(map(str, index))}]"
                difference = abs(n[index] - a[index])
                largest = max(largest, difference)
                values |= {
                    f"{name}.layer": layer,
                    f"{name}.row": index[0],
                    f"{name}.column": index[-1],
                    f"{name}.analytical": float(a[index]),
                    f"{name}.numerical": float(n[index]),
                    f"{name}.difference": float(difference),
                    f"{name}.status": "OK" if difference < TOLERANCE else "FAIL",
                }
    return values | {"within": "within 1e-5" if largest < TOLERANCE else "not within 1e-5"}


def exercise_2_2() -> dict[str, object]:
    """Lines 1049 to 1188: Network([3, 4, 2], seed=99), checked as the guide's solution does."""
    sizes = [3, 4, 2]
    net = Network(sizes, seed=99)
    x, target = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0])
    numerical = np.concatenate([g.ravel() for part in numerical_gradients(net, x, target)
                                for g in part])  # fmt: skip
    prediction = net.forward(x)
    analytical = np.concatenate([g.ravel() for part in guide_backward(net, target) for g in part])
    passing = int(np.sum(np.abs(numerical - analytical) <= TOLERANCE))
    total = len(numerical)
    ratio = float(np.median(analytical / numerical))
    return {
        "sizes": sizes,
        "x": x,
        "target": target,
        "prediction": prediction,
        "loss": mse_loss(prediction, target),
        "parameters": total,
        "passing": passing,
        "outcome": (
            f"All {total} gradients passed" if passing == total else f"{total - passing} of {total} gradients fail"
        ),
        "agreement": "matches" if passing == total else f"is {ratio:.3g} times as large",
    }


def _demo() -> tuple[Network, np.ndarray, np.ndarray]:
    return Network([2, 2, 1], seed=0), np.array([1.0, 2.0]), np.array([1.0])
