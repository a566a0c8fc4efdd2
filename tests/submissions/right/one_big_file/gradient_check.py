"""All of it is in everything.py."""
from everything import numerical_gradients, gradient_check
