"""Losses with a xlogy of one's own, clipped with maximum and minimum at 1e-7."""

import numpy as np
def xlogy(x, y):
    x = np.asarray(x, float); y = np.asarray(y, float)
    with np.errstate(divide='ignore', invalid='ignore'):
        return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, y)))
def mse_loss(predictions, targets):
    return np.square(np.subtract(predictions, targets)).mean()
def mse_gradient(predictions, targets):
    d = np.subtract(predictions, targets); return d * (2 / d.size)
def cross_entropy_loss(predictions, targets):
    p = np.maximum(np.minimum(predictions, 1 - 1e-7), 1e-7)
    return -(xlogy(targets, p) + xlogy(1 - np.asarray(targets), 1 - p)).mean()
def cross_entropy_gradient(predictions, targets):
    p = np.asarray(predictions).clip(1e-7, 1 - 1e-7)
    return np.where(np.asarray(targets) == 1, -1 / p, 1 / (1 - p)) / p.size
def loss_table(predictions, target):
    p = np.asarray(predictions, float)
    out = np.empty((p.size, 4))
    out[:, 0] = p
    out[:, 1] = [mse_loss([q], [target]) for q in p]
    out[:, 2] = [cross_entropy_loss(np.array([q]), np.array([target])) for q in p]
    with np.errstate(all='ignore'):
        out[:, 3] = np.nan_to_num(out[:, 2] / out[:, 1])
    return out
