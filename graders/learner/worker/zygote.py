"""The process that has imported numpy and forks once for every check, and tidies up after each.

It never runs the learner's code itself. Everything that a check started is found again, however it tried to get
away: by the namespace that it cannot leave, or, without one, because this process is the subreaper of its
descendants and kills until none is left.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from . import cage, importing, kernel, landlock, launcher, seccomp
from .compiling import Compiling
from .config import Config
from .wipe import empty, wipe
from .wire import receive, send

_MAX_FD = 1 << 20 if kernel.LINUX else 4096


def main(config: Config) -> None:
    """Serve fork requests on the control socket until the judge closes it."""
    control = socket.socket(fileno=config.control)
    control.set_inheritable(False)
    _preload()
    zygote = Zygote(config, control)
    _keep()
    control.sendall(json.dumps({"filtered": zygote.filtered}).encode())
    try:
        zygote.serve()
    except (OSError, KeyboardInterrupt):
        return
    finally:
        kill_descendants(everyone=zygote.alone)


def _keep() -> None:
    """What is there now is every check's, and stays: a collection that looks at it would copy its memory."""
    gc.freeze()
    gc.enable()


def _preload() -> None:
    import numpy.linalg
    import numpy.random

    from . import figure, session, shims

    shims.install()
    del numpy, session, figure


def _preload_matplotlib(config: Config) -> None:
    """Import matplotlib with its font list, in a folder that it may write to and that is gone afterwards.

    Only when a check needs it: it takes longer than everything else, and makes each process larger.
    """
    gc.disable()
    os.environ["MPLCONFIGDIR"] = folder = tempfile.mkdtemp(dir=config.scratch)
    for file in Path(config.matplotlib).glob("*.json"):
        shutil.copy(file, folder)
    import matplotlib

    matplotlib.use("Agg")
    with contextlib.suppress(ImportError):
        import matplotlib.figure
        import matplotlib.pyplot
    wipe(Path(folder))
    _keep()


class Zygote:
    """Starts and ends checks."""

    def __init__(self, config: Config, control: socket.socket) -> None:
        self.config = config
        self.control = control
        self.scratch = Path(config.scratch)
        self.isolated = config.isolate and kernel.known_machine()
        self.filtered = config.filter and seccomp.available()
        if self.filtered:
            seccomp.prepare()
        self.rules: landlock.Rules | None = None
        if config.readable is not None and landlock.version():
            devices = [f"/dev/{name}" for name in launcher.DEVICES]
            self.rules = landlock.Rules(config.readable, devices)
        self.imports = _cpu()
        self.checks: dict[int, cage.Started] = {}
        self.count = 0
        self.pid = os.getpid()
        # Whether a process that this one may kill must be a check's.
        self.alone = config.hidden or config.user is not None
        # Kept in memory: what one check does to the files on disk, where nothing protects them, no later check sees.
        root = Path(config.exercises)
        self.files = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        # Elsewhere each check has its files in another folder, and a code object knows its file's path.
        self.compiling = Compiling(self.scratch / "exercises", self.files, control.close) if self.isolated else None

    def serve(self) -> None:
        """Answer requests until the judge closes the socket."""
        while True:
            data, fds, _, _ = socket.recv_fds(self.control, 65536, 2)
            if not data:
                return
            request = json.loads(data)
            if request["op"] == "fork":
                if request["plotting"] and "matplotlib.figure" not in sys.modules:
                    before = _cpu()
                    _preload_matplotlib(self.config)
                    self.imports += _cpu() - before
                reply = self.fork(request["limits"], fds)
            elif request["op"] == "end":
                reply = self.end(request["pid"])
            else:
                reply = {"cpu": _cpu(), "imports": self.imports}
            self.control.sendall(json.dumps(reply).encode())

    def fork(self, limits: dict[str, int], fds: list[int]) -> dict[str, Any]:
        """Start a check: {"pid", "isolated"}, or {"error"}."""
        channel, output = fds
        if self.compiling is not None:
            codes = self.compiling.done()
            if len(codes) > len(importing.COMPILED):
                place = self.scratch / "exercises"
                importing.COMPILED.update({str(place / name): (self.files[name], codes[name]) for name in codes})
        self.count += 1

        def body(area: Path) -> None:
            self.control.close()
            _check(self, area, channel, output, limits)

        try:
            started = self._start(limits, body)
        except (OSError, cage.CageError) as error:
            return {"error": str(error)}
        finally:
            for fd in fds:
                os.close(fd)
        self.checks[started.pid] = started
        return {"pid": started.pid, "isolated": self.isolated}

    def _start(self, limits: dict[str, int], body: cage.Body) -> cage.Started:
        """A check's process. Raises CageError, OSError."""
        if self.isolated:
            try:
                return cage.start_isolated(
                    self.scratch,
                    limits["space"],
                    limits["entries"],
                    self.config.private,
                    self.files,
                    body,
                    wait=self.count == 1,
                )
            except cage.CageError:
                if self.count > 1:
                    raise
                # The first one shows whether the kernel allows it.
                self.isolated, self.compiling = False, None
        area = self.scratch / str(self.count)
        wipe(area)
        return cage.start(area, self.files, body)

    def end(self, pid: int) -> dict[str, Any]:
        """Kill what is left of a check, wait for it, remove what it wrote."""
        started = self.checks.pop(pid)
        ended = cage.end(started)
        clean = True
        if not self.isolated:
            if self.checks:
                # Another check of this worker is open: only what is known to be this one's goes now.
                wipe(started.area)
            else:
                clean = kill_descendants(everyone=self.alone)
                for place in (self.config.scratch, *self.config.private):
                    empty(Path(place))
        return {"status": ended.status, "cpu": ended.cpu, "clean": clean}


def _check(zygote: Zygote, area: Path, channel_fd: int, output_fd: int, limits: dict[str, int]) -> None:
    """Become one check: new session, own descriptors, limits, a scratch folder, and then requests until the end."""
    from .session import Session

    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for fd, target in ((null, 0), (output_fd, 1), (output_fd, 2)):
        os.dup2(fd, target)
    keep = {channel_fd}
    rules = zygote.rules
    if rules is not None:
        keep.add(rules.fd)
    _close_all_but(keep)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    work = area / "work"
    os.chdir(work)
    os.environ.update(TMPDIR=str(work), HOME=str(work))
    if kernel.LINUX:
        _confine(zygote, area)
    own_count = zygote.isolated and kernel.counts_processes_by_namespace()
    _limit(limits, exact=own_count or zygote.config.user is not None)
    channel_fd = _as_three(channel_fd)
    if zygote.filtered:
        # Nothing else can be seen from a process namespace; elsewhere older processes must not get signals.
        hidden = zygote.isolated
        with contextlib.suppress(OSError):
            seccomp.install(None if hidden else (zygote.pid, zygote.config.judge))
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, f"__{name}__", getattr(sys, name))
    channel = socket.socket(fileno=channel_fd)
    session = Session(area / "exercises")
    request = receive(channel)
    cpu = request.pop("cpu")
    _set_limit("RLIMIT_CPU", cpu, cpu)
    while True:
        reply = session.handle(request)
        for stream in ("stdout", "stderr"):
            with contextlib.suppress(BaseException):
                getattr(sys, stream).flush()
        try:
            send(channel, reply)
        except ValueError as refusal:
            send(channel, {"error": {"kind": "refused", "text": str(refusal), "frames": []}})
        request = receive(channel)


def _cpu() -> float:
    """CPU seconds of this process and of all that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _close_all_but(keep: set[int]) -> None:
    """Close every descriptor from 3 on except those."""
    low = 3
    for fd in sorted(keep):
        os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, _MAX_FD)


def _as_three(fd: int) -> int:
    if fd != 3:
        os.dup2(fd, 3)
        os.close(fd)
    os.set_inheritable(3, False)
    return 3


def _confine(zygote: Zygote, area: Path) -> None:
    """Give up what this process could still do to others."""
    kernel.drop_privileges()
    kernel.die_with_parent()
    kernel.set_dumpable(True)
    kernel.first_to_go()
    if zygote.rules is not None:
        zygote.rules.enter(str(area))


def _limit(limits: dict[str, int], exact: bool) -> None:
    """Set the process's limits. `exact`: nothing else counts as a process of this user."""
    processes = limits["processes"] + (0 if exact else limits["others"])
    values = {
        "RLIMIT_AS": limits["memory"],
        "RLIMIT_NPROC": processes if kernel.LINUX else None,
        "RLIMIT_FSIZE": limits["file_size"],
        "RLIMIT_NOFILE": limits["files"],
        "RLIMIT_CORE": 1,  # with 0, a kernel that pipes core files to a program still would; 1 is less than any has
    }
    for name, value in values.items():
        if value is not None:
            _set_limit(name, value, value)


def _set_limit(name: str, soft: int, hard: int) -> None:
    kind = getattr(resource, name, None)
    if kind is None:
        return
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (soft, hard))


def kill_descendants(everyone: bool = False, seconds: float = 5.0) -> bool:
    """Kill every process below this one, again and again until none is left. True if none is.

    `everyone`: whatever this process may kill at all is one of them.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if everyone:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(-1, signal.SIGKILL)
            found = True
        else:
            found = _kill_below()
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        if found:
            time.sleep(0.001)
    return False


def _kill_below() -> bool:
    """Stop all descendants first, so that none starts another meanwhile, then kill them."""
    stopped: set[int] = set()
    for _ in range(50):
        new = set(_descendants()) - stopped
        if not new:
            break
        for pid in new:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGSTOP)
        stopped |= new
    for pid in stopped:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return bool(stopped)


def _descendants() -> list[int]:
    """Process ids below this process: its children by the kernel's own list, and theirs."""
    found: list[int] = []
    todo = [os.getpid()]
    while todo:
        pid = todo.pop()
        try:
            for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
                with open(f"/proc/{pid}/task/{task}/children", "rb") as file:  # noqa: PTH123
                    children = [int(p) for p in file.read().split()]
                found += children
                todo += children
        except OSError:
            continue
    return found
