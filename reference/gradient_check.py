"""Section 2, Exercise 2.2: is backward() right? Ask the definition of the derivative."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .losses import mse_loss
from .network import Gradients, Network

#: Differences below this are rounding: a loss near 1 is known to 1e-16, over 2·epsilon to 1e-11.
ROUNDING = 1e-9


def numerical_gradients(net: Network, x: ArrayLike, target: ArrayLike, epsilon: float = 1e-5) -> Gradients:
    """(L(p + ε) − L(p − ε)) / 2ε for every parameter p; L is mse_loss (guide line 847)."""

    def loss() -> float:
        return mse_loss(net.forward(x), target)

    def differences(parameter: np.ndarray) -> np.ndarray:
        gradient = np.zeros(parameter.shape)
        for index in np.ndindex(parameter.shape):
            value = parameter[index]
            parameter[index] = value + epsilon
            loss_plus = loss()
            parameter[index] = value - epsilon
            loss_minus = loss()
            parameter[index] = value
            gradient[index] = (loss_plus - loss_minus) / (2 * epsilon)
        return gradient

    weight_grads = [differences(W) for W in net.weights]
    bias_grads = [differences(b) for b in net.biases]
    net.forward(x)  # leaves the activations of the unchanged parameters
    return weight_grads, bias_grads


def gradient_check(
    net: Network,
    x: ArrayLike,
    target: ArrayLike,
    epsilon: float = 1e-5,
    tolerance: float = 1e-5,
) -> bool:
    """Whether every gradient of net.backward() agrees with its central difference.

    Tensor by tensor: ‖backprop − numerical‖ ≤ tolerance · (‖backprop‖ + ‖numerical‖), but for
    rounding. False where a gradient is missing, has another shape than its parameter, or is nan.
    """
    saved = net.copy_weights()
    numerical = numerical_gradients(net, x, target, epsilon)
    net.forward(x)
    backprop = net.backward(target)
    net.set_weights(saved)
    return all(
        len(ours) == len(theirs) and all(_agree(a, n, tolerance) for a, n in zip(theirs, ours, strict=True))
        for theirs, ours in zip(backprop, numerical, strict=True)
    )


def _agree(a: ArrayLike, n: np.ndarray, tolerance: float) -> bool:
    a = np.asarray(a, dtype=float)
    if a.shape != n.shape:
        return False
    scale = np.linalg.norm(a) + np.linalg.norm(n)
    return bool(np.linalg.norm(a - n) <= tolerance * scale + ROUNDING)  # False for nan
