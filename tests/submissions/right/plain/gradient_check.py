"""Backpropagation against finite differences."""

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
    weight_grads, bias_grads = net.backward(target)
    numerical_weights, numerical_biases = numerical_gradients(net, x, target, epsilon)
    claimed = list(weight_grads) + list(bias_grads)
    measured = list(numerical_weights) + list(numerical_biases)
    if len(claimed) != len(measured):
        return False
    for ours, theirs in zip(claimed, measured):
        ours = np.asarray(ours)
        if ours.shape != theirs.shape:
            return False
        difference = np.linalg.norm(ours - theirs)
        size = np.linalg.norm(ours) + np.linalg.norm(theirs)
        if not difference <= tolerance * max(size, 1e-12):
            return False
    return True
