"""pyplot's current figure, shown, saved and left open."""

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
    fig = plt.figure()
    plt.style.use("ggplot")
    plt.plot(range(len(train_losses)), train_losses, label="training")
    if test_losses is not None:
        plt.plot(range(len(test_losses)), test_losses, label="test")
    plt.legend()
    plt.xlabel("epoch")
    plt.ylabel("loss")
    plt.yscale("log")
    plt.savefig("curve.png", dpi=40)
    plt.show()
    return fig
