"""Jobs through an executor: never more under way than it has room for, and one more try when a worker dies."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any, Protocol

from graders.cohort.find import CohortError
from graders.cohort.task import Job, grade

#: How often a job is tried when its worker dies.
TRIES = 2


class Engine(Protocol):
    """An executor, how many jobs it has room for now, and what it raises when a worker has died."""

    executor: Executor
    died: tuple[type[BaseException], ...]
    lost: tuple[type[BaseException], ...]

    def window(self) -> int: ...

    def close(self, kill: bool) -> None: ...


@dataclass
class Under:
    """One job under way."""

    key: Hashable
    job: Job
    tries: int = 1


@dataclass
class Traffic:
    """The jobs under way on an engine."""

    engine: Engine
    task: Callable[[Job], dict[str, Any]] = grade
    running: dict[Future[dict[str, Any]], Under] = field(default_factory=dict)
    retries: int = 0
    _ahead: deque[tuple[Hashable, Job]] = field(default_factory=deque)
    _more: bool = True

    def results(
        self, jobs: Iterator[tuple[Hashable, Job]], stop: Callable[[], bool], tick: Callable[[], None]
    ) -> Iterator[tuple[Hashable, dict[str, Any]]]:
        """Each job's key and result, as they come. `stop` true: start nothing more, and give what is there.

        Raises CohortError where the engine itself is gone.
        """
        self._fill(jobs, stop)
        while True:
            stopping = stop()
            finished = list(self._finished(0 if stopping else 0.25, again=not stopping))
            # The workers get their next jobs first, and only then are the results written: that waits for the disk.
            self._fill(jobs, stop)
            yield from finished
            tick()
            if stopping or not (self.running or self._ahead or self._more):
                return

    def _fill(self, jobs: Iterator[tuple[Hashable, Job]], stop: Callable[[], bool]) -> None:
        """Start as much as there is room for. One job is read ahead, so that a free worker needn't wait for it."""
        while not stop():
            if self._more and not self._ahead:
                found = next(jobs, None)
                self._more = found is not None
                self._ahead.extend([found] if found else [])
            if not self._ahead or len(self.running) >= self._window():
                return
            self._submit(Under(*self._ahead.popleft()))

    def _window(self) -> int:
        try:
            return self.engine.window()
        except self.engine.lost as error:
            raise CohortError(_gone(error)) from None

    def _submit(self, under: Under) -> None:
        try:
            self.running[self.engine.executor.submit(self.task, under.job)] = under
        except self.engine.lost as error:
            raise CohortError(_gone(error)) from None
        except BrokenExecutor as error:
            raise CohortError(f"cannot start worker processes: {error}") from None

    def _finished(self, seconds: float, again: bool) -> Iterator[tuple[Hashable, dict[str, Any]]]:
        if not self.running:
            time.sleep(seconds)  # the engine has no room at all: a cluster without workers
        died: tuple[type[BaseException], ...] = (*self.engine.died, BrokenExecutor)
        lost: tuple[type[BaseException], ...] = (*self.engine.lost, CancelledError)
        done, _ = wait(self.running, timeout=seconds, return_when=FIRST_COMPLETED)
        for future in done:
            under = self.running.pop(future)
            try:
                result = future.result()
            except died as error:
                if not again:
                    continue
                if under.tries < TRIES:
                    self.retries += 1
                    self._submit(Under(under.key, under.job, under.tries + 1))
                    continue
                result = {"fault": f"the worker process died {TRIES} times while grading it ({type(error).__name__})"}
            except lost as error:
                raise CohortError(_gone(error)) from None
            except Exception as error:
                result = {"fault": f"{type(error).__name__}: {error}"}
            yield under.key, result


def _gone(error: BaseException) -> str:
    return f"the workers are out of reach ({type(error).__name__}): run the same command again when they are back"


@dataclass
class Local:
    """Worker processes on this machine."""

    executor: Executor
    jobs: int
    died: tuple[type[BaseException], ...] = (BrokenExecutor,)
    lost: tuple[type[BaseException], ...] = ()

    def window(self) -> int:
        return self.jobs

    def close(self, kill: bool) -> None:
        self.executor.shutdown(wait=True, cancel_futures=kill)
