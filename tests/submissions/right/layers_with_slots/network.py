"""Layers as slotted dataclasses; weights, biases and activations are properties."""

from dataclasses import dataclass, field
import numpy as np
import losses as L
def sigmoid(z):
    return np.exp(-np.logaddexp(0, -np.asarray(z, float)))
def sigmoid_derivative(a):
    return a - np.square(a)
@dataclass(slots=True, eq=False)
class Layer:
    W: np.ndarray
    b: np.ndarray
    a_in: np.ndarray = None
    a: np.ndarray = None
    def __call__(self, x):
        self.a_in = x
        self.a = sigmoid(self.W.dot(x) + self.b)
        return self.a
    def back(self, dL_da):
        d = dL_da * sigmoid_derivative(self.a)
        return d[:, None] * self.a_in[None, :], d, d.dot(self.W)
class Network:
    def __init__(self, layer_sizes, seed=42):
        np.random.seed(seed)
        self._layers = [Layer(np.random.randn(o, i) * np.sqrt(2.0 / i), np.zeros(o)) for i, o in zip(layer_sizes, layer_sizes[1:])]
    @property
    def weights(self): return [l.W for l in self._layers]
    @weights.setter
    def weights(self, new):
        for l, W in zip(self._layers, new, strict=True): l.W = W
    @property
    def biases(self): return [l.b for l in self._layers]
    @biases.setter
    def biases(self, new):
        for l, b in zip(self._layers, new, strict=True): l.b = b
    @property
    def activations(self): return [self._layers[0].a_in, *(l.a for l in self._layers)]
    @activations.setter
    def activations(self, v):
        for l, a, b in zip(self._layers, v[:-1], v[1:]): l.a_in, l.a = a, b
    def copy_weights(self):
        return [W.copy() for W in self.weights], [b.copy() for b in self.biases]
    def set_weights(self, saved):
        for l, W, b in zip(self._layers, *saved): l.W, l.b = np.array(W), np.array(b)
    def forward(self, x):
        for l in self._layers: x = l(x)
        return x
    def backward(self, target):
        g = 2 * (self._layers[-1].a - target) / len(self._layers[-1].a)
        out = []
        for l in self._layers[::-1]:
            dW, db, g = l.back(g)
            out.append((dW, db))
        return tuple(map(list, zip(*out[::-1])))
    def train_step(self, x, target, learning_rate):
        loss = L.mse_loss(self.forward(x), target)
        for l, dW, db in zip(self._layers, *self.backward(target)):
            l.W = l.W - learning_rate * dW
            l.b = l.b - learning_rate * db
        return loss
    def train_epoch(self, X, y, learning_rate, batch_size=32):
        total = 0
        idx = np.random.default_rng().permutation(len(X))
        for batch in np.split(idx, range(batch_size, len(X), batch_size)):
            grads = []
            for i in batch:
                total += L.mse_loss(self.forward(X[i]), y[i])
                grads.append(self.backward(y[i]))
            for k, l in enumerate(self._layers):
                l.W = l.W - learning_rate * np.mean([g[0][k] for g in grads], axis=0)
                l.b = l.b - learning_rate * np.mean([g[1][k] for g in grads], axis=0)
        return total / len(X)
