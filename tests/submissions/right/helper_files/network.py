"""Helpers in a file and in a sub-package beside the modules."""
import numpy as np
import helpers
from losses import mse_loss, mse_gradient
from maths import logistic as sigmoid, logistic_slope as sigmoid_derivative


class Network:
    def __init__(self, layer_sizes, seed=42):
        np.random.seed(seed)
        self.weights = [
            np.random.randn(b, a) * np.sqrt(2.0 / a) for a, b in zip(layer_sizes, layer_sizes[1:])
        ]
        self.biases = [np.zeros(b) for b in layer_sizes[1:]]

    def copy_weights(self):
        from copy import deepcopy
        return deepcopy((self.weights, self.biases))

    def set_weights(self, saved):
        from copy import deepcopy
        self.weights, self.biases = map(list, deepcopy(tuple(saved)))

    def forward(self, x):
        self.activations = [x]
        self.zs = []
        for W, b in zip(self.weights, self.biases):
            self.zs.append(W @ self.activations[-1] + b)
            self.activations.append(sigmoid(self.zs[-1]))
        return self.activations[-1]

    def backward(self, target):
        """Goes by the z values that forward kept."""
        slopes = [sigmoid(z) * sigmoid(-z) for z in self.zs]
        delta = mse_gradient(self.activations[-1], target) * slopes[-1]
        dW, db = [np.outer(delta, self.activations[-2])], [delta]
        for l in range(len(self.weights) - 2, -1, -1):
            delta = self.weights[l + 1].T.dot(delta) * slopes[l]
            dW = [np.outer(delta, self.activations[l])] + dW
            db = [delta] + db
        return dW, db

    def _update(self, dW, db, rate):
        for l in range(len(self.weights)):
            self.weights[l] = self.weights[l] - rate * dW[l]
            self.biases[l] = self.biases[l] - rate * db[l]

    def train_step(self, x, target, learning_rate):
        loss = mse_loss(self.forward(x), target)
        self._update(*self.backward(target), learning_rate)
        return loss

    def train_epoch(self, X, y, learning_rate, batch_size=32):
        losses = []
        for batch in helpers.batches(np.random.permutation(len(X)), batch_size):
            dW = [np.zeros_like(W) for W in self.weights]
            db = [np.zeros_like(b) for b in self.biases]
            for i in batch:
                losses.append(mse_loss(self.forward(X[i]), y[i]))
                gW, gb = self.backward(y[i])
                dW = [s + g for s, g in zip(dW, gW)]
                db = [s + g for s, g in zip(db, gb)]
            self._update(dW, db, learning_rate / len(batch))
        return sum(losses) / len(losses)
