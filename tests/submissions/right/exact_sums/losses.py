"""Generators and math.fsum; rows of the table as tuples."""

import math
import numpy as np
def _pairs(p, t):
    yield from zip(map(float, np.nditer(np.array(p, dtype=float, order='C'))), map(float, np.nditer(np.array(t, dtype=float, order='C'))))
def mse_loss(predictions, targets):
    return math.fsum((p - t) ** 2 for p, t in _pairs(predictions, targets)) / np.size(predictions)
def mse_gradient(predictions, targets):
    n = np.size(predictions)
    return np.fromiter((2 * (p - t) / n for p, t in _pairs(predictions, targets)), float).reshape(np.shape(predictions))
def cross_entropy_loss(predictions, targets):
    def one(p, t):
        p = min(max(p, 1e-7), 1 - 1e-7)
        return math.log(p) if t else math.log1p(-p)
    return -math.fsum(one(p, t) for p, t in _pairs(predictions, targets)) / np.size(predictions)
def cross_entropy_gradient(predictions, targets):
    n = np.size(predictions)
    def one(p, t):
        p = min(max(p, 1e-7), 1 - 1e-7)
        return (-1 / p if t else 1 / (1 - p)) / n
    return np.fromiter((one(p, t) for p, t in _pairs(predictions, targets)), float).reshape(np.shape(predictions))
def loss_table(predictions, target):
    return [(p, mse_loss(p, target), cross_entropy_loss(p, target), (cross_entropy_loss(p, target) / mse_loss(p, target)) if p != target else math.inf) for p in map(float, predictions)]
