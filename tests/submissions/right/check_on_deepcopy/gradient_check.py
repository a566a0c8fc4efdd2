"""Works on a deep copy, and leaves the net alone."""
import copy

import numpy as np

from losses import mse_loss


def numerical_gradients(net, x, target, epsilon=1e-5):
    twin = copy.deepcopy(net)

    def partial(parameter, index):
        parameter[index] += epsilon
        plus = mse_loss(twin.forward(x), target)
        parameter[index] -= 2 * epsilon
        minus = mse_loss(twin.forward(x), target)
        parameter[index] += epsilon
        return (plus - minus) / (2 * epsilon)

    def gradient(parameter):
        values = [partial(parameter, index) for index in np.ndindex(*parameter.shape)]
        return np.reshape(values, parameter.shape)

    return [gradient(W) for W in twin.weights], [gradient(b) for b in twin.biases]


def gradient_check(net, x, target, epsilon=1e-5, tolerance=1e-5):
    twin = copy.deepcopy(net)
    twin.forward(x)
    claimed = [np.asarray(g, dtype=float) for part in twin.backward(target) for g in part]
    measured = [g for part in numerical_gradients(net, x, target, epsilon) for g in part]
    same = all(c.shape == m.shape for c, m in zip(claimed, measured))
    return same and all(
        np.linalg.norm(c - m) / (np.linalg.norm(c) + np.linalg.norm(m) + 1e-300) < tolerance
        for c, m in zip(claimed, measured)
    )
