"""The workers of one run: the sandbox they are in, a process for each check, and that nothing is left of them.

Nothing here imports numpy, so that the worker can be started first, and import its own meanwhile.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from graders.learner import environment, sandbox, view
from graders.learner.limits import Limits
from graders.learner.snapshot import Snapshot
from graders.learner.worker import kernel
from graders.learner.zygote import HostError, Zygote, ZygoteGoneError

if TYPE_CHECKING:
    from graders.learner.process import Worker

#: How many processes the user may start beside the checks, where both are counted together.
_ROOM = 256

__all__ = ["Host", "HostError", "Usage"]


@dataclass
class Usage:
    """What the workers have used in a run: for measuring, never for a verdict.

    CPU seconds. `cpu`: of the checks' own processes; `imports`: of numpy's and matplotlib's import before them;
    `whole`: of everything on the workers' side, forks and tidying up too.
    """

    cpu: float = 0.0
    checks: int = 0
    imports: float = 0.0
    whole: float = 0.0

    @property
    def theirs(self) -> float:
        """What the learner's code would use without a grader: its calls, and the imports."""
        return self.cpu + self.imports


@dataclass
class Host:
    """The workers of one run over one snapshot."""

    snapshot: Snapshot
    cage: sandbox.Sandbox
    seed: int
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self._zygote: Zygote | None = None
        self._stopped: list[Zygote] = []
        self._settle(self.cage)

    def _settle(self, cage: sandbox.Sandbox) -> None:
        self.cage = cage
        self.run = environment.prepare(self.snapshot, cage.drop, cage.hides)
        if cage.drop and self.run.user is None:
            # Never as root instead.
            self.run.remove()
            if not cage.presumed:
                raise HostError("no user id is free for the exercises")
            self._settle(sandbox.choose(cage.presumed))
            return
        others = environment.processes_of_user() + _ROOM
        self._limits = self.limits.of_a_process(others)
        if not cage.hides:
            view.shown()  # looks into this process, which is closed from here on
            _hide_this_process()

    def warm(self) -> None:
        """Start the worker without waiting for it."""
        if self._zygote is not None and self._zygote.broken:
            self._stop()
            self.run.write_kit()  # a check may have been able to write there
        if self._zygote is None:
            self._zygote = Zygote(self.run, self.cage, self._limits)

    @property
    def zygote(self) -> Zygote:
        """The worker, ready to fork. Raises HostError, and SandboxError if the required sandbox is not to be had."""
        try:
            self.warm()
            assert self._zygote is not None
            self._zygote.ready()
        except HostError:
            mode = self.cage.presumed
            if not mode:
                raise
            # What was taken for granted is not so: find out what can be had, and begin again with that.
            self.close()
            view.forget()
            self._settle(sandbox.choose(mode))
            return self.zygote
        self.cage = replace(self.cage, presumed="")
        return self._zygote

    def open(
        self,
        deadline: float,
        plotting: bool = False,
        standins: dict[str, dict[str, str]] | None = None,
    ) -> Worker:
        """A fresh state: a process that knows nothing of earlier checks. Raises HostError, SandboxError."""
        from graders.learner.process import Worker  # it imports numpy, and by now there is something to wait for

        for attempt in (1, 2):
            zygote = self.zygote
            try:
                return Worker(zygote, self.limits, self.seed, deadline, plotting, standins or {})
            except (ZygoteGoneError, OSError) as error:
                # The process that forks is gone: a check may have killed it. A new one, once.
                zygote.broken = True
                if attempt == 2:
                    raise HostError(f"no worker for a check: {error}") from error
        raise AssertionError("unreachable")

    @property
    def usage(self) -> Usage:
        """What the workers have used up to now."""
        every = [*self._stopped, *([self._zygote] if self._zygote else [])]
        whole = sum(zygote.used() for zygote in every)  # first: with it comes what the last checks have used
        return Usage(
            cpu=sum(zygote.cpu for zygote in every),
            checks=sum(zygote.checks for zygote in every),
            imports=sum(zygote.imports for zygote in every),
            whole=whole,
        )

    def _stop(self) -> None:
        if self._zygote is not None:
            self._zygote.stop()
            self._stopped.append(self._zygote)
            self._zygote = None

    def settle(self) -> None:
        """Wait until all that the checks up to now have started is gone."""
        if self._zygote is not None:
            with contextlib.suppress(ZygoteGoneError):
                self._zygote.settle()
            if self._zygote.broken:
                self.warm()

    def dismiss(self) -> None:
        """The last check is over: the worker may end while something else is done, before `close`."""
        if self._zygote is not None:
            self._zygote.dismiss()

    def close(self) -> None:
        """End all processes and remove the run folder."""
        self._stop()
        self.run.remove()


def _hide_this_process() -> None:
    """Keep processes of the same user out of this one's memory and environment, where nothing else does."""
    if kernel.LINUX:
        with contextlib.suppress(OSError):
            kernel.set_dumpable(False)
