"""Aliases for everything."""
import matplotlib as mpl
import matplotlib.pyplot as pl
import losses as L
from losses import mse_loss as J

mean = lambda values: (lambda v: sum(v) / len(v))(list(values))
split = lambda X, y, n_train: (X[:n_train], y[:n_train], X[n_train:], y[n_train:])
overfitting = lambda train_loss, test_loss: 3 * train_loss < test_loss


def fit(net, X_train, y_train, X_test, y_test, epochs, learning_rate):
    curves = []
    measure = lambda X, y: mean(J(net.forward(a), b) for a, b in zip(X, y))
    for _ in [None] * epochs:
        [net.train_step(a, b, learning_rate) for a, b in zip(X_train, y_train)]
        curves.append((measure(X_train, y_train), measure(X_test, y_test)))
    return tuple(zip(*curves))


def plot_loss_curve(train_losses, test_losses=None):
    f, ax = pl.subplots(1, 2 if test_losses is not None else 1, squeeze=False)
    ax[0, 0].plot(train_losses, "b-")
    ax[0, 0].set(xlabel="epoch", ylabel="loss", title="training set")
    if test_losses is not None:
        ax[0, 0].plot(test_losses, "r--")
        ax[0, 0].legend(["training", "test"])
        ax[0, 1].semilogy(test_losses)
        ax[0, 1].set_xlabel("epoch")
        ax[0, 1].set_ylabel("test loss")
    return f
