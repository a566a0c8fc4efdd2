"""Compares element by element, absolutely."""

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
    net.forward(x)
    analytical = net.backward(target)
    numerical = numerical_gradients(net, x, target, epsilon)
    for ours, theirs in zip(analytical, numerical):
        for a, n in zip(ours, theirs, strict=True):
            if np.shape(a) != np.shape(n) or not np.allclose(a, n, rtol=0, atol=tolerance):
                return False
    return True
