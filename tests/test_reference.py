"""The reference is right: its gradients are those of a loss written down here, independently.

The yardstick is the complex step: for an analytic L, Im L(p + ih) / h is dL/dp without any
subtraction, so it is exact to rounding. Its formulas are this file's, not the reference's.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest

from graders.checks import training as training_checks
from reference import digits, losses, practice, trace, training
from reference.gradient_check import gradient_check, numerical_gradients
from reference.network import Network, sigmoid, sigmoid_derivative

STEP = 1e-150
SIZES = [[1, 1], [3, 2], [2, 4, 1], [3, 5, 4, 2], [4, 3, 3, 3, 5]]


def mse(p: np.ndarray, t: np.ndarray) -> complex:
    return ((p - t) ** 2).sum() / p.size


def cross_entropy(p: np.ndarray, t: np.ndarray) -> complex:
    return -(t * np.log(p) + (1 - t) * np.log(1 - p)).sum() / p.size


def predict(weights: list, biases: list, x: np.ndarray) -> np.ndarray:
    a = x
    for W, b in zip(weights, biases, strict=True):
        a = 1 / (1 + np.exp(-(W @ a + b)))
    return a


def complex_step(loss: Callable[[], complex], tensor: np.ndarray) -> np.ndarray:
    """dL/dtensor, where loss() reads the complex array `tensor`."""
    gradient = np.zeros(tensor.shape)
    for index in np.ndindex(tensor.shape):
        tensor[index] += 1j * STEP
        gradient[index] = loss().imag / STEP
        tensor[index] -= 1j * STEP
    return gradient


def network(sizes: list[int], seed: int, kind: type[Network] = Network) -> Network:
    """A net with biases that aren't zero."""
    net = kind(sizes, seed=seed)
    rng = np.random.default_rng(seed)
    net.biases = [rng.normal(size=b.shape) for b in net.biases]
    return net


def true_gradients(net: Network, x: np.ndarray, t: np.ndarray, loss: Callable) -> list[np.ndarray]:
    weights = [W.astype(complex) for W in net.weights]
    biases = [b.astype(complex) for b in net.biases]
    return [complex_step(lambda: loss(predict(weights, biases, x), t), tensor) for tensor in weights + biases]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_backward_is_the_gradient_of_the_mean_squared_error(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    net, x, t = network(sizes, seed), rng.normal(size=sizes[0]), rng.normal(size=sizes[-1])
    net.forward(x)
    weight_grads, bias_grads = net.backward(t)
    truth = true_gradients(net, x, t, mse)
    for ours, true in zip(weight_grads + bias_grads, truth, strict=True):
        np.testing.assert_allclose(ours, true, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_cross_entropy_network_has_the_gradient_of_the_cross_entropy(sizes: list[int]) -> None:
    rng = np.random.default_rng(5)
    net = network(sizes, 5, digits.CrossEntropyNetwork)
    x, t = rng.normal(size=sizes[0]), rng.integers(0, 2, size=sizes[-1])
    net.forward(x)
    weight_grads, bias_grads = net.backward(t)
    truth = true_gradients(net, x, t, cross_entropy)
    for ours, true in zip(weight_grads + bias_grads, truth, strict=True):
        np.testing.assert_allclose(ours, true, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize(
    ("ours", "loss"),
    [(losses.mse_gradient, mse), (losses.cross_entropy_gradient, cross_entropy)],
    ids=["mse", "cross-entropy"],
)
def test_the_gradients_of_the_losses(ours: Callable, loss: Callable) -> None:
    rng = np.random.default_rng(0)
    p, t = rng.uniform(0.02, 0.98, size=(3, 4)), rng.integers(0, 2, size=(3, 4))
    z = p.astype(complex)
    np.testing.assert_allclose(ours(p, t), complex_step(lambda: loss(z, t), z), rtol=1e-12)


def test_the_losses_themselves() -> None:
    rng = np.random.default_rng(0)
    p, t = rng.uniform(0.02, 0.98, size=(3, 4)), rng.integers(0, 2, size=(3, 4))
    assert losses.mse_loss(p, t) == pytest.approx(mse(p, t), rel=1e-14)
    assert losses.cross_entropy_loss(p, t) == pytest.approx(cross_entropy(p, t), rel=1e-13)


def test_cross_entropy_stays_finite_at_both_ends() -> None:
    ends, wrong = np.array([0.0, 1.0]), np.array([1, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert 15 <= losses.cross_entropy_loss(ends, wrong) < math.inf
        assert losses.cross_entropy_loss(ends, 1 - wrong) < 1e-11
        assert np.isfinite(losses.cross_entropy_gradient(ends, wrong)).all()


def test_shapes_that_would_broadcast_to_a_table_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3,\) and \(3, 1\)"):
        losses.mse_loss(np.zeros(3), np.zeros((3, 1)))
    assert losses.mse_loss(np.array([3.0]), 1) == 4


def test_the_table_of_losses() -> None:
    table = losses.loss_table(np.array([0.2, 0.6, 1.0]), 1)
    expected = [[0.2, 0.64, -math.log(0.2)], [0.6, 0.16, -math.log(0.6)], [1, 0, 0]]
    np.testing.assert_allclose(table[:, :3], expected, atol=1e-14)
    np.testing.assert_allclose(table[:2, 3], [-math.log(0.2) / 0.64, -math.log(0.6) / 0.16])


@pytest.mark.parametrize("z", [-745.0, -710.0, -40.0, -0.3, 0.0, 1e-9, 2.0, 36.0, 710.0])
def test_the_sigmoid_is_right_to_rounding(z: float) -> None:
    # For z < 0, e^z / (1 + e^z) with the denominator's logarithm taken exactly.
    true = math.exp(z - math.log1p(math.exp(z))) if z < 0 else 1 / (1 + math.exp(-z))
    assert sigmoid(z) == pytest.approx(true, rel=1e-13, abs=5e-324)


def test_the_sigmoid_never_warns() -> None:
    with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("error")
        extremes = sigmoid(np.array([-1.7e308, -1e4, 1e4, 1.7e308]))
    np.testing.assert_array_equal(extremes, [0, 0, 1, 1])
    assert sigmoid(np.zeros((2, 3))).shape == (2, 3)


def test_the_slope_of_the_sigmoid() -> None:
    z = np.linspace(-6, 6, 9)
    true = (1 / (1 + np.exp(-(z + 1j * STEP)))).imag / STEP
    np.testing.assert_allclose(sigmoid_derivative(sigmoid(z)), true, rtol=1e-13)


def test_forward_agrees_with_the_formula_and_keeps_every_output() -> None:
    net, x = network([3, 5, 4, 2], 1), np.array([0.5, -1.0, 2.0])
    np.testing.assert_allclose(net.forward(x), predict(net.weights, net.biases, x), rtol=1e-14)
    assert [a.shape for a in net.activations] == [(3,), (5,), (4,), (2,)]
    np.testing.assert_array_equal(net.activations[0], x)


def test_the_first_weights_are_the_guides() -> None:
    np.random.seed(7)
    expected = [np.random.randn(4, 3) * np.sqrt(2 / 3), np.random.randn(2, 4) * np.sqrt(2 / 4)]
    net = Network([3, 4, 2], seed=7)
    for W, true in zip(net.weights, expected, strict=True):
        np.testing.assert_array_equal(W, true)
    assert all((b == 0).all() for b in net.biases)


def test_saved_weights_are_copies() -> None:
    net = network([2, 3, 1], 0)
    saved = net.copy_weights()
    net.train_step(np.array([1.0, 2.0]), np.array([1.0]), 1.0)
    assert not np.array_equal(net.weights[0], saved[0][0])
    net.set_weights(saved)
    np.testing.assert_array_equal(net.weights[0], saved[0][0])
    net.weights[0][0, 0] += 1
    assert net.weights[0][0, 0] != saved[0][0][0, 0]


def test_backward_leaves_the_net_alone() -> None:
    net = network([3, 4, 2], 2)
    net.forward(np.array([0.5, -1.0, 2.0]))
    before = [a.copy() for a in [*net.weights, *net.biases, *net.activations]]
    net.backward(np.array([1.0, 0.0]))
    for a, b in zip([*net.weights, *net.biases, *net.activations], before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_train_step_returns_the_old_loss_and_descends_the_true_gradient() -> None:
    net, x, t = network([3, 4, 2], 3), np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0])
    old = net.copy_weights()
    truth = true_gradients(net, x, t, mse)
    loss = net.train_step(x, t, 0.7)
    assert loss == pytest.approx(mse(predict(*old, x), t), rel=1e-14)
    for new, was, grad in zip(net.weights + net.biases, old[0] + old[1], truth, strict=True):
        np.testing.assert_allclose(new, was - 0.7 * grad, rtol=1e-12, atol=1e-15)


# ── train_epoch: in a net of one layer, one-hot rows write each example into columns of its own ──


def marked_examples(n: int) -> tuple[Network, np.ndarray, np.ndarray]:
    """n one-hot rows: the gradient of example i is in column i of the weights and nowhere else."""
    net = Network([n, 2], seed=0)
    return net, np.eye(n), np.random.default_rng(1).uniform(size=(n, 2))


@pytest.mark.parametrize("batch_size", [1, 3, 4, 10, 64])
def test_an_epoch_uses_every_example_once_in_a_mean_over_its_own_batch(batch_size: int) -> None:
    net, X, y = marked_examples(10)
    net.biases = [np.zeros(2)]
    old = net.weights[0].copy()
    loss = net.train_epoch(X, y, 0.0, batch_size)
    np.testing.assert_array_equal(net.weights[0], old)
    assert loss == pytest.approx(mse(1 / (1 + np.exp(-old.T)), y), rel=1e-13)
    rate = 1e-6  # so small that the biases don't couple the examples measurably
    net.train_epoch(X, y, rate, batch_size)
    gradients = np.zeros_like(old)
    for i, (x, t) in enumerate(zip(X, y, strict=True)):
        gradients[:, i] = true_gradients(_with(net, old), x, t, mse)[0][:, i]
    divisors = rate * gradients / (old - net.weights[0])
    sizes = [min(batch_size, 10 - start) for start in range(0, 10, batch_size)]
    expected = np.repeat(sizes, sizes)
    np.testing.assert_allclose(sorted(divisors[0]), sorted(expected), rtol=1e-4)


def _with(net: Network, weights: np.ndarray) -> Network:
    other = Network([weights.shape[1], weights.shape[0]])
    other.set_weights(([weights], [np.zeros(weights.shape[0])]))
    return other


def test_a_full_batch_epoch_is_one_step_of_the_mean_gradient() -> None:
    rng = np.random.default_rng(4)
    net, X, y = network([3, 4, 2], 4), rng.normal(size=(7, 3)), rng.uniform(size=(7, 2))
    old = net.copy_weights()
    each = [true_gradients(net, x, t, mse) for x, t in zip(X, y, strict=True)]
    loss = net.train_epoch(X, y, 0.9, batch_size=7)
    mean_loss = np.mean([mse(predict(*old, x), t) for x, t in zip(X, y, strict=True)])
    assert loss == pytest.approx(mean_loss, rel=1e-13)
    for k, (new, was) in enumerate(zip(net.weights + net.biases, old[0] + old[1], strict=True)):
        mean = np.mean([gradients[k] for gradients in each], axis=0)
        np.testing.assert_allclose(new, was - 0.9 * mean, rtol=1e-11, atol=1e-15)


def test_epochs_are_dealt_anew_and_leave_the_data_in_order() -> None:
    net, X, y = marked_examples(12)
    kept = X.copy(), y.copy()
    start = net.copy_weights()
    ends = []
    for _ in range(3):
        net.set_weights(start)
        net.train_epoch(X, y, 0.5, batch_size=1)
        ends.append(net.biases[0].copy())
    assert not np.array_equal(ends[0], ends[1]) or not np.array_equal(ends[1], ends[2])
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(y, kept[1])


def test_the_cross_entropy_network_also_trains_on_the_cross_entropy() -> None:
    rng = np.random.default_rng(6)
    net = network([3, 4, 2], 6, digits.CrossEntropyNetwork)
    X, y = rng.normal(size=(5, 3)), rng.integers(0, 2, size=(5, 2))
    old = net.copy_weights()
    each = [true_gradients(net, x, t, cross_entropy)[0] for x, t in zip(X, y, strict=True)]
    net.train_epoch(X, y, 0.3, batch_size=5)
    mean = np.mean(each, axis=0)
    np.testing.assert_allclose(net.weights[0], old[0][0] - 0.3 * mean, rtol=1e-11, atol=1e-14)


# ── The hand trace ───────────────────────────────────────────────────────────────────────────────


def test_the_trace_is_the_chain_rule() -> None:
    rng = np.random.default_rng(8)
    W1, b1, W2, b2 = (rng.normal(size=shape) for shape in [(2, 2), (2,), (1, 2), (1,)])
    x, t = rng.normal(size=2), rng.normal(size=1)
    net = Network([2, 2, 1])
    net.set_weights(([W1, W2], [b1, b2]))
    dW1, dW2, db1, db2 = true_gradients(net, x, t, mse)
    back = trace.backward_trace(W1, b1, W2, b2, x, t)
    forward = trace.forward_trace(W1, b1, W2, b2, x, t)
    assert list(forward) == ["z1", "a1", "z2", "a2", "loss"]
    assert forward["loss"] == pytest.approx(mse(predict([W1, W2], [b1, b2], x), t), rel=1e-14)
    for name, true in {"dL_dW1": dW1, "dL_dW2": dW2, "dL_db1": db1, "dL_db2": db2}.items():
        np.testing.assert_allclose(back[name], true, rtol=1e-12)
        assert back[name].shape == true.shape
    np.testing.assert_allclose(back["delta2"], back["dL_da2"] * back["da2_dz2"])
    np.testing.assert_allclose(back["delta1"], back["dL_da1"] * back["da1_dz1"])

    before = [a.copy() for a in (W1, b1, W2, b2)]
    new = trace.updated_parameters(W1, b1, W2, b2, back, 0.5)
    for ours, old, true in zip(new, before, (dW1, db1, dW2, db2), strict=True):
        np.testing.assert_allclose(ours, old - 0.5 * true, rtol=1e-12, atol=1e-15)
    for a, b in zip((W1, b1, W2, b2), before, strict=True):
        np.testing.assert_array_equal(a, b)


# ── The gradient check ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_numerical_gradients_are_near_the_true_ones_and_put_everything_back(sizes: list) -> None:
    rng = np.random.default_rng(9)
    net, x, t = network(sizes, 9), rng.normal(size=sizes[0]), rng.uniform(size=sizes[-1])
    before = net.copy_weights()
    weight_grads, bias_grads = numerical_gradients(net, x, t)
    for ours, true in zip(weight_grads + bias_grads, true_gradients(net, x, t, mse), strict=True):
        np.testing.assert_allclose(ours, true, atol=1e-9)
    for a, b in zip(net.weights + net.biases, before[0] + before[1], strict=True):
        np.testing.assert_array_equal(a, b)
    assert gradient_check(net, x, t)


def broken(change: Callable[[list, list], tuple]) -> Network:
    class Broken(Network):
        def backward(self, target: object) -> tuple:
            return change(*super().backward(np.asarray(target)))

    return network([3, 4, 2], 1, Broken)


def _one_entry(w: list, b: list) -> tuple:
    w[0][3, 1] *= 1.001
    return w, b


@pytest.mark.parametrize(
    "change",
    [
        lambda w, b: ([2 * g for g in w], [2 * g for g in b]),
        lambda w, b: ([-g for g in w], b),
        lambda w, b: (w, [0 * g for g in b]),
        lambda w, b: ([w[0] * math.nan, w[1]], b),
        lambda w, b: ([g.T for g in w], b),
        lambda w, b: (w, [g.reshape(-1, 1) for g in b]),
        lambda w, b: (w[1:], b),
        _one_entry,
    ],
    ids=["twice", "negated", "no biases", "nan", "transposed", "columns", "missing", "one entry"],
)
def test_the_check_refuses_broken_gradients(change: Callable[[list, list], tuple]) -> None:
    net = broken(change)
    before = net.copy_weights()
    assert gradient_check(net, np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0])) is False
    for a, b in zip(net.weights + net.biases, before[0] + before[1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_check_undoes_what_backward_did_to_the_parameters() -> None:
    class Meddler(Network):
        def backward(self, target: object) -> tuple:
            gradients = super().backward(np.asarray(target))
            self.weights[0] += 1
            return gradients

    net = network([3, 4, 2], 1, Meddler)
    before = net.weights[0].copy()
    gradient_check(net, np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0]))
    np.testing.assert_array_equal(net.weights[0], before)


# ── Training, practice, digits ───────────────────────────────────────────────────────────────────


def test_xor_is_learned() -> None:
    net, history = training.train_xor()
    assert len(history) == 2000
    assert history[0] == pytest.approx(0.418253, abs=1e-6)
    assert history[-1] < 0.0002
    answers = np.array([net.forward(x)[0] for x in training.XOR_X])
    np.testing.assert_array_equal(answers > 0.5, [False, True, True, False])


def test_the_first_xor_step_averages_the_losses_before_each_update() -> None:
    net = Network([2, 4, 1])
    four = [net.train_step(x, t, 2.0) for x, t in zip(training.XOR_X, training.XOR_Y, strict=True)]
    assert training.train_xor(steps=1)[1] == pytest.approx([sum(four) / 4])


def test_every_rate_of_a_sweep_starts_afresh() -> None:
    alone = training.learning_rate_sweep([2.0], steps=30)[2.0]
    assert training.learning_rate_sweep([0.5, 2.0], steps=30)[2.0] == alone
    net, _ = training.train_xor(2.0, steps=30)
    true = np.mean([mse(net.forward(x), t) for x, t in zip(training.XOR_X, training.XOR_Y, strict=True)])
    assert alone == pytest.approx(true)


def test_verdicts_at_their_limits() -> None:
    words = [training.verdict(loss) for loss in (0.21, 0.2, 0.011, 0.01, 0.0011, 0.001, 0.0)]
    slow, good, great = "Learning slowly", "Good", "Great"
    assert words == ["Too slow/stuck", slow, slow, good, good, great, great]


def test_the_figures_hold_the_losses() -> None:
    figure = training.plot_learning_rates({0.5: [3.0, 2.0], 2.0: [3.0, 1.0]})
    (axes,) = figure.axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[3, 2], [3, 1]]
    assert axes.get_xlabel() and axes.get_ylabel() and axes.get_legend()
    (axes,) = practice.plot_loss_curve([3.0, 2.0], [4.0, 5.0]).axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[3, 2], [4, 5]]
    assert axes.get_legend() is not None
    assert practice.plot_loss_curve([3.0, 2.0]).axes[0].get_legend() is None


def test_fit_measures_after_each_epoch_and_never_learns_from_the_test_set() -> None:
    rng = np.random.default_rng(3)
    X, y = rng.uniform(size=(5, 1)), rng.uniform(size=(5, 1))
    parts = practice.split(X, y, 3)
    np.testing.assert_array_equal(np.concatenate([parts[0], parts[2]]), X)
    net, twin = network([1, 3, 1], 3), network([1, 3, 1], 3)
    train_losses, test_losses = practice.fit(net, *parts, epochs=2, learning_rate=0.8)
    for epoch in range(2):
        for x, t in zip(X[:3], y[:3], strict=True):
            twin.train_step(x, t, 0.8)
        rows = [mse(predict(twin.weights, twin.biases, x), t) for x, t in zip(X, y, strict=True)]
        assert train_losses[epoch] == pytest.approx(np.mean(rows[:3]), rel=1e-13)
        assert test_losses[epoch] == pytest.approx(np.mean(rows[3:]), rel=1e-13)
    np.testing.assert_array_equal(net.weights[0], twin.weights[0])


def test_overfitting_is_a_ratio_beyond_three() -> None:
    assert practice.overfitting(1.0, 3.1) is True
    assert practice.overfitting(1.0, 2.9) is False


def test_digits_are_filtered_scaled_and_split_in_order() -> None:
    rng = np.random.default_rng(2)
    images = rng.integers(0, 256, size=(9, 28, 28), dtype=np.uint8)
    labels = np.array([7, 0, 4, 5, 1, 3, 9, 2, 2])
    X_train, y_train, l_train, X_test, y_test, l_test = digits.prepare(images, labels)
    keep = [1, 2, 4, 5, 7, 8]
    np.testing.assert_array_equal(np.concatenate([l_train, l_test]), [0, 4, 1, 3, 2, 2])
    np.testing.assert_allclose(np.concatenate([X_train, X_test]) * 255, images[keep].reshape(6, 784), rtol=1e-14)
    assert len(X_train) == 4
    np.testing.assert_array_equal(y_train, np.eye(5)[[0, 4, 1, 3]])
    np.testing.assert_array_equal(y_test, np.eye(5)[[2, 2]])


class Echo(Network):
    def __init__(self) -> None:
        """A network whose output is its input."""

    def forward(self, x: object) -> np.ndarray:
        return np.asarray(x)


def test_accuracy_and_misclassified_agree() -> None:
    X = np.array([[0.1, 0.9, 0.2], [0.8, 0.3, 0.7], [0.2, 0.3, 0.4], [0.6, 0.2, 0.5]])
    labels = np.array([1, 2, 2, 2])
    assert digits.accuracy(Echo(), X, labels) == 0.5
    assert digits.misclassified(Echo(), X, labels).tolist() == [1, 3]
    assert digits.misclassified(Echo(), X, np.array([1, 0, 2, 0])).tolist() == []


def test_train_digits_learns_two_easy_classes() -> None:
    labels = np.repeat([0, 1], 20)
    X = np.where(labels[:, None] == 1, 0.9, 0.1) * np.ones((40, 9))
    net, history = digits.train_digits(X, np.eye(2)[labels], epochs=30, batch_size=8)
    assert [W.shape for W in net.weights] == [(64, 9), (2, 64)]
    assert len(history) == 30
    assert history[-1] < 0.1 * history[0]
    assert digits.accuracy(net, X, labels) == 1


def test_the_rate_decays_from_the_first_one() -> None:
    rates = [digits.decayed_rate(0.5, epoch, 1.0) for epoch in (0, 1, 4)]
    assert rates == pytest.approx([0.5, 0.25, 0.1])


def test_the_recorded_loss_of_the_rate_sweep_is_what_the_reference_comes_to() -> None:
    assert training_checks.loss_after(2.0, 2000, 42) == pytest.approx(training_checks.WITH_DEFAULTS, rel=1e-9)
