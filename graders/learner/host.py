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
from typing import IO, Any

from graders.diagnosis.evidence import Trouble
from graders.learner import environment, sandbox, view, watch
from graders.learner.limits import END, MB, OUTPUT, START, WATCH, Limits
from graders.learner.packages import RESERVED
from graders.learner.snapshot import MODULES, Snapshot
from graders.learner.worker import kernel
from graders.learner.worker.wire import (
    ChannelClosed,
    DeadlinePassed,
    WireError,
    decode,
    encode,
    receive,
    send_until,
)

_DIED = "the process died"
#: How many processes the user may start beside the checks, where both are counted together.
_ROOM = 256


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
        run.write_kit()  # an earlier check may have been able to write there
        with theirs, (run.root / "worker.log").open("wb") as log:
            command = cage.command(run, theirs.fileno(), preload.split(","))
            try:
                self.process = subprocess.Popen(
                    command,
                    env=environment.variables(cage.inside(run)),
                    cwd="/",
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                mine.close()
                raise HostError(f"cannot start {command[0]}: {error.strerror}") from error
        self.control = mine
        self.started = False
        self.broken = False
        self.isolated = False
        self.idle = watch.Use(0, 0, 0)

    def ready(self) -> None:
        """Wait until it has imported what it should. Raises HostError."""
        if self.started:
            return
        try:
            reply = self._reply(time.monotonic() + START)
        except WireError as error:
            log = (self.run.root / "worker.log").read_text("utf-8", "replace").strip()
            last = log.splitlines()[-1] if log else str(error)
            self.stop()
            raise HostError(f"the worker did not start: {last[:300]}") from error
        self.isolated = bool(reply["isolated"])
        self.idle = watch.below(self.process.pid)
        self.started = True

    def fork(self, limits: dict[str, int], fds: list[int]) -> int:
        """A new process for one check: its process id, as the worker sees it. Raises WireError."""
        reply = self._ask({"op": "fork", "limits": limits}, fds)
        if "pid" not in reply:
            self.broken = True
            raise ChannelClosed(str(reply.get("error", "no process")))
        return int(reply["pid"])

    def end(self, pid: int) -> dict[str, Any]:
        """Kill everything of that check and wait for it. Raises WireError."""
        reply = self._ask({"op": "end", "pid": pid}, [])
        self.broken = not reply.get("clean")
        return reply

    def _ask(self, request: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        if self.broken:
            raise ChannelClosed("the worker is gone")
        try:
            self.control.settimeout(END)
            socket.send_fds(self.control, [encode(request)], fds)
            return self._reply(time.monotonic() + END)
        except OSError as error:
            self.broken = True
            raise ChannelClosed("the worker is gone") from error
        except WireError:
            self.broken = True
            raise

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
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=0.1 if self.broken or not self.started else END)
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=END)
        if self.run.user is not None:
            _kill_all_of(self.run.user)


def _kill_all_of(user: tuple[int, int]) -> None:
    """Kill every process of a user that exists for one run only, all at once, by becoming that user."""
    code = "import os,sys; os.setgroups([]); os.setresgid(*[int(sys.argv[2])]*3); os.setresuid(*[int(sys.argv[1])]*3); "
    code += "os.kill(-1, 9)"
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            [str(view.interpreter()), "-I", "-S", "-c", code, str(user[0]), str(user[1])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=END,
            check=False,
        )


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
        self.run = environment.prepare(self.snapshot, self.cage.drop)
        self.zygotes: dict[str, Zygote] = {}
        self.others = environment.processes_of_user() + _ROOM
        if not self.cage.hides:
            view.shown()  # looks into this process, which is closed from here on
            _hide_this_process()

    def warm(self, plotting: bool = False) -> None:
        """Start the worker without waiting for it."""
        preload = "numpy,matplotlib" if plotting else "numpy"
        known = self.zygotes.get(preload)
        if known is not None and not known.broken:
            return
        if known is not None:
            known.stop()
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
        preload = "numpy,matplotlib" if plotting else "numpy"
        for attempt in (1, 2):
            self.warm(plotting)
            zygote = self.zygotes[preload]
            try:
                return Worker(self, zygote, deadline, standins or {})
            except (WireError, OSError) as error:
                # The process that forks is gone: a check may have killed it. A new one, once.
                zygote.broken = True
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

    def __init__(self, host: Host, zygote: Zygote, seconds: float, standins: dict[str, dict[str, str]]) -> None:
        zygote.ready()
        self.host = host
        self.zygote = zygote
        self.seconds = seconds
        self.lost: Trouble | None = None
        self.text = ""  # what the learner's code printed; known when the worker has been closed
        self.output_file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self.channel, theirs = socket.socketpair()
        self.watched = time.monotonic()
        try:
            with theirs:
                fds = [theirs.fileno(), self.output_file.fileno()]
                self.pid = zygote.fork(host.limits.as_request(seconds, host.others), fds)
            self.deadline = time.monotonic() + START
            self.ask(
                {
                    "op": "start",
                    "modules": list(MODULES),
                    "reserved": RESERVED,
                    "standins": standins,
                    "seed": host.seed,
                }
            )
        except (WireError, LearnerError) as error:
            # None of the learner's code has run yet: whatever this is, it is not theirs.
            self.channel.close()
            self.output_file.close()
            zygote.broken = True
            raise ChannelClosed(str(error)) from error
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
        limits, idle = self.host.limits, self.zygote.idle
        # A process of a check begins with what the worker has imported, shared with it.
        used = watch.below(self.zygote.process.pid, 4 * limits.processes, idle.largest)
        if used.processes - idle.processes > limits.processes + 2:
            raise _TooMuch(f"more than {limits.processes} processes at once")
        if used.memory > limits.memory:
            raise _TooMuch(f"more than {limits.memory // MB} MB of memory in all processes together")
        if not self.zygote.isolated:
            space, entries = watch.space(self.host.run.scratch, limits.entries)
            if space > limits.space or entries > limits.entries:
                raise _TooMuch(f"more than {limits.space // MB} MB, or {limits.entries} files, in the scratch folder")
        self.watched = time.monotonic()

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
            reply = self.zygote.end(self.pid)
            status = reply.get("status")
            if self.lost is not None and self.lost.text == _DIED and isinstance(status, int):
                self.lost = Trouble("crashed", _death(status) or self.lost.text)
            cpu = reply.get("cpu")
            if isinstance(cpu, float):
                self.host.usage.cpu += cpu
                self.host.usage.checks += 1
        self.output_file.close()


class _TooMuch(Exception):
    """A check uses more than it may; the text says of what."""


def _hide_this_process() -> None:
    """Keep processes of the same user out of this one's memory and environment, where nothing else does."""
    if kernel.LINUX:
        with contextlib.suppress(OSError):
            kernel.set_dumpable(False)


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
