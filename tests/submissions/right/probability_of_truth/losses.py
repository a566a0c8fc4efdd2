"""Losses by way of the probability that was given to the truth, einsum for the mean."""

import numpy as np
def mse_loss(predictions, targets):
    r = np.ravel(predictions) - np.ravel(targets)
    return np.einsum('i,i->', r, r) / r.size
def mse_gradient(predictions, targets):
    return np.divide(np.multiply(2.0, np.subtract(predictions, targets)), np.size(predictions))
def cross_entropy_loss(predictions, targets):
    q = np.abs(1.0 - np.asarray(targets) - np.asarray(predictions, dtype=np.float64))   # probability of the truth
    q = np.fmax(q, 1e-300)
    return float(np.mean(-np.log(q)))
def cross_entropy_gradient(predictions, targets):
    q = np.fmax(np.abs(1.0 - np.asarray(targets) - np.asarray(predictions, float)), 1e-300)
    s = np.where(np.asarray(targets) > 0.5, -1.0, 1.0)
    return s / q / q.size
def loss_table(predictions, target):
    return np.stack([[p, mse_loss([p], [target]), cross_entropy_loss([p], [target]),
        cross_entropy_loss([p], [target]) / max(mse_loss([p], [target]), 1e-300)] for p in predictions])
