def mse_gradient(p, t):
    return p * 0
