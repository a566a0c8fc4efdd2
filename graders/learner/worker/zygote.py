"""The process that has imported numpy and forks once for every check, and tidies up after each.

It never runs the learner's code itself. Everything that a check started is found again, however it tried to get
away: on Linux this process is the subreaper of its descendants, and it kills until none is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from . import cage
from .wire import decode, encode, receive, send

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36


def main(control_fd: int, preload: str) -> None:
    """Serve fork requests on `control_fd` until the judge closes it."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    _prctl(_PR_SET_DUMPABLE, 0)
    control = socket.socket(fileno=control_fd)
    control.set_inheritable(False)
    _preload(preload.split(","))
    control.sendall(encode({"ready": os.getpid(), "cage": cage.can_isolate_checks()}))
    try:
        while True:
            data, fds, _, _ = socket.recv_fds(control, 65536, 2)
            if not data:
                return
            request = decode(data)
            if request["op"] == "fork":
                reply = _fork(request, fds, control)
            else:
                reply = _end(request)
            control.sendall(encode(reply))
    except (OSError, KeyboardInterrupt):
        return
    finally:
        kill_descendants()


def _preload(names: list[str]) -> None:
    import numpy.linalg
    import numpy.random

    from . import session, shims

    shims.install()
    del numpy, session
    if "matplotlib" in names:
        import matplotlib

        matplotlib.use("Agg")
        with contextlib.suppress(ImportError):
            import matplotlib.figure
            import matplotlib.pyplot  # noqa: F401


def _prctl(option: int, value: int) -> None:
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _fork(request: dict[str, Any], fds: list[int], control: socket.socket) -> dict[str, Any]:
    channel_fd, output_fd = fds
    scratch = Path(request["scratch"])
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    try:
        pid = os.fork()
    except OSError as error:
        return {"error": str(error)}
    if pid == 0:
        try:
            control.close()
            _child(request, channel_fd, output_fd, scratch)
        finally:
            os._exit(70)
    for fd in fds:
        os.close(fd)
    return {"pid": pid}


def _child(request: dict[str, Any], channel_fd: int, output_fd: int, scratch: Path) -> None:
    """Become one check: new session, own descriptors, limits, a scratch folder, and then requests until the end."""
    from .session import Session

    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for fd, target in ((null, 0), (output_fd, 1), (output_fd, 2)):
        os.dup2(fd, target)
    channel_fd = _alone(channel_fd)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(name, signal.SIG_DFL)
    cage.enter_check(request["isolate"], scratch)
    _limit(request["limits"])
    os.chdir(scratch)
    os.environ.update(TMPDIR=str(scratch), HOME=str(scratch))
    if request.get("mplconfig"):
        os.environ["MPLCONFIGDIR"] = request["mplconfig"]
    sys.stdin = open(0, closefd=False)  # noqa: SIM115, PTH123
    sys.stdout = open(1, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115, PTH123
    sys.stderr = open(2, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115, PTH123
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    channel = socket.socket(fileno=channel_fd)
    session = Session(Path(request["folder"]))
    while True:
        reply = session.handle(receive(channel))
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(BaseException):
                stream.flush()
        try:
            send(channel, reply)
        except ValueError as refusal:
            send(channel, {"error": {"kind": "refused", "text": str(refusal), "frames": []}})


def _alone(fd: int) -> int:
    """Close every descriptor but 0, 1, 2 and `fd`, which becomes 3."""
    if fd != 3:
        os.dup2(fd, 3)
    os.closerange(4, 4096)
    os.set_inheritable(3, False)
    return 3


def _limit(limits: dict[str, int]) -> None:
    names = {
        "cpu": "RLIMIT_CPU",
        "memory": "RLIMIT_AS",
        "processes": "RLIMIT_NPROC",
        "file_size": "RLIMIT_FSIZE",
        "files": "RLIMIT_NOFILE",
    }
    for name, constant in names.items():
        kind = getattr(resource, constant, None)
        if kind is None or name not in limits:
            continue
        _, hard = resource.getrlimit(kind)
        value = limits[name] if hard == resource.RLIM_INFINITY else min(limits[name], hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end(request: dict[str, Any]) -> dict[str, Any]:
    """Kill what is left of a check, wait for it, wipe its scratch folder."""
    pid = request["pid"]
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    status, cpu = -1, 0.0
    with contextlib.suppress(ChildProcessError):
        _, status, usage = os.wait4(pid, 0)
        cpu = usage.ru_utime + usage.ru_stime
    clean = kill_descendants()
    _wipe(Path(request["scratch"]))
    return {"status": status, "cpu": cpu, "clean": clean}


def kill_descendants(seconds: float = 5.0) -> bool:
    """Kill every process below this one, again and again until none is left. True if none is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = _descendants()
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        if found:
            time.sleep(0.001)
    return False


def _descendants() -> list[int]:
    """Process ids below this process: its children by the kernel's own list, and theirs."""
    found: list[int] = []
    todo = [os.getpid()]
    while todo:
        pid = todo.pop()
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                children = [int(p) for p in (task / "children").read_text().split()]
                found += children
                todo += children
        except OSError:
            continue
    return found


def _wipe(folder: Path) -> None:
    """Remove a scratch folder, also one whose permissions were taken away."""

    def unlock(_function: Any, path: str, _error: Any) -> None:
        for locked in (Path(path).parent, Path(path)):
            with contextlib.suppress(OSError):
                if not locked.is_symlink():
                    locked.chmod(0o700)

    with contextlib.suppress(OSError):
        shutil.rmtree(folder, onerror=unlock)
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
