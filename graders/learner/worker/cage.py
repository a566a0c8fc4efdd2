"""One check, shut off from the checks before and after it.

Where the kernel allows it, every check gets user, mount, process, IPC and network namespaces of its own inside
whatever the judge has put around the whole worker: its scratch folder, /tmp, /dev/shm, sockets with names, process ids
and keyrings begin empty and vanish, with every process, when the check's first process is killed. So one check's last
processes may still be going while the next one begins. Elsewhere the check is an ordinary child, and what it leaves
behind is looked for before the next one.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import kernel

#: How long making the namespaces may take, and how long a check's first process may take to say how the check ended.
_SETUP = 20.0
_LAST_WORDS = 3.0

_NAMESPACES = (
    kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWIPC | kernel.CLONE_NEWNET
)

#: Runs in the check's process; it is given the check's own folder, and does not return.
Body = Callable[[Path], None]


class CageError(Exception):
    """The namespaces could not be made."""


@dataclass
class Started:
    """A check under way: the process to kill, and where its end is reported (isolated checks only)."""

    pid: int
    area: Path
    report: int | None = None


@dataclass(frozen=True)
class Ended:
    """How a check ended: wait status (-1 unknown) and CPU seconds of its process and of those it waited for."""

    status: int
    cpu: float


def lay_out(area: Path, files: dict[str, bytes]) -> None:
    """A check's own folder: `work`, where it starts, and `exercises`, its own copy of the submission."""
    (area / "work").mkdir(mode=0o700)
    root = area / "exercises"
    root.mkdir(mode=0o700)
    made = {root}
    for name, data in files.items():
        path = root / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        with path.open("wb") as file:
            file.write(data)


def start(area: Path, files: dict[str, bytes], body: Body) -> Started:
    """A check as an ordinary child of this process."""
    area.mkdir(mode=0o700)
    lay_out(area, files)
    pid = os.fork()
    if pid == 0:
        try:
            body(area)
        finally:
            os._exit(70)
    return Started(pid, area)


def start_isolated(
    area: Path, size: int, entries: int, private: list[str], files: dict[str, bytes], body: Body, wait: bool
) -> Started:
    """A check in namespaces of its own. `private`: folders that become its own scratch space. Raises CageError.

    `wait`: until it is clear that they could be made; else, where they could not, the check's channel closes.
    """
    read, write = os.pipe()
    ids = os.geteuid(), os.getegid()  # unknown inside, until they are mapped
    try:
        pid = kernel.clone(_NAMESPACES)
    except OSError as error:
        os.close(read)
        os.close(write)
        raise CageError(str(error)) from error
    if pid == 0:
        try:
            os.close(read)
            _first_process(area, size, entries, private, files, body, ids, write)
        finally:
            os._exit(71)
    os.close(write)
    if wait and _read(read, _SETUP, 1) != b"+":
        why = _read(read, 1.0).decode("utf-8", "replace")
        os.close(read)
        _kill(pid)
        os.waitpid(pid, 0)
        raise CageError(why or "the first process of a check ended")
    return Started(pid, area, read)


def end(started: Started) -> Ended:
    """Kill the check's process and wait for it; with namespaces, everything that it started goes with it."""
    if started.report is None:
        _kill(started.pid)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGKILL)
        try:
            _, status, usage = os.wait4(started.pid, 0)
        except ChildProcessError:
            return Ended(-1, 0.0)
        return Ended(status, usage.ru_utime + usage.ru_stime)
    with contextlib.suppress(ProcessLookupError):
        os.kill(started.pid, signal.SIGTERM)
    words = _last_words(started.report)
    os.close(started.report)
    _kill(started.pid)
    os.waitpid(started.pid, 0)
    with contextlib.suppress(ValueError, IndexError):
        return Ended(int(words[0]), float(words[1]))
    return Ended(-1, 0.0)


def _last_words(report: int) -> list[bytes]:
    """What a check's first process says when the check is over; the mark of its beginning may still be there."""
    words = _read(report, _LAST_WORDS)
    if words == b"+":
        words += _read(report, _LAST_WORDS)
    return words.lstrip(b"+").split()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _read(fd: int, seconds: float, size: int = 4096) -> bytes:
    """What comes through a pipe within that time."""
    waiting = select.poll()
    waiting.register(fd, select.POLLIN)
    return os.read(fd, size) if waiting.poll(seconds * 1000) else b""


def _first_process(
    area: Path,
    size: int,
    entries: int,
    private: list[str],
    files: dict[str, bytes],
    body: Body,
    ids: tuple[int, int],
    report: int,
) -> None:
    """The first process of the check's process namespace: it starts the check, waits for it, and says how it ended."""
    try:
        kernel.set_dumpable(True)  # else /proc/self belongs to root, and the ids cannot be mapped
        kernel.die_with_parent()
        kernel.map_ids(ids, ids)
        flags = kernel.MS_NOSUID | kernel.MS_NODEV
        kernel.mount("tmpfs", str(area), "tmpfs", flags, f"mode=700,size={size},nr_inodes={entries}")
        lay_out(area, files)
        for place in private:
            kernel.mount(str(area / "work"), place, None, kernel.MS_BIND)
        # Not everywhere allowed; the outer view of the processes then stays, in which there is nothing to be had.
        with contextlib.suppress(OSError):
            kernel.mount("proc", "/proc", "proc", flags | kernel.MS_NOEXEC)
        kernel.drop_privileges()  # for the check as well
        watched = {signal.SIGCHLD, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, watched)
        pid = os.fork()
    except OSError as error:
        os.write(report, b"-" + str(error).encode()[:1000])
        os._exit(71)
    if pid == 0:
        os.close(report)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, watched)
        try:
            body(area)
        finally:
            os._exit(70)
    kernel.set_dumpable(False)
    os.write(report, b"+")
    for fd in (0, 1, 2):
        if fd != report:
            os.close(fd)
    os.closerange(3, report)
    os.closerange(report + 1, 1 << 20)
    while True:
        if signal.sigwaitinfo(watched).si_signo == signal.SIGTERM:
            _kill(pid)
        while True:
            try:
                ended, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                os._exit(0)
            if ended == 0:
                break
            if ended == pid:
                os.write(report, f"{status} {usage.ru_utime + usage.ru_stime}".encode())
                os._exit(0)
