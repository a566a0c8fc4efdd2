"""The sigmoid as it is written, with numpy told once that its overflow is meant."""

import numpy as np

from losses import mse_loss

np.seterr(over="ignore")  # exp(-z) may be inf: 1 / inf is the 0 that is wanted


def sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


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
        prediction = self.forward(x)
        loss = mse_loss(prediction, target)
        weight_grads, bias_grads = self.backward(target)
        for layer in range(len(self.weights)):
            self.weights[layer] -= learning_rate * weight_grads[layer]
            self.biases[layer] -= learning_rate * bias_grads[layer]
        return loss

    def train_epoch(self, X, y, learning_rate, batch_size=32):
        n = len(X)
        order = np.random.permutation(n)
        total = 0.0
        for start in range(0, n, batch_size):
            batch = order[start:start + batch_size]
            weight_sums = [np.zeros_like(W) for W in self.weights]
            bias_sums = [np.zeros_like(b) for b in self.biases]
            for i in batch:
                prediction = self.forward(X[i])
                total += mse_loss(prediction, y[i])
                weight_grads, bias_grads = self.backward(y[i])
                for layer in range(len(self.weights)):
                    weight_sums[layer] += weight_grads[layer]
                    bias_sums[layer] += bias_grads[layer]
            for layer in range(len(self.weights)):
                self.weights[layer] -= learning_rate * weight_sums[layer] / len(batch)
                self.biases[layer] -= learning_rate * bias_sums[layer] / len(batch)
        return total / n
