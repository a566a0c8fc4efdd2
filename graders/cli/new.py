"""gradecheck new DIR: a repo for one student, from the installed kit."""

from __future__ import annotations

from pathlib import Path

import click

from graders import __version__, paths
from graders.cli.common import Usage
from graders.templates import fill
from graders.templates.requirement import requirement

# Where each template goes; without their dots, no tool takes the templates for its own files.
_FILES = {
    "student/Makefile": "Makefile",
    "student/README.md": "README.md",
    "student/gitignore": ".gitignore",
    "student/grade.yml": ".github/workflows/grade.yml",
}


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--requirement", "wanted", metavar="TEXT", help="What pip installs instead of this version.")
def new(folder: Path, wanted: str | None) -> None:
    """Make a student's repo in DIR: stubs, Makefile, workflow, README."""
    try:
        values = {"version": __version__, "requirement": requirement(wanted)}
    except ValueError as error:
        raise Usage(str(error)) from None
    stubs = _stubs()
    try:
        _refuse_used(folder)
        for stub in stubs:
            _put(folder / "exercises" / stub.name, stub.read_bytes())
        for template, name in _FILES.items():
            _put(folder / name, fill(template, **values).encode())
    except OSError as error:
        raise click.ClickException(f"cannot write {error.filename}: {error.strerror}") from error
    click.echo(f"{folder} is ready: edit {folder / 'exercises'}, then run: make -C {folder} check")


def _stubs() -> list[Path]:
    """The stubs as the kit ships them; never what Python or an editor left beside them."""
    stubs = sorted(p for p in paths.STUBS.glob("*") if p.suffix in (".py", ".toml") and p.is_file())
    if not stubs:
        raise click.ClickException(f"no stubs in {paths.STUBS}: install gradecheck again")
    return stubs


def _refuse_used(folder: Path) -> None:
    """An empty folder, or one with nothing but a fresh `.git`, is as good as a new one."""
    if folder.is_dir():
        used = sorted(entry.name for entry in folder.iterdir() if entry.name != ".git")
        if used:
            raise Usage(f"{folder} is not empty (it holds {used[0]!r}): expected a new or an empty folder")
    elif folder.exists() or folder.is_symlink():
        raise Usage(f"{folder} is not a folder: expected a new or an empty one")


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
