"""Worker processes on this machine, one pool for each: a process that dies takes one submission with it, not all.

A `ProcessPoolExecutor` with n workers gives up everything it holds when one of them dies. n pools of one worker each
are the same otherwise, and lose exactly what the dead one was doing.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from graders.threads import ONE_THREAD

T = TypeVar("T")

#: A worker that has graded so many is replaced: what memory it may have kept goes with it.
RECYCLE = 500

_PR_SET_DUMPABLE = 4


class Lanes(Executor):
    """`jobs` worker processes that start once, and again when one dies."""

    def __init__(self, jobs: int, scratch: Path) -> None:
        self._scratch = scratch
        self._lanes = [_Lane(scratch) for _ in range(jobs)]

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run it in the worker with the least to do."""
        lane = min(self._lanes, key=lambda lane: lane.waiting)
        return lane.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers: after what they have to do, or at once with `cancel_futures`."""
        for lane in self._lanes:
            lane.close(kill=cancel_futures)

    def pids(self) -> list[int]:
        """The workers' process ids."""
        return [lane.process.pid for lane in self._lanes if lane.process is not None and lane.process.pid]


class _Lane:
    """One pool of one process."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.pool: ProcessPoolExecutor | None = None
        self.process: BaseProcess | None = None
        self.count = 0
        self._futures: list[Future[Any]] = []

    @property
    def waiting(self) -> int:
        """How much it has to do. Asked of the futures: a count kept by callbacks would be another thread's too."""
        self._futures = [future for future in self._futures if not future.done()]
        return len(self._futures)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        if self.count >= RECYCLE and self.waiting == 0:
            self.close()
        for _ in range(3):
            pool = self.pool or self.open()
            try:
                future = pool.submit(fn, *args, **kwargs)
                break
            except BrokenExecutor:
                self.close()
        else:
            raise BrokenExecutor("a worker process ends as soon as it starts")
        self.count += 1
        self._futures.append(future)
        return future

    def open(self) -> ProcessPoolExecutor:
        # A fresh interpreter: nothing of this process (threads, open files, an executor's locks) is inherited.
        context = multiprocessing.get_context("spawn")
        others = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(1, mp_context=context, initializer=enter, initargs=(str(self.scratch),))
        with _environment(allowed_environment()):
            pool.submit(os.getpid)
        self.process = next(iter(set(multiprocessing.active_children()) - others), None)
        self.pool, self.count = pool, 0
        return pool

    def close(self, kill: bool = False) -> None:
        if self.pool is None:
            return
        if kill and self.process is not None:
            self.process.kill()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.pool = self.process = None


def enter(scratch: str) -> None:
    """Called in a new worker: temporary files go to `scratch`, Ctrl-C is the parent's, and it ends with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    if sys.platform.startswith("linux"):
        # Nobody of the same user reads this process's memory or environment.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    threading.Thread(target=_end_with_parent, args=(scratch,), daemon=True).start()
    import graders.cohort.task  # noqa: F401 -- once, before the first submission


def _end_with_parent(scratch: str) -> None:
    """A pool's worker waits for work for ever when its parent is killed: this one doesn't."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


#: What a worker keeps of the environment: no token or password that stands in the instructor's shell.
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV", "GRADECHECK_ISOLATED")
_KEPT_STARTS = ("LC_", "XDG_", "LD_LIBRARY_PATH", "DYLD_", "PYTHON", "COV_")


#: glibc's own limits, said, so that it doesn't raise them: else what large arrays leave behind stays with the process,
#: which grows by a third over the first submissions.
GIVEN_BACK = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}


def allowed_environment() -> dict[str, str]:
    """The environment that workers start with."""
    kept = {k: v for k, v in os.environ.items() if k in _KEPT or k.startswith(_KEPT_STARTS)}
    return kept | ONE_THREAD | GIVEN_BACK


@contextlib.contextmanager
def _environment(wanted: dict[str, str]) -> Any:
    """`os.environ` for the moment in which a process is started."""
    saved = dict(os.environ)
    for name in saved.keys() - wanted.keys():
        del os.environ[name]
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name in wanted.keys() - saved.keys():
            del os.environ[name]
        os.environ.update(saved)
