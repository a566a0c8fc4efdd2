"""Every parameter up and down by epsilon, and the difference held against backward()."""
import numpy as np

from losses import mse_loss


def slope(net, array, index, x, target, epsilon):
    kept = array[index]
    array[index] = kept + epsilon
    above = mse_loss(net.forward(x), target)
    array[index] = kept - epsilon
    below = mse_loss(net.forward(x), target)
    array[index] = kept
    return (above - below) / (2 * epsilon)


def numerical_gradients(net, x, target, epsilon=1e-5):
    dW, db = [], []
    for W in net.weights:
        grad = np.zeros_like(W)
        for i in range(W.shape[0]):
            for j in range(W.shape[1]):
                grad[i, j] = slope(net, W, (i, j), x, target, epsilon)
        dW.append(grad)
    for b in net.biases:
        grad = np.zeros_like(b)
        for i in range(b.shape[0]):
            grad[i] = slope(net, b, i, x, target, epsilon)
        db.append(grad)
    return dW, db


def gradient_check(net, x, target, epsilon=1e-5, tolerance=1e-5):
    net.forward(x)
    dW, db = net.backward(target)
    all_ok = True
    for l in range(len(net.weights)):
        W, b = net.weights[l], net.biases[l]
        if dW[l].shape != W.shape or db[l].shape != b.shape:
            print(f"FAIL: layer {l + 1} has another shape")
            all_ok = False
            continue
        for i in range(W.shape[0]):
            for j in range(W.shape[1]):
                diff = abs(slope(net, W, (i, j), x, target, epsilon) - dW[l][i, j])
                if not diff < tolerance:
                    print(f"FAIL: layer {l + 1} W[{i},{j}] {diff:.2e}")
                    all_ok = False
        for i in range(b.shape[0]):
            diff = abs(slope(net, b, i, x, target, epsilon) - db[l][i])
            if not diff < tolerance:
                print(f"FAIL: layer {l + 1} b[{i}] {diff:.2e}")
                all_ok = False
    net.forward(x)
    return all_ok
