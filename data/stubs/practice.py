"""Section 4, Exercise 4.1: hold some data back, and watch two losses instead of one.

    make check section=4                     grade this file
    python -m doctest exercises/practice.py  run the worked examples below
    python exercises/practice.py             run Exercise 4.1

A network is judged by examples that it has never trained on. If the training loss falls and the
loss on those others rises, the network is learning its examples by heart.
"""

import numpy as np

from losses import mse_loss
from network import Network


def split(X: np.ndarray, y: np.ndarray, n_train: int) -> tuple:
    """Cut a data set in two: the first n_train rows to learn from, all others to be judged by.

    Takes   X: (N, n_in); y: (N, n_out); n_train: an int from 0 to N
    Gives   (X_train, y_train, X_test, y_test), rows in their order

    >>> X, y = np.arange(6.0).reshape(3, 2), np.array([[0.0], [1.0], [2.0]])
    >>> for part in split(X, y, 2):
    ...     print(part.tolist())
    [[0.0, 1.0], [2.0, 3.0]]
    [[0.0], [1.0]]
    [[4.0, 5.0]]
    [[2.0]]

    Errors  no row may be in both parts: a test on training rows can't show overfitting
    Guide   Section 4, Exercise 4.1, lines 1973 and 1977
    """
    raise NotImplementedError("practice.split: not written yet")


def fit(
    net: Network,
    X_train: np.ndarray,
    y_train: np.ndarray,
    X_test: np.ndarray,
    y_test: np.ndarray,
    epochs: int,
    learning_rate: float,
) -> tuple:
    """Train the given network, and after every epoch measure both losses.

    One epoch is one train_step for each training example, in the order of the rows. When it is
    over:

        training loss = mean over the training rows of mse_loss(forward(x), target)
        test loss     = the same mean over the test rows

    both with the parameters of that moment.

    Takes   net: a Network, which ends up trained; X_train (n, n_in), y_train (n, n_out), X_test and
            y_test likewise; epochs: an int; learning_rate: a float
    Gives   (train_losses, test_losses): two lists with one float for each epoch

    Two rows to train on, and a third that is nothing like them, to test:

    >>> X, y = np.array([[0.2], [0.8], [0.5]]), np.array([[0.9], [0.7], [0.1]])
    >>> net = Network([1, 4, 1])
    >>> train_losses, test_losses = fit(net, *split(X, y, 2), epochs=3, learning_rate=1.0)
    >>> print(np.round(train_losses, 4), np.round(test_losses, 4))
    [0.0196 0.0176 0.0166] [0.4143 0.4381 0.4539]

    Errors  train_step on the test rows would be learning from the exam; use forward() there.
            Measuring during the epoch, before the update, gives other numbers than measuring after
            it
    Guide   Section 4, "Overfitting and Underfitting", lines 1856 and 1920; Exercise 4.1, line 2055
    """
    raise NotImplementedError("practice.fit: not written yet")


def overfitting(train_loss: float, test_loss: float) -> bool:
    """Whether the test loss is more than three times the training loss.

        test_loss / train_loss > 3

    Takes   train_loss, test_loss: floats, 0 or more
    Gives   True or False

    >>> print(overfitting(0.001, 0.02), overfitting(0.006, 0.012))
    True False

    (The second pair is about what Exercise 4.1 really ends with, as the guide sets it up: its own
    code gives 0.0061 and 0.0124, a ratio of 2, not the 0.0008 and 0.0257 on line 2079.)

    Errors  none; a training loss of exactly 0 isn't graded
    Guide   Section 4, Exercise 4.1, line 2065
    """
    raise NotImplementedError("practice.overfitting: not written yet")


def plot_loss_curve(train_losses: list, test_losses: list | None = None) -> object:
    """Draw the loss against the epoch: one curve, or two.

    Takes   train_losses: a list of floats, one an epoch; test_losses: the same, or None
    Gives   the matplotlib Figure: a line for each list, with the losses themselves as its data;
            labels on both axes; a legend where there are two

    >>> figure = plot_loss_curve([0.3, 0.2, 0.1], [0.3, 0.25, 0.27])
    >>> print([line.get_ydata().tolist() for line in figure.axes[0].lines])
    [[0.3, 0.2, 0.1], [0.3, 0.25, 0.27]]

    Errors  return the figure, don't show it. If you want a logarithmic axis, set the scale of the
            axis; the data stay the losses
    Guide   Section 4, "Monitoring Training: The Loss Curve", line 1725
    """
    raise NotImplementedError("practice.plot_loss_curve: not written yet")


if __name__ == "__main__":
    np.random.seed(42)
    X = np.random.uniform(0, 1, (30, 1))
    y = np.sin(np.pi * X) + np.random.normal(0, 0.1, X.shape)
    train_losses, test_losses = fit(Network([1, 16, 1]), *split(X, y, 20), epochs=2000, learning_rate=1.0)
    for epoch in (0, 500, 1000, 1500, 1999):
        train_loss, test_loss = train_losses[epoch], test_losses[epoch]
        print(f"epoch {epoch:>4}   training {train_loss:.6f}   test {test_loss:.6f}   ", end="")
        print("overfitting" if overfitting(train_loss, test_loss) else "fine")
