"""`gradecheck doctor`: what is installed, which sandbox, which data; what is wrong and how to mend it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from graders import __version__, paths, state
from graders.cli.common import Usage, path_option, screen, submission
from graders.learner.snapshot import take
from graders.learner.submission import FOLDER, SubmissionError
from graders.report.terminal import Screen

PYTHON = (3, 11)

#: What the kit needs at run time, with the oldest version that will do.
PACKAGES = {"numpy": "1.26", "pytest": "8", "pytest-timeout": "2.3", "matplotlib": "3.8", "click": "8.1"}
#: What it uses where it is there, and for what.
EXTRAS = {"watchfiles": "gradecheck watch hears of a save from the system; without it, it looks ten times a second"}

Level = Literal["fine", "worse", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: `worse` works, but not as well as it could; `wrong` must be mended."""

    level: Level
    what: str
    mend: str = ""


@click.command(short_help="What is installed, what is wrong, and how to mend it.")
@path_option
def doctor(path: Path | None) -> None:
    """Look over this installation and the exercises here: Python, packages, sandbox, data, state, terminal.

    Each line that is not fine says how to mend it. Exit status: 0 fit, 1 something must be mended.

    \b
    gradecheck doctor
    gradecheck doctor --path ../my-exercises
    """
    shown = screen()
    level: set[Level] = set()
    click.echo(f"gradecheck {__version__}, {paths.HOME}")
    for title, look in _LOOKS.items():
        for finding in _looked(look, path):
            level.add(finding.level)
            click.echo("\n".join(_lines(title, finding, shown)))
            title = ""
    click.echo()
    if "wrong" in level:
        click.echo(shown.style("Not fit yet: mend what is marked above, and look again.", fg="red", bold=True))
        sys.exit(1)
    told = "Fit." if "worse" not in level else "Fit; what is marked works, but could be better."
    click.echo(shown.style(told, fg="green", bold=True))


def _looked(look: Callable[[Path | None], Iterator[Finding]], path: Path | None) -> Iterator[Finding]:
    try:
        yield from look(path)
    except Exception as error:  # a doctor that falls over helps nobody
        yield Finding("wrong", f"cannot be looked at: {error!r}", "install gradecheck again")


def _lines(title: str, finding: Finding, shown: Screen) -> list[str]:
    mark = shown.mark({"fine": "passed", "worse": "error", "wrong": "failed"}[finding.level])  # type: ignore[arg-type]
    lead = f"  {title:<10} "
    indent = " " * (len(lead) + 2)
    lines = shown.wrap(finding.what, indent)
    lines[0] = f"{lead}{mark} {lines[0].strip()}"
    if finding.mend:
        lines += shown.wrap(f"to mend it: {finding.mend}", indent)
    return lines


# -- what is looked at ------------------------------------------------------------------------------------------


def _python(_: Path | None) -> Iterator[Finding]:
    version = platform.python_version()
    where = f"{platform.python_implementation()} {version}, {sys.executable}"
    if sys.version_info < PYTHON:
        yield Finding("wrong", where, f"install Python {PYTHON[0]}.{PYTHON[1]} or newer, and gradecheck for it")
    else:
        yield Finding("fine", where)
    system = f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} cores"
    if os.name == "nt":
        yield Finding("wrong", system, "use WSL: the exercises run in processes that fork, which Windows does not have")
    else:
        yield Finding("fine", system)


def _packages(_: Path | None) -> Iterator[Finding]:
    for name, least in PACKAGES.items():
        again = f"{sys.executable} -m pip install '{name}>={least}'"
        version = _version(name)
        if version is None:
            yield Finding("wrong", f"{name} is not installed", again)
        elif _numbers(version) < _numbers(least):
            yield Finding("wrong", f"{name} {version} is older than {least}", again)
        else:
            yield Finding("fine", f"{name} {version}")
    for name, use in EXTRAS.items():
        version = _version(name)
        yield Finding("fine", f"{name} {version}" if version else f"{name} is not installed, and need not be: {use}")


def _sandbox(_: Path | None) -> Iterator[Finding]:
    from graders.learner import sandbox

    chosen = sandbox.choose("auto")
    note = str(getattr(chosen, "note", ""))
    if not note:
        try:
            sandbox.choose("required")
        except sandbox.SandboxError as error:
            note = str(error)
    if not note and chosen.name in ("bubblewrap", "namespaces"):
        yield Finding("fine", f"{chosen.name}: what the exercises can reach is closed in")
        return
    yield Finding(
        "worse",
        f"{chosen.name}; no better one" + (f", because of {note}" if note else ""),
        "not needed for your own exercises. To grade other people's, use Linux with bubblewrap (apt install "
        "bubblewrap) and unprivileged user namespaces",
    )


def _worker(_: Path | None) -> Iterator[Finding]:
    """One check, judged from end to end on the reference: nothing else shows as much."""
    import reference
    from graders import course
    from graders.judge import Judge
    from graders.learner import sandbox
    from graders.learner.snapshot import Snapshot
    from graders.learner.submission import MODULES

    folder = Path(str(reference.__file__)).parent
    files = {f"{name}.py": (folder / f"{name}.py").read_bytes() for name in MODULES}
    everything = course.load()
    judge = Judge(everything, Snapshot(folder, files, {}), 1, sandbox.choose("auto"))
    try:
        outcome = judge.outcome(everything.by_id["mse-loss"])
    finally:
        judge.close()
    if outcome.status == "passed":
        yield Finding("fine", "a worker starts, and a check of the reference passes")
    else:
        told = outcome.message.split("\n", 1)[0]
        yield Finding("wrong", f"a check of the reference does not pass: {told}", "install gradecheck again")


def _data(_: Path | None) -> Iterator[Finding]:
    from graders import course
    from graders.datasets import digits
    from graders.datasets.errors import DataError

    everything = course.load()
    yield Finding("fine", f"course: {len(everything.sections)} sections, {len(everything.by_id)} checks, {paths.DATA}")
    try:
        found = digits.load()
    except DataError as error:
        yield Finding("wrong", f"digits: {error}", "install gradecheck again: the bundled digits belong to it")
        return
    if found.note:
        yield Finding("worse", f"digits: {found.note}", "gradecheck data --force")
    elif found.name == "bundled":
        yield Finding("fine", f"digits: {found.title}; gradecheck data fetches MNIST, which nothing needs")
    else:
        yield Finding("fine", f"digits: {found.title}")


def _exercises(path: Path | None) -> Iterator[Finding]:
    try:
        root = submission(path)
        snapshot = take(root)
    except (Usage, SubmissionError) as error:
        yield Finding("worse", str(error), "go to the folder that holds exercises/, or name it with --path")
        return
    stubs = sorted(file.name for file in paths.STUBS.iterdir() if file.suffix in (".py", ".toml"))
    missing = [name for name in stubs if name not in snapshot.files and name not in snapshot.refused]
    yield Finding("fine", f"{root / FOLDER}, {len(snapshot.files)} files")
    for name in missing:
        yield Finding("wrong", f"{FOLDER}/{name} is missing", f"gradecheck reset {name}")
    for name, why in snapshot.refused.items():
        level: Level = "wrong" if name in stubs else "worse"
        yield Finding(level, f"{FOLDER}/{name} is not read: {why}", "put a plain file in its place, or remove it")
    if "answers.toml" in snapshot.files:
        from graders.quiz.sheet import Sheet, SheetError

        try:
            Sheet(root).read()
        except SheetError as error:
            yield Finding("wrong", str(error))
    yield from _state(root)
    yield from _writing(root)


def _state(root: Path) -> Iterator[Finding]:
    try:
        known = state.read(root)
    except state.StateError as error:
        yield Finding("worse", str(error), f"nothing to do, or remove {root / state.FOLDER}: all is then graded anew")
        return
    where = root / state.FOLDER / state.FILE
    yield Finding("fine", f"{where}: {len(known.passed)} checks passed" if where.exists() else "no state yet")


def _writing(root: Path) -> Iterator[Finding]:
    for folder in (root, root / FOLDER, root / state.FOLDER):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            mend = f"chmod u+rwx '{folder}', or make a copy that is yours"
            yield Finding("worse", f"{folder} is not writable: what has passed is not remembered", mend)
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"x" * 4096)
    except OSError as error:
        where = tempfile.gettempdir()
        yield Finding("wrong", f"no temporary files can be written: {error}", f"make room in {where}, or set TMPDIR")


def _terminal(_: Path | None) -> Iterator[Finding]:
    kind = os.environ.get("TERM", "")
    encoding = sys.stdout.encoding or "unknown"
    if not sys.stdout.isatty():
        yield Finding("fine", f"no terminal ({encoding}): plain text without colours; gradecheck watch prints lines")
        return
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    shown = f"{kind or 'TERM is not set'}, {columns} × {rows}, {encoding}"
    if kind in ("", "dumb"):
        yield Finding("worse", shown, "set TERM (xterm-256color fits most); until then there are no colours")
    elif not encoding.lower().replace("-", "").startswith("utf"):
        yield Finding("worse", shown, "export LANG=C.UTF-8: σ, ² and ✓ need it; until then they are written otherwise")
    elif columns < 60 or rows < 18:
        yield Finding("worse", shown, "80 × 24 or more shows a whole diagnosis")
    else:
        yield Finding("fine", shown + (", NO_COLOR is set" if os.environ.get("NO_COLOR") else ""))


_LOOKS: dict[str, Callable[[Path | None], Iterator[Finding]]] = {
    "Python": _python,
    "packages": _packages,
    "sandbox": _sandbox,
    "worker": _worker,
    "data": _data,
    "exercises": _exercises,
    "terminal": _terminal,
}


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """1.26.4rc1 as (1, 26, 4): enough to compare with a minimum."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()
