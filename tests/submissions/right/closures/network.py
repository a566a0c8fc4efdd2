"""forward leaves a chain of closures, which backward runs."""

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
        self.chain = []

        def link(W, below, above):
            def back(dL_da):
                delta = dL_da * above * (1 - above)
                return W.T @ delta, np.outer(delta, below), delta
            return back

        for W, b in zip(self.weights, self.biases):
            above = sigmoid(W @ a + b)
            self.chain.append(link(W.copy(), a, above))
            a = above
            self.activations.append(a)
        return a

    def backward(self, target):
        signal = 2 * (self.activations[-1] - target) / self.activations[-1].size
        found = []
        for back in reversed(self.chain):
            signal, dW, db = back(signal)
            found.append((dW, db))
        return [dW for dW, _ in found[::-1]], [db for _, db in found[::-1]]

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
