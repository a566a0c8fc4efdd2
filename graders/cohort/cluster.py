"""A Dask cluster that somebody already runs, as one more executor."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from graders.cohort import kit
from graders.cohort.find import CohortError

#: Seconds for which the scheduler may be out of reach before the run ends.
PATIENCE = 120.0


class Cluster:
    """A connection to a Dask scheduler. Raises CohortError where there is none, or its workers have another kit."""

    def __init__(self, address: str, warn: Callable[[str], None] = lambda text: None) -> None:
        try:
            import distributed
        except ImportError:
            raise CohortError("--scheduler needs Dask: pip install 'gradecheck[dask]'") from None
        try:
            self._client: Any = distributed.Client(address, timeout=30, set_as_default=False, name="gradecheck")
        except (OSError, TimeoutError, ValueError) as error:
            raise CohortError(f"no Dask scheduler at {address}: {error}") from None
        # A job is a set of files and a seed: the same one twice is meant to be graded twice.
        self.executor: Executor = self._client.get_executor(pure=False)
        # Dask itself sends a job to another worker when one dies; what it gives up after that, nobody tries again.
        self.died: tuple[type[BaseException], ...] = ()
        self.lost: tuple[type[BaseException], ...] = (ConnectionError, distributed.comm.CommClosedError)
        self._silent: float | None = None
        self._workers, self._asked = 0, -1.0
        try:
            self._compare()
        except BaseException:
            self._client.close()
            raise
        threaded = [n for n in self._client.nthreads().values() if n > 1]
        if threaded:
            warn(
                f"{len(threaded)} Dask workers have several threads, and gradecheck uses one of each: "
                "start them with `dask worker --nworkers auto --nthreads 1`"
            )

    def _compare(self) -> None:
        try:
            found: dict[str, str] = self._client.run(kit.version)
        except Exception as error:
            raise CohortError(
                f"gradecheck can't be used on the Dask workers ({type(error).__name__}: {error}): install it there"
            ) from None
        for worker, theirs in found.items():
            if theirs != kit.version():
                raise CohortError(f"the Dask worker {worker} has gradecheck {theirs}, here it is {kit.version()}")

    def window(self) -> int:
        """Room for a job on each worker, and some on the way. Raises ConnectionError when the scheduler is gone."""
        if self._client.status != "running":
            self._silent = self._silent or time.monotonic()
            if time.monotonic() - self._silent > PATIENCE or self._client.status == "closed":
                raise ConnectionError("the Dask scheduler does not answer")
            return 0
        self._silent = None
        if time.monotonic() > self._asked + 1:
            self._workers, self._asked = len(self._client.nthreads()), time.monotonic()
        return self._workers + (self._workers + 3) // 4

    def close(self, kill: bool) -> None:
        """Leave the cluster as it was; `kill` cancels what is under way."""
        self.executor.shutdown(wait=not kill)
        self._client.close()
