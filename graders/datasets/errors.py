"""What goes wrong with a data set, in one line that a learner can act on."""

from __future__ import annotations


class DataError(ValueError):
    """A data file is missing, damaged or out of reach; the message is one line."""


def cause(error: BaseException) -> str:
    """The reason inside `error`, on one line and short, whatever the library wrote there."""
    strerror = getattr(error, "strerror", None)
    text = " ".join((str(strerror or error) or type(error).__name__).split())
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= 160 else text[:159] + "…"
