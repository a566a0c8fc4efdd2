"""One check's process, as the judge sees it: requests and replies under a deadline.

Every wait is for a reply on a socket or for a process id, never for the end of a pipe that a survivor may hold.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import time
from typing import Any

from graders.diagnosis.evidence import Trouble
from graders.learner import watch
from graders.learner.limits import MB, OUTPUT, START, WATCH, Limits
from graders.learner.packages import RESERVED
from graders.learner.submission import MODULES
from graders.learner.worker.cage import Ended
from graders.learner.worker.wire import ChannelClosed, DeadlinePassed, WireError, receive, send_until
from graders.learner.zygote import Zygote, ZygoteGoneError

_DIED = "the process died"
#: The next check's process that waits already, the last one's that is going, and the one that compiles.
_OWN = 3


class LearnerError(Exception):
    """The learner's code gave no value; `trouble` says why, as data."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.text)
        self.trouble = trouble


class WorkerLost(LearnerError):
    """The worker of this check is gone (it hung or died): nothing more can be asked of it."""


def of_worker(seed: int) -> int:
    """The seed of the generators in the worker: no way leads from it to the judge's, from which the inputs come."""
    return int.from_bytes(hashlib.sha256(f"worker {seed}".encode()).digest()[:4])


class Worker:
    """One check's process."""

    def __init__(
        self,
        zygote: Zygote,
        limits: Limits,
        seed: int,
        seconds: float,
        plotting: bool,
        standins: dict[str, dict[str, str]],
    ) -> None:
        self.zygote = zygote
        self.limits = limits
        self.seconds = seconds
        self.lost: Trouble | None = None
        self.text = ""  # what the learner's code printed; known when the worker has been closed
        self.fork = zygote.fork(plotting)
        self.channel = self.fork.channel
        self.watched = time.monotonic()
        self.deadline = time.monotonic() + START
        try:
            request = {
                "op": "start",
                "cpu": limits.cpu(seconds),
                "modules": list(MODULES),
                "reserved": RESERVED,
                "standins": standins,
                "seed": of_worker(seed),
            }
            self.ask(request)
        except LearnerError as error:
            # None of the learner's code has run yet: whatever this is, it is not theirs.
            self.fork.close()
            raise ZygoteGoneError(str(error)) from error
        self.deadline = time.monotonic() + seconds

    def ask(self, request: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """One request, one reply. Raises LearnerError for the learner's errors, WorkerLost when it hung or died."""
        if self.lost is not None:
            raise WorkerLost(self.lost)
        until = min(self.deadline, deadline) if deadline else self.deadline
        try:
            send_until(self.channel, request, until)
            reply = receive(self.channel, until, watch=self._watch, every=WATCH)
        except _TooMuch as excess:
            raise self._lose("crashed", str(excess)) from None
        except DeadlinePassed:
            raise self._lose("timeout", f"no result within {self.seconds:g} s") from None
        except ChannelClosed:
            raise self._lose("crashed", _DIED) from None
        except WireError as error:
            raise self._lose("crashed", f"an unreadable reply: {error}") from None
        if not isinstance(reply, dict):
            raise self._lose("crashed", "an unreadable reply")
        if reply.get("error") is not None:
            raise LearnerError(as_trouble(reply["error"]))
        return reply

    def _watch(self) -> None:
        """Called while a reply is waited for. Raises _TooMuch."""
        now = time.monotonic()
        if now - self.watched < WATCH:
            return
        limits, idle = self.limits, self.zygote.idle
        # A process of a check begins with what the worker has imported, shared with it.
        used = watch.below(self.zygote.process.pid, 4 * limits.processes, idle.largest)
        if used.processes - idle.processes > limits.processes + _OWN:
            raise _TooMuch(f"more than {limits.processes} processes at once")
        if used.memory > limits.memory:
            raise _TooMuch(f"more than {limits.memory // MB} MB of memory in all processes together")
        if not self.zygote.isolated:
            space, entries = watch.space(self.zygote.run.scratch, limits.entries)
            if space > limits.space or entries > limits.entries:
                raise _TooMuch(f"more than {limits.space // MB} MB, or {limits.entries} files, in the scratch folder")
        self.watched = time.monotonic()

    def _lose(self, kind: Any, text: str) -> WorkerLost:
        self.lost = Trouble(kind, text)
        return WorkerLost(self.lost)

    def _output(self) -> str:
        """What the learner's code printed, the beginning of it."""
        try:
            data = os.pread(self.fork.output.fileno(), 4 * OUTPUT, 0)
        except OSError:
            return ""
        return data.decode("utf-8", "replace")[:OUTPUT]

    def close(self) -> None:
        """End the process and everything that it started. Raises nothing: a lost zygote is replaced later."""
        self.channel.close()
        self.text = self._output()
        with contextlib.suppress(ZygoteGoneError):
            ended = self.zygote.end(self.fork, wait=self.lost is not None)
            if self.lost is not None and self.lost.text == _DIED and ended is not None:
                self.lost = Trouble("crashed", _death(ended, self.limits.cpu(self.seconds)) or self.lost.text)
        self.fork.close()


class _TooMuch(Exception):
    """A check uses more than it may; the text says of what."""


def as_trouble(error: Any) -> Trouble:
    """A reply's "error" as data that the judge may show. Everything in it was written by the learner's side."""
    if not isinstance(error, dict):
        return Trouble("exception", "an error that cannot be read")
    kind = error.get("kind")
    text = _text(error.get("text"), 4000)
    if kind == "exception" or kind == "not_started":
        name = _text(error.get("type"), 100) or "Exception"
        text = f"{name}: {text}" if text else name
    given = error.get("frames")
    frames = [
        (frame[0][:200], frame[1], frame[2][:100])
        for frame in (given if isinstance(given, list) else [])[:20]
        if isinstance(frame, list) and list(map(type, frame)) == [str, int, str] and 0 < frame[1] < 10**6
    ]
    return Trouble(
        kind=kind if kind in ("exception", "refused", "not_started") else "exception",
        text=text,
        traceback="\n".join(
            f"exercises/{file}:{line}" + (f" in {name}" if name else "") for file, line, name in frames
        ),
        file=frames[-1][0] if frames else None,
        line=frames[-1][1] if frames else None,
        missing=_text(error.get("missing"), 200),
    )


def _text(value: Any, limit: int) -> str:
    return value[:limit] if isinstance(value, str) else ""


def _death(ended: Ended, most: float) -> str:
    """Why a process ended, from its wait status, and its CPU seconds, of which it has `most`."""
    status = ended.status
    if status < 0:
        return ""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        # On a machine that others share, the kernel reports less than it has counted for the limit.
        if number == signal.SIGXCPU or (number == signal.SIGKILL and ended.cpu > 0.75 * most):
            return "the process used up its CPU time"
        if number == signal.SIGXFSZ:
            return "the process wrote more than it may"
        if number == signal.SIGSEGV:
            return "the process crashed (segmentation fault or abort: memory, or recursion without end)"
        if number == signal.SIGKILL:
            return "the process died"
        return f"the process was ended by signal {number}"
    code = os.WEXITSTATUS(status)
    return "the process died" if code == 70 else f"the process ended itself (exit status {code})"
