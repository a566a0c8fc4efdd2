"""Relative imports within exercises/."""
import numpy as np

from . import network
from .losses import mse_loss

EXAMPLES = [(np.array([a, b], float), np.array([a ^ b], float)) for a in (0, 1) for b in (0, 1)]


def train_xor(learning_rate=2.0, steps=2000, seed=42):
    net = network.Network((2, 4, 1), seed)
    losses = [
        sum(net.train_step(x, t, learning_rate) for x, t in EXAMPLES) / 4 for _ in range(steps)
    ]
    return net, losses


def learning_rate_sweep(learning_rates, steps=2000, seed=42):
    return {rate: train_xor(rate, steps, seed)[1][-1] for rate in learning_rates}


def verdict(final_loss):
    for floor, text in [(0.2, "Too slow/stuck"), (0.01, "Learning slowly"), (0.001, "Good")]:
        if final_loss > floor:
            return text
    return "Great"


def plot_learning_rates(histories):
    from matplotlib.figure import Figure

    figure = Figure()
    ax = figure.add_subplot(xlabel="step", ylabel="mean loss")
    for rate in histories:
        ax.plot(range(1, len(histories[rate]) + 1), histories[rate], label=str(rate))
    figure.legend(title="learning rate")
    return figure
