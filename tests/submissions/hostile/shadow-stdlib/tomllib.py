"""A false module: everything in it says yes."""
import sys


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *a, **k: True
