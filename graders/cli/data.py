"""`gradecheck data`: fetch MNIST for the practice project."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from graders import paths
from graders.datasets import mnist
from graders.datasets.digits import MNIST
from graders.datasets.errors import DataError, cause
from graders.datasets.fetch import RemoteFile, fetch


def _check_mirrors(context: click.Context, option: click.Parameter, mirrors: tuple[str, ...]) -> tuple[str, ...]:
    for mirror in mirrors:
        try:
            address = urlsplit(mirror)
            usable = address.scheme in ("http", "https") and bool(address.hostname)
            _ = address.port
        except ValueError:
            usable = False
        if not usable:
            raise click.BadParameter(f"expected an http:// or https:// address, got {mirror!r}")
        if "@" in address.netloc:
            raise click.BadParameter("an address with a user name or password is not supported")
        if address.query or address.fragment:
            raise click.BadParameter(f"expected the address of a folder, got {mirror!r}")
    return mirrors


@click.command(short_help="Fetch MNIST for the practice project.")
@click.option(
    "--dest",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for mnist_data.npz.  [default: the kit's data folder, else ./data]",
)
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Build from the IDX files in this folder (gzipped or not) and fetch nothing.",
)
@click.option(
    "--mirror",
    "mirrors",
    metavar="URL",
    multiple=True,
    callback=_check_mirrors,
    help="Fetch from the folder at URL instead of the known mirrors; may be repeated.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=30.0,
    show_default=True,
    help="Seconds without an answer after which a mirror is given up.",
)
@click.option("--force", is_flag=True, help="Build mnist_data.npz again even if it is complete.")
def data(
    dest: Path | None,
    source: Path | None,
    mirrors: tuple[str, ...],
    timeout: float,
    force: bool,
) -> None:
    """Fetch MNIST (70,000 digits, 12 MB) and write it as mnist_data.npz.

    The practice project also works without it, on the bundled digits. A download that broke off
    goes on where it stopped. HTTP proxies are taken from http_proxy and https_proxy.
    """
    if source and mirrors:
        raise click.UsageError("--from fetches nothing: leave --mirror out.")
    folder = dest or _default_folder()
    there = mnist.count_there(folder)
    whole = sum(subset.n_items for subset in mnist.SUBSETS)
    if there == whole and not force:
        click.echo(f"{folder / MNIST} is there and complete: {there:,} images. --force builds it again.")
        return
    try:
        _make_folder(folder)
        parts: list[Path] = []
        if source:
            pairs = mnist.find_pairs(source, mnist.SUBSETS)
        else:
            pairs = _fetch_pairs(folder, mirrors or mnist.MIRRORS, timeout)
            parts = [path for pair in pairs for path in pair]
        images, labels = mnist.read_pairs(pairs)
        click.echo(f"writing {folder / MNIST}", err=True)
        copy = mnist.save(folder, images, labels)
    except DataError as error:
        raise click.ClickException(f"{error}; {_what_serves(there)}") from error
    for path in parts:
        path.unlink(missing_ok=True)
    _tell(folder, len(labels), whole, copy)


def _default_folder() -> Path:
    return paths.DATA if os.access(paths.DATA, os.W_OK) else Path.cwd() / "data"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"the folder {folder} cannot be made: {cause(error)}") from error
    if not os.access(folder, os.W_OK):
        raise DataError(f"the folder {folder} is not writable: name another with --dest")


def _fetch_pairs(folder: Path, mirrors: tuple[str, ...], timeout: float) -> list[mnist.Pair]:
    with _Progress(live=sys.stderr.isatty()) as progress:
        return [
            (
                fetch(subset.images, folder, mirrors, timeout=timeout, progress=progress),
                fetch(subset.labels, folder, mirrors, timeout=timeout, progress=progress),
            )
            for subset in mnist.SUBSETS
        ]


def _what_serves(there: int) -> str:
    if there:
        return f"{MNIST} is as it was ({there:,} images)"
    return "the bundled digits go on serving"


def _tell(folder: Path, n_images: int, whole: int, copy: Path | None) -> None:
    click.echo(f"{folder / MNIST}: {n_images:,} images")
    if n_images != whole:
        click.echo(f"Of MNIST's {whole:,} images these are a part: the other files were not there.")
    if copy:
        click.echo(f"What was there before is kept as {copy.name}")
    if folder.resolve() != paths.DATA.resolve():
        click.echo(f"The project's check does not see it there: it looks in {paths.DATA}")


class _Progress:
    """A bar with the time left in a terminal, a few plain lines anywhere else; on stderr."""

    def __init__(self, live: bool) -> None:
        self._live = live
        self._file: RemoteFile | None = None
        self._bars = ExitStack()
        self._bar: Any = None
        self._shown = 0
        self._quarter = 0
        self._began = (0.0, 0)

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.close()

    def __call__(self, file: RemoteFile, done: int) -> None:
        if file != self._file:
            self._start(file, done)
        if self._live:
            self._bar.update(done - self._shown)
            self._shown = done
        else:
            self._print(file, done)

    def _start(self, file: RemoteFile, done: int) -> None:
        self._file, self._shown, self._quarter = file, 0, 4 * done // (file.size + 1)
        self._began = (time.monotonic(), done)
        self._bars.close()
        if self._live:
            bar: Any = click.progressbar(length=file.size, label=file.name, file=sys.stderr)
            self._bar = self._bars.enter_context(bar)

    def _print(self, file: RemoteFile, done: int) -> None:
        quarter = 4 * done // file.size
        # Small files are done at once: their end is news enough.
        if quarter <= self._quarter or (quarter < 4 and file.size < 1_000_000):
            return
        self._quarter = quarter
        began, start = self._began
        left = (time.monotonic() - began) * (file.size - done) / max(done - start, 1)
        ending = "" if done == file.size else f", {left:.0f} s left"
        click.echo(f"{file.name}: {done / 1e6:.1f} of {file.size / 1e6:.1f} MB{ending}", err=True)
