"""Imports where they are needed."""


def one_hot(labels, n_classes):
    import numpy as np

    return np.eye(n_classes)[np.asarray(labels, dtype=int)]


def prepare(images, labels, n_classes=5, train_fraction=0.8):
    import numpy as np

    chosen = np.flatnonzero(labels < n_classes)
    X = images[chosen].reshape(chosen.size, -1) / 255.0
    where = int(train_fraction * chosen.size)
    y = one_hot(labels[chosen], n_classes)
    train, test = slice(None, where), slice(where, None)
    return [part[s] for s in (train, test) for part in (X, y, labels[chosen])]


def accuracy(net, X, labels):
    from statistics import fmean

    return fmean(int(net.forward(x).argmax()) == int(l) for x, l in zip(X, labels))


def train_digits(X_train, y_train, epochs=15, learning_rate=0.5, batch_size=32, seed=42):
    import network

    net = network.Network([len(X_train[0]), 64, len(y_train[0])], seed)
    return net, [net.train_epoch(X_train, y_train, learning_rate, batch_size) for _ in range(epochs)]


def misclassified(net, X, labels):
    import numpy as np

    said = np.array([np.argmax(net.forward(x)) for x in X])
    return np.nonzero(said != labels)[0]


def decayed_rate(learning_rate, epoch, decay):
    return learning_rate * (1 + decay * epoch) ** -1


def __getattr__(name):
    """The class is made when it is first asked for, with network imported only then."""
    if name != "CrossEntropyNetwork":
        raise AttributeError(name)
    import numpy as np
    from network import Network

    class CrossEntropyNetwork(Network):
        def backward(self, target):
            a = self.activations
            delta = (a[-1] - target) / len(a[-1])
            dW, db = [], []
            for l in reversed(range(len(self.weights))):
                dW.insert(0, np.outer(delta, a[l]))
                db.insert(0, delta)
                delta = self.weights[l].T @ delta * a[l] * (1 - a[l])
            return dW, db

    globals()[name] = CrossEntropyNetwork
    return CrossEntropyNetwork
