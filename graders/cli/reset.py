"""`gradecheck reset`: a stub as it was at the beginning, and the learner's version beside it."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path

import click

from graders import paths
from graders.cli.common import Usage, path_option, submission


@click.command()
@click.argument("module")
@click.option("--yes", is_flag=True, help="Do not ask.")
@path_option
def reset(module: str, yes: bool, path: Path | None) -> None:
    """Bring back the stub of MODULE (network, losses, … or answers). Your version is kept beside it, with the date."""
    stubs = {file.stem: file for file in sorted(paths.STUBS.iterdir()) if file.suffix in (".py", ".toml")}
    name = module.removeprefix("exercises/").removesuffix(".py").removesuffix(".toml")
    if name not in stubs:
        raise Usage(f"there is no exercise {module!r}; there are {', '.join(stubs)}")
    target = submission(path) / "exercises" / stubs[name].name
    fresh = stubs[name].read_bytes()
    if target.is_file() and target.read_bytes() == fresh:
        click.echo(f"{target.name} is the unfilled stub already.")
        return
    if target.exists() and not yes:
        click.confirm(f"Put {target.name} back to the unfilled stub? Your version is kept beside it", abort=True)
    try:
        kept = put_back(target, fresh)
    except OSError as error:
        raise click.ClickException(f"cannot write {error.filename or target}: {error.strerror}; nothing was changed") from None
    click.echo(f"{target.name} is the stub again." + (f" Your version is {kept.name}." if kept else ""))


def put_back(target: Path, fresh: bytes) -> Path | None:
    """Write `fresh` to `target`; what was there is kept as name-DATE-TIME.ext, whose path is returned."""
    kept = None
    if os.path.lexists(target):
        stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
        kept = target.with_name(f"{target.stem}-{stamp}{target.suffix}")
        number = 2
        while os.path.lexists(kept):
            kept = target.with_name(f"{target.stem}-{stamp}-{number}{target.suffix}")
            number += 1
    handle, name = tempfile.mkstemp(prefix=".stub-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
        Path(name).chmod(0o644)
        if kept is not None:
            target.rename(kept)
        Path(name).rename(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return kept
