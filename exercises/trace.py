"""Section 2, Exercise 2.1: backpropagation by hand, every factor by its own name.

    make check section=2 exercise=2.1     grade this file
    python -m doctest exercises/trace.py  run the worked examples below

The network has 2 inputs, 2 hidden neurons and 1 output; both layers use the sigmoid, the loss is
MSE:

    x ── W1, b1 ──▶ z1 ── σ ──▶ a1 ── W2, b2 ──▶ z2 ── σ ──▶ a2 ── target ──▶ loss
    (2,)            (2,)        (2,)             (1,)        (1,)             a float

    W1 (2, 2)   b1 (2,)   W2 (1, 2)   b2 (1,)   x (2,)   target (1,)

Do the arithmetic on paper first (`exercises/answers.toml` asks for it), then let these functions
check your paper. They rest on `losses.py` and on the two sigmoid functions of `network.py`: write
those first.
"""

import numpy as np

from losses import mse_gradient, mse_loss
from network import sigmoid, sigmoid_derivative


def forward_trace(
    W1: np.ndarray,
    b1: np.ndarray,
    W2: np.ndarray,
    b2: np.ndarray,
    x: np.ndarray,
    target: np.ndarray,
) -> dict:
    """The forward pass, with nothing thrown away.

        z1 = W1 x + b1         a1 = σ(z1)
        z2 = W2 a1 + b2        a2 = σ(z2)        loss = mean((a2 − target)²)

    Takes   arrays of the shapes above
    Gives   a dict with the keys z1, a1 (each (2,)), z2, a2 (each (1,)) and loss (a float)

    The guide's example, x = [1, 2] with target 1:

    >>> W1, b1 = np.array([[0.1, 0.3], [0.2, 0.4]]), np.array([0.01, 0.02])
    >>> W2, b2 = np.array([[0.5, 0.6]]), np.array([0.03])
    >>> forward = forward_trace(W1, b1, W2, b2, np.array([1.0, 2.0]), np.array([1.0]))
    >>> for name in ("z1", "a1", "z2", "a2"):
    ...     print(name, forward[name].round(4))
    z1 [0.71 1.02]
    a1 [0.6704 0.735 ]
    z2 [0.8062]
    a2 [0.6913]
    >>> print(round(forward["loss"], 4))
    0.0953

    (The guide's own printout, lines 477–480 and 501, differs in the fourth decimal here and there.)

    Errors  none; leave the arguments as they are
    Guide   Section 2, "Step 1" and "Step 2", lines 443 and 485
    """
    raise NotImplementedError("trace.forward_trace: not written yet")


def backward_trace(
    W1: np.ndarray,
    b1: np.ndarray,
    W2: np.ndarray,
    b2: np.ndarray,
    x: np.ndarray,
    target: np.ndarray,
) -> dict:
    """The chain rule, from the loss back to each parameter, one link at a time.

    Output layer                             Hidden layer: the same links again

        dL_da2  = 2 (a2 − target)                dL_da1  = W2ᵀ delta2
        da2_dz2 = a2 (1 − a2)                    da1_dz1 = a1 (1 − a1)
        delta2  = dL_da2 · da2_dz2               delta1  = dL_da1 · da1_dz1
        dL_dW2  = delta2 ⊗ a1                    dL_dW1  = delta1 ⊗ x
        dL_db2  = delta2                         dL_db1  = delta1

    · is entry by entry. ⊗ is the outer product: row i, column j of dL_dW1 is delta1[i] · x[j], the
    error of neuron i times the input that this weight multiplied. "delta" is short for dL/dz.

    Takes   arrays of the shapes above
    Gives   a dict with these ten keys. dL_dW2 is (1, 2) and dL_dW1 (2, 2), as the weights; what
            ends in 2 is otherwise (1,), and what ends in 1 is (2,)

    >>> W1, b1 = np.array([[0.1, 0.3], [0.2, 0.4]]), np.array([0.01, 0.02])
    >>> W2, b2 = np.array([[0.5, 0.6]]), np.array([0.03])
    >>> backward = backward_trace(W1, b1, W2, b2, np.array([1.0, 2.0]), np.array([1.0]))
    >>> for name in ("dL_da2", "da2_dz2", "delta2", "dL_dW2", "dL_da1", "delta1"):
    ...     print(name, backward[name].round(4))
    dL_da2 [-0.6174]
    da2_dz2 [0.2134]
    delta2 [-0.1318]
    dL_dW2 [[-0.0883 -0.0968]]
    dL_da1 [-0.0659 -0.0791]
    delta1 [-0.0146 -0.0154]
    >>> print(backward["dL_dW1"].round(4))
    [[-0.0146 -0.0291]
     [-0.0154 -0.0308]]

    Errors  none; leave the arguments as they are. If a shape comes out as (2, 1), a vector has
            become a one-column matrix on the way
    Guide   Section 2, "Step 3" and "Step 4", lines 506 and 581; the pattern, line 715
    """
    raise NotImplementedError("trace.backward_trace: not written yet")


def updated_parameters(
    W1: np.ndarray,
    b1: np.ndarray,
    W2: np.ndarray,
    b2: np.ndarray,
    gradients: dict,
    learning_rate: float,
) -> tuple:
    """One step of gradient descent: each parameter moves against its own gradient.

        parameter_new = parameter − learning_rate · gradient

    Takes   the four parameters; gradients: what backward_trace returned; learning_rate: a float
    Gives   (W1, b1, W2, b2): four *new* arrays. The old ones must be as they were, so that before
            and after can be compared

    >>> W1, b1 = np.array([[0.1, 0.3], [0.2, 0.4]]), np.array([0.01, 0.02])
    >>> W2, b2 = np.array([[0.5, 0.6]]), np.array([0.03])
    >>> x, target = np.array([1.0, 2.0]), np.array([1.0])
    >>> gradients = backward_trace(W1, b1, W2, b2, x, target)
    >>> new = updated_parameters(W1, b1, W2, b2, gradients, 0.5)
    >>> print(new[2].round(4))
    [[0.5442 0.6484]]

    One step later the loss is smaller: it was 0.0953.

    >>> print(round(forward_trace(*new, x, target)["loss"], 4))
    0.078

    (The guide prints 0.0755 on line 709. Its own code gives 0.0780.)

    Errors  `W -= ...` changes the caller's array; `W = W - ...` makes a new one
    Guide   Section 2, "Step 5", line 657
    """
    raise NotImplementedError("trace.updated_parameters: not written yet")
