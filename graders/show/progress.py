"""How far long work is: one line with the time left, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol


class Progress(Protocol):
    """Told after each piece of the work."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """`done` of `total` pieces of `what` ("training on the sine, epoch") are done."""


def silent(what: str, done: int, total: int) -> None:
    """Says nothing."""


class Line:
    """One line that is written anew in a terminal; elsewhere a line every ten seconds.

    Nothing is shown of what takes less than a second.
    """

    def __init__(self, live: bool | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._live = sys.stderr.isatty() if live is None else live
        self._clock = clock
        self._what = ""
        self._began = (0.0, 0)
        self._said = 0.0
        self._width = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Tell that `done` of `total` are done."""
        now = self._clock()
        if what != self._what:
            self._what, self._began, self._said = what, (now, done), now
        began, first = self._began
        if done >= total:
            self.clear()
            return
        if now - self._said < (0.2 if self._live else 10) or now - began < 1:
            return
        self._said = now
        left = (now - began) * (total - done) / (done - first) if done > first else 0.0
        text = f"{what} {done} of {total}, {lasting(left)} left"
        if self._live:
            sys.stderr.write("\r" + text.ljust(self._width))
            self._width = len(text)
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def clear(self) -> None:
        """Remove the line."""
        if self._live and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


def lasting(seconds: float) -> str:
    """ "8 s", "3 min"."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
