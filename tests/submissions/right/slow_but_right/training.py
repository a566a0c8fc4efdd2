"""Sleeps a little when imported, as large imports do."""
import time

import matplotlib.pyplot as plt
import numpy as np

from losses import mse_loss
from network import Network

time.sleep(0.2)
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
    figure, axes = plt.subplots()
    for rate, losses in histories.items():
        axes.plot(losses, label=f"rate {rate}")
    axes.set_xlabel("step")
    axes.set_ylabel("loss")
    axes.legend()
    return figure
