"""Aliases for everything."""
import numpy as numerics
from network import Network as Net
import losses as cost

N = numerics
inputs = N.array([[0, 0], [0, 1], [1, 0], [1, 1]])
outputs = N.array([[0], [1], [1], [0]])


def train_xor(learning_rate=2.0, steps=2000, seed=42):
    """Integer inputs and targets; losses as an array."""
    net = Net([2, 4, 1], seed=seed)
    history = N.zeros(steps)
    for k in range(steps):
        for x, t in zip(inputs, outputs):
            history[k] += net.train_step(x, t, learning_rate) / 4
    return net, history


def learning_rate_sweep(learning_rates, steps=2000, seed=42):
    """One network, put back to its first weights for each rate."""
    net = Net([2, 4, 1], seed=seed)
    first = net.copy_weights()
    out = {}
    for r in learning_rates:
        net.set_weights(first)
        for _ in range(steps):
            for x, t in zip(inputs, outputs):
                net.train_step(x, t, r)
        out[r] = N.mean([cost.mse_loss(net.forward(x), t) for x, t in zip(inputs, outputs)])
    return out


def verdict(final_loss):
    return ("Great", "Good", "Learning slowly", "Too slow/stuck")[
        (final_loss > 0.001) + (final_loss > 0.01) + (final_loss > 0.2)
    ]


def plot_learning_rates(histories):
    import matplotlib.pyplot as plt

    plt.figure()
    for rate in sorted(histories):
        plt.plot(histories[rate], label="lr = %g" % rate)
    plt.xlabel("step"), plt.ylabel("loss"), plt.legend()
    return plt.gcf()
