"""A view of the files of our own making, where bubblewrap is missing: namespaces, bind mounts, a new root.

The tree comes from the judge as a list of steps: ["bind", source, target] (read-only), ["empty", folder],
["space", folder] (writable, in memory), ["link", text, path].
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from . import kernel

DEVICES = ("null", "zero", "full", "random", "urandom")
DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}

_NAMESPACES = kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWIPC | kernel.CLONE_NEWNET | kernel.CLONE_NEWUTS


def enter(root: Path, steps: list[list[str]]) -> None:
    """Returns in a new process, the first of its process namespace, which sees the tree and nothing else.

    `root`: an empty folder, on which the tree is put together. The calling process waits for the new one and ends
    as it ends. Raises OSError where the kernel does not allow it.
    """
    ids = os.geteuid(), os.getegid()
    kernel.set_dumpable(True)
    if ids[0] == 0:
        kernel.unshare(_NAMESPACES)
    else:
        kernel.unshare(_NAMESPACES | kernel.CLONE_NEWUSER)
        kernel.map_ids(ids, ids)
    with contextlib.suppress(OSError):
        kernel.unshare(kernel.CLONE_NEWCGROUP)
    pid = os.fork()
    if pid:
        _wait(pid)
    kernel.die_with_parent()
    _build(root, steps)


def _wait(pid: int) -> None:
    """Wait for the process and end as it did."""
    kernel.die_with_parent()
    os.closerange(0, 1 << 20)
    _, status = os.waitpid(pid, 0)
    os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


def _build(root: Path, steps: list[list[str]]) -> None:
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", str(root), "tmpfs", kernel.MS_NOSUID, "mode=755,size=4m")
    os.umask(0o022)
    spaces = []
    for kind, *names in steps:
        target = root / names[-1].lstrip("/")
        if kind == "bind":
            source = Path(names[0])
            _mount_point(target, source.is_dir())
            kernel.mount(str(source), str(target), None, kernel.MS_BIND | kernel.MS_REC)
        elif kind == "empty":
            _mount_point(target, True)
            kernel.mount("tmpfs", str(target), "tmpfs", kernel.MS_NOSUID, "mode=755,size=1m")
        elif kind == "link":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(names[0])
        else:
            _mount_point(target, True)
            spaces.append(target)
    dev = root / "dev"
    dev.mkdir(exist_ok=True)
    for name in DEVICES:
        (dev / name).touch()
        kernel.mount(f"/dev/{name}", str(dev / name), None, kernel.MS_BIND)
    for name, text in DEVICE_LINKS.items():
        (dev / name).symlink_to(text)
    (root / "proc").mkdir()
    kernel.read_only(str(root))
    flags = kernel.MS_NOSUID | kernel.MS_NODEV
    # While the old root's is still there: the kernel gives a new /proc only to who can see one already.
    kernel.mount("proc", str(root / "proc"), "proc", flags | kernel.MS_NOEXEC)
    for space in spaces:
        kernel.mount("tmpfs", str(space), "tmpfs", flags, "mode=1777,size=256m,nr_inodes=20000")
    kernel.change_root(str(root))


def _mount_point(path: Path, folder: bool) -> None:
    if folder:
        path.mkdir(parents=True, exist_ok=True)
    elif not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
