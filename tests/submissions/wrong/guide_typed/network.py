"""The guide's Network as it is typed in: backward() leaves the 1/n out."""
import numpy as np

from losses import mse_loss


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


def sigmoid_derivative(a):
    """The slope of the sigmoid where its output is a."""
    return a * (1 - a)


class Network:
    def __init__(self, layer_sizes, seed=42):
        np.random.seed(seed)
        self.weights = []
        self.biases = []
        for l in range(1, len(layer_sizes)):
            fan_in = layer_sizes[l - 1]
            fan_out = layer_sizes[l]
            self.weights.append(np.random.randn(fan_out, fan_in) * np.sqrt(2.0 / fan_in))
            self.biases.append(np.zeros(fan_out))

    def copy_weights(self):
        return ([w.copy() for w in self.weights], [b.copy() for b in self.biases])

    def set_weights(self, saved):
        self.weights = [w.copy() for w in saved[0]]
        self.biases = [b.copy() for b in saved[1]]

    def forward(self, x):
        self.activations = [x]
        self.z_values = []
        for w, b in zip(self.weights, self.biases):
            self.z_values.append(w @ self.activations[-1] + b)
            self.activations.append(sigmoid(self.z_values[-1]))
        return self.activations[-1]

    def backward(self, target):
        count = len(self.weights)
        dW = [None] * count
        db = [None] * count
        out = self.activations[-1]
        dL_da = 2 * (out - target)
        delta = dL_da * sigmoid_derivative(out)
        for l in range(count - 1, -1, -1):
            below = self.activations[l]
            dW[l] = delta.reshape(-1, 1) @ below.reshape(1, -1)
            db[l] = delta.copy()
            if l > 0:
                delta = (self.weights[l].T @ delta).flatten() * sigmoid_derivative(below)
        return dW, db

    def train_step(self, x, target, learning_rate):
        loss = mse_loss(self.forward(x), target)
        dW, db = self.backward(target)
        for l in range(len(self.weights)):
            self.weights[l] -= learning_rate * dW[l]
            self.biases[l] -= learning_rate * db[l]
        return loss

    def train_epoch(self, X, y, learning_rate, batch_size=32):
        count = len(X)
        shuffled = np.random.permutation(count)
        loss_sum = 0
        for first in range(0, count, batch_size):
            chosen = shuffled[first:first + batch_size]
            sum_W = [np.zeros_like(w) for w in self.weights]
            sum_b = [np.zeros_like(b) for b in self.biases]
            for k in chosen:
                loss_sum += mse_loss(self.forward(X[k]), y[k])
                dW, db = self.backward(y[k])
                for l in range(len(self.weights)):
                    sum_W[l] += dW[l]
                    sum_b[l] += db[l]
            for l in range(len(self.weights)):
                self.weights[l] -= learning_rate * sum_W[l] / len(chosen)
                self.biases[l] -= learning_rate * sum_b[l] / len(chosen)
        return loss_sum / count
