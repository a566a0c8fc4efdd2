"""One check, shut off from the checks before and after it.

Where the kernel allows it, every check gets user, mount, process, IPC and network namespaces of its own inside
whatever the judge has put around the whole worker: its scratch folder, /tmp, /dev/shm, sockets with names, process ids
and keyrings begin empty and vanish, with every process, when the check's own process ends: it is the first one of its
process namespace. So one check's last processes may still be going while the next one begins. Elsewhere the check is an
ordinary child, and what it leaves behind is looked for before the next one.
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

#: How long making the namespaces may take.
_SETUP = 20.0

_NAMESPACES = (
    kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWIPC | kernel.CLONE_NEWNET
)

#: Runs in the check's process; it is given the check's own folder, and does not return.
Body = Callable[[Path], None]


class CageError(Exception):
    """The namespaces could not be made."""


@dataclass
class Started:
    """A check under way: the process to kill, and its folder."""

    pid: int
    area: Path


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
            why = _shut_off(area, size, entries, private, files, ids)
            if wait:
                os.write(write, why.encode()[:1000] or b"+")
            os.close(write)
            if not why:
                body(area)
        finally:
            os._exit(70)
    os.close(write)
    said = _read(read, _SETUP) if wait else b"+"
    os.close(read)
    if said != b"+":
        end(Started(pid, area))
        raise CageError(said.decode("utf-8", "replace") or "the process of a check ended")
    return Started(pid, area)


def end(started: Started) -> Ended:
    """Kill the check's process and wait for it; with namespaces, everything that it started goes with it."""
    for kill in (os.kill, os.killpg):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(started.pid, signal.SIGKILL)
    try:
        _, status, usage = os.wait4(started.pid, 0)
    except ChildProcessError:
        return Ended(-1, 0.0)
    return Ended(status, usage.ru_utime + usage.ru_stime)


def _read(fd: int, seconds: float) -> bytes:
    """What comes through a pipe within that time."""
    waiting = select.poll()
    waiting.register(fd, select.POLLIN)
    return os.read(fd, 4096) if waiting.poll(seconds * 1000) else b""


def _shut_off(
    area: Path, size: int, entries: int, private: list[str], files: dict[str, bytes], ids: tuple[int, int]
) -> str:
    """The first process of new namespaces, which becomes the check: what it sees, and no way to get more.

    Returns why that could not be done.
    """
    try:
        kernel.set_dumpable(True)  # else /proc/self belongs to root, and the ids cannot be mapped
        kernel.map_ids(ids, ids)
        flags = kernel.MS_NOSUID | kernel.MS_NODEV
        kernel.mount("tmpfs", str(area), "tmpfs", flags, f"mode=700,size={size},nr_inodes={entries}")
        lay_out(area, files)
        for place in private:
            kernel.mount(str(area / "work"), place, None, kernel.MS_BIND)
        kernel.first_to_go()
        # Not everywhere allowed; the outer view of the processes then stays, in which there is nothing to be had.
        # Read-only: what is first to go stays that.
        with contextlib.suppress(OSError):
            kernel.mount("proc", "/proc", "proc", flags | kernel.MS_NOEXEC | kernel.MS_RDONLY)
    except OSError as error:
        return str(error) or type(error).__name__
    return ""
