"""Figures made without pyplot, names for the whole figure."""

import matplotlib.pyplot as plt
import numpy as np

from losses import mse_loss
from network import Network

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])


def train_xor(learning_rate=2.0, steps=2000, seed=42):
    net = Network([2, 4, 1], seed=seed)
    losses = []
    for step in range(steps):
        total = 0.0
        for x, target in zip(X, Y):
            total += net.train_step(x, target, learning_rate)
        losses.append(total / len(X))
    return net, losses


def learning_rate_sweep(learning_rates, steps=2000, seed=42):
    final = {}
    for rate in learning_rates:
        net, losses = train_xor(rate, steps, seed)
        final[rate] = sum(mse_loss(net.forward(x), target) for x, target in zip(X, Y)) / len(X)
    return final


def verdict(final_loss):
    if final_loss > 0.2:
        return "Too slow/stuck"
    if final_loss > 0.01:
        return "Learning slowly"
    if final_loss > 0.001:
        return "Good"
    return "Great"


def plot_learning_rates(histories):
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    fig = Figure()
    ax = fig.add_axes([0.1, 0.1, 0.8, 0.8])
    for rate, losses in histories.items():
        line = Line2D(range(1, len(losses) + 1), losses)
        line.set_label(r"$\eta$ = %.2e" % rate)
        ax.add_line(line)
    ax.autoscale_view()
    ax.set(xlabel="step", ylabel="loss", yscale="log")
    fig.legend()
    return fig
