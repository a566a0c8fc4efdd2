"""`pytest graders`: the checks as pytest items, with the usual flags.

    pytest graders                               this folder's exercises/
    pytest graders -m section_2 -k backward      one section, by name
    pytest graders --section 2 --exercise 2.2 --submission DIR --seed 7

An item passes only by an explicit pass of its check; whatever else happens fails it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from graders import course
from graders.course import Check
from graders.judge import Judge, Outcome
from graders.learner import sandbox
from graders.learner.snapshot import take
from graders.learner.submission import FOLDER

_JUDGE = pytest.StashKey[Judge]()
DEFAULT_SEED = 20_000
#: What the judge itself may need on top of the learner's deadline, twice (a second run with stand-ins).
SLACK = 120.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """The kit's own options."""
    group = parser.getgroup("gradecheck")
    group.addoption("--section", action="append", default=[], metavar="N", help="only this section of the guide")
    group.addoption("--exercise", action="append", default=[], metavar="ID", help="only this exercise or item")
    group.addoption("--submission", metavar="DIR", help="the folder that holds exercises/ (default: this one)")
    group.addoption("--seed", type=int, default=DEFAULT_SEED, help="seed of the inputs")
    group.addoption("--sandbox", default="auto", choices=["auto", "required", "off"])


def pytest_configure(config: pytest.Config) -> None:
    """A marker for every section and every item."""
    for section in course.load().sections:
        config.addinivalue_line("markers", f"section_{section.id}: {section.title}")
        for item in section.items:
            config.addinivalue_line("markers", f"{marker(item.id)}: {item.text}")


def marker(item: str) -> str:
    """2.2 -> exercise_2_2, C2.4 -> checkpoint_2_4, P3 -> project_3, X1 -> extension_1."""
    kinds = {"C": "checkpoint", "P": "project", "X": "extension"}
    return kinds.get(item[0], "exercise") + "_" + re.sub(r"\W", "_", item.lstrip("CPX"))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The files of graders/checks/ that hold checks; no other file of the kit is a test."""
    modules = {check.module for check in course.load().checks()}
    if file_path.parent == Path(__file__).parent / "checks" and file_path.stem in modules:
        file: pytest.Collector = CheckFile.from_parent(parent, path=file_path)
        return file
    return None


class CheckFile(pytest.File):
    """One exercise module's checks."""

    def collect(self) -> Iterable[pytest.Item]:
        """Its checks, in course order."""
        for check in course.load().checks():
            if check.module == self.path.stem:
                yield CheckItem.from_parent(self, name="test_" + check.id.replace("-", "_"), check=check)


class CheckItem(pytest.Item):
    """One check."""

    def __init__(self, *, check: Check, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.check = check
        self.add_marker(f"section_{check.section}")
        self.add_marker(marker(check.item))
        if self.config.pluginmanager.hasplugin("timeout"):
            self.add_marker(pytest.mark.timeout(2 * check.deadline + SLACK))

    def runtest(self) -> None:
        """Judge it, once."""
        outcome = judge(self.config).outcome(self.check)
        if outcome.status != "passed":
            raise NotPassed(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The diagnosis instead of a traceback of ours."""
        if not isinstance(excinfo.value, NotPassed):
            return str(excinfo.getrepr())
        outcome = excinfo.value.outcome
        where = f"{outcome.file}:{outcome.line}" if outcome.line else outcome.file or self.check.file
        lines = [f"{where}: {outcome.status.replace('_', ' ')}", outcome.message, outcome.traceback]
        return "\n".join(line for line in lines if line)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The claim's title stands in pytest's listing."""
        return self.path, None, f"{self.check.item} {self.check.title}"


class NotPassed(Exception):
    """A check's outcome other than a pass."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def judge(config: pytest.Config) -> Judge:
    """The one judge of this run."""
    if _JUDGE not in config.stash:
        root = Path(config.getoption("--submission") or _nearest(config.invocation_params.dir))
        config.stash[_JUDGE] = Judge(
            course.load(), take(root), config.getoption("--seed"), sandbox.choose(config.getoption("--sandbox"))
        )
    return config.stash[_JUDGE]


def _nearest(here: Path) -> Path:
    return next((folder for folder in (here, *here.parents) if (folder / FOLDER).is_dir()), here)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """--section and --exercise."""
    sections, exercises = config.getoption("--section"), config.getoption("--exercise")
    if not sections and not exercises:
        return
    try:
        chosen = {check.id for check in course.select(course.load(), tuple(sections), tuple(exercises))}
    except course.SelectionError as error:
        raise pytest.UsageError(str(error)) from None
    keep = [item for item in items if not isinstance(item, CheckItem) or item.check.id in chosen]
    config.hook.pytest_deselected(items=[item for item in items if item not in keep])
    items[:] = keep


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the workers."""
    if _JUDGE in config.stash:
        config.stash[_JUDGE].close()
