"""An axes for each rate, twin axes for the test loss."""

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
    fig, axs = plt.subplots(1, len(histories), squeeze=False, sharey=True)
    for ax, (rate, losses) in zip(axs.flat, histories.items()):
        ax.semilogy(losses)
        ax.set_title(f"lr={rate:.3g}")
        ax.set_xlabel("step")
    axs[0, 0].set_ylabel("loss")
    plt.close(fig)
    return fig
