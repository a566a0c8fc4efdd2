"""Which files a check depends on, and the digest that says whether they have changed since it passed."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from graders import __version__
from graders.course import Check
from graders.learner.snapshot import Snapshot


def digest(check: Check, snapshot: Snapshot) -> str:
    """SHA-256 over the kit's version, the check, and every file that its module may import, directly or not."""
    names = ["answers.toml"] if check.question else sorted(closure(snapshot, f"{check.module}.py"))
    total = hashlib.sha256(f"{__version__}\0{check.id}".encode())
    for name in names:
        data = snapshot.files.get(name, b"\0missing")
        total.update(f"\0{name}\0{len(data)}\0".encode() + data)
    return total.hexdigest()[:32]


def closure(snapshot: Snapshot, start: str) -> set[str]:
    """The files whose names are mentioned in `start`, in those files, and so on: at least all that are imported."""
    stems: dict[str, list[str]] = {}
    for name in snapshot.files:
        path = PurePosixPath(name)
        # A package is mentioned by its folder's name, and then all of it may be imported.
        for part in (*path.parts[:-1], path.stem):
            stems.setdefault(part, []).append(name)
    found, todo = {start}, [start]
    while todo:
        text = snapshot.text(todo.pop()) or ""
        words = set(re.findall(r"\w+", text))
        for stem in words & stems.keys():
            for name in stems[stem]:
                if name not in found:
                    found.add(name)
                    todo.append(name)
    return found
