"""The hand trace in lists and loops, by the names of the guide."""

from math import exp
import numpy as np
def s(z): return 1.0 / (1.0 + exp(-z))
def forward_trace(W1, b1, W2, b2, x, target):
    z1 = [sum(W1[i][j] * x[j] for j in range(2)) + b1[i] for i in range(2)]
    a1 = list(map(s, z1))
    z2 = [sum(W2[0][j] * a1[j] for j in range(2)) + b2[0]]
    a2 = [s(z2[0])]
    return {'z1': z1, 'a1': a1, 'z2': z2, 'a2': tuple(a2), 'loss': (a2[0] - target[0]) ** 2}
def backward_trace(W1, b1, W2, b2, x, target):
    f = forward_trace(W1, b1, W2, b2, x, target)
    d2 = 2 * (f['a2'][0] - target[0])
    s2 = f['a2'][0] * (1 - f['a2'][0])
    e2 = d2 * s2
    da1 = [e2 * w for w in W2[0]]
    s1 = [a * (1 - a) for a in f['a1']]
    e1 = [a * b for a, b in zip(da1, s1)]
    return dict(dL_da2=[d2], da2_dz2=[s2], delta2=[e2], dL_dW2=[[e2 * a for a in f['a1']]], dL_db2=[e2], dL_da1=da1, da1_dz1=s1, delta1=e1,
        dL_dW1=[[e * v for v in x] for e in e1], dL_db1=e1)
def updated_parameters(W1, b1, W2, b2, gradients, learning_rate):
    g = [gradients[k] for k in ('dL_dW1', 'dL_db1', 'dL_dW2', 'dL_db2')]
    return [np.subtract(p, np.multiply(learning_rate, d)) for p, d in zip((W1, b1, W2, b2), g)]
