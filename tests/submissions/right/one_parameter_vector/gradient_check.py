"""All parameters in one vector, moved along unit vectors by way of set_weights."""

import numpy as np
from losses import mse_loss
def flat(params): return np.concatenate([p.ravel() for p in params])
def numerical_gradients(net, x, target, epsilon=1e-5):
    saved = net.copy_weights()
    shapes = [p.shape for part in saved for p in part]
    theta = flat([*saved[0], *saved[1]])
    def unflat(v):
        parts = np.split(v, np.cumsum([int(np.prod(s)) for s in shapes])[:-1])
        arrays = [p.reshape(s) for p, s in zip(parts, shapes)]
        return arrays[:len(saved[0])], arrays[len(saved[0]):]
    def f(v):
        net.set_weights(unflat(v)); return mse_loss(net.forward(x), target)
    g = np.array([(f(theta + epsilon * e) - f(theta - epsilon * e)) / (2 * epsilon) for e in np.eye(theta.size)])
    net.set_weights(saved)
    return unflat(g)
def gradient_check(net, x, target, epsilon=1e-5, tolerance=1e-5):
    net.forward(x)
    try:
        a = flat([np.asarray(g) for part in net.backward(target) for g in part])
        n = flat([g for part in numerical_gradients(net, x, target, epsilon) for g in part])
        return bool(np.linalg.norm(a - n) <= tolerance * (np.linalg.norm(a) + np.linalg.norm(n))) and all(np.shape(g) == np.shape(p) for gs, ps in zip(net.backward(target), (net.weights, net.biases)) for g, p in zip(gs, ps))
    except ValueError:
        return False
