"""The practice project: a network that reads handwritten digits.

    make check section=5                         grade this file
    python -m doctest exercises/digits.py        run the worked examples below
    python exercises/digits.py data/digits.npz   train, and print the accuracy

`data/digits.npz` holds 1,797 real digits and comes with the kit; `make data` fetches the 70,000 of
MNIST as `data/mnist_data.npz`. Both hold `images` (N, 28, 28), bytes 0 … 255, and `labels` (N,),
ints 0 … 9. The goal is more than 80 % right on digits that the network has not seen.
"""

import sys

import numpy as np

from network import Network


def one_hot(labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Turn each label into a row with a single 1, at the label's own place.

    Takes   labels: (N,) ints from 0 to n_classes − 1; n_classes: an int
    Gives   an array of floats (N, n_classes)

    >>> print(one_hot(np.array([3, 0]), 5))
    [[0. 0. 0. 1. 0.]
     [1. 0. 0. 0. 0.]]

    Errors  labels count from 0: digit 0 is the first column
    Guide   Practice Project, "Step 2", line 2126; Hint 1, line 2161
    """
    raise NotImplementedError("digits.one_hot: not written yet")


def prepare(images: np.ndarray, labels: np.ndarray, n_classes: int = 5, train_fraction: float = 0.8) -> tuple:
    """From pictures of all digits to training and test rows of the digits wanted.

    In this order: keep the pictures whose label is below n_classes, and their labels; flatten each
    picture into a row; divide by 255; encode the labels; split, the first int(train_fraction ·
    kept) rows for training.

    Takes   images: (N, 28, 28), bytes 0 … 255; labels: (N,) ints 0 … 9
    Gives   (X_train, y_train, labels_train, X_test, y_test, labels_test), order kept:
            X (n, 784) floats from 0 to 1, y (n, n_classes) one-hot rows, labels (n,) ints

    Of six pictures, four are of digits below 5; int(0.8 · 4) = 3 of them train:

    >>> images = np.full((6, 28, 28), 51, dtype=np.uint8)
    >>> labels = np.array([7, 0, 4, 5, 1, 3])
    >>> X_train, y_train, labels_train, X_test, y_test, labels_test = prepare(images, labels)
    >>> print(X_train.shape, y_train.shape, labels_train, labels_test)
    (3, 784) (3, 5) [0 4 1] [3]
    >>> print(round(X_train.max(), 6))
    0.2

    Errors  filter images *and* labels with the same mask. Bytes wrap around (200 + 100 is 44), so
            turn them into floats before any arithmetic
    Guide   Practice Project, "Step 2", line 2122; Hint 1, line 2141
    """
    raise NotImplementedError("digits.prepare: not written yet")


def accuracy(net: Network, X: np.ndarray, labels: np.ndarray) -> float:
    """The fraction of the rows of X that the network reads correctly.

    Its answer for a row is the number of the strongest output: the argmax of forward(row).

    Takes   net: any network with forward(x); X: (N, n_in); labels: (N,) ints
    Gives   a float from 0 to 1: a fraction, neither a count nor a percentage

    >>> class Echo:
    ...     def forward(self, x):
    ...         return x
    >>> X = np.array([[0.1, 0.9, 0.2], [0.8, 0.3, 0.7], [0.2, 0.3, 0.4], [0.6, 0.2, 0.5]])
    >>> print(accuracy(Echo(), X, np.array([1, 0, 2, 2])))
    0.75

    Errors  none. Compare with the integer labels, not with the one-hot rows
    Guide   Practice Project, Hint 2, line 2178
    """
    raise NotImplementedError("digits.accuracy: not written yet")


def train_digits(
    X_train: np.ndarray,
    y_train: np.ndarray,
    epochs: int = 15,
    learning_rate: float = 0.5,
    batch_size: int = 32,
    seed: int = 42,
) -> tuple:
    """Train `Network([n_in, 64, n_classes], seed=seed)` with one train_epoch for each epoch.

    n_in and n_classes are the numbers of columns of X_train and y_train: 784 and 5 for the project,
    which makes 784 · 64 + 64 + 64 · 5 + 5 = 50,565 parameters (line 2379 of the guide adds them up
    to 50,629).

    Takes   X_train: (N, n_in), numbers from 0 to 1; y_train: (N, n_classes), one-hot rows
    Gives   (net, losses): the trained network, and a list with the loss that each train_epoch
            returned

    Two classes that the brightness of a picture tells apart:

    >>> X = np.concatenate([np.full((20, 9), 0.1), np.full((20, 9), 0.9)])
    >>> labels = np.repeat([0, 1], 20)
    >>> net, losses = train_digits(X, np.eye(2)[labels], epochs=30, batch_size=8)
    >>> print([W.shape for W in net.weights], len(losses))
    [(64, 9), (2, 64)] 30
    >>> print(losses[-1] < 0.1 * losses[0], accuracy(net, X, labels))
    True 1.0

    Errors  one example at a time this takes minutes on MNIST. If it is too slow, let train_epoch do
            a whole batch with one matrix product for each layer
    Guide   Practice Project, "Step 3" and "Step 4", lines 2128 and 2134
    """
    raise NotImplementedError("digits.train_digits: not written yet")


def misclassified(net: Network, X: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Bonus. Which rows the network reads wrongly, so that you can look at those pictures.

    Takes   as accuracy()
    Gives   an array of ints: the row numbers, increasing; empty where all are right

    >>> class Echo:
    ...     def forward(self, x):
    ...         return x
    >>> X = np.array([[0.1, 0.9, 0.2], [0.8, 0.3, 0.7], [0.2, 0.3, 0.4], [0.6, 0.2, 0.5]])
    >>> print(misclassified(Echo(), X, np.array([1, 2, 2, 2])))
    [1 3]

    Errors  row numbers, not the rows themselves and not a mask of True and False
    Guide   "Extending the Project", line 2390
    """
    raise NotImplementedError("digits.misclassified: not written yet")


def decayed_rate(learning_rate: float, epoch: int, decay: float) -> float:
    """Bonus. A learning rate that gets smaller as training goes on.

        rate = learning_rate / (1 + decay · epoch)

    Takes   learning_rate: the first epoch's rate; epoch: an int, counted from 0; decay: 0 or more
    Gives   the rate for this epoch, a float

    >>> print([decayed_rate(0.5, epoch, 1.0) for epoch in (0, 1, 4)])
    [0.5, 0.25, 0.1]

    Errors  none. It is always the *first* rate that is divided, not that of the epoch before
    Guide   "Extending the Project", line 2393
    """
    raise NotImplementedError("digits.decayed_rate: not written yet")


class CrossEntropyNetwork(Network):
    """Bonus. The same network, with cross-entropy for its loss; only backward is different."""

    def backward(self, target: np.ndarray) -> tuple:
        """Gradients of cross_entropy_loss, where Network.backward has those of mse_loss.

        Only the start changes. The slope of the loss, (a − t) / (a (1 − a)) / n_out, meets the
        slope of the sigmoid, a (1 − a), and the two cancel:

            delta = (a_out − target) / n_out

        So a neuron that is sure and wrong learns at full speed, where with the squared error its
        a (1 − a) ≈ 0 holds it back. From there on, all is as in Network.backward.

        Takes   target: (n_out,) zeros and ones, for the example of the last forward()
        Gives   (weight_grads, bias_grads), as Network.backward

        >>> net = CrossEntropyNetwork([3, 4, 2], seed=99)
        >>> print(net.forward(np.array([0.5, -1.0, 2.0])).round(4))
        [0.4252 0.4962]
        >>> weight_grads, bias_grads = net.backward(np.array([1.0, 0.0]))
        >>> print(bias_grads[1].round(4))
        [-0.2874  0.2481]

        Errors  use the cancelled form: dividing by a (1 − a) fails where an output has rounded to 0
                or 1
        Guide   "Extending the Project", line 2392; the losses compared, line 207
        """
        raise NotImplementedError("digits.CrossEntropyNetwork.backward: not written yet")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("which digits? try: python exercises/digits.py data/digits.npz")
    data = np.load(sys.argv[1])
    X_train, y_train, labels_train, X_test, y_test, labels_test = prepare(data["images"], data["labels"])
    net, losses = train_digits(X_train, y_train)
    print(f"loss of the first epoch {losses[0]:.4f}, of the last {losses[-1]:.4f}")
    print(f"right on {accuracy(net, X_test, labels_test):.1%} of {len(X_test)} digits it has not seen")
