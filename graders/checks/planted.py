"""Networks with and without a bug, to grade a gradient check: source text that runs in the worker.

All are a class `Network` with the same attributes, alike from outside; the bug is in what backward() returns. The
contract promises a check for *any* such network, so one kind has tanh layers.
"""

from __future__ import annotations

#: The function `network` gives a network of a class that it makes; `bug` is a line of Python, run by backward().
#: One source for all: what differs is compiled when it is called.
SOURCE = """
def network(weights, biases, bug, sigmoid):
    planted = {"np": np}
    body = "def plant(self, weight_grads, bias_grads):\\n    " + bug + "\\n    return weight_grads, bias_grads"
    exec(body, planted)
    plant = planted["plant"]

    class Network:
        def __init__(self, weights, biases):
            self.weights = [np.array(W, dtype=float) for W in weights]
            self.biases = [np.array(b, dtype=float) for b in biases]
            self.activations = []

        def forward(self, x):
            a = np.array(x, dtype=float)
            self.activations = [a]
            for W, b in zip(self.weights, self.biases):
                z = W @ a + b
                a = 1 / (1 + np.exp(-z)) if sigmoid else np.tanh(z)
                self.activations.append(a)
            return a

        def backward(self, target):
            a = self.activations[-1]
            delta = 2 * (a - np.asarray(target, dtype=float)) / a.size * derivative(a)
            weight_grads, bias_grads = [], []
            for layer in range(len(self.weights) - 1, -1, -1):
                a = self.activations[layer]
                weight_grads.insert(0, np.outer(delta, a))
                bias_grads.insert(0, delta.copy())
                if layer:
                    delta = (self.weights[layer].T @ delta) * derivative(a)
            return plant(self, weight_grads, bias_grads)

        def copy_weights(self):
            return [W.copy() for W in self.weights], [b.copy() for b in self.biases]

        def set_weights(self, saved):
            self.weights = [np.array(W) for W in saved[0]]
            self.biases = [np.array(b) for b in saved[1]]

    def derivative(a):
        return a * (1 - a) if sigmoid else 1 - a * a

    Network.__qualname__ = "Network"
    return Network(weights, biases)
"""

#: A bug's name -> the line that plants it. Each changes a gradient by far more than any reading of the tolerance.
BUGS = {
    "one weight of the first layer": "weight_grads[0][0, 0] += 0.5",
    "one weight of the last layer": "weight_grads[-1][-1, -1] -= 0.5",
    "one bias of the first layer": "bias_grads[0][-1] += 0.5",
    "one bias of the last layer": "bias_grads[-1][0] -= 0.5",
    "no sigmoid derivative in the first layer": "a = self.activations[1]; weight_grads[0] /= (a * (1 - a))[:, None]; "
    "bias_grads[0] /= a * (1 - a)",
    "twice too large": "weight_grads = [2 * g for g in weight_grads]; bias_grads = [2 * g for g in bias_grads]",
    "negated": "weight_grads = [-g for g in weight_grads]; bias_grads = [-g for g in bias_grads]",
    "biases of zero": "bias_grads = [0 * g for g in bias_grads]",
    "all zero": "weight_grads = [0 * g for g in weight_grads]; bias_grads = [0 * g for g in bias_grads]",
    "two errors that cancel": "weight_grads[0][0, 0] += 0.5; weight_grads[0][-1, -1] -= 0.5; bias_grads[0][0] += 0.5; "
    "bias_grads[0][-1] -= 0.5",
    "layers of the biases swapped": "bias_grads = [bias_grads[0] + 0.3, *bias_grads[1:]]",
}

#: Gradients that are no numbers, or of the wrong shape: False, or an exception.
UNUSABLE = {
    "nan in one weight": "weight_grads[0][0, 0] = np.nan",
    "nan everywhere": "weight_grads = [g * np.nan for g in weight_grads]; "
    "bias_grads = [g * np.nan for g in bias_grads]",
    "nan in one bias": "bias_grads[-1][-1] = np.nan",
    "weights transposed": "weight_grads = [g.T for g in weight_grads]",
    "weights in one row": "weight_grads = [g.ravel() for g in weight_grads]",
    "biases as columns": "bias_grads = [g[:, None] for g in bias_grads]",
}
