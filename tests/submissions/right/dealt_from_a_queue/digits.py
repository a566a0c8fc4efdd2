"""Random keys, sorted; batches from a queue."""

import numpy as np

from network import Network, sigmoid_derivative


def one_hot(labels, n_classes):
    return np.equal.outer(np.asarray(labels, dtype=int), np.arange(n_classes)) * 1.0


def prepare(images, labels, n_classes=5, train_fraction=0.8):
    keep = labels < n_classes
    kept_images = images[keep]
    kept_labels = labels[keep]
    X = kept_images.reshape(len(kept_images), -1).astype(float) / 255
    y = one_hot(kept_labels, n_classes)
    n_train = int(train_fraction * len(X))
    return (
        X[:n_train], y[:n_train], kept_labels[:n_train],
        X[n_train:], y[n_train:], kept_labels[n_train:],
    )


def accuracy(net, X, labels):
    correct = 0
    for x, label in zip(X, labels):
        if np.argmax(net.forward(x)) == label:
            correct += 1
    return correct / len(labels)


def train_digits(X_train, y_train, epochs=15, learning_rate=0.5, batch_size=32, seed=42):
    net = Network([X_train.shape[1], 64, y_train.shape[1]], seed=seed)
    losses = []
    for epoch in range(epochs):
        losses.append(net.train_epoch(X_train, y_train, learning_rate, batch_size))
    return net, losses


def misclassified(net, X, labels):
    wrong = []
    for i, (x, label) in enumerate(zip(X, labels)):
        if np.argmax(net.forward(x)) != label:
            wrong.append(i)
    return np.array(wrong, dtype=int)


def decayed_rate(learning_rate, epoch, decay):
    return learning_rate / (1 + decay * epoch)


class CrossEntropyNetwork(Network):
    def backward(self, target):
        n_layers = len(self.weights)
        weight_grads = [None] * n_layers
        bias_grads = [None] * n_layers

        output = self.activations[-1]
        delta = (output - target) / output.size

        for layer in range(n_layers - 1, -1, -1):
            a_prev = self.activations[layer]
            weight_grads[layer] = np.outer(delta, a_prev)
            bias_grads[layer] = delta.copy()
            if layer > 0:
                upstream = self.weights[layer].T @ delta
                delta = upstream * sigmoid_derivative(a_prev)

        return weight_grads, bias_grads
