"""One loop over the examples: a counter says when a batch is full, and the new parameters grow in copies."""

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
        order = np.arange(len(X))
        np.random.shuffle(order)
        losses = []
        gradients = []
        for position, i in enumerate(order, start=1):
            losses.append(mse_loss(self.forward(X[i]), y[i]))
            gradients.append(self.backward(y[i]))
            if len(gradients) == batch_size or position == len(order):
                weights, biases = self.copy_weights()
                for weight_grads, bias_grads in gradients:
                    for layer in range(len(weights)):
                        weights[layer] -= learning_rate * weight_grads[layer] / len(gradients)
                        biases[layer] -= learning_rate * bias_grads[layer] / len(gradients)
                self.set_weights((weights, biases))
                gradients = []
        return np.mean(losses)
