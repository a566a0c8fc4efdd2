"""`gradecheck grade`: a verdict on somebody else's submission, for a gradebook."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import click

from graders.cli.common import GRADERS_FAULT, Usage


@click.command()
@click.argument("submission", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where the reports go.")
@click.option("--section", "-s", multiple=True, metavar="N", help="Only this section; may be repeated.")
@click.option("--exercise", "-e", multiple=True, metavar="ID", help="Only this item; may be repeated.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Repeat a grading exactly (default: drawn anew).")
@click.option("--sandbox", type=click.Choice(["auto", "required", "off"]), default="auto", show_default=True)
@click.option("--format", "formats", multiple=True, metavar="NAME", help="Only these reports beside report.json.")
@click.option("--gradescope", type=click.Path(path_type=Path), metavar="PATH", help="Also write results.json there.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def grade(
    submission: Path,
    out: Path,
    section: tuple[str, ...],
    exercise: tuple[str, ...],
    seed: int | None,
    sandbox: str,
    formats: tuple[str, ...],
    gradescope: Path | None,
    quiet: bool,
) -> None:
    """Grade SUBMISSION (a folder with exercises/, or a .zip or .tar of one) and write reports to DIR.

    \b
    gradecheck grade student-repo --out report
    gradecheck grade student.zip --out report --seed 7 --sandbox required

    Only its exercises/ counts: its tests, configuration and data have no effect. Exit status 0 if all selected checks
    passed, 1 if some did not, 2 for wrong usage, 3 where the grader itself failed (the report then says so, and no
    points are lost by it).
    """
    isolate()
    submission, out = submission.absolute(), out.absolute()
    gradescope = gradescope.absolute() if gradescope else None
    os.chdir("/")  # libraries that look for their settings in the current folder find none of the submission's
    from graders import course, marking
    from graders.learner.sandbox import SandboxError
    from graders.learner.submission import SubmissionError
    from graders.report import writer

    try:
        chosen = course.select(course.load(), section, exercise)
        wanted = formats or writer.ALL
        unknown = set(wanted) - set(writer.ALL)
        if unknown:
            raise Usage(f"there is no format {sorted(unknown)[0]!r}; there are {', '.join(writer.ALL)}")
        result = marking.mark(
            submission, out, chosen, seed if seed is not None else secrets.randbelow(2**31), sandbox, wanted
        )
        if gradescope is not None:
            from graders.report import gradescope as rendering

            writer.write_file(rendering.render(result.report), gradescope, submission)
    except (course.SelectionError, SubmissionError, SandboxError) as error:
        raise Usage(str(error)) from None
    except writer.ReportError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(GRADERS_FAULT)
    statuses = [check.status for _, _, check in result.report.checks()]
    if not quiet:
        score = result.report.score
        passed = statuses.count("passed")
        click.echo(
            f"{score.earned:g} of {score.possible:g} points"
            + (f" and {score.bonus:g} bonus" if score.bonus else "")
            + f", {passed} of {len(statuses)} checks passed; reports in {out}"
        )
        for note in result.notes:
            click.echo(note, err=True)
        for _, _, check in result.report.checks():
            if check.status == "error":
                click.echo(f"grader's fault in {check.id}: {check.headline}", err=True)
    sys.exit(GRADERS_FAULT if "error" in statuses else 0 if set(statuses) == {"passed"} else 1)


def isolate() -> None:
    """Start anew as an isolated Python: no PYTHON… variable, no user site, no current folder on the path."""
    if sys.flags.isolated:
        return
    package_home = str(Path(__file__).resolve().parents[2])
    boot = f"import sys; sys.path.append({package_home!r}); from graders.cli import main; main()"
    os.execv(sys.executable, [sys.executable, "-I", "-c", boot, *sys.argv[1:]])
