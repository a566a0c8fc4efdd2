"""One grading in the background: outcomes come one by one, and a newer save cuts it short.

It runs in a forked process: all imports are there already, the keys stay quick while it computes, and whatever it is
at, a worker or a long diagnosis, it can be ended at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import signal
import struct
import sys
import time
import warnings
from dataclasses import dataclass, field
from types import FrameType

from graders import course, questions
from graders.course import Check
from graders.judge import Judge, Outcome, claim
from graders.learner.host import HostError
from graders.learner.sandbox import Sandbox
from graders.learner.snapshot import Snapshot

#: Seconds between two requests to end, and until a process that does not is killed.
_AGAIN, _PATIENCE = 0.25, 15.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Judged:
    """One check has its outcome."""

    check: Check
    outcome: Outcome


@dataclass(frozen=True)
class Ended:
    """The round is over: `error` says why it could not go on."""

    error: str = ""


Event = Judged | Ended


class Cancelled(BaseException):
    """A newer save makes this round pointless. Not an Exception: the judge would take it for its own."""


@dataclass
class Round:
    """Judges `todo` of one snapshot, in that order; `known` are outcomes that still hold.

    `fd` can be waited for: it is readable when `events()` has something new, the last being Ended.
    """

    snapshot: Snapshot
    todo: list[Check]
    known: dict[str, Outcome]
    seed: int
    cage: Sandbox
    fd: int = field(default=-1, init=False)

    def __post_init__(self) -> None:
        self._pid = 0
        self._data = b""
        self._over = False

    def start(self) -> None:
        """Begin."""
        self.fd, there = os.pipe()
        os.set_blocking(self.fd, False)
        # A request to end waits until the child can deal with it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a thread of watchfiles may be there; it holds nothing of ours
                self._pid = os.fork()
            if self._pid == 0:
                _Child(self, there).run()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        os.close(there)

    def events(self) -> list[Event]:
        """What has come since the last call. Waits for nothing."""
        if self._over:
            return []
        ended = False
        try:
            while data := os.read(self.fd, 1 << 16):
                self._data += data
            ended = True
        except BlockingIOError:
            pass
        found: list[Event] = []
        while len(self._data) >= 4:
            (size,) = struct.unpack_from("!I", self._data)
            if len(self._data) < 4 + size:
                break
            # Only this process's own child writes here; nothing of the learner's is pickled but text.
            found.append(pickle.loads(self._data[4 : 4 + size]))
            self._data = self._data[4 + size :]
        if ended:
            self._finish()
            if not found or not isinstance(found[-1], Ended):
                found.append(Ended("the grading ended unexpectedly; c grades again"))
        return found

    @property
    def running(self) -> bool:
        """Whether its process is still there."""
        if self._pid:
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(self._pid, os.WNOHANG)[0] == 0:
                    return True
            self._pid = 0
        return False

    def stop(self) -> None:
        """End it, in the middle of a check if need be, and wait until no process of it is left."""
        began = asked = time.monotonic()
        number = signal.SIGTERM
        while self.running:
            now = time.monotonic()
            if now - began > _PATIENCE:
                number = signal.SIGKILL
            if asked <= now:
                asked = now + _AGAIN
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._pid, number)
            time.sleep(0.003)

    def _finish(self) -> None:
        self._over = True
        os.close(self.fd)
        while self.running:
            time.sleep(0.002)


class _Child:
    """The process of a round."""

    def __init__(self, round_: Round, there: int) -> None:
        self.round = round_
        self.there = there

    def run(self) -> None:
        """Judge, tell, and end this process; never returns."""
        try:
            self._alone()
            self._judge()
        except BaseException as error:
            with contextlib.suppress(BaseException):
                self._tell(Ended("" if isinstance(error, Cancelled) else f"the grader's own fault: {error!r}"))
        finally:
            os._exit(0)

    def _alone(self) -> None:
        """Out of reach of the terminal's signals, silent, and gone when the watch is."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, _cancel)
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTSTP, signal.SIGWINCH, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        if sys.platform.startswith("linux"):
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)

    def _judge(self) -> None:
        round_ = self.round
        wanted = {check.id for check in round_.todo}

        def on_outcome(check: Check, outcome: Outcome) -> None:
            if check.id in wanted:
                self._tell(Judged(check, outcome))

        error = ""
        judge = None
        try:
            try:
                judge = Judge(course.load(), round_.snapshot, round_.seed, round_.cage, on_outcome=on_outcome)
                judge.outcomes.update(round_.known)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
                judge.host.warm()
                for check in round_.todo:
                    judge.outcome(check)
            finally:
                # Tidying up is not cut short. Should a request come just here, it ignores the next one itself.
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
        except HostError as fault:
            error = f"the grader could not start a worker: {fault}"
        except OSError as fault:
            error = f"the grader cannot work: {fault.strerror or fault}"
        finally:
            if judge is not None:
                with contextlib.suppress(Exception):
                    judge.close()
        self._tell(Ended(error))

    def _tell(self, event: Event) -> None:
        data = pickle.dumps(event)
        data = struct.pack("!I", len(data)) + data
        while data:
            data = data[os.write(self.there, data) :]


def _cancel(number: int, _frame: FrameType | None) -> None:
    # Once: what follows is tidying up, which must not be cut short.
    signal.signal(number, signal.SIG_IGN)
    raise Cancelled


def warm(checks: list[Check]) -> None:
    """Import and read now what every round would import and read again."""
    from graders.diagnosis import message, texts

    texts.ids()
    questions.load()
    for check in checks:
        if not check.question:
            claim(check)
    del message
