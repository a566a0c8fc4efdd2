"""An axes for each rate, twin axes for the test loss."""

import matplotlib.pyplot as plt

from losses import mse_loss


def split(X, y, n_train):
    X_train, X_test = X[:n_train], X[n_train:]
    y_train, y_test = y[:n_train], y[n_train:]
    return X_train, y_train, X_test, y_test


def average_loss(net, X, y):
    return sum(mse_loss(net.forward(x), target) for x, target in zip(X, y)) / len(X)


def fit(net, X_train, y_train, X_test, y_test, epochs, learning_rate):
    train_losses = []
    test_losses = []
    for epoch in range(epochs):
        for x, target in zip(X_train, y_train):
            net.train_step(x, target, learning_rate)
        train_losses.append(average_loss(net, X_train, y_train))
        test_losses.append(average_loss(net, X_test, y_test))
    return train_losses, test_losses


def overfitting(train_loss, test_loss):
    return test_loss / train_loss > 3


def plot_loss_curve(train_losses, test_losses=None):
    with plt.style.context("ggplot"):
        fig = plt.figure(figsize=(6, 3))
        ax = fig.gca()
        ax.semilogy(range(1, len(train_losses) + 1), train_losses, "o-", label="train")
        if test_losses is not None:
            twin = ax.twinx()
            twin.semilogy(range(1, len(test_losses) + 1), test_losses, "r--", label="test")
            twin.set_ylabel("test loss")
            fig.legend(loc="upper right")
        ax.set_xlabel("epoch"); ax.set_ylabel("loss")
    plt.close("all")
    return fig
