"""The one copy of a submission's `exercises/` that is digested, looked at and run.

Only regular files, of bounded size, count and depth; no link is followed; no bytecode. What is refused is named,
file by file, and the rest is taken.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from graders.learner.submission import (
    FOLDER,
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_FILE,
    MAX_FILES,
    MAX_TOTAL,
    MODULES,
    SubmissionError,
    plain_name,
)

_SKIPPED_FOLDERS = {"__pycache__", ".git", ".venv", "venv", ".ipynb_checkpoints", ".mypy_cache"}
_SKIPPED_SUFFIXES = {".pyc", ".pyo", ".so", ".pyd", ".pth"}


@dataclass(frozen=True)
class Snapshot:
    """Files by their path below `exercises/`, and what was refused, with the reason."""

    origin: Path
    files: dict[str, bytes]
    refused: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents."""
        total = hashlib.sha256()
        for name in sorted(self.files):
            data = self.files[name]
            total.update(f"{name}\0{len(data)}\0".encode() + data)
        return total.hexdigest()

    def text(self, name: str) -> str | None:
        """A source file as text, decoded as far as possible, or None if it isn't there."""
        data = self.files.get(name)
        return None if data is None else data.decode("utf-8", "replace")

    def write(self, folder: Path) -> Path:
        """Write the files below `folder`/exercises, read-only. Returns that folder."""
        root = folder / FOLDER
        root.mkdir(parents=True)
        for name, data in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o444)
        return root


def take(submission: Path) -> Snapshot:
    """Read the exercises of a submission, a folder or an archive, once. Raises SubmissionError if there are none."""
    if submission.is_file():
        from graders.learner.archive import open_submission

        refused: dict[str, str] = {}
        with open_submission(submission, refused) as folder:
            unpacked = take(folder)
        below = {name.partition(f"{FOLDER}/")[2] or name: why for name, why in refused.items()}
        return Snapshot(submission, unpacked.files, below | unpacked.refused)
    try:
        root = os.open(submission / FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise SubmissionError(
            f"expected a folder {FOLDER}/ in {submission}, found none; name the folder that holds it"
        ) from None
    except NotADirectoryError:
        raise SubmissionError(
            f"expected a folder {FOLDER}/ in {submission}, found a link or a file of that name"
        ) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise SubmissionError(f"expected a folder {FOLDER}/ in {submission}, found a link of that name") from None
        raise SubmissionError(f"cannot read {submission / FOLDER}: {error.strerror}; check its permissions") from None
    reader = _Reader()
    try:
        # First what is graded: no number of other files may crowd it out.
        for name in (*(f"{module}.py" for module in MODULES), "answers.toml"):
            if os.access(name, os.F_OK, dir_fd=root, follow_symlinks=False):
                reader.entry(root, name, name, 0)
        reader.folder(root, "", 0)
    finally:
        os.close(root)
    return Snapshot(submission, reader.files, reader.refused)


class _Reader:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.refused: dict[str, str] = {}
        self.total = 0
        self.entries = 0

    def folder(self, fd: int, prefix: str, depth: int) -> None:
        """Everything in the folder open as `fd`: descriptors, not paths, so that nothing is swapped under way."""
        names = []
        try:
            with os.scandir(fd) as entries:
                for entry in entries:
                    self.entries += 1
                    if self.entries > MAX_ENTRIES:
                        self.refused[prefix or FOLDER] = f"more than {MAX_ENTRIES} entries"
                        break
                    names.append(entry.name)
        except OSError as error:
            self.refused[prefix or FOLDER] = error.strerror or "cannot be read"
        for name in sorted(names):
            if prefix + name not in self.files and prefix + name not in self.refused:
                self.entry(fd, name, prefix + name, depth)

    def entry(self, parent: int, name: str, path: str, depth: int) -> None:
        reason = None
        if not plain_name(name):
            path = ascii(path)
            reason = "a name with characters that are not printable"
        else:
            try:
                info = os.stat(name, dir_fd=parent, follow_symlinks=False)
            except OSError as error:
                self.refuse(path, error.strerror or "cannot be read")
                return
            if stat.S_ISDIR(info.st_mode):
                if name in _SKIPPED_FOLDERS:
                    return
                reason = self.open_folder(parent, name, path, depth)
            elif stat.S_ISREG(info.st_mode):
                if Path(name).suffix in _SKIPPED_SUFFIXES:
                    return
                reason = self.read(parent, name, path, info)
            elif stat.S_ISLNK(info.st_mode):
                reason = "a link; links are not followed"
            else:
                reason = "not a regular file"
        if reason:
            self.refuse(path, reason)

    def refuse(self, path: str, reason: str) -> None:
        if len(self.refused) < 200:
            self.refused[path] = reason

    def open_folder(self, parent: int, name: str, path: str, depth: int) -> str | None:
        if depth >= MAX_DEPTH:
            return f"more than {MAX_DEPTH} folders deep"
        try:
            fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
        except OSError as error:
            return error.strerror or "cannot be read"
        try:
            self.folder(fd, path + "/", depth + 1)
        finally:
            os.close(fd)
        return None

    def read(self, parent: int, name: str, path: str, info: os.stat_result) -> str | None:
        if info.st_size > MAX_FILE:
            return f"{info.st_size} bytes; at most {MAX_FILE} are read"
        if len(self.files) >= MAX_FILES or self.total + info.st_size > MAX_TOTAL:
            return f"more than {MAX_FILES} files or {MAX_TOTAL} bytes in all"
        try:
            # Non-blocking, in case a pipe has taken the file's place since it was looked at.
            fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=parent)
        except OSError as error:
            return error.strerror or "cannot be read"
        with os.fdopen(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                return "not a regular file"
            data = file.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            return f"more than {MAX_FILE} bytes"
        if self.total + len(data) > MAX_TOTAL:
            return f"more than {MAX_TOTAL} bytes in all"
        self.files[path] = data
        self.total += len(data)
        return None
