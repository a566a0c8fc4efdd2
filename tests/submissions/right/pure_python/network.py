"""Plain Python arithmetic on lists of floats; weights stay arrays."""
import math
import random
import numpy as np


def _sigmoid(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


def sigmoid(z):
    z = np.asarray(z, dtype=float)
    return np.array([_sigmoid(v) for v in z.ravel()]).reshape(z.shape)


def sigmoid_derivative(a):
    a = np.asarray(a, dtype=float)
    return np.array([v * (1 - v) for v in a.ravel()]).reshape(a.shape)


class Network:
    def __init__(self, layer_sizes, seed=42):
        np.random.seed(seed)
        self.weights = []
        self.biases = []
        for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
            self.weights.append(np.random.randn(n_out, n_in) * np.sqrt(2.0 / n_in))
            self.biases.append(np.zeros(n_out))

    def copy_weights(self):
        return [W.copy() for W in self.weights], [b.copy() for b in self.biases]

    def set_weights(self, saved):
        self.weights = [W.copy() for W in saved[0]]
        self.biases = [b.copy() for b in saved[1]]

    def forward(self, x):
        a = [float(v) for v in x]
        kept = [a]
        for W, b in zip(self.weights, self.biases):
            rows = W.tolist()
            a = [_sigmoid(sum(w * v for w, v in zip(row, a)) + c) for row, c in zip(rows, b.tolist())]
            kept.append(a)
        self.activations = [np.array(layer) for layer in kept]
        return np.array(a)

    def backward(self, target):
        a = [layer.tolist() for layer in self.activations]
        t = [float(v) for v in target]
        n = len(t)
        delta = [2 * (o - w) / n * o * (1 - o) for o, w in zip(a[-1], t)]
        dW = [None] * len(self.weights)
        db = [None] * len(self.weights)
        for l in reversed(range(len(self.weights))):
            dW[l] = np.array([[d * v for v in a[l]] for d in delta])
            db[l] = np.array(delta)
            rows = self.weights[l].tolist()
            if l:
                delta = [
                    sum(rows[j][i] * delta[j] for j in range(len(delta))) * a[l][i] * (1 - a[l][i])
                    for i in range(len(a[l]))
                ]
        return dW, db

    def train_step(self, x, target, learning_rate):
        return self._batch([(x, target)], learning_rate)

    def _batch(self, examples, rate):
        total = 0.0
        sums = None
        for x, t in examples:
            out = self.forward(x)
            total += sum((o - w) ** 2 for o, w in zip(out.tolist(), t)) / len(t)
            grads = [g for part in self.backward(t) for g in part]
            sums = grads if sums is None else [s + g for s, g in zip(sums, grads)]
        for p, s in zip(self.weights + self.biases, sums):
            p -= rate * (s / len(examples))
        return total

    def train_epoch(self, X, y, learning_rate, batch_size=32):
        examples = list(zip(X, y))
        random.shuffle(examples)
        total = 0.0
        while examples:
            batch, examples = examples[:batch_size], examples[batch_size:]
            total += self._batch(batch, learning_rate)
        return total / len(X)
