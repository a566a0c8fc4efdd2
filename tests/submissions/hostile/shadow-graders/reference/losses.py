import numpy as np


def mse_gradient(predictions, targets):
    return np.zeros(1)
