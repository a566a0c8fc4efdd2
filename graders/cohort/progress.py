"""What a run says while it runs: a line that is rewritten, lines for a log, JSON lines, or nothing."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal, TextIO

Mode = Literal["line", "log", "json", "quiet"]

#: Seconds between two lines in a log; a terminal's line is rewritten four times a second at most.
LOG_EVERY = 15.0
LINE_EVERY = 0.25
#: The rate is that of the last so many verdicts: it follows when hard submissions come in a row.
RECENT = 100


@dataclass
class Progress:
    """Done of total, rate, time left, running now, errors so far."""

    mode: Mode
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    total: int = 0
    done: int = 0
    graded: int = 0
    errors: int = 0

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self._times: deque[float] = deque([self.started], maxlen=RECENT)
        self._shown = 0.0
        self._width = 0

    def start(self, total: int, **facts: Any) -> None:
        """The run begins."""
        self.total = total
        self.started = self._shown = time.monotonic()
        self._times = deque([self.started], maxlen=RECENT)
        self._event("start", total=total, **facts)

    def finished(self, name: str, what: str, error: str = "", **facts: Any) -> None:
        """One submission is done: graded | copied | unchanged | unreadable | fault | errors."""
        self.done += 1
        if what not in ("unchanged", "copied", "unreadable"):
            self.graded += 1
            self._times.append(time.monotonic())
        if error:
            self.errors += 1
            self._say(f"{name}: {error}")
        if what != "unchanged":
            self._event(
                what, name=name, **({"text": error} if error else {}), done=self.done, total=self.total, **facts
            )

    def tick(self, running: list[str]) -> None:
        """Called often; says something from time to time."""
        now = time.monotonic()
        if self.mode == "quiet" or now - self._shown < (LINE_EVERY if self.mode == "line" else LOG_EVERY):
            return
        self._shown = now
        if self.mode == "json":
            self._event(
                "progress", done=self.done, total=self.total, errors=self.errors, rate=self.rate(), running=running
            )
        elif self.mode == "log":
            print(self.text(running), file=self.stream, flush=True)
        else:
            text = self.text(running)[: shutil.get_terminal_size().columns - 1]
            print("\r" + text.ljust(self._width), end="", file=self.stream, flush=True)
            self._width = len(text)

    def text(self, running: list[str]) -> str:
        """ "412 of 1000 · 0.31/s · 31 min left · running bob, eve · 3 errors" """
        parts = [f"{self.done} of {self.total}"]
        if self.graded:
            rate = self.rate()
            left = (self.total - self.done) / rate if rate else 0.0
            parts += [f"{rate:.2f}/s" if rate >= 0.1 else f"{60 * rate:.1f}/min", f"{duration(left)} left"]
        parts.append(f"{self.errors} error{'' if self.errors == 1 else 's'}")
        if running:
            more = f" and {len(running) - 4} more" if len(running) > 4 else ""
            parts.append("running " + ", ".join(name[:40] for name in running[:4]) + more)
        return " · ".join(parts)

    def rate(self) -> float:
        """Verdicts a second, of the last hundred."""
        passed = time.monotonic() - self._times[0]
        count = len(self._times) - (self._times[0] == self.started)
        return count / passed if passed > 0 else 0.0

    def end(self, **facts: Any) -> None:
        """The run has ended; the terminal's line is left clean."""
        self._erase()
        self._event("end", done=self.done, total=self.total, errors=self.errors, **facts)

    def warn(self, text: str) -> None:
        """One line that isn't about a submission."""
        self._say(f"gradecheck: {text}")
        self._event("warning", text=text)

    def _say(self, text: str) -> None:
        if self.mode in ("line", "log"):
            self._erase()
            print(text, file=self.stream, flush=True)

    def _erase(self) -> None:
        if self.mode == "line" and self._width:
            print("\r" + " " * self._width + "\r", end="", file=self.stream, flush=True)
            self._width = 0

    def _event(self, event: str, **facts: Any) -> None:
        if self.mode == "json":
            print(json.dumps({"event": event, "time": round(time.time(), 3), **facts}), file=self.stream, flush=True)


def duration(seconds: float) -> str:
    """ "40 s", "12 min", "3 h 20 min", "2 d 4 h"."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"
