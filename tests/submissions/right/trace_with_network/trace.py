"""The trace by way of the Network class and the loss functions."""
import numpy as np

from losses import mse_gradient, mse_loss
from network import Network, sigmoid_derivative


def _net(W1, b1, W2, b2, x):
    net = Network([2, 2, 1])
    net.set_weights(([W1, W2], [b1, b2]))
    net.forward(x)
    return net


def forward_trace(W1, b1, W2, b2, x, target):
    x0, a1, a2 = _net(W1, b1, W2, b2, x).activations
    return dict(
        z1=W1.dot(x) + b1, a1=a1, z2=W2.dot(a1) + b2, a2=a2, loss=float(mse_loss(a2, target))
    )


def backward_trace(W1, b1, W2, b2, x, target):
    net = _net(W1, b1, W2, b2, x)
    _, a1, a2 = net.activations
    (dW1, dW2), (d1, d2) = net.backward(target)
    out = {"delta1": d1, "delta2": d2, "dL_dW1": dW1, "dL_dW2": dW2, "dL_db1": d1, "dL_db2": d2}
    out.update(da1_dz1=sigmoid_derivative(a1), da2_dz2=sigmoid_derivative(a2))
    out["dL_da2"] = mse_gradient(a2, target)
    out["dL_da1"] = W2[0] * d2
    return out


def updated_parameters(W1, b1, W2, b2, gradients, learning_rate):
    step = lambda value, name: value - np.multiply(gradients[name], learning_rate)
    return step(W1, "dL_dW1"), step(b1, "dL_db1"), step(W2, "dL_dW2"), step(b2, "dL_db2")
