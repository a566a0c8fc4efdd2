"""Plain Python arithmetic, numpy only at the borders."""
import math
import numpy as np


def _flat(values):
    return [float(v) for v in np.ravel(values)]


def mse_loss(predictions, targets):
    squares = [(p - t) ** 2 for p, t in zip(_flat(predictions), _flat(targets))]
    return math.fsum(squares) / len(squares)


def mse_gradient(predictions, targets):
    n = np.size(predictions)
    values = [2 * (p - t) / n for p, t in zip(_flat(predictions), _flat(targets))]
    return np.array(values).reshape(np.shape(predictions))


def _safe(p):
    return min(max(p, 1e-7), 1 - 1e-7)


def cross_entropy_loss(predictions, targets):
    total = 0.0
    for p, t in zip(_flat(predictions), _flat(targets)):
        p = _safe(p)
        total -= math.log(p) if t else math.log(1 - p)
    return total / np.size(predictions)


def cross_entropy_gradient(predictions, targets):
    n = np.size(predictions)
    values = []
    for p, t in zip(_flat(predictions), _flat(targets)):
        p = _safe(p)
        values.append((-1 / p if t else 1 / (1 - p)) / n)
    return np.array(values).reshape(np.shape(predictions))


def loss_table(predictions, target):
    table = []
    for p in _flat(predictions):
        m, c = (p - target) ** 2, cross_entropy_loss([p], [target])
        table.append((p, m, c, math.inf if m == 0 else c / m))
    return np.array(table)
