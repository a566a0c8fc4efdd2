"""Reports on disk: whole or not at all, and never where a submission prepared the ground."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from graders.report import (
    classroom50,
    ctrf,
    exercism,
    github,
    gradescope,
    html,
    json_,
    junit,
    markdown,
)
from graders.report.extras import Extras
from graders.report.model import Report


class ReportError(Exception):
    """A report can't be written; the text is one clear line."""


@dataclass(frozen=True)
class _Format:
    file: str
    render: Callable[[Report, Extras, Mapping[str, str]], str]


_FORMATS: dict[str, _Format] = {
    "json": _Format("report.json", lambda r, x, env: json_.render(r)),
    "gradescope": _Format("gradescope.json", lambda r, x, env: gradescope.render(r)),
    "junit": _Format("junit.xml", lambda r, x, env: junit.render(r)),
    "ctrf": _Format("ctrf.json", lambda r, x, env: ctrf.render(r)),
    "github": _Format("github-annotations.txt", lambda r, x, env: github.render(r)),
    "summary": _Format("summary.md", lambda r, x, env: markdown.render(r)),
    "classroom50": _Format("classroom50.json", lambda r, x, env: classroom50.render(r, env)),
    "exercism": _Format("exercism.json", lambda r, x, env: exercism.render(r)),
    "html": _Format("report.html", lambda r, x, env: html.render(r, x.curves, x.gradients)),
}

#: The names that `write` takes, in the order in which it writes; report.json comes first.
ALL: tuple[str, ...] = tuple(_FORMATS)

#: The name of each format's file.
FILES: dict[str, str] = {name: form.file for name, form in _FORMATS.items()}

_TEMPORARY = re.compile(r"\.(?P<name>[\w.-]+)\.[0-9a-f]{16}\.tmp")
# Where the system has no such thing (Windows), paths are all there is.
_BY_FOLDER = os.open in os.supports_dir_fd and os.unlink in os.supports_dir_fd


def prepare(out: Path, submission: Path | None = None, explicit: bool = True) -> None:
    """Make `out` and take earlier reports out of it: a crash then leaves no old verdict there.

    Call it before the learner's code runs; `write` does the same again. `explicit` says that the
    user named this folder: only then may it lie inside `submission`, and only if it is new, empty,
    or holds nothing but reports. Raises ReportError, also for a symbolic link where a folder is
    expected.
    """
    with _opened(out, submission, explicit) as folder:
        _clear(out, folder)


def write(
    report: Report,
    out: Path,
    formats: Sequence[str] = ALL,
    extras: Extras | None = None,
    *,
    submission: Path | None = None,
    explicit: bool = True,
    environ: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write report.json and the other `formats` into `out`; returns the files' paths.

    `environ` is what Classroom 50's runner says of itself (see `classroom50.render`). A format that
    can't be rendered doesn't keep the others from being written; ReportError says so at the end.
    ReportError also where `prepare` raises it, and for a full disk and the like.
    """
    unknown = [name for name in formats if name not in _FORMATS]
    if unknown:
        raise ReportError(f"unknown report format {unknown[0]!r}: expected one of {', '.join(ALL)}")
    wanted = ["json", *(name for name in ALL if name in formats and name != "json")]
    written: list[Path] = []
    failed: list[str] = []
    with _opened(out, submission, explicit) as folder:
        _clear(out, folder)
        for name in wanted:
            form = _FORMATS[name]
            try:
                text = form.render(report, extras or Extras(), environ or {})
            except Exception as error:  # a renderer's bug must not cost the verdict
                failed.append(f"{form.file} ({type(error).__name__}: {error})")
                continue
            _replace(out / form.file, text, folder)
            written.append(out / form.file)
    if failed:
        raise ReportError(f"could not render {'; '.join(failed)}: this is a fault of gradecheck")
    return written


def write_file(text: str, path: Path, submission: Path | None = None) -> None:
    """Write one file where a platform wants it (Gradescope's results.json), as safely as `write`.

    Its folder is made if need be. Inside `submission` nothing is written: ReportError.
    """
    with _opened(path.parent, submission, explicit=False) as folder:
        _replace(path, text, folder)


@contextmanager
def _opened(out: Path, submission: Path | None, explicit: bool) -> Iterator[int | None]:
    """`out`, made, judged and held open: what is done in it later can't be led elsewhere."""
    folder: int | None = None
    try:
        inside = submission is not None and _inside(out, submission)
        if inside and not explicit:
            raise ReportError(f"{out} lies inside the submission: name another folder with --out")
        if submission is not None:
            _refuse_links(out, submission)
        if out.is_symlink():
            raise ReportError(f"{out} is a symbolic link: expected a folder, or a new name")
        try:
            out.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise ReportError(f"{out} is a file: expected a folder, or a new name") from None
        if _BY_FOLDER:
            folder = os.open(out, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        if inside:
            _refuse_strangers(out, folder)
        yield folder
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ReportError(f"cannot write the report to {out}: {reason}") from error
    finally:
        if folder is not None:
            os.close(folder)


def _inside(out: Path, submission: Path) -> bool:
    """Whether `out` lies in the submission by its name or, links followed, in fact."""
    by_name = _absolute(out).is_relative_to(_absolute(submission))
    return by_name or out.resolve().is_relative_to(submission.resolve())


def _absolute(path: Path) -> Path:
    """`path` without `..`, and with no link followed."""
    return Path(os.path.normpath(path.absolute()))


def _refuse_links(out: Path, submission: Path) -> None:
    """No part of `out` in the submission may be a link: the submission could have put it there."""
    root = submission.resolve()
    path = _absolute(out)
    for part in (path, *path.parents):
        if part.is_symlink() and part.parent.resolve().is_relative_to(root):
            raise ReportError(f"{part} is a link inside the submission: name another --out")


def _refuse_strangers(out: Path, folder: int | None) -> None:
    for entry in _entries(out, folder):
        if not _ours(entry) or not stat.S_ISREG(_mode(out, entry, folder)):
            raise ReportError(
                f"{out} lies inside the submission and holds {entry!r}: expected a new or an empty folder"
            )


def _clear(out: Path, folder: int | None) -> None:
    for entry in _entries(out, folder):
        if not _ours(entry):
            continue
        if stat.S_ISDIR(_mode(out, entry, folder)):
            raise ReportError(f"{out / entry} is a folder: remove it, or name another --out")
        _unlink(out / entry, folder)


def _ours(entry: str) -> bool:
    if entry in FILES.values():
        return True
    temporary = _TEMPORARY.fullmatch(entry)
    return temporary is not None and temporary["name"] in FILES.values()


def _replace(path: Path, text: str, folder: int | None) -> None:
    """`path` with `text` in one step: a reader finds the old file, none, or the whole new one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    name: str | Path = temporary if folder is None else temporary.name
    file = os.open(name, flags | getattr(os, "O_CLOEXEC", 0), 0o644, dir_fd=folder)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(text.encode("utf-8", "replace"))
            stream.flush()
            os.fsync(stream.fileno())
        target: str | Path = path if folder is None else path.name
        os.replace(name, target, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        _unlink(temporary, folder)
        raise
    if folder is not None:
        os.fsync(folder)


def _unlink(path: Path, folder: int | None) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path if folder is None else path.name, dir_fd=folder)


def _entries(out: Path, folder: int | None) -> list[str]:
    return os.listdir(out if folder is None else folder)  # noqa: PTH208 -- of the open folder


def _mode(out: Path, entry: str, folder: int | None) -> int:
    if folder is None:
        return (out / entry).lstat().st_mode
    return os.stat(entry, dir_fd=folder, follow_symlinks=False).st_mode
