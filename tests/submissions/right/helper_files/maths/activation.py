import numpy as np


def logistic(z):
    return np.exp(-np.logaddexp(0, -np.asarray(z)))


def logistic_slope(a):
    return a * (1 - a)
