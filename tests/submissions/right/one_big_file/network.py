"""All of it is in everything.py."""
from everything import Network, sigmoid, sigmoid_derivative
