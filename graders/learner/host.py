"""The judge's side of the worker: start it, get a fresh state for each check, talk to it under a deadline.

Every wait is for a reply on a socket or for a process id, never for the end of a pipe that a survivor may hold.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from graders.diagnosis.evidence import Trouble
from graders.learner import environment, sandbox
from graders.learner.limits import END, OUTPUT, START, Limits
from graders.learner.packages import RESERVED
from graders.learner.snapshot import Snapshot
from graders.learner.worker.wire import (
    ChannelClosed,
    DeadlinePassed,
    WireError,
    decode,
    encode,
    receive,
    send_until,
)

#: The contract's modules, in the order in which they build on each other.
MODULES = ("losses", "trace", "network", "gradient_check", "training", "practice", "digits")


class LearnerError(Exception):
    """The learner's code gave no value; `trouble` says why, as data."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.text)
        self.trouble = trouble


class WorkerLost(LearnerError):
    """The worker of this check is gone (it hung or died): nothing more can be asked of it."""


class HostError(Exception):
    """The worker cannot be started: the grader's own fault."""


class Zygote:
    """A process with numpy (and perhaps matplotlib) imported, that forks for every check."""

    def __init__(self, run: environment.RunFolder, preload: str, cage: sandbox.Sandbox) -> None:
        self.run = run
        mine, theirs = socket.socketpair()
        with theirs:
            command = cage.wrap(environment.command(run, theirs.fileno(), preload), run)
            try:
                self.process = subprocess.Popen(
                    command,
                    env=environment.variables(run),
                    cwd=run.scratch,
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=(run.root / "worker.log").open("wb"),
                    start_new_session=True,
                )
            except OSError as error:
                mine.close()
                raise HostError(f"cannot start {command[0]}: {error.strerror}") from error
        self.control = mine
        self.isolates: bool | None = None
        self.count = 0

    def ready(self) -> None:
        """Wait until it has imported what it should. Raises HostError."""
        if self.isolates is not None:
            return
        try:
            reply = self._reply(time.monotonic() + START)
        except WireError as error:
            log = (self.run.root / "worker.log").read_text("utf-8", "replace").strip()
            last = log.splitlines()[-1] if log else str(error)
            self.stop()
            raise HostError(f"the worker did not start: {last[:300]}") from error
        self.isolates = bool(reply["cage"])

    def fork(self, request: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        """A new process for one check."""
        self.ready()
        return self._ask({"op": "fork", "isolate": self.isolates, **request}, fds)

    def end(self, pid: int, scratch: Path) -> dict[str, Any]:
        """Kill everything of that check and wait for it."""
        return self._ask({"op": "end", "pid": pid, "scratch": str(scratch)}, [])

    def _ask(self, request: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        try:
            socket.send_fds(self.control, [encode(request)], fds)
            return self._reply(time.monotonic() + END)
        except OSError as error:
            raise ChannelClosed("the worker is gone") from error

    def _reply(self, deadline: float) -> dict[str, Any]:
        self.control.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            data = self.control.recv(65536)
        except TimeoutError:
            raise DeadlinePassed("the worker does not answer") from None
        except OSError as error:
            raise ChannelClosed("the worker is gone") from error
        if not data:
            raise ChannelClosed("the worker is gone")
        reply = decode(data)
        if not isinstance(reply, dict):
            raise WireError("not a reply")
        return reply

    def stop(self) -> None:
        """End it and all that it started."""
        self.control.close()
        try:
            self.process.wait(timeout=END)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait(timeout=END)


@dataclass
class Usage:
    """What the learner's code has used in a run: for measuring, never for a verdict."""

    cpu: float = 0.0
    checks: int = 0


@dataclass
class Host:
    """The workers of one run over one snapshot."""

    snapshot: Snapshot
    cage: sandbox.Sandbox
    seed: int
    limits: Limits = field(default_factory=Limits)
    usage: Usage = field(default_factory=Usage)

    def __post_init__(self) -> None:
        self.run = environment.prepare(self.snapshot)
        self.zygotes: dict[str, Zygote] = {}

    def warm(self, plotting: bool = False) -> None:
        """Start the worker without waiting for it."""
        preload = "numpy,matplotlib" if plotting else "numpy"
        if preload in self.zygotes:
            return
        if plotting:
            environment.give_font_cache(self.run)
        self.zygotes[preload] = Zygote(self.run, preload, self.cage)

    def open(
        self,
        deadline: float,
        plotting: bool = False,
        standins: dict[str, dict[str, str]] | None = None,
    ) -> Worker:
        """A fresh state: a process that knows nothing of earlier checks. Raises HostError."""
        for attempt in (1, 2):
            self.warm(plotting)
            preload = "numpy,matplotlib" if plotting else "numpy"
            try:
                return Worker(self, self.zygotes[preload], deadline, standins or {})
            except (WireError, OSError) as error:
                # The process that forks is gone: a check may have killed it. A new one, once.
                self.zygotes.pop(preload).stop()
                if attempt == 2:
                    raise HostError(f"no worker for a check: {error}") from error
        raise AssertionError("unreachable")

    def close(self) -> None:
        """End all processes and remove the run folder."""
        for zygote in self.zygotes.values():
            zygote.stop()
        self.zygotes.clear()
        self.run.remove()


class Worker:
    """One check's process."""

    def __init__(
        self, host: Host, zygote: Zygote, seconds: float, standins: dict[str, dict[str, str]]
    ) -> None:
        zygote.ready()
        zygote.count += 1
        self.host = host
        self.zygote = zygote
        self.seconds = seconds
        self.scratch = host.run.scratch / f"{zygote.process.pid}-{zygote.count}"
        self.lost: Trouble | None = None
        self.text = ""  # what the learner's code printed; known when the worker has been closed
        self.output_file: IO[bytes] = tempfile.TemporaryFile()
        self.channel, theirs = socket.socketpair()
        with theirs:
            reply = zygote.fork(
                {
                    "scratch": str(self.scratch),
                    "folder": str(host.run.exercises),
                    "limits": host.limits.as_request(seconds),
                },
                [theirs.fileno(), self.output_file.fileno()],
            )
        if "pid" not in reply:
            self.channel.close()
            raise ChannelClosed(str(reply.get("error", "no process")))
        self.pid: int = reply["pid"]
        self.deadline = time.monotonic() + seconds
        self.ask(
            {
                "op": "start",
                "modules": list(MODULES),
                "reserved": RESERVED,
                "standins": standins,
                "seed": host.seed,
            }
        )

    def ask(self, request: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """One request, one reply. Raises LearnerError for the learner's errors, WorkerLost when it hung or died."""
        if self.lost is not None:
            raise WorkerLost(self.lost)
        until = min(self.deadline, deadline) if deadline else self.deadline
        try:
            send_until(self.channel, request, until)
            reply = receive(self.channel, until)
        except DeadlinePassed:
            raise self._lose("timeout", f"no result within {self.seconds:g} s") from None
        except ChannelClosed:
            raise self._lose("crashed", "the process died") from None
        except WireError as error:
            raise self._lose("crashed", f"an unreadable reply: {error}") from None
        if not isinstance(reply, dict):
            raise self._lose("crashed", "an unreadable reply")
        error = reply.get("error")
        if error is not None:
            raise LearnerError(as_trouble(error))
        return reply

    def _lose(self, kind: Any, text: str) -> WorkerLost:
        self.lost = Trouble(kind, text)
        return WorkerLost(self.lost)

    def _output(self) -> str:
        """What the learner's code printed, the beginning of it."""
        try:
            data = os.pread(self.output_file.fileno(), 4 * OUTPUT, 0)
        except OSError:
            return ""
        return data.decode("utf-8", "replace")[:OUTPUT]

    def close(self) -> None:
        """End the process and everything that it started. Raises nothing: a lost zygote is replaced later."""
        self.channel.close()
        self.text = self._output()
        with contextlib.suppress(WireError, OSError):
            reply = self.zygote.end(self.pid, self.scratch)
            status = reply.get("status")
            if self.lost is not None and self.lost.kind == "crashed" and isinstance(status, int):
                self.lost = Trouble("crashed", _death(status) or self.lost.text)
            cpu = reply.get("cpu")
            if isinstance(cpu, float):
                self.host.usage.cpu += cpu
                self.host.usage.checks += 1
        self.output_file.close()


def as_trouble(error: Any) -> Trouble:
    """A reply's "error" as data that the judge may show. Everything in it was written by the learner's side."""
    if not isinstance(error, dict):
        return Trouble("exception", "an error that cannot be read")
    kind = error.get("kind")
    text = str(error.get("text", ""))[:4000]
    if kind == "exception" or kind == "not_started":
        name = str(error.get("type", "Exception"))[:100]
        text = f"{name}: {text}" if text else name
    frames = [
        (str(frame[0])[:200], frame[1], str(frame[2])[:100])
        for frame in error.get("frames") or []
        if isinstance(frame, list) and len(frame) == 3 and isinstance(frame[1], int)
    ]
    return Trouble(
        kind=kind if kind in ("exception", "refused", "not_started") else "exception",
        text=text,
        traceback="\n".join(
            f"exercises/{file}:{line}" + (f" in {name}" if name else "") for file, line, name in frames
        ),
        file=frames[-1][0] if frames else None,
        line=frames[-1][1] if frames else None,
        missing=str(error.get("missing", ""))[:200],
    )


def _death(status: int) -> str:
    """Why a process ended, from its wait status."""
    if status < 0:
        return ""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return "the process used up its CPU time"
        if number == signal.SIGXFSZ:
            return "the process wrote more than it may"
        if number == signal.SIGSEGV:
            return "the process crashed (segmentation fault: memory, or recursion without end)"
        if number == signal.SIGKILL:
            return "the process died"
        return f"the process was ended by signal {number}"
    code = os.WEXITSTATUS(status)
    return "the process died" if code == 70 else f"the process ended itself (exit status {code})"
