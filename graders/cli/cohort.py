"""`gradecheck cohort`: a whole course, in parallel, resumable."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from graders.cli.common import GRADERS_FAULT, Usage

if TYPE_CHECKING:
    from graders.cohort.engine import Engine
    from graders.cohort.progress import Progress

INTERRUPTED = 130


@click.command(epilog="Exit status 130: stopped before the end; the same command goes on.")
@click.argument("submissions", type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where the results go.")
@click.option("--jobs", "-j", type=click.IntRange(1, 1024), metavar="N", help="Worker processes (default: one a core).")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on this Dask cluster, e.g. tcp://host:8786.")
@click.option("--section", "-s", multiple=True, metavar="N", help="Only this section; may be repeated.")
@click.option("--exercise", "-e", multiple=True, metavar="ID", help="Only this item; may be repeated.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="One for all (default: the one DIR has, or drawn).")
@click.option(
    "--sandbox",
    type=click.Choice(["required", "auto", "off"]),
    default="required",
    show_default=True,
    help="auto: the strongest there is; off: students' code runs with your rights.",
)
@click.option("--format", "formats", multiple=True, metavar="NAME", help="Reports beside report.json (default: html).")
@click.option("--only-failed", is_flag=True, help="Grade again only what timed out, crashed or could not be graded.")
@click.option("--fresh", is_flag=True, help="Grade everything again; earlier results are kept as a copy.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--json-lines", is_flag=True, help="Print one JSON object for each event on standard output.")
def cohort(
    submissions: Path,
    out: Path,
    jobs: int | None,
    scheduler: str | None,
    section: tuple[str, ...],
    exercise: tuple[str, ...],
    seed: int | None,
    sandbox: str,
    formats: tuple[str, ...],
    only_failed: bool,
    fresh: bool,
    quiet: bool,
    json_lines: bool,
) -> None:
    """Grade all SUBMISSIONS: a folder of folders or archives, or a CSV file with a column "path".

    \b
    gradecheck cohort submissions --out results
    gradecheck cohort roster.csv --out results --jobs 8 --section 2
    gradecheck cohort submissions --out results --scheduler tcp://10.0.0.5:8786

    DIR gets grades.csv, index.html, a folder for each submission in reports/, and cohort.db. A run that was stopped
    goes on when the command is given again; what has not changed is not graded again.
    """
    isolate()
    if jobs is not None and scheduler:
        raise Usage("--jobs and --scheduler exclude each other: the cluster decides how much runs at once")
    if only_failed and fresh:
        raise Usage("--only-failed and --fresh exclude each other: name one")
    from graders import course
    from graders.cohort import outputs, run
    from graders.cohort.find import CohortError, find
    from graders.learner import sandbox as cages
    from graders.report import writer

    unknown = set(formats) - set(writer.ALL)
    if unknown:
        raise Usage(f"there is no format {sorted(unknown)[0]!r}; there are {', '.join(writer.ALL)}")
    try:
        checks = course.select(course.load(), section, exercise)
        if not scheduler:
            cages.choose(sandbox)
        found = find(submissions, out)
    except (course.SelectionError, CohortError) as error:
        raise Usage(str(error)) from None
    except OSError as error:
        click.echo(f"Error: no worker can be started: {error}", err=True)
        sys.exit(GRADERS_FAULT)
    except cages.SandboxError as error:
        raise Usage(f"{error} (--sandbox auto or off goes without, at your own risk)") from None
    progress = _progress(quiet, json_lines)
    for note in found.notes[:20]:
        progress.warn(note)
    order = run.Order(found, out, checks, seed, sandbox, formats or ("json", "html"), only_failed, fresh)
    try:
        with _stoppable() as stopped, run.opened(order, progress, lambda: bool(stopped)) as current:
            with _engine(jobs, scheduler, out, progress, stopped) as engine:
                complete = current.grade(engine)
            written = outputs.write(current.store, out)
            counts = current.store.counts()
    except (CohortError, OSError) as error:
        progress.end(error=str(error))
        click.echo(f"Error: {error}", err=True)
        sys.exit(GRADERS_FAULT)
    progress.end(complete=complete, counts=counts, files=[str(file) for file in written])
    if not quiet and not json_lines:
        click.echo(_summary(counts, out))
    if not complete:
        click.echo(f"Stopped. What was graded is in {out}; the same command goes on from there.", err=True)
        sys.exit(INTERRUPTED)
    faults = counts["fault"] + counts["errors"]
    sys.exit(GRADERS_FAULT if faults else 1 if counts["unreadable"] + counts["imperfect"] + counts["waiting"] else 0)


def isolate() -> None:
    """Start anew as an isolated Python with a bare environment: no secret of this shell reaches any process."""
    if sys.flags.isolated or os.environ.get("GRADECHECK_ISOLATED") or "graders" not in sys.modules:
        return
    from graders.cohort.lanes import allowed_environment

    shown = {k: v for k, v in os.environ.items() if k in ("TERM", "COLUMNS", "NO_COLOR") or k.startswith("DASK_")}
    environment = {**allowed_environment(), **shown, "GRADECHECK_ISOLATED": "1"}
    home = str(Path(__file__).resolve().parents[2])
    boot = f"import sys; sys.path.append({home!r}); from graders.cli import main; main()"
    os.execve(sys.executable, [sys.executable, "-I", "-c", boot, *sys.argv[1:]], environment)


def _summary(counts: dict[str, int], out: Path) -> str:
    total = sum(counts[status] for status in ("waiting", "graded", "unreadable", "fault"))
    parts = [f"{counts['graded']} of {total} graded"]
    words = {
        "errors": "with grader errors",
        "fault": "not graded by the grader's fault",
        "troubles": "with time-outs or crashes",
        "unreadable": "unreadable",
        "waiting": "still to be graded",
    }
    parts += [f"{counts[key]} {word}" for key, word in words.items() if counts[key]]
    return f"{', '.join(parts)}; see {out / 'index.html'} and {out / 'grades.csv'}"


def _progress(quiet: bool, json_lines: bool) -> Progress:
    from graders.cohort.progress import Progress

    if json_lines:
        return Progress("json", sys.stdout)
    if quiet:
        return Progress("quiet")
    return Progress("line" if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else "log")


@contextmanager
def _engine(
    jobs: int | None, scheduler: str | None, out: Path, progress: Progress, stopped: list[int]
) -> Iterator[Engine]:
    from graders.cohort import run
    from graders.cohort.engine import Local
    from graders.cohort.lanes import Lanes

    if scheduler:
        from graders.cohort.cluster import Cluster

        cluster = Cluster(scheduler, progress.warn)
        try:
            yield cluster
        finally:
            cluster.close(kill=True)
        return
    cores = available_cores()
    wanted = jobs or cores
    if wanted > cores:
        progress.warn(f"{wanted} jobs on {cores} cores: right code may run into its deadlines")
    with run.scratch(out) as scratch:
        engine = Local(Lanes(wanted, scratch), wanted)
        finished = False
        try:
            yield engine
            finished = not stopped
        finally:
            engine.close(kill=not finished)


def available_cores() -> int:
    """The cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


@contextmanager
def _stoppable() -> Iterator[list[int]]:
    """A list that a first Ctrl-C (or SIGTERM) fills; a second one ends the program where it is."""
    stopped: list[int] = []
    signals = (signal.SIGINT, signal.SIGTERM)
    old = {number: signal.getsignal(number) for number in signals}

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.append(number)
        for each in signals:
            signal.signal(each, old[each])

    for number in signals:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        for number in signals:
            signal.signal(number, old[number])
