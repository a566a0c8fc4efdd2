"""Whose functions a picture is drawn with: the reference's, here, or the learner's, in a worker."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any, Protocol

from graders.diagnosis.evidence import Trouble
from graders.judge import import_message
from graders.learner import sandbox
from graders.learner.host import Host, HostError
from graders.learner.process import LearnerError, Worker, WorkerLost
from graders.learner.remote import Function, Learner, Remote
from graders.learner.snapshot import Snapshot
from graders.learner.submission import MODULES
from graders.report.text import one_line
from graders.show import bench

#: Seconds that one piece of a picture may take; long work is asked for piece by piece.
PATIENCE = 120.0

#: Seconds that a whole picture may take.
_WHOLE = 6 * 3600.0


class UnusableError(Exception):
    """The learner's functions gave nothing that could be drawn; `reason` is one line that names the function."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Hands(Protocol):
    """Runs the methods of Bench."""

    own: bool

    def __call__(self, name: str, *args: Any) -> Any:
        """The value of that method. Raises UnusableError."""


class ReferenceHands:
    """The reference, in this process."""

    own = False

    def __init__(self) -> None:
        self._bench = bench.Bench("reference")

    def __call__(self, name: str, *args: Any) -> Any:
        """The value of that method."""
        return getattr(self._bench, name)(*args)


class OwnHands:
    """The learner's functions, in a worker of their own. To be closed."""

    own = True

    def __init__(self, host: Host) -> None:
        self._worker: Worker = host.open(_WHOLE, plotting=_plots(host.snapshot))
        self._learner = Learner(self._worker, {})
        self._remote: Remote | None = None
        self._snapshot = host.snapshot
        self._closed = False

    def __call__(self, name: str, *args: Any) -> Any:
        """The value of that method. Raises UnusableError."""
        self._worker.deadline = time.monotonic() + PATIENCE
        try:
            if self._remote is None:
                source = Path(str(bench.__file__)).read_text("utf-8")
                self._remote = self._learner.make(source, "Bench", "exercises")
            # Not by attribute: Remote has methods of its own, of the same names.
            return Function(self._learner, self._remote.ref, name)(*args)
        except WorkerLost as lost:
            raise UnusableError(self._lost(name, lost.trouble)) from lost
        except LearnerError as error:
            raise UnusableError(self._reason(error.trouble)) from error

    def close(self) -> None:
        """End the worker."""
        if not self._closed:
            self._closed = True
            self._worker.close()

    def _lost(self, name: str, trouble: Trouble) -> str:
        if trouble.kind == "timeout":
            return f"{_SLOW.get(name, 'your code')} gave no result within {PATIENCE:g} seconds"
        self.close()  # which tells why it died
        died = self._worker.lost or trouble
        return f"{_SLOW.get(name, 'your code')}: {one_line(died.text)}"

    def _reason(self, trouble: Trouble) -> str:
        """One line: which function, and what it did."""
        calling = ""
        with contextlib.suppress(LearnerError):
            calling = one_line(str(self._remote.attribute("calling")), 80) if self._remote else ""
        module, _, function = calling.partition(".")
        if module in MODULES and not function:
            if f"{module}.py" not in self._snapshot.files:
                return f"exercises/{module}.py is missing"
            return one_line(import_message(Path(trouble.file or module).stem, trouble))
        function = function or "your code"
        where = ""
        if trouble.file and trouble.line:
            innermost = trouble.traceback.rpartition(" in ")[2] if " in " in trouble.traceback else ""
            # A stub that another function has called is the one to name.
            if trouble.kind == "not_started" and innermost.isidentifier():
                function = innermost
            where = f" (exercises/{trouble.file}, line {trouble.line})"
        if trouble.kind == "not_started":
            return one_line(f"{function} is not started yet{where}")
        kind, _, text = trouble.text.partition(": ")
        if kind == "UnexpectedError":
            return one_line(f"{function} {text}" if text.startswith("gave") else f"{function}: {text}")
        if kind == "AttributeError" and not where:
            return one_line(f"exercises/{module}.py has no {function}")
        return one_line(f"{function}{where} raised {trouble.text}")


def own_host(snapshot: Snapshot) -> Host:
    """The workers for a snapshot; to be closed. Raises SandboxError."""
    return Host(snapshot, sandbox.choose("auto"), seed=0)


def _plots(snapshot: Snapshot) -> bool:
    return any("matplotlib" in (snapshot.text(f"{module}.py") or "") for module in MODULES)


#: What is asked of the learner in each piece, for the case that no answer comes.
_SLOW = {
    "surface": "forward or the loss",
    "descent": "forward or the loss",
    "trace": "the trace",
    "gradients": "backward",
    "numerical": "numerical_gradients",
    "outputs": "forward",
    "train": "train_step",
    "xor": "train_xor",
    "fit": "fit",
    "digits_start": "prepare",
    "digits_epoch": "train_epoch",
    "digits_result": "forward",
}

__all__ = ["Hands", "HostError", "OwnHands", "ReferenceHands", "UnusableError", "own_host"]
