"""Section 3, Exercises 3.1 and 3.2: teach a network XOR, and see what the learning rate does.

    make check section=3                     grade this file (or one half: exercise=3.1)
    python -m doctest exercises/training.py  run the worked examples below
    python exercises/training.py             print Exercise 3.2's table

XOR is true where exactly one of two inputs is. No straight line separates its cases, so a network
needs a hidden layer for it.
"""

import numpy as np

from losses import mse_loss
from network import Network

XOR_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
XOR_Y = np.array([[0], [1], [1], [0]], dtype=float)


def train_xor(learning_rate: float = 2.0, steps: int = 2000, seed: int = 42) -> tuple:
    """Train `Network([2, 4, 1], seed=seed)` on the four examples of XOR.

    One step is four calls of train_step: the four examples, in the order of XOR_X, one after the
    other. There is no shuffling here, so everybody's numbers are the same.

    Takes   learning_rate, a float; steps: how many rounds of four; seed: of the first weights
    Gives   (net, losses): the trained network, and a list with one float for each step, the mean of
            the four losses that train_step returned

    >>> net, losses = train_xor(steps=500)
    >>> print(len(losses), round(losses[0], 4), round(losses[-1], 4))
    500 0.4183 0.0008
    >>> for x, target in zip(XOR_X, XOR_Y):
    ...     print(x, net.forward(x).round(2), target)
    [0. 0.] [0.03] [0.]
    [0. 1.] [0.97] [1.]
    [1. 0.] [0.97] [1.]
    [1. 1.] [0.03] [0.]

    (The guide prints 0.130422 for the first step on line 1593. Its own code gives 0.418253.)

    Errors  if the loss stays near 0.25, all four answers are about 0.5: nothing is being learned.
            Check the sign of the update, and that the biases are updated too
    Guide   Section 3, Exercise 3.1, line 1486
    """
    raise NotImplementedError("training.train_xor: not written yet")


def learning_rate_sweep(learning_rates: list, steps: int = 2000, seed: int = 42) -> dict:
    """The same training with several learning rates, each from the same first weights.

    Takes   learning_rates: a list of floats; steps and seed as for train_xor
    Gives   a dict: learning rate → mean loss over the four examples after the last step. Either
            measure it anew with forward() or take the last step's loss

    >>> for rate, loss in learning_rate_sweep([0.1, 0.5, 2.0], steps=300).items():
    ...     print(rate, round(loss, 3))
    0.1 0.241
    0.5 0.053
    2.0 0.002

    Errors  a network that has already been trained with one rate gives the next rate a head start:
            make a new one each time, or put the first weights back with set_weights
    Guide   Section 3, "Learning Rate", line 1308; Exercise 3.2, line 1609
    """
    raise NotImplementedError("training.learning_rate_sweep: not written yet")


def verdict(final_loss: float) -> str:
    """A loss in words.

        more than 0.2      "Too slow/stuck"
        more than 0.01     "Learning slowly"
        more than 0.001    "Good"
        otherwise          "Great"

    Takes   final_loss: a float, 0 or more
    Gives   one of these four strings, letter for letter

    >>> print(verdict(0.25), verdict(0.06), verdict(0.005), verdict(0.0001), sep=", ")
    Too slow/stuck, Learning slowly, Good, Great

    Errors  each limit itself belongs to the better side: verdict(0.01) is "Good"
    Guide   Section 3, Exercise 3.2, line 1686
    """
    raise NotImplementedError("training.verdict: not written yet")


def plot_learning_rates(histories: dict) -> object:
    """Draw the losses of several learning rates, so that they can be compared.

    Takes   histories: a dict, learning rate → list of losses, one a step
    Gives   the matplotlib Figure. For every rate at least one line that holds its losses as they
            are, all in one axes or each in an axes of its own; the rate stands in the legend or in
            a title; both axes have labels

    >>> figure = plot_learning_rates({0.5: [0.3, 0.2, 0.1], 2.0: [0.3, 0.1, 0.0]})
    >>> print(sum(len(axes.lines) for axes in figure.axes))
    2

    Errors  return the figure, don't show it: plt.show() waits for somebody to close the window. It
            is quicker to import matplotlib inside this function than at the top of the file
    Guide   Section 3, lines 1387–1409
    """
    raise NotImplementedError("training.plot_learning_rates: not written yet")


if __name__ == "__main__":
    for rate, loss in learning_rate_sweep([0.1, 0.5, 2.0, 10.0]).items():
        print(f"rate {rate:>5}   loss {loss:.6f}   {verdict(loss)}")
