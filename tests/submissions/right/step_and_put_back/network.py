"""Batches of single steps, each from the same parameters, averaged."""

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
        prediction = self.forward(x)
        loss = mse_loss(prediction, target)
        weight_grads, bias_grads = self.backward(target)
        for layer in range(len(self.weights)):
            self.weights[layer] -= learning_rate * weight_grads[layer]
            self.biases[layer] -= learning_rate * bias_grads[layer]
        return loss

    def train_epoch(self, X, y, learning_rate, batch_size=32):
        order = np.random.permutation(len(X))
        losses = np.zeros(len(X))
        for s in range(0, len(X), batch_size):
            b = order[s:s + batch_size]
            start = self.copy_weights()
            dW = [0] * len(self.weights); dB = [0] * len(self.biases)
            for i in b:
                self.set_weights(start)
                losses[i] = self.train_step(X[i], y[i], learning_rate)
                for l in range(len(dW)):
                    dW[l] = dW[l] + (self.weights[l] - start[0][l]); dB[l] = dB[l] + (self.biases[l] - start[1][l])
            self.set_weights(([W + d / len(b) for W, d in zip(start[0], dW)], [B + d / len(b) for B, d in zip(start[1], dB)]))
        return losses.mean()
