"""Lets wrong shapes raise, and nan too."""

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
    ours = np.concatenate([g.reshape(p.shape).ravel() if g.shape == p.shape else wrong(g, p)
                           for gs, ps in zip(net.backward(target), (net.weights, net.biases))
                           for g, p in zip(gs, ps)])
    if np.isnan(ours).any():
        raise ArithmeticError("nan in the gradients")
    theirs = np.concatenate([g.ravel() for part in numerical_gradients(net, x, target, epsilon) for g in part])
    print(f"largest difference {np.abs(ours - theirs).max():.1e}")
    return np.abs(ours - theirs).max() < tolerance


def wrong(gradient, parameter):
    raise TypeError(f"{gradient.shape} is not {parameter.shape}")
