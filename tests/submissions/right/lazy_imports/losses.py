"""Imports where they are needed."""


def mse_loss(predictions, targets):
    import numpy

    return numpy.square(numpy.subtract(predictions, targets)).mean()


def mse_gradient(predictions, targets):
    from numpy import asarray as A

    return (A(predictions) - A(targets)) * (2 / A(predictions).size)


def cross_entropy_loss(predictions, targets):
    import numpy as np

    eps = 1e-12
    p = np.clip(np.asarray(predictions, float), eps, 1 - eps)
    return float(np.mean(np.where(np.asarray(targets) == 1, -np.log(p), -np.log1p(-p))))


def cross_entropy_gradient(predictions, targets):
    import numpy as np

    eps = 1e-12
    p = np.clip(predictions, eps, 1 - eps)
    return np.where(targets, -1 / p, 1 / (1 - p)) / np.size(p)


def loss_table(predictions, target):
    import numpy as np

    t = np.full(1, target)
    columns = [[mse_loss(np.array([p]), t), cross_entropy_loss(np.array([p]), t)] for p in predictions]
    mse, ce = np.transpose(columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.column_stack([predictions, mse, ce, ce / mse])
