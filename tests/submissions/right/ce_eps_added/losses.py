"""A larger epsilon, added inside the logarithms and to the denominators."""

import numpy as np


def mse_loss(predictions, targets):
    errors = predictions - targets
    return np.mean(errors ** 2)


def mse_gradient(predictions, targets):
    errors = predictions - targets
    return 2 * errors / errors.size


def cross_entropy_loss(predictions, targets):
    eps = 1e-8
    p = predictions
    return -np.mean(targets * np.log(p + eps) + (1 - targets) * np.log(1 - p + eps))


def cross_entropy_gradient(predictions, targets):
    eps = 1e-8
    p = predictions
    return (-targets / (p + eps) + (1 - targets) / (1 - p + eps)) / p.size


def loss_table(predictions, target):
    rows = []
    for p in predictions:
        prediction = np.array([p])
        wanted = np.array([float(target)])
        mse = mse_loss(prediction, wanted)
        ce = cross_entropy_loss(prediction, wanted)
        ratio = ce / mse if mse > 0 else np.inf
        rows.append([p, mse, ce, ratio])
    return np.array(rows)
