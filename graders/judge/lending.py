"""What a check is lent where the learner's own is broken: one bug costs once.

Texts of the reference take the place of a module that can't be imported, of functions, of methods that belong together.
They hold no more than the check needs: the rest could be its answer in other words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from graders import unchanged
from graders.course import Check, Course
from graders.learner import standins
from graders.learner.local import LocalWorker
from graders.learner.process import LearnerError, Worker
from graders.learner.remote import Learner
from graders.learner.snapshot import Snapshot
from graders.learner.submission import MODULES

Standins = dict[str, dict[str, str]]


@dataclass
class Lender:
    """Says what stands in, for the checks of one snapshot. `open`: a worker of its own to import a module in."""

    course: Course
    snapshot: Snapshot
    open: Callable[[str], Worker | LocalWorker]
    #: What could not be imported so far, by what was lent then ("" for nothing).
    failed_imports: dict[str, dict[str, LearnerError]] = field(default_factory=dict)
    _alone: dict[str, bool] = field(default_factory=dict)

    def failed_with(self, given: Standins) -> dict[str, LearnerError]:
        """What could not be imported beside these stand-ins; a later failure is to be added to it."""
        key = ",".join(f"{module}.{name}" for module, names in given.items() for name in names)
        return self.failed_imports.setdefault(key, {})

    def lend(self, check: Check, broken: list[str]) -> Standins:
        """Texts that replace what is broken: whole modules that cannot be imported, functions, groups of methods."""
        unimportable = self._unimportable() - {check.module}
        if unimportable:
            imported = {Path(name).stem for name in unchanged.closure(self.snapshot, f"{check.module}.py")}
            unimportable &= imported | {need.partition(".")[0] for need in check.needs}
        given: Standins = {module: {"": self._lent(module, check)} for module in unimportable}
        methods: set[str] = set()
        for need in broken:
            module, _, name = need.partition(".")
            if module in unimportable:
                continue
            if name.startswith("Network."):
                methods.add(name.removeprefix("Network."))
            else:
                given.setdefault(module, {})[name] = standins.function_source(name)
        tested = check.subject.removeprefix("network.Network.")
        if methods & {"forward", "backward"}:
            # They may share state of the learner's own, so they are replaced together, where both are needed.
            methods |= {need.removeprefix("network.Network.") for need in check.needs} & {"forward", "backward"}
        methods.discard(tested)
        if methods:
            given.setdefault("network", {})["Network"] = standins.methods_source("Network", methods)
        return given

    def _lent(self, module: str, check: Check) -> str:
        """The reference's module, without what this check doesn't need: that could be its answer in other words."""
        graded = {other.subject for other in self.course.checks() if other.module == module and not other.question}
        return standins.module_source(module) + standins.blanks(graded - set(check.needs))

    def _unimportable(self) -> set[str]:
        """The contract's modules that keep others from being imported: a syntax error in one file costs that file."""
        failures = self.failed_imports.get("", {})
        culprits = {Path(f.trouble.file).stem if f.trouble.file else module for module, f in failures.items()}
        return {module for module in culprits & set(MODULES) if self._fails_alone(module)}

    def _fails_alone(self, module: str) -> bool:
        """Whether a module cannot be imported by itself either: who is to blame was said by the learner's own code."""
        if module not in self._alone:
            worker = self.open(module)
            try:
                Learner(worker, {}).load(module)
                self._alone[module] = False
            except LearnerError:
                self._alone[module] = True
            finally:
                worker.close()
        return self._alone[module]
