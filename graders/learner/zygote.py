"""The judge's side of the process that forks for every check: start it, ask it for a process, have one ended.

Requests may be sent ahead; replies come in the order of the requests. Nothing here imports numpy: the worker starts
while the judge is still busy with its own imports.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from dataclasses import dataclass
from typing import IO, Any

from graders.learner import environment, sandbox, view, watch
from graders.learner.limits import END, START
from graders.learner.worker.cage import Ended

#: Messages keep their bounds, so that several may be under way; macOS has no such sockets, and sends none ahead.
_AHEAD = sys.platform.startswith("linux")
_KIND = socket.SOCK_SEQPACKET if _AHEAD else socket.SOCK_STREAM


class HostError(Exception):
    """The worker cannot be started: the grader's own fault."""


class ZygoteGoneError(Exception):
    """The process that forks has ended, or does not answer."""


@dataclass
class Reply:
    """What comes back for a request, once it has."""

    value: dict[str, Any] | None = None


@dataclass
class Fork:
    """A process for one check, asked for: the judge's end of its channel, and the file that takes its output."""

    channel: socket.socket
    output: IO[bytes]
    reply: Reply
    pid: int = 0  # as the worker sees it; known when it is there

    def close(self) -> None:
        """Let go of it; its process ends with the zygote."""
        self.channel.close()
        self.output.close()


class Zygote:
    """A process with numpy imported (and matplotlib, from when a check first needs it) that forks for every check.

    Where each check has namespaces of its own, the next one's process is made while this one is being judged; it
    waits, out of reach of the learner's code, and runs nothing of it yet.
    """

    def __init__(self, run: environment.RunFolder, cage: sandbox.Sandbox, limits: dict[str, int]) -> None:
        self.run = run
        self.hides = cage.hides
        self.limits = limits
        mine, theirs = socket.socketpair(socket.AF_UNIX, _KIND)
        with theirs, (run.root / "worker.log").open("wb") as log:
            command = cage.command(run, theirs.fileno())
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
        self._waiting: deque[Reply] = deque([Reply()])
        self._endings: list[Reply] = []
        self._spare: Fork | None = None
        self._plotting = False
        self.cpu = 0.0  # seconds that its checks' own processes have used
        self.checks = 0
        self.imports = 0.0  # seconds that importing Python, numpy and matplotlib took
        self._whole = 0.0
        if _AHEAD:
            with contextlib.suppress(ZygoteGoneError):  # `ready` will say so
                self._spare = self._ask_for_fork()

    def ready(self) -> None:
        """Wait until it has imported what it should. Raises HostError."""
        if self.started:
            return
        try:
            self._receive(START)
        except ZygoteGoneError as error:
            log = (self.run.root / "worker.log").read_text("utf-8", "replace").strip()
            last = log.splitlines()[-1] if log else str(error)
            self.stop()
            raise HostError(f"the worker did not start: {last[:300]}") from error
        self.idle = watch.below(self.process.pid)
        self.started = True

    def fork(self, plotting: bool) -> Fork:
        """A new process for one check; `plotting`: with matplotlib imported. Raises ZygoteGoneError, OSError."""
        if plotting and not self._plotting:
            environment.give_font_cache(self.run)
            self._plotting = True
            self._give_up_spare()
        taken, self._spare = self._spare or self._ask_for_fork(), None
        try:
            reply = self._wait(taken.reply)
            if "pid" not in reply:
                self.broken = True
                raise ZygoteGoneError(str(reply.get("error", "no process")))
        except ZygoteGoneError:
            taken.close()
            raise
        taken.pid, self.isolated = int(reply["pid"]), bool(reply["isolated"])
        if self.isolated:
            self._spare = self._ask_for_fork()
        return taken

    def _give_up_spare(self) -> None:
        """The process that waits is not what the next check needs."""
        spare, self._spare = self._spare, None
        if spare is not None:
            reply = self._wait(spare.reply)
            spare.close()
            if "pid" in reply:
                spare.pid = int(reply["pid"])
                self.end(spare, wait=False)

    def _ask_for_fork(self) -> Fork:
        request = {"op": "fork", "limits": self.limits, "plotting": self._plotting}
        output = tempfile.TemporaryFile()  # noqa: SIM115
        channel, theirs = socket.socketpair()
        with theirs:
            try:
                reply = self._send(request, [theirs.fileno(), output.fileno()])
            except ZygoteGoneError:
                channel.close()
                output.close()
                raise
        return Fork(channel, output, reply)

    def end(self, fork: Fork, wait: bool) -> Ended | None:
        """Have everything of that check killed; how it ended, where that is waited for. Raises ZygoteGoneError."""
        self._endings.append(self._send({"op": "end", "pid": fork.pid}))
        return self.settle() if wait or not self.isolated else None

    def settle(self) -> Ended | None:
        """Wait until the checks that were to end are gone: how the last one ended. Raises ZygoteGoneError."""
        ended = None
        while self._endings:
            reply = self._wait(self._endings.pop(0))
            if not reply.get("clean"):
                self.broken = True
            if isinstance(reply.get("cpu"), float):
                ended = Ended(int(reply["status"]), reply["cpu"])
                self.cpu += ended.cpu
                self.checks += 1
        return ended

    def used(self) -> float:
        """CPU seconds of this worker up to now: its imports, its forks, and every check that has ended."""
        with contextlib.suppress(ZygoteGoneError, KeyError):
            self.settle()
            used = self._wait(self._send({"op": "used"}))
            self._whole, self.imports = float(used["cpu"]), float(used["imports"])
        return self._whole

    def _send(self, request: dict[str, Any], fds: list[int] | None = None) -> Reply:
        if self.broken:
            raise ZygoteGoneError("the worker is gone")
        try:
            self.control.settimeout(END)
            socket.send_fds(self.control, [json.dumps(request).encode()], fds or [])
        except OSError as error:
            self.broken = True
            raise ZygoteGoneError("the worker is gone") from error
        reply = Reply()
        self._waiting.append(reply)
        return reply

    def _wait(self, reply: Reply) -> dict[str, Any]:
        while reply.value is None:
            self._receive(END)
        return reply.value

    def _receive(self, seconds: float) -> dict[str, Any]:
        """The next reply, which belongs to the oldest request. Raises ZygoteGoneError."""
        try:
            if self.broken:
                raise ZygoteGoneError("the worker is gone")
            self.control.settimeout(seconds)
            try:
                data = self.control.recv(65536)
            except TimeoutError:
                raise ZygoteGoneError("the worker does not answer") from None
            except OSError as error:
                raise ZygoteGoneError("the worker is gone") from error
            if not data:
                raise ZygoteGoneError("the worker is gone")
            value = json.loads(data)
            if not isinstance(value, dict) or not self._waiting:
                raise ZygoteGoneError("the worker's reply cannot be read")
        except (ZygoteGoneError, ValueError) as error:
            self.broken = True
            raise error if isinstance(error, ZygoteGoneError) else ZygoteGoneError(str(error)) from error
        self._waiting.popleft().value = value
        return value

    def dismiss(self) -> None:
        """Let it end; nothing more is asked of it."""
        self.control.close()
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    def stop(self) -> None:
        """End it and all that it started."""
        self.dismiss()
        killed = not _wait_for(self.process, 0.1 if self.broken or not self.started else END)
        if killed:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            _wait_for(self.process, END)
        # What had processes of its own to itself took them all along when it ended by itself.
        if self.run.user is not None and (killed or not self.hides):
            _kill_all_of(self.run.user)


def _wait_for(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the process ended within that time."""
    if hasattr(os, "pidfd_open"):
        # Popen's own waiting looks again and again, up to 50 ms apart.
        with contextlib.suppress(OSError):
            fd = os.pidfd_open(process.pid)
            try:
                select.select([fd], [], [], seconds)
            finally:
                os.close(fd)
            return process.poll() is not None
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=seconds)
    return process.poll() is not None


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
