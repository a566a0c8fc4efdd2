"""Vectorised batches that leave read-only parameters behind."""

import numpy as np

from losses import mse_loss


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


def sigmoid_derivative(a):
    return a * (1 - a)


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
        weights, biases = saved
        self.weights = [W.copy() for W in weights]
        self.biases = [b.copy() for b in biases]

    def forward(self, x):
        a = x
        self.activations = [a]
        for W, b in zip(self.weights, self.biases):
            z = W @ a + b
            a = sigmoid(z)
            self.activations.append(a)
        return a

    def backward(self, target):
        n_layers = len(self.weights)
        weight_grads = [None] * n_layers
        bias_grads = [None] * n_layers

        output = self.activations[-1]
        error = 2 * (output - target) / output.size
        delta = error * sigmoid_derivative(output)

        for layer in range(n_layers - 1, -1, -1):
            a_prev = self.activations[layer]
            weight_grads[layer] = np.outer(delta, a_prev)
            bias_grads[layer] = delta.copy()
            if layer > 0:
                upstream = self.weights[layer].T @ delta
                delta = upstream * sigmoid_derivative(a_prev)

        return weight_grads, bias_grads

    def train_step(self, x, target, learning_rate):
        loss = mse_loss(self.forward(x), target)
        wg, bg = self.backward(target)
        self.weights = [W - learning_rate * g for W, g in zip(self.weights, wg)]
        self.biases = [b - learning_rate * g for b, g in zip(self.biases, bg)]
        return loss

    def train_epoch(self, X, y, learning_rate, batch_size=32):
        X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
        order = np.random.choice(len(X), len(X), replace=False)
        X, y = X[order], y[order]
        total = 0.0
        for lo in range(0, len(X), batch_size):
            hi = min(lo + batch_size, len(X))
            acts = [X[lo:hi]]
            for W, b in zip(self.weights, self.biases):
                acts.append(sigmoid(np.dot(acts[-1], W.T) + b))
            diff = acts[-1] - y[lo:hi]
            total += float(np.sum(diff * diff)) / y.shape[1]
            d = 2 * diff / diff.size * sigmoid_derivative(acts[-1])
            new_w, new_b = list(self.weights), list(self.biases)
            for l in range(len(new_w))[::-1]:
                new_w[l] = self.weights[l] - learning_rate * (d.T @ acts[l])
                new_b[l] = self.biases[l] - learning_rate * d.sum(0)
                d = d @ self.weights[l] * sigmoid_derivative(acts[l])
            for v in new_w + new_b:
                v.setflags(write=False)
            self.weights, self.biases = new_w, new_b
        return total / len(X)
