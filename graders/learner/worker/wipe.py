"""Removing a folder whatever was done to it: permissions taken away, thousands of folders deep, odd names.

Only through descriptors and without recursion, so that neither a long path nor a link leads anywhere else.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def wipe(folder: Path) -> bool:
    """Remove `folder` and everything in it. True if it is gone."""
    try:
        info = os.lstat(folder)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    if not stat.S_ISDIR(info.st_mode):
        with contextlib.suppress(OSError):
            os.unlink(folder)  # noqa: PTH108
        return not os.path.lexists(folder)
    empty(folder)
    with contextlib.suppress(OSError):
        os.rmdir(folder)  # noqa: PTH106
    return not os.path.lexists(folder)


def empty(folder: Path) -> None:
    """Remove everything in `folder`, as far as that can be done."""
    with contextlib.suppress(OSError):
        if stat.S_ISDIR(os.lstat(folder).st_mode):
            os.chmod(folder, 0o700)  # noqa: PTH101
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        _empty(top)
    finally:
        os.close(top)


def _empty(top: int) -> None:
    fd = os.dup(top)
    way: list[str] = []
    left = [_clear(fd)]  # folders still to do: of the top, of the one entered there, and so on
    try:
        while True:
            if left[-1]:
                name = left[-1].pop()
                _unlock(name, fd)
                try:
                    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=fd)
                except OSError:
                    continue
                os.close(fd)
                fd = inner
                way.append(name)
                left.append(_clear(fd))
            elif way:
                left.pop()
                outer = os.open("..", os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
                os.close(fd)
                fd = outer
                with contextlib.suppress(OSError):
                    os.rmdir(way.pop(), dir_fd=fd)
            else:
                return
    finally:
        os.close(fd)


def _unlock(name: str, parent: int) -> None:
    with contextlib.suppress(OSError):
        os.chmod(name, 0o700, dir_fd=parent)


def _clear(fd: int) -> list[str]:
    """Unlink every file in the open folder; the names of the folders in it."""
    folders: list[str] = []
    files: list[str] = []
    with contextlib.suppress(OSError), os.scandir(fd) as entries:
        for entry in entries:
            (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.name)
    for name in files:
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=fd)
    return folders
