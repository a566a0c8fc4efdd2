"""gradecheck gradescope ZIP: an autograder to upload to Gradescope."""

from __future__ import annotations

import itertools
import os
import re
import zipfile
from pathlib import Path

import click

from graders import __version__
from graders.cli.common import Usage
from graders.templates import fill
from graders.templates.requirement import requirement

_SCRIPTS = ("setup.sh", "run_autograder")
_WHEEL = re.compile(r"gradecheck-[A-Za-z0-9.!+_]+-[A-Za-z0-9_.]+-[A-Za-z0-9_]+-[A-Za-z0-9_.]+\.whl")
# Fixed, so that the same kit always gives the same archive.
_DATE = (2020, 1, 1, 0, 0, 0)


@click.command()
@click.argument("target", metavar="ZIP", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--wheel",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Put this wheel of gradecheck into the archive and install it.",
)
@click.option("--requirement", "wanted", metavar="TEXT", help="What pip installs instead of this version.")
def gradescope(target: Path, wheel: Path | None, wanted: str | None) -> None:
    """Write a Gradescope autograder (setup.sh, run_autograder) to ZIP."""
    if wheel is not None and wanted is not None:
        raise Usage("--wheel and --requirement exclude each other: name one")
    if wheel is not None and not _WHEEL.fullmatch(wheel.name):
        raise Usage(f"--wheel {wheel.name}: expected gradecheck-VERSION-….whl")
    try:
        source = f"./{wheel.name}" if wheel is not None else requirement(wanted)
    except ValueError as error:
        raise Usage(str(error)) from None
    values = {"version": __version__, "requirement": source}
    try:
        kept = _keep(target)
        _write(target, values, wheel)
    except OSError as error:
        raise click.ClickException(f"cannot write {target}: {error.strerror}") from error
    click.echo(f"{target} is ready to be uploaded" + (f"; the old one is {kept}" if kept else ""))


def _write(target: Path, values: dict[str, str], wheel: Path | None) -> None:
    part = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(part, "w") as archive:
            for name in _SCRIPTS:
                _add(archive, name, fill(f"gradescope/{name}", **values).encode(), 0o755)
            if wheel is not None:
                _add(archive, wheel.name, wheel.read_bytes(), 0o644)
        os.replace(part, target)  # noqa: PTH105 -- the atomic one, by name
    finally:
        part.unlink(missing_ok=True)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system = 3  # Unix, so that the mode below is read as one
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _keep(target: Path) -> Path | None:
    """The name under which an archive that is there already is kept; None if there is none."""
    if not target.exists():
        return None
    for n in itertools.count(1):
        kept = target.with_name(f"{target.name}.{n}")
        if not kept.exists():
            return target.rename(kept)
    return None
