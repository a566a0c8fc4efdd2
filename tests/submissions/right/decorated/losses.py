"""Every function is decorated, with functools.wraps and without."""
import functools
import time

import numpy as np


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            wrapper.seconds = time.perf_counter() - start
    return wrapper


def bare(function):
    return lambda *args, **kwargs: function(*args, **kwargs)


class Counted:
    """A callable object in a function's place."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *args, **kwargs):
        self.calls += 1
        return self.function(*args, **kwargs)


@timed
def mse_loss(predictions, targets):
    errors = predictions - targets
    return np.mean(errors ** 2)


@bare
def mse_gradient(predictions, targets):
    errors = predictions - targets
    return 2 * errors / errors.size


@Counted
def cross_entropy_loss(predictions, targets):
    eps = 1e-15
    p = np.clip(predictions, eps, 1 - eps)
    return -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))


@timed
@bare
def cross_entropy_gradient(predictions, targets):
    eps = 1e-15
    p = np.clip(predictions, eps, 1 - eps)
    return (p - targets) / (p * (1 - p)) / p.size


@Counted
@timed
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
