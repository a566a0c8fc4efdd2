"""Compares element by element, relatively; raises for wrong shapes."""

import numpy as np

from losses import mse_loss


def numerical_gradients(net, x, target, epsilon=1e-5):
    weight_grads = [np.zeros_like(W) for W in net.weights]
    bias_grads = [np.zeros_like(b) for b in net.biases]
    for parameters, gradients in [(net.weights, weight_grads), (net.biases, bias_grads)]:
        for parameter, gradient in zip(parameters, gradients):
            for index in np.ndindex(parameter.shape):
                before = parameter[index]
                parameter[index] = before + epsilon
                loss_plus = mse_loss(net.forward(x), target)
                parameter[index] = before - epsilon
                loss_minus = mse_loss(net.forward(x), target)
                parameter[index] = before
                gradient[index] = (loss_plus - loss_minus) / (2 * epsilon)
    net.forward(x)
    return weight_grads, bias_grads


def gradient_check(net, x, target, epsilon=1e-5, tolerance=1e-5):
    numerical = numerical_gradients(net, x, target, epsilon)
    net.forward(x)
    worst = 0.0
    for ours, theirs in zip(net.backward(target), numerical):
        for a, n in zip(ours, theirs):
            if a.shape != n.shape:
                raise ValueError(f"the gradient has shape {a.shape}, its parameter {n.shape}")
            # below 1e-8 the differences are rounding
            relative = np.abs(a - n) / np.maximum(np.abs(a) + np.abs(n), 1e-8)
            worst = np.maximum(worst, relative.max())
    return bool(worst < max(tolerance, 1e-7))
