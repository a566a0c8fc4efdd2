"""Where a picture goes: written whole or not at all, what was there kept, and opened where somebody can see it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path


class FileError(Exception):
    """A file cannot be written; one line for the user."""


def write(path: Path, data: bytes) -> Path | None:
    """Write `data`, and return the copy under which another file of this name is kept, if there was one.

    Raises FileError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise FileError(f"expected the name of a file, and {path} is a folder")
        there = path.read_bytes() if path.exists() else None
        if there == data:
            return None
        handle, temporary = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            mask = os.umask(0)
            os.umask(mask)
            Path(temporary).chmod(0o666 & ~mask)  # mkstemp's own mode is for secrets
            copy = None
            if there is not None:
                copy = _free_name(path)
                path.rename(copy)
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return copy
    except OSError as error:
        raise FileError(f"cannot write {path}: {error.strerror}; name another place with --out") from error


def _free_name(path: Path) -> Path:
    """xor-2026-03-01.png, by the day on which the old file was made; with a number where that is taken."""
    day = time.strftime("%Y-%m-%d", time.localtime(path.stat().st_mtime))
    copy = path.with_name(f"{path.stem}-{day}{path.suffix}")
    number = 2
    while copy.exists():
        copy = path.with_name(f"{path.stem}-{day}-{number}{path.suffix}")
        number += 1
    return copy


def viewer(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> str | None:
    """The command that opens a file for somebody who can see it; None in CI, over ssh, without a display."""
    given = os.environ if environment is None else environment
    if given.get("CI", "").lower() not in ("", "0", "false"):
        return None
    path = given.get("PATH")
    if platform == "darwin":
        remote = given.get("SSH_CONNECTION") or given.get("SSH_TTY")
        return None if remote else shutil.which("open", path=path)
    if given.get("DISPLAY") or given.get("WAYLAND_DISPLAY"):
        found = (shutil.which(name, path=path) for name in ("wslview", "xdg-open"))
        return next((name for name in found if name), None)
    return None


def open_file(path: Path) -> bool:
    """Open it with the system's viewer, without waiting. Whether there is one."""
    command = viewer()
    if command is None:
        return False
    with contextlib.suppress(OSError):
        subprocess.Popen(
            [command, str(path.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return True
    return False
