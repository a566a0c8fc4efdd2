"""A class that keeps its state; the module's functions are its bound methods."""
import matplotlib.pyplot as plt
import numpy as np

import network


class Experiment:
    runs = 0
    table = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}

    def __init__(self):
        self.data = [(np.array(k, float), np.array([v], float)) for k, v in self.table.items()]

    def train_xor(self, learning_rate=2.0, steps=2000, seed=42):
        type(self).runs += 1
        net, losses = network.Network([2, 4, 1], seed=seed), []
        for _ in range(steps):
            four = [net.train_step(x, t, learning_rate) for x, t in self.data]
            losses.append(sum(four) / 4)
        return net, losses

    def learning_rate_sweep(self, learning_rates, steps=2000, seed=42):
        return {r: self.train_xor(r, steps, seed)[1][-1] for r in learning_rates}

    @staticmethod
    def verdict(final_loss):
        if final_loss <= 0.001:
            return "Great"
        if final_loss <= 0.01:
            return "Good"
        if final_loss <= 0.2:
            return "Learning slowly"
        return "Too slow/stuck"

    def plot_learning_rates(self, histories):
        figure, ax = plt.subplots()
        for rate, losses in histories.items():
            line, = ax.plot(losses)
            line.set_label(rate)
        ax.legend()
        ax.set(xlabel="step", ylabel="loss")
        return figure


experiment = Experiment()
train_xor = experiment.train_xor
learning_rate_sweep = experiment.learning_rate_sweep
verdict = Experiment.verdict
plot_learning_rates = experiment.plot_learning_rates
