"""Sections 2 and 3: the network that learns.

    make check section=2                    sigmoid, forward, backward (Exercise 2.2)
    make check section=3                    train_step, train_epoch
    python -m doctest exercises/network.py  run the worked examples below

Layers are counted from 0. Layer l turns its input a_in (n_in,) into an output (n_out,):

    z = W a_in + b        W is weights[l], (n_out, n_in)        b is biases[l], (n_out,)
    a = σ(z)              one example at a time: x is a vector (n_in,), target a vector (n_out,)

A good order: sigmoid, sigmoid_derivative, forward, backward, then Exercise 2.2 (gradient_check.py)
to be sure of backward, and only then train_step and train_epoch.
"""

import numpy as np

from losses import mse_gradient, mse_loss


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squash any number into 0 … 1.

        σ(z) = 1 / (1 + e^−z)

    Takes   z: an array of any shape, or a number
    Gives   the same shape

    >>> print(sigmoid(np.array([-2.0, 0.0, 2.0])).round(4))
    [0.1192 0.5    0.8808]

    Errors  e^−z overflows for z below about −709, and numpy warns. No finite z may overflow: either
            limit z before the exponential, or treat z < 0 by the equal form e^z / (1 + e^z)
    Guide   Section 2, line 448 (and 2224, where it is protected); Quick Reference, line 2498
    """
    raise NotImplementedError("network.sigmoid: not written yet")


def sigmoid_derivative(a: np.ndarray) -> np.ndarray:
    """The slope of the sigmoid, from its *output*.

        dσ/dz = σ(z) (1 − σ(z)) = a (1 − a)

    The argument is a = σ(z), not z: forward() has kept the outputs, so no exponential is needed
    again.

    Takes   a: an array of any shape, with entries in [0, 1]
    Gives   the same shape, entries in [0, 0.25]

    The slope is largest where the output is undecided, and all but vanishes where it is sure:

    >>> print(sigmoid_derivative(np.array([0.5, 0.9, 0.999])).round(6))
    [0.25     0.09     0.000999]

    Errors  none. If a result is negative, a z was given for an a
    Guide   Section 2, line 526; Quick Reference, line 2504
    """
    raise NotImplementedError("network.sigmoid_derivative: not written yet")


class Network:
    """Layers of sigmoid neurons, fully connected, trained on the mean squared error.

    Attributes
        weights      list of arrays (n_out, n_in), one for each layer
        biases       list of arrays (n_out,), one for each layer
        activations  list of what forward() saw last: the input, then each layer's output
    """

    def __init__(self, layer_sizes: list[int], seed: int = 42) -> None:
        """Provided. `Network([3, 4, 2])` has 3 inputs, 4 hidden neurons and 2 outputs.

        The weights are drawn from a normal distribution with standard deviation sqrt(2 / n_in)
        (He's rule), layer after layer, so one seed always gives the same network. The biases start
        at 0.

        >>> net = Network([3, 4, 2])
        >>> print([W.shape for W in net.weights], [b.shape for b in net.biases])
        [(4, 3), (2, 4)] [(4,), (2,)]

        Guide   Section 2, "Implementing backward()", line 749
        """
        np.random.seed(seed)
        self.weights = []
        self.biases = []
        self.activations = []
        n_in = layer_sizes[0]
        for n_out in layer_sizes[1:]:
            self.weights.append(np.random.randn(n_out, n_in) * np.sqrt(2.0 / n_in))
            self.biases.append(np.zeros(n_out))
            n_in = n_out

    def copy_weights(self) -> tuple:
        """Provided. The parameters of this moment, to give to set_weights() later (line 1367)."""
        return [W.copy() for W in self.weights], [b.copy() for b in self.biases]

    def set_weights(self, saved: tuple) -> None:
        """Provided. Puts back what copy_weights() saved; `saved` stays as it is (line 1370)."""
        weights, biases = saved
        self.weights = [np.array(W, dtype=float) for W in weights]
        self.biases = [np.array(b, dtype=float) for b in biases]

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Predict. And remember every layer's output, since backward() needs them all.

            a⁰ = x,      aˡ⁺¹ = σ(weights[l] aˡ + biases[l])      for each layer l

        Takes   x: (n_in,)
        Gives   the last layer's output, (n_out,)
        Keeps   self.activations = [x, output of layer 0, …, output of the last layer], made anew in
                each call: one entry more than there are layers

        >>> net = Network([3, 4, 2], seed=99)
        >>> print(net.forward(np.array([0.5, -1.0, 2.0])).round(4))
        [0.4252 0.4962]
        >>> print([a.shape for a in net.activations])
        [(3,), (4,), (2,)]

        (The guide prints 0.5468 and 0.4855 for this network on line 1182. Its code gives the
        above.)

        Errors  none; x must be as it was afterwards
        Guide   Section 2, line 761
        """
        raise NotImplementedError("network.Network.forward: not written yet")

    def backward(self, target: np.ndarray) -> tuple:
        """Backpropagation: how much the loss changes with each weight and each bias.

        L is mse_loss(output, target) for the example that forward() saw last. Start at the output,

            delta = 2 (a_out − target) / n_out · a_out (1 − a_out)              delta is dL/dz

        and then, from the last layer to the first, with a_in the input of that layer:

            dL/dW = delta ⊗ a_in          (n_out, n_in), outer product
            dL/db = delta                 (n_out,)
            delta of the layer before = (Wᵀ delta) · a_in (1 − a_in)

        Takes   target: (n_out,)
        Gives   (weight_grads, bias_grads): two lists in the order of the layers, first layer first;
                every gradient has the shape of its parameter

        >>> net = Network([3, 4, 2], seed=99)
        >>> output = net.forward(np.array([0.5, -1.0, 2.0]))
        >>> weight_grads, bias_grads = net.backward(np.array([1.0, 0.0]))
        >>> print(weight_grads[1].round(4))
        [[-0.0307 -0.0893 -0.0514 -0.0803]
         [ 0.0271  0.0788  0.0454  0.0709]]
        >>> print(bias_grads[0].round(4))
        [ 0.0128 -0.0223 -0.0164  0.0476]

        Errors  if these come out twice too large, the 1/n_out is missing: the guide's backward()
                leaves it out (line 788), and with two outputs it then disagrees with its own
                mse_loss. Weights, biases and self.activations must be as they were afterwards
        Guide   Section 2, "The Pattern", line 715; "Implementing backward()", line 729; Exercise
                2.2, line 1049
        """
        raise NotImplementedError("network.Network.backward: not written yet")

    def train_step(self, x: np.ndarray, target: np.ndarray, learning_rate: float) -> float:
        """Learn from one example: forward, loss, backward, update.

            parameter = parameter − learning_rate · gradient        for every weight and bias

        Takes   x: (n_in,); target: (n_out,); learning_rate: a float, 0 or more
        Gives   the loss from *before* the update, a float

        Learning the same example three times; each loss is smaller than the one before:

        >>> net = Network([2, 4, 1])
        >>> for step in range(3):
        ...     print(round(net.train_step(np.array([1.0, 2.0]), np.array([1.0]), 1.0), 4))
        0.3115
        0.1125
        0.0561

        (The guide prints 0.1255, 0.0695, 0.0401 from line 1298 on. Its own code gives the above.)

        Errors  all gradients must be those of the old parameters: call backward() once, then update
        Guide   Section 3, "Putting It All Together", lines 1204 and 1262
        """
        raise NotImplementedError("network.Network.train_step: not written yet")

    def train_epoch(self, X: np.ndarray, y: np.ndarray, learning_rate: float, batch_size: int = 32) -> float:
        """Learn from the whole training set once, in mini-batches.

        Deal the examples out anew, in random order; take batch_size of them at a time, and make
        *one* update for each batch, with the mean of its examples' gradients:

            parameter = parameter − learning_rate · (sum of the batch's gradients) / (its size)

        The last batch holds what is left over: 10 examples in batches of 4 make 4 + 4 + 2, and the
        last sum is divided by 2.

        Takes   X: (N, n_in), one example a row; y: (N, n_out), its targets; batch_size: an int, 1
                or more
        Gives   the mean over all N examples of the loss that each had before its batch's update, a
                float

        With one batch for all, the order doesn't matter, and the losses can be known beforehand:

        >>> net = Network([2, 4, 1])
        >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> y = np.array([[0.0], [1.0], [1.0], [0.0]])
        >>> for epoch in range(3):
        ...     print(round(net.train_epoch(X, y, 1.0, batch_size=4), 6))
        0.255405
        0.252175
        0.250586

        Errors  X and y keep their order: shuffle a list of row numbers (np.random.permutation), and
                use it for both. All gradients of a batch are taken at the same parameters
        Guide   Section 3, "Mini-Batches" and "Epochs", lines 1435 and 1480
        """
        raise NotImplementedError("network.Network.train_epoch: not written yet")
