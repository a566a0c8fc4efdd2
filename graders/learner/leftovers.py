"""Run folders that a judge has left behind: one that is killed can't remove its own, so the next ones do."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
import tempfile
import time
from pathlib import Path

from graders.learner.worker.wipe import wipe

PREFIX = "gradecheck-"
_NAME = re.compile(PREFIX + r"[a-z0-9_]{8}")
#: Seconds for which a folder is left alone, whatever it looks like: it may just be coming into being.
_YOUNG = 600.0


class Held:
    """A folder that is in use, until this is released or its process is gone."""

    def __init__(self, folder: Path) -> None:
        self._fd: int | None = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(self._fd, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def release(self) -> None:
        """Nobody needs it any more. May be said twice."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def sweep() -> None:
    """Remove the run folders of this user that nobody holds."""
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _remove_unheld(Path(entry.path))


def _remove_unheld(folder: Path) -> None:
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or time.time() - seen.st_mtime < _YOUNG:
        return
    if not (folder / "submission").is_dir() or not (folder / "scratch").is_dir():
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: its judge is alive
        wipe(folder)
    finally:
        os.close(fd)
