"""Layers are objects; the net's lists are made of theirs."""

import numpy as np

from losses import mse_loss


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


def sigmoid_derivative(a):
    return a * (1 - a)


class Layer:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x, self.a = x, sigmoid(self.W @ x + self.b)
        return self.a

    def backward(self, dL_da):
        self.db = dL_da * sigmoid_derivative(self.a)
        self.dW = np.outer(self.db, self.x)
        return self.db @ self.W


class Network:
    def __init__(self, layer_sizes, seed=42):
        np.random.seed(seed)
        self.layers = [Layer(i, o) for i, o in zip(layer_sizes, layer_sizes[1:])]

    @property
    def weights(self):
        return [layer.W for layer in self.layers]

    @property
    def biases(self):
        return [layer.b for layer in self.layers]

    @property
    def activations(self):
        return [self.layers[0].x, *(layer.a for layer in self.layers)]

    def copy_weights(self):
        return [W.copy() for W in self.weights], [b.copy() for b in self.biases]

    def set_weights(self, saved):
        for layer, W, b in zip(self.layers, *saved):
            layer.W, layer.b = W.copy(), b.copy()

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, target):
        out = self.layers[-1].a
        signal = 2 * (out - target) / out.size
        for layer in reversed(self.layers):
            signal = layer.backward(signal)
        return [layer.dW for layer in self.layers], [layer.db for layer in self.layers]

    def _step(self, dW, db, rate):
        for layer, w, b in zip(self.layers, dW, db):
            layer.W -= rate * w
            layer.b -= rate * b

    def train_step(self, x, target, learning_rate):
        loss = mse_loss(self.forward(x), target)
        self._step(*self.backward(target), learning_rate)
        return loss

    def train_epoch(self, X, y, learning_rate, batch_size=32):
        import random
        order, total = random.sample(range(len(X)), len(X)), 0.0
        for k in range(0, len(order), batch_size):
            batch = order[k:k + batch_size]
            dW, db = [0] * len(self.layers), [0] * len(self.layers)
            for i in batch:
                total += mse_loss(self.forward(X[i]), y[i])
                for l, (w, b) in enumerate(zip(*self.backward(y[i]))):
                    dW[l], db[l] = dW[l] + w, db[l] + b
            self._step(dW, db, learning_rate / len(batch))
        return total / len(order)
