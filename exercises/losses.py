"""Section 1: loss functions. One number that says how wrong the network is.

    make check section=1                   grade this file
    make check section=1 exercise=1.1      only what belongs to Exercise 1.1
    python -m doctest exercises/losses.py  run the worked examples below; silence: all agree

Here p stands for the predictions, t for the targets, n for how many predictions there are. Nothing
here may change its arguments. Replace each `raise NotImplementedError(...)` with your own code.
"""

import numpy as np


def mse_loss(predictions: np.ndarray, targets: np.ndarray) -> float:
    """Mean squared error: the average of the squared distances between prediction and target.

        L = mean((p − t)²)

    Takes   predictions, targets: arrays of one and the same shape, with any number of axes;
            the targets may be ints
    Gives   one float, 0 or more, in squared units of the targets; 0 only where all are exact

    The four errors 0.5, −0.2, 0.2 and −0.1 have the squares 0.25, 0.04, 0.04 and 0.01, together
    0.34:

    >>> print(round(mse_loss(np.array([0.5, 0.8, 0.2, 0.9]), np.array([0, 1, 0, 1])), 6))
    0.085

    Errors  none to raise. But know this trap: numpy makes an n×n table of (n,) minus (n, 1),
            without a word, and its mean is wrong. If a loss looks odd, print both shapes
    Guide   Section 1, "Mean Squared Error (MSE)", line 111; Exercise 1.1, line 254
    """
    raise NotImplementedError("losses.mse_loss: not written yet")


def mse_gradient(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """How the mean squared error changes with each prediction: its derivative, entry by entry.

        dL/dpᵢ = 2 (pᵢ − tᵢ) / n

    The 2 comes down from the square, the 1/n from the mean. Where p is too high the entry is
    positive: raising p further would raise the loss.

    Takes   predictions, targets: arrays of one shape
    Gives   an array of that shape, in units of loss per unit of prediction

    >>> print(mse_gradient(np.array([0.5, 0.8, 0.2, 0.9]), np.array([0, 1, 0, 1])).round(6))
    [ 0.25 -0.1   0.1  -0.05]

    Errors  none. The guide's backward() leaves out the 1/n (line 788). With one output that is the
            same thing; with two outputs it makes every gradient twice too large. Keep it here
    Guide   Section 2, "dL/da2", line 510; Quick Reference, line 2463
    """
    raise NotImplementedError("losses.mse_gradient: not written yet")


def cross_entropy_loss(predictions: np.ndarray, targets: np.ndarray) -> float:
    """Binary cross-entropy: the price of the probability that was *not* given to the truth.

        L = −mean(t · log p + (1 − t) · log(1 − p))        log is the natural logarithm

    A target is 1 or 0, so each example uses one of the two terms: −log p where t = 1, and
    −log(1 − p) where t = 0.

    Takes   predictions: probabilities in [0, 1]; targets: zeros and ones, of the same shape
    Gives   one float, 0 or more, without a unit (in nats)

    Three hedged predictions that all give 0.6 to the truth cost −log 0.6 each; three that give it
    only 0.1 cost −log 0.1 each:

    >>> truth = np.array([1, 0, 1])
    >>> print(round(cross_entropy_loss(np.array([0.6, 0.4, 0.6]), truth), 4))
    0.5108
    >>> print(round(cross_entropy_loss(np.array([0.1, 0.9, 0.1]), truth), 4))
    2.3026

    (For the first, the guide prints 0.6365 on line 361. Its own formula gives 0.5108.)

    Errors  log 0 is −inf, and 0 · log 0 is nan. Keep p away from both ends, by 1e-7 or less: the
            loss must be finite at p = 0 and p = 1, and 15 or more where such a p is wrong
    Guide   Section 1, "Cross-Entropy Loss", line 156; Exercise 1.2, line 308
    """
    raise NotImplementedError("losses.cross_entropy_loss: not written yet")


def cross_entropy_gradient(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Bonus. How the cross-entropy changes with each prediction.

        dL/dpᵢ = (−tᵢ / pᵢ + (1 − tᵢ) / (1 − pᵢ)) / n

    It grows without bound as a prediction gets confidently wrong, where the gradient of the squared
    error never exceeds 2/n. That is why networks that classify learn faster with it.

    Takes   predictions: probabilities in [0, 1]; targets: zeros and ones, of the same shape
    Gives   an array of that shape

    >>> print(cross_entropy_gradient(np.array([0.5, 0.2]), np.array([1, 0])).round(4))
    [-1.     0.625]

    Errors  dividing by p = 0 or by 1 − p = 0. Use the same clipping as for the loss: every entry
            must be finite
    Guide   Section 1, "Why Cross-Entropy for Classification?", line 207; "Extending the Project",
            line 2392
    """
    raise NotImplementedError("losses.cross_entropy_gradient: not written yet")


def loss_table(predictions: np.ndarray, target: float) -> np.ndarray:
    """Both losses side by side, one row for each prediction, all against the same target.

        columns:   p  |  MSE of p  |  cross-entropy of p  |  cross-entropy / MSE

    Each row is about one prediction alone, so its "mean" is over one number. Read the table from
    the confident-wrong end: the squared error can't exceed 1, the cross-entropy has no ceiling.

    Takes   predictions: (k,) probabilities strictly between 0 and 1; target: one number, 0 or 1
    Gives   an array (k, 4)

    >>> print(loss_table(np.array([0.1, 0.5, 0.7]), 1).round(4))
    [[0.1    0.81   2.3026 2.8427]
     [0.5    0.25   0.6931 2.7726]
     [0.7    0.09   0.3567 3.9631]]

    Errors  a perfect prediction has a ratio of 0/0; what you put there isn't graded
    Guide   Section 1, the table on lines 239–247
    """
    raise NotImplementedError("losses.loss_table: not written yet")
