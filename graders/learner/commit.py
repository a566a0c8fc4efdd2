"""The commit of a submission, read from its files: git itself would obey the submission's configuration."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

_MAX_FILE = 2 * 2**20
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"refs(/[A-Za-z0-9_+@#=-][A-Za-z0-9._+@#=-]*){1,12}")


def read_commit(folder: Path) -> str | None:
    """The commit that `folder`/.git/HEAD names: 40 or 64 hexadecimal digits; None if that cannot be told.

    Only regular files of bounded size inside `.git` are read; no link is followed, no `gitdir:` file either.
    """
    head = _read(folder, ".git/HEAD")
    if head is None:
        return None
    head = head.strip()
    if not head.startswith("ref:"):
        return _as_commit(head)
    ref = head.removeprefix("ref:").strip()
    if len(ref) > 250 or not _REF.fullmatch(ref):
        return None
    loose = _read(folder, f".git/{ref}")
    if loose is not None:
        return _as_commit(loose.strip())
    for line in (_read(folder, ".git/packed-refs") or "").splitlines():
        commit, _, name = line.strip().partition(" ")
        if name == ref:
            return _as_commit(commit)
    return None


def _as_commit(text: str) -> str | None:
    return text if _COMMIT.fullmatch(text) else None


def _read(folder: Path, name: str) -> str | None:
    """A file's text, reached folder by folder through descriptors; None if any step is not what it should be."""
    *folders, last = name.split("/")
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        for step in folders:
            inner = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=fd)
            os.close(fd)
            fd = inner
        file = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=fd)
    except OSError:
        return None
    finally:
        os.close(fd)
    with os.fdopen(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            return None
        try:
            return opened.read(_MAX_FILE).decode("ascii")
        except (OSError, UnicodeDecodeError):
            return None
