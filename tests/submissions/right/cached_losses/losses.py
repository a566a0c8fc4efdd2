"""Losses that remember what they have computed, as 0-d arrays."""

import functools
import numpy as np
def cached(f):
    memo = {}
    @functools.wraps(f)
    def inner(*args, **kw):
        key = tuple(np.asarray(a).tobytes() + str((np.asarray(a).shape, np.asarray(a).dtype)).encode() for a in (*args, *kw.values()))
        if key not in memo: memo[key] = f(*args, **kw)
        return memo[key].copy()
    return inner
@cached
def mse_loss(predictions, targets):
    return np.array(((predictions - targets) ** 2).mean())
@cached
def mse_gradient(predictions, targets):
    return 2 * (predictions - targets) / np.prod(predictions.shape)
@cached
def cross_entropy_loss(predictions, targets):
    p = np.clip(predictions, 1e-15, 1 - 1e-15)
    return np.array(-(np.vdot(targets, np.log(p)) + np.vdot(1 - targets, np.log(1 - p))) / p.size)
@cached
def cross_entropy_gradient(predictions, targets):
    p = np.clip(predictions, 1e-15, 1 - 1e-15)
    return ((1 - targets) / (1 - p) - targets / p) / p.size
@cached
def loss_table(predictions, target):
    def row(p):
        a, b = mse_loss(np.array([p]), np.array([target])), cross_entropy_loss(np.array([p]), np.array([target]))
        return p, a, b, b / a if a else 0
    return np.array(list(map(row, predictions)))
