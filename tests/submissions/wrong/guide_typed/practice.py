"""Section 4 as the guide does it."""
import matplotlib.pyplot as plt

from losses import mse_loss


def split(X, y, n_train):
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def fit(net, X_train, y_train, X_test, y_test, epochs, learning_rate):
    train_losses, test_losses = [], []
    for epoch in range(epochs):
        for xi, yi in zip(X_train, y_train):
            net.train_step(xi.flatten(), yi.flatten(), learning_rate)
        train_loss = sum(mse_loss(net.forward(xi.flatten()), yi.flatten())
                         for xi, yi in zip(X_train, y_train)) / len(X_train)
        test_loss = sum(mse_loss(net.forward(xi.flatten()), yi.flatten())
                        for xi, yi in zip(X_test, y_test)) / len(X_test)
        if epoch % 500 == 0:
            print(f"{epoch:>5} {train_loss:.6f} {test_loss:.6f}")
        train_losses.append(train_loss)
        test_losses.append(test_loss)
    return train_losses, test_losses


def overfitting(train_loss, test_loss):
    gap = test_loss / train_loss if train_loss > 0 else 0
    return gap > 3


def plot_loss_curve(train_losses, test_losses=None):
    fig = plt.figure(figsize=(8, 4))
    plt.plot(train_losses, label='Train')
    if test_losses is not None:
        plt.plot(test_losses, label='Test')
        plt.legend()
    plt.xlabel('Epoch')
    plt.ylabel('Average Loss')
    plt.title('Training Loss Curve')
    plt.grid(True, alpha=0.3)
    plt.tight_layout()
    plt.savefig('training_curve.png', dpi=60)
    return fig
