"""How many processes a check has and how much memory they use together, seen from outside while it runs."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Use:
    """Processes, and their memory in bytes; `largest` is the memory of the largest of them."""

    processes: int
    memory: int
    largest: int


def below(pid: int, most: int = 2000, shared: int = 0) -> Use:
    """What the process `pid` and all below it use; `most`: at how many processes to stop looking.

    `shared`: bytes that each of them has from the process it was forked from, and that count for none.
    """
    found = _linux(pid, most) if sys.platform.startswith("linux") else _by_ps(pid)
    sizes = [max(0, size - shared) for size in found]
    return Use(len(found), sum(sizes), max(sizes, default=0))


def space(folder: Path, most: int) -> tuple[int, int]:
    """Bytes and number of the files below a folder; stops looking at `most` files."""
    size = count = 0
    todo = [folder]
    while todo and count <= most:
        with contextlib.suppress(OSError), os.scandir(todo.pop()) as entries:
            for entry in entries:
                count += 1
                if count > most:
                    break
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(Path(entry.path))
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
    return size, count


def _linux(pid: int, most: int) -> list[int]:
    sizes: list[int] = []
    todo = [pid]
    while todo and len(sizes) < most:
        current = todo.pop()
        try:
            sizes.append(_memory(current))
            for task in os.listdir(f"/proc/{current}/task"):  # noqa: PTH208
                with open(f"/proc/{current}/task/{task}/children", "rb") as file:  # noqa: PTH123
                    todo += map(int, file.read().split())
        except (OSError, ValueError):
            continue
    return sizes


def _memory(pid: int) -> int:
    """Memory of its own and shared memory, without the files that it has mapped."""
    total = 0
    with open(f"/proc/{pid}/status", "rb") as file:  # noqa: PTH123
        for line in file:
            if line.startswith((b"RssAnon:", b"RssShmem:", b"VmSwap:")):
                total += int(line.split()[1]) * 1024
    return total


def _by_ps(pid: int) -> list[int]:
    """The same where there is no /proc."""
    try:
        done = subprocess.run(
            ["/bin/ps", "-axo", "pid=,ppid=,rss="], capture_output=True, timeout=10, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    children: dict[int, list[int]] = {}
    sizes: dict[int, int] = {}
    for line in done.stdout.splitlines():
        process, parent, size = (int(word) for word in line.split())
        children.setdefault(parent, []).append(process)
        sizes[process] = size * 1024
    found, todo = [], [pid]
    while todo:
        current = todo.pop()
        if current in sizes:
            found.append(sizes[current])
            todo += children.get(current, [])
    return found
