"""Section 2, Exercise 2.2: is backward() right? Ask the definition of the derivative.

    make check section=2 exercise=2.2              grade this file, and Network.backward
    python -m doctest exercises/gradient_check.py  run the worked examples below

Your gradient_check is graded by what it finds: it must accept networks that are right, and refuse
each of a set of networks with a planted bug. So it has to look at every entry of every gradient.
"""

import numpy as np

from losses import mse_loss
from network import Network


def numerical_gradients(net: Network, x: np.ndarray, target: np.ndarray, epsilon: float = 1e-5) -> tuple:
    """The gradient without any calculus: nudge a parameter both ways, and watch the loss.

        dL/dp ≈ (L(p + ε) − L(p − ε)) / 2ε        for every single weight and bias p

    L is mse_loss(net.forward(x), target). Going both ways makes the error of order ε², about 1e-10
    here; one way only, (L(p + ε) − L(p)) / ε, it would be of order ε.

    Takes   net: any network with weights, biases and forward; x: (n_in,); target: (n_out,);
            epsilon: the size of the nudge
    Gives   (weight_grads, bias_grads): lists of arrays in the order and the shapes of net.weights
            and net.biases, float

    >>> net = Network([3, 4, 2], seed=99)
    >>> weight_grads, bias_grads = numerical_gradients(
    ...     net, np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0])
    ... )
    >>> print(bias_grads[1].round(6))
    [-0.140486  0.124042]
    >>> print(sum(grad.size for grad in weight_grads + bias_grads))
    26

    Errors  put each parameter back before the next one is nudged; at the end all are as they were.
            An epsilon of 1e-12 drowns in rounding, one of 0.1 isn't "small"
    Guide   Section 2, "Gradient Checking", line 840; Quick Reference, line 2509
    """
    raise NotImplementedError("gradient_check.numerical_gradients: not written yet")


def gradient_check(
    net: Network,
    x: np.ndarray,
    target: np.ndarray,
    epsilon: float = 1e-5,
    tolerance: float = 1e-5,
) -> bool:
    """Whether net.backward(target), after net.forward(x), agrees with the numerical gradients.

    For a backprop gradient a and a numerical gradient n, any one of these is a good measure:

        |a − n|                             absolute, entry by entry
        |a − n| / (|a| + |n|)               relative, entry by entry (mind 0/0)
        ‖a − n‖ / (‖a‖ + ‖n‖)               relative, for a whole array (mind 0/0)

    Takes   net: *any* network that has weights, biases, activations, forward, backward,
            copy_weights and set_weights; its parameters must be as they were afterwards
    Gives   True where every gradient is within the tolerance, else False

    >>> x, target = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0])
    >>> print(gradient_check(Network([3, 4, 2], seed=99), x, target))
    True
    >>> class Negated(Network):
    ...     def backward(self, target):
    ...         weight_grads, bias_grads = super().backward(target)
    ...         return [-g for g in weight_grads], [-g for g in bias_grads]
    >>> print(gradient_check(Negated([3, 4, 2], seed=99), x, target))
    False

    Errors  a gradient with nan in it, or of another shape than its parameter, is False (or raise).
            Note that nan > tolerance is False, so ask whether all are within, not whether one is
            beyond; and that (4,) and (4, 1) broadcast
    Guide   Section 2, line 853; Exercise 2.2, line 1049
    """
    raise NotImplementedError("gradient_check.gradient_check: not written yet")
