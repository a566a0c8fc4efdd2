"""A terminal that gives single keys and shows a whole screen, and is put back as it was on every way out."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import termios
import tty
from collections.abc import Iterator
from types import TracebackType
from typing import Any

# Another screen, so that what was there comes back; lines are cut at the edge instead of wrapped; no cursor.
_ENTER = "\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[2J"
_LEAVE = "\x1b[?25h\x1b[?7h\x1b[?1049l"

_SPECIAL = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\x1b[5~": "page-up",
    "\x1b[6~": "page-down",
    "\x1b": "escape",
    "\r": "enter",
    "\n": "enter",
    "\x04": "q",
    "\x0c": "redraw",
}
_TOKEN = re.compile(r"\x1b(?:\[[0-9;?]*[@-~]|O.)?|.", re.DOTALL)


def parse(text: str) -> list[str]:
    """The keys in what a terminal sent: letters in lower case, names such as "up"; unknown sequences are dropped."""
    keys = []
    for token in _TOKEN.findall(text):
        if token in _SPECIAL:
            keys.append(_SPECIAL[token])
        elif len(token) == 1 and token.isprintable():
            keys.append(token.lower())
    return keys


def usable() -> bool:
    """Whether this is a terminal on which a screen can be drawn and keys be read."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


class Terminal:
    """Standard input and output as a screen with keys, within a `with`."""

    def __init__(self) -> None:
        self.fd = sys.stdin.fileno()
        self._out = sys.stdout.fileno()
        self._encoding = sys.stdout.encoding or "ascii"
        self._saved: list[Any] | None = None

    def __enter__(self) -> Terminal:
        self._saved = termios.tcgetattr(self.fd)
        self.enter()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self.leave()

    def enter(self) -> None:
        """Keys one by one, unechoed; signals still come from Ctrl-C and Ctrl-Z."""
        tty.setcbreak(self.fd, termios.TCSANOW)
        self._write(_ENTER)

    def leave(self) -> None:
        """The terminal as it was. May be called twice; a terminal that is gone is no error."""
        if self._saved is None:
            return
        with contextlib.suppress(OSError):
            self._write(_LEAVE)
        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(self.fd, termios.TCSADRAIN, self._saved)

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """The terminal as it was, for another program, and then ours again."""
        self.leave()
        try:
            yield
        finally:
            self.enter()

    def draw(self, lines: list[str]) -> None:
        """Show these lines and nothing else; written over what was there, so that nothing flickers."""
        self._write("\x1b[H" + "".join(f"{line}\x1b[K\r\n" for line in lines[:-1]) + lines[-1] + "\x1b[K\x1b[J")

    def read(self) -> list[str] | None:
        """The keys that wait; None where the terminal is gone."""
        try:
            data = os.read(self.fd, 1024)
        except OSError:
            return None
        return parse(data.decode("utf-8", "ignore")) if data else None

    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        try:
            columns, rows = os.get_terminal_size(self._out)
        except OSError:
            return 80, 24
        # A terminal that does not know its size says 0.
        default = shutil.get_terminal_size((80, 24))
        return columns or default.columns, rows or default.lines

    def _write(self, text: str) -> None:
        data = text.encode(self._encoding, "replace")
        while data:
            data = data[os.write(self._out, data) :]
