"""Networks with and without a bug, to grade a gradient check.

The bug is planted here, by the judge: what goes to the worker is a network with a forward pass, and the gradients that
its backward() returns, as numbers. Right and wrong networks are the same code there, and nothing beside that forward
pass says which gradients are right, however closely a submission looks. All are a class `Network` with the same
attributes; the contract promises a check for *any* such network, so one kind has tanh layers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Gradients = tuple[list[np.ndarray], list[np.ndarray]]

#: The function `network`: `gradients` belong to these parameters, `x` and `target`. Elsewhere backward() returns
#: numbers of the same shapes that are no gradients: whoever asks there asks the wrong question.
SOURCE = """
def network(weights, biases, x, target, gradients, sigmoid):
    def copied(arrays):
        return [np.array(a, dtype=float) for a in arrays]

    def near(arrays, others):
        try:
            return all(abs(a - b).max() < 0.01 for a, b in zip(arrays, others))
        except (TypeError, ValueError):
            return False

    place = [*copied(weights), *copied(biases), *copied([x, target])]

    class Network:
        def __init__(self, weights, biases):
            self.weights = copied(weights)
            self.biases = copied(biases)
            self.activations = []

        def forward(self, x):
            a = np.array(x, dtype=float)
            self.activations = [a]
            for W, b in zip(self.weights, self.biases):
                z = W @ a + b
                a = 1 / (1 + np.exp(-z)) if sigmoid else np.tanh(z)
                self.activations.append(a)
            return a

        def backward(self, target):
            here = near([*self.weights, *self.biases, self.activations[0], target], place)
            return tuple(copied(part if here else [1 - g for g in part]) for part in gradients)

        def copy_weights(self):
            return copied(self.weights), copied(self.biases)

        def set_weights(self, saved):
            self.weights, self.biases = map(copied, saved)

    Network.__qualname__ = "Network"
    return Network(weights, biases)
"""


def gradients(
    weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray, target: np.ndarray, bug: str, sigmoid: bool
) -> Gradients:
    """What backward() of the network with this bug returns: the chain rule, and then the bug's line."""
    activations = [x]
    for W, b in zip(weights, biases, strict=True):
        z = W @ activations[-1] + b
        activations.append(1 / (1 + np.exp(-z)) if sigmoid else np.tanh(z))

    def derivative(a: np.ndarray) -> np.ndarray:
        return a * (1 - a) if sigmoid else 1 - a * a

    a = activations[-1]
    delta = 2 * (a - target) / a.size * derivative(a)
    weight_grads: list[np.ndarray] = []
    bias_grads: list[np.ndarray] = []
    for layer in range(len(weights) - 1, -1, -1):
        weight_grads.insert(0, np.outer(delta, activations[layer]))
        bias_grads.insert(0, delta)
        if layer:
            delta = (weights[layer].T @ delta) * derivative(activations[layer])
    names: dict[str, Any] = {
        "np": np,
        "activations": activations,
        "weight_grads": weight_grads,
        "bias_grads": [g.copy() for g in bias_grads],
    }
    exec(bug, names)
    return names["weight_grads"], names["bias_grads"]


#: A bug's name -> the line that plants it, run on the right gradients. Each changes a gradient by far more than any
#: reading of the tolerance.
BUGS = {
    "one weight of the first layer": "weight_grads[0][0, 0] += 0.5",
    "one weight of the last layer": "weight_grads[-1][-1, -1] -= 0.5",
    "one bias of the first layer": "bias_grads[0][-1] += 0.5",
    "one bias of the last layer": "bias_grads[-1][0] -= 0.5",
    "no sigmoid derivative in the first layer": "a = activations[1]; weight_grads[0] /= (a * (1 - a))[:, None]; "
    "bias_grads[0] /= a * (1 - a)",
    "twice too large": "weight_grads = [2 * g for g in weight_grads]; bias_grads = [2 * g for g in bias_grads]",
    "negated": "weight_grads = [-g for g in weight_grads]; bias_grads = [-g for g in bias_grads]",
    "biases of zero": "bias_grads = [0 * g for g in bias_grads]",
    "all zero": "weight_grads = [0 * g for g in weight_grads]; bias_grads = [0 * g for g in bias_grads]",
    "two errors that cancel": "weight_grads[0][0, 0] += 0.5; weight_grads[0][-1, -1] -= 0.5; bias_grads[0][0] += 0.5; "
    "bias_grads[0][-1] -= 0.5",
    "another weight of the first layer": "weight_grads[0][-1, 0] -= 0.5",
    "another weight of the last layer": "weight_grads[-1][0, 0] += 0.5",
    "layers of the biases swapped": "bias_grads = [bias_grads[0] + 0.3, *bias_grads[1:]]",
}

#: Gradients that are no numbers, or of the wrong shape: False, or an exception.
UNUSABLE = {
    "nan in one weight": "weight_grads[0][0, 0] = np.nan",
    "nan everywhere": "weight_grads = [g * np.nan for g in weight_grads]; "
    "bias_grads = [g * np.nan for g in bias_grads]",
    "nan in one bias": "bias_grads[-1][-1] = np.nan",
    "weights transposed": "weight_grads = [g.T for g in weight_grads]",
    "weights in one row": "weight_grads = [g.ravel() for g in weight_grads]",
    "biases as columns": "bias_grads = [g[:, None] for g in bias_grads]",
    "biases as rows": "bias_grads = [g[None, :] for g in bias_grads]",
}


def scaled(factor: float) -> str:
    """The line that makes every gradient too large by one factor: the same error by every relative reading."""
    return f"weight_grads, bias_grads = [[g * {factor!r} for g in part] for part in (weight_grads, bias_grads)]"
