"""The loops of the pictures, beside the functions that they call.

This text runs in two places: here on the reference, and in the worker on the learner's functions, where it is sent as
source. So it imports nothing but numpy, and only plain data goes in and out.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


class UnexpectedError(TypeError):
    """A function gave another kind of value than its docstring says."""


class Bench:
    """Calls the functions of `package` ("reference" or "exercises"); `calling` is the one called last."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.calling = ""
        self.net: Any = None
        self.data: Any = ()

    # -- one function -----------------------------------------------------------------------------------------

    def function(self, module: str, name: str) -> Any:
        """A function of the package."""
        self.calling = module  # without a name: while it is imported
        found = importlib.import_module(f"{self.package}.{module}")
        self.calling = f"{module}.{name}"
        return getattr(found, name)

    def method(self, name: str) -> Any:
        """A method of the network in use."""
        self.calling = f"network.Network.{name}"
        return getattr(self.net, name)

    def array(self, value: Any, shape: tuple[int, ...]) -> np.ndarray:
        """`value` as floats of this shape. Raises UnexpectedError."""
        try:
            found = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise UnexpectedError(f"gave {type(value).__name__}, expected {described(shape)}") from None
        if found.shape != tuple(shape) and found.size == 1 == int(np.prod(shape)):
            found = found.reshape(shape)
        if found.shape != tuple(shape):
            raise UnexpectedError(f"gave {described(found.shape)}, expected {described(shape)}")
        return found

    def number(self, value: Any) -> float:
        """`value` as a float. Raises UnexpectedError."""
        return float(self.array(value, ()))

    def several(self, value: Any, n: int, expected: str) -> list[Any]:
        """`value`, a tuple or any other row of `n` parts, as a list. Raises UnexpectedError."""
        try:
            parts = list(value)
        except TypeError:
            parts = []
        if len(parts) != n:
            raise UnexpectedError(expected)
        return parts

    # -- a network --------------------------------------------------------------------------------------------

    def start(self, sizes: list[int], seed: int) -> None:
        """A fresh network."""
        self.net = self.function("network", "Network")(list(sizes), seed=seed)

    def parameters(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """(weights, biases), as copies."""
        return [np.array(W) for W in self.net.weights], [np.array(b) for b in self.net.biases]

    def put(self, weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
        """Give the network these parameters, in place: views of them may be in use."""
        for mine, given in ((self.net.weights, weights), (self.net.biases, biases)):
            for k, new in enumerate(given):
                try:
                    mine[k][...] = new
                except (TypeError, ValueError):
                    mine[k] = np.array(new)

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """The network's outputs (N, n_out) for the rows of X."""
        forward, n_out = self.method("forward"), len(self.net.biases[-1])
        return np.array([self.array(forward(x), (n_out,)) for x in np.asarray(X, dtype=float)])

    def train(self, X: np.ndarray, y: np.ndarray, epochs: int, learning_rate: float) -> list[float]:
        """train_step on each example in order; for each epoch the mean of the losses before the updates."""
        step = self.method("train_step")
        return [
            float(np.mean([self.number(step(x, t, learning_rate)) for x, t in zip(X, y, strict=True)]))
            for _ in range(epochs)
        ]

    # -- the pictures -----------------------------------------------------------------------------------------

    def surface(self, loss: str, weights: Any, biases: Any, x: np.ndarray, targets: np.ndarray) -> list[float]:
        """The loss of one neuron at each (weight, bias): x (n,), targets (n,)."""
        outputs = []
        for w, b in zip(weights, biases, strict=True):
            self.put([np.array([[w]])], [np.array([b])])
            outputs.append(self.outputs(x[:, None])[:, 0])
        measure = self.function("losses", loss)
        return [self.number(measure(p, targets)) for p in outputs]

    def descent(
        self,
        loss: str,
        start: tuple[float, float],
        learning_rate: float,
        steps: int,
        x: np.ndarray,
        targets: np.ndarray,
    ) -> np.ndarray:
        """The path (steps + 1, 2) of gradient descent on that surface, slopes by central differences."""
        path, h = [np.array(start, dtype=float)], 1e-4
        for _ in range(steps):
            w, b = path[-1]
            up_w, down_w, up_b, down_b = self.surface(loss, [w + h, w - h, w, w], [b, b, b + h, b - h], x, targets)
            slope = np.array([up_w - down_w, up_b - down_b]) / (2 * h)
            path.append(path[-1] - learning_rate * slope)
        return np.array(path)

    def trace(
        self,
        W1: np.ndarray,
        b1: np.ndarray,
        W2: np.ndarray,
        b2: np.ndarray,
        x: np.ndarray,
        target: np.ndarray,
        learning_rate: float,
    ) -> dict[str, np.ndarray]:
        """The hand trace: every value of both passes, the updated parameters, and the pass after the update."""
        at = (W1, b1, W2, b2, x, target)
        found = self.picked(self.function("trace", "forward_trace")(*at), FORWARD)
        found.update(self.picked(self.function("trace", "backward_trace")(*at), BACKWARD))
        gradients = {key: found[key] for key in BACKWARD}
        new = self.function("trace", "updated_parameters")(W1, b1, W2, b2, gradients, learning_rate)
        new = self.several(new, 4, "expected the four arrays W1, b1, W2, b2")
        shapes = ((2, 2), (2,), (1, 2), (1,))
        new = [self.array(value, shape) for value, shape in zip(new, shapes, strict=True)]
        found.update(zip(("W1_new", "b1_new", "W2_new", "b2_new"), new, strict=True))
        after = self.function("trace", "forward_trace")(*new, x, target)
        found.update({f"{key}_new": value for key, value in self.picked(after, FORWARD).items()})
        return found

    def picked(self, values: Any, shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
        """The entries that a trace must have."""
        if not hasattr(values, "keys"):
            raise UnexpectedError(f"gave {type(values).__name__}, expected a dict")
        missing = [key for key in shapes if key not in values]
        if missing:
            raise UnexpectedError(f"gave a dict without {missing[0]!r}")
        return {key: self.array(values[key], shape) for key, shape in shapes.items()}

    def gradients(self, x: np.ndarray, target: np.ndarray) -> np.ndarray:
        """backward() at this example: every gradient in one row, layer by layer, weights before biases."""
        self.method("forward")(x)
        return self.in_one_row(self.method("backward")(target))

    def numerical(self, x: np.ndarray, target: np.ndarray) -> np.ndarray:
        """The same by numerical_gradients()."""
        compute = self.function("gradient_check", "numerical_gradients")
        return self.in_one_row(compute(self.net, x, target))

    def in_one_row(self, pair: Any) -> np.ndarray:
        """(weight_grads, bias_grads) as one array."""
        pair = self.several(pair, 2, "expected the pair (weight_grads, bias_grads)")
        row = []
        for k, (W, b) in enumerate(zip(self.net.weights, self.net.biases, strict=True)):
            for grads, parameter in zip(pair, (W, b), strict=True):
                if len(grads) != len(self.net.weights):
                    raise UnexpectedError(f"gave gradients for {len(grads)} layers of {len(self.net.weights)}")
                row.append(self.array(grads[k], np.shape(parameter)).ravel())
        return np.concatenate(row)

    def xor(
        self, learning_rate: float, steps: int, grid: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """train_xor: (losses, outputs of the trained network at the rows of `grid`)."""
        result = self.function("training", "train_xor")(learning_rate, steps, 42)
        result = self.several(result, 2, "expected the pair (net, losses)")
        losses = self.array(result[1], (steps,))
        if grid is None:
            return losses, None
        self.net = result[0]
        return losses, self.outputs(grid)

    def split(self, X: np.ndarray, y: np.ndarray, n_train: int) -> None:
        """practice.split, kept for fit()."""
        parts = self.function("practice", "split")(X, y, n_train)
        parts = self.several(parts, 4, "expected X_train, y_train, X_test, y_test")
        n = (n_train, n_train, len(X) - n_train, len(X) - n_train)
        sides = (X, y, X, y)
        self.data = [self.array(p, (k, s.shape[1])) for p, k, s in zip(parts, n, sides, strict=True)]

    def given(self, *data: np.ndarray) -> None:
        """X_train, y_train, X_test, y_test, kept for fit()."""
        self.data = data

    def fit(self, epochs: int, learning_rate: float) -> tuple[np.ndarray, np.ndarray]:
        """practice.fit on the network in use: (training losses, test losses), each (epochs,)."""
        pair = self.function("practice", "fit")(self.net, *self.data, epochs, learning_rate)
        pair = self.several(pair, 2, "expected the pair (train_losses, test_losses)")
        return self.array(pair[0], (epochs,)), self.array(pair[1], (epochs,))

    # -- digits -----------------------------------------------------------------------------------------------

    def digits_start(self, images: np.ndarray, labels: np.ndarray, n_classes: int) -> tuple[int, int]:
        """Prepare the digits and a network [784, 64, n_classes]: how many train, how many test."""
        parts = self.function("digits", "prepare")(images, labels, n_classes)
        parts = self.several(parts, 6, "expected six arrays")
        X, y, names, X_test, y_test, names_test = (np.asarray(part) for part in parts)
        for x, t, label in ((X, y, names), (X_test, y_test, names_test)):
            n = len(label) if label.ndim == 1 else -1
            self.array(x, (n, 784)), self.array(t, (n, n_classes))
        self.data = (X, y, X_test, names_test)
        self.start([784, 64, n_classes], 42)
        return len(X), len(X_test)

    def digits_resume(self, weights: list[np.ndarray], biases: list[np.ndarray], epoch: int) -> None:
        """Go on from these parameters, after so many epochs."""
        self.put(weights, biases)
        np.random.seed(epoch)

    def digits_epoch(self, learning_rate: float, batch_size: int) -> tuple[float, list[np.ndarray], list[np.ndarray]]:
        """One train_epoch: (loss, weights, biases)."""
        X, y, _, _ = self.data
        loss = self.number(self.method("train_epoch")(X, y, learning_rate, batch_size))
        return loss, *self.parameters()

    def digits_result(self, gallery: int) -> dict[str, np.ndarray]:
        """labels and predictions of the test set, and the first `gallery` images that are misclassified."""
        _, _, X, labels = self.data
        predicted = np.argmax(self.outputs(X), axis=1)
        wrong = np.flatnonzero(predicted != labels)
        shown = wrong[:gallery]
        return {
            "labels": np.asarray(labels, dtype=int),
            "predicted": predicted,
            "shown": shown,
            "images": np.asarray(X, dtype=float)[shown].reshape(-1, 28, 28),
        }


FORWARD: dict[str, tuple[int, ...]] = {"z1": (2,), "a1": (2,), "z2": (1,), "a2": (1,), "loss": ()}
BACKWARD: dict[str, tuple[int, ...]] = {
    "dL_da2": (1,),
    "da2_dz2": (1,),
    "delta2": (1,),
    "dL_dW2": (1, 2),
    "dL_db2": (1,),
    "dL_da1": (2,),
    "da1_dz1": (2,),
    "delta1": (2,),
    "dL_dW1": (2, 2),
    "dL_db1": (2,),
}


def described(shape: tuple[int, ...]) -> str:
    """A shape in words."""
    return f"an array of shape {tuple(shape)}" if len(shape) else "one number"
