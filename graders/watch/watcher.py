"""Which files below exercises/ have changed, and have come to rest.

Polling is the rule: it sees every way of saving (in place, by rename, over a network) and costs a dozen calls of
stat. Where the library watchfiles is installed it tells of a change sooner, and polling stays as the safety net.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

Signature = tuple[int, int, int, int]

#: Seconds between two looks; with notifications from the system, a slower look is enough.
INTERVAL, INTERVAL_NOTIFIED = 0.1, 1.0
#: An editor may empty a file before it writes it: what has not changed for so long is taken as saved.
REST = 0.05

_SKIPPED = {"__pycache__", ".git", ".venv", "venv", ".ipynb_checkpoints", ".mypy_cache"}
_MOST = 4000


def signatures(folder: Path) -> dict[str, Signature]:
    """Size, times and inode of every regular file below `folder`, by its path there. Links are not followed."""
    found: dict[str, Signature] = {}
    todo = [""]
    while todo and len(found) < _MOST:
        prefix = todo.pop()
        try:
            entries = list(os.scandir(folder / prefix))
        except OSError:
            continue
        for entry in entries[:_MOST]:
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISDIR(info.st_mode):
                if entry.name not in _SKIPPED and prefix.count("/") < 6:
                    todo.append(f"{prefix}{entry.name}/")
            elif stat.S_ISREG(info.st_mode):
                found[prefix + entry.name] = (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino)
    return found


class Watcher:
    """Asked again and again, says which files were saved since it last said so."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self.interval = INTERVAL
        self._clock = clock
        self._told = self._seen = signatures(folder)
        self._changed_at: float | None = None

    @property
    def patience(self) -> float:
        """Seconds until the next look is due."""
        return self.interval if self._changed_at is None else REST

    def saved(self) -> set[str]:
        """The files that have changed, appeared or gone since the last answer, once they are at rest."""
        now = signatures(self.folder)
        if now != self._seen:
            self._seen, self._changed_at = now, self._clock()
            return set()
        if self._changed_at is None or self._clock() - self._changed_at < REST:
            return set()
        self._changed_at = None
        changed = {name for name in now.keys() | self._told.keys() if now.get(name) != self._told.get(name)}
        self._told = now
        return changed


class Notifier:
    """The system's own notifications, through watchfiles; `wake` is called from another thread."""

    def __init__(self, folder: Path, wake: Callable[[], None]) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(folder, wake), daemon=True)
        self._thread.start()

    def _run(self, folder: Path, wake: Callable[[], None]) -> None:
        from watchfiles import watch  # type: ignore[import-not-found, unused-ignore]

        # Notifications are a convenience: where they fail (too many watches, an odd file system), polling goes on.
        try:
            for _ in watch(
                folder, stop_event=self._stop, debounce=50, step=10, rust_timeout=500, raise_interrupt=False
            ):
                wake()
        except Exception:
            return

    @property
    def alive(self) -> bool:
        """Whether notifications still come."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join(timeout=2)


def notifier(folder: Path, wake: Callable[[], None]) -> Notifier | None:
    """A Notifier, or None where watchfiles is not installed."""
    try:
        import watchfiles  # type: ignore[import-not-found, unused-ignore]  # noqa: F401
    except ImportError:
        return None
    return Notifier(folder, wake)
