"""The 2-2-1 network traced by hand."""

import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))


def forward_trace(W1, b1, W2, b2, x, target):
    z1 = W1 @ x + b1
    a1 = squash(z1)
    z2 = W2 @ a1 + b2
    a2 = squash(z2)
    loss = np.mean((a2 - target) ** 2)
    return {"z1": z1, "a1": a1, "z2": z2, "a2": a2, "loss": loss}


def backward_trace(W1, b1, W2, b2, x, target):
    saved = forward_trace(W1, b1, W2, b2, x, target)
    a1 = saved["a1"]
    a2 = saved["a2"]

    dL_da2 = 2 * (a2 - target)
    da2_dz2 = a2 * (1 - a2)
    delta2 = dL_da2 * da2_dz2
    dL_dW2 = np.outer(delta2, a1)
    dL_db2 = delta2.copy()

    dL_da1 = W2.T @ delta2
    da1_dz1 = a1 * (1 - a1)
    delta1 = dL_da1 * da1_dz1
    dL_dW1 = np.outer(delta1, x)
    dL_db1 = delta1.copy()

    return {
        "dL_da2": dL_da2, "da2_dz2": da2_dz2, "delta2": delta2,
        "dL_dW2": dL_dW2, "dL_db2": dL_db2,
        "dL_da1": dL_da1, "da1_dz1": da1_dz1, "delta1": delta1,
        "dL_dW1": dL_dW1, "dL_db1": dL_db1,
    }


def updated_parameters(W1, b1, W2, b2, gradients, learning_rate):
    new_W1 = W1 - learning_rate * gradients["dL_dW1"]
    new_b1 = b1 - learning_rate * gradients["dL_db1"]
    new_W2 = W2 - learning_rate * gradients["dL_dW2"]
    new_b2 = b2 - learning_rate * gradients["dL_db2"]
    return new_W1, new_b1, new_W2, new_b2
