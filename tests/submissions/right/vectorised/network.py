"""Whole batches at once, without forward()."""
import numpy as np


def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-np.asarray(z, dtype=float)))


def sigmoid_derivative(a):
    return a * (1.0 - a)


class Network:
    def __init__(self, layer_sizes, seed=42):
        np.random.seed(seed)
        self.weights, self.biases = [], []
        for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
            self.weights.append(np.random.randn(n_out, n_in) * np.sqrt(2.0 / n_in))
            self.biases.append(np.zeros(n_out))

    def copy_weights(self):
        return [W.copy() for W in self.weights], [b.copy() for b in self.biases]

    def set_weights(self, saved):
        self.weights = [W.copy() for W in saved[0]]
        self.biases = [b.copy() for b in saved[1]]

    def _forward(self, A):
        layers = [A]
        for W, b in zip(self.weights, self.biases):
            layers.append(sigmoid(layers[-1] @ W.T + b))
        return layers

    def _gradients(self, layers, Y):
        """Mean gradients over the rows of a batch."""
        A = layers[-1]
        D = 2 * (A - Y) / A.shape[1] / A.shape[0] * sigmoid_derivative(A)
        dW, db = [], []
        for l in range(len(self.weights) - 1, -1, -1):
            dW.append(D.T @ layers[l])
            db.append(D.sum(axis=0))
            D = D @ self.weights[l] * sigmoid_derivative(layers[l])
        return dW[::-1], db[::-1]

    def forward(self, x):
        self.activations = [row[0] for row in self._forward(np.array([x], dtype=float))]
        return self.activations[-1]

    def backward(self, target):
        return self._gradients([a[None] for a in self.activations], np.array([target]))

    def _descend(self, grads, rate):
        for parameters, gs in zip((self.weights, self.biases), grads):
            for p, g in zip(parameters, gs):
                p -= rate * g

    def train_step(self, x, target, learning_rate):
        return self.train_epoch(np.array([x]), np.array([target]), learning_rate, 1)

    def train_epoch(self, X, y, learning_rate, batch_size=32):
        order = np.random.permutation(len(X))
        X, y = X[order], y[order]
        total = 0.0
        for s in range(0, len(X), batch_size):
            layers = self._forward(X[s:s + batch_size])
            total += ((layers[-1] - y[s:s + batch_size]) ** 2).mean(axis=1).sum()
            self._descend(self._gradients(layers, y[s:s + batch_size]), learning_rate)
        return total / len(X)
