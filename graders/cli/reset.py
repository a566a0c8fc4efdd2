"""`gradecheck reset`: a stub as it was at the beginning, and the learner's version beside it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from graders import paths
from graders.cli.common import Usage, path_option, submission
from graders.learner.submission import FOLDER


def _complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in _stubs() if name.startswith(begun)]


@click.command(short_help="Put an exercise back to its stub; your version is kept.")
@click.argument("module", shell_complete=_complete)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@path_option
def reset(module: str, yes: bool, path: Path | None) -> None:
    """Bring back the stub of MODULE (network, losses, … or answers).

    Your version is kept beside it as network-DATE-TIME.py; to have it again, rename it.

    \b
    gradecheck reset network
    gradecheck reset answers --yes
    """
    source = stub(module)
    target = submission(path) / FOLDER / source.name
    fresh = source.read_bytes()
    if target.is_file() and target.read_bytes() == fresh:
        click.echo(f"{target.name} is the unfilled stub already.")
        return
    if os.path.lexists(target) and not yes:
        click.confirm(f"Put {target.name} back to the unfilled stub? Your version is kept beside it", abort=True)
    try:
        kept = put_back(target, fresh)
    except OSError as error:
        where = error.filename or target
        raise click.ClickException(f"cannot write {where}: {error.strerror}; nothing was changed") from None
    click.echo(f"{target.name} is the stub again." + (f" Your version is {kept.name}." if kept else ""))


def _stubs() -> dict[str, Path]:
    return {file.stem: file for file in sorted(paths.STUBS.iterdir()) if file.suffix in (".py", ".toml")}


def stub(module: str) -> Path:
    """The stub of a module: `network`, `network.py` and `exercises/network.py` are the same. Raises Usage."""
    stubs = _stubs()
    name = module.removeprefix("./").removeprefix(f"{FOLDER}/").removesuffix(".py").removesuffix(".toml")
    if name not in stubs:
        raise Usage(f"there is no exercise {module!r}; there are {', '.join(stubs)}")
    return stubs[name]


def put_back(target: Path, fresh: bytes) -> Path | None:
    """Write `fresh` to `target`; what was there is kept as name-DATE-TIME.ext, whose path is returned."""
    kept = _free_name(target) if os.path.lexists(target) else None
    handle, name = tempfile.mkstemp(prefix=".stub-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
        Path(name).chmod(0o644)
        if kept is not None:
            _keep(target, kept)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return kept


def _keep(target: Path, kept: Path) -> None:
    """A second name for the same file, so that there is no moment without it; a folder or a link is renamed."""
    if target.is_file() and not target.is_symlink():
        with contextlib.suppress(OSError):
            os.link(target, kept)
            return
    target.rename(kept)


def _free_name(target: Path) -> Path:
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    kept = target.with_name(f"{target.stem}-{stamp}{target.suffix}")
    number = 2
    while os.path.lexists(kept):
        kept = target.with_name(f"{target.stem}-{stamp}-{number}{target.suffix}")
        number += 1
    return kept
