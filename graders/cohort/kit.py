"""Which kit gave a verdict: its version, and a digest of all that verdicts depend on."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from graders import __version__, paths

# How a verdict is shown doesn't change it.
_SHOWN = {"cli", "cohort", "guide", "report", "show", "templates", "datasets", "_bundle", "__pycache__"}


@functools.cache
def version() -> str:
    """ "0.1.0+1a2b3c4d5e6f": changes with the course, a hint, a tolerance, the reference, and not with the clock."""
    package = Path(__file__).resolve().parents[1]
    files = [file for file in package.rglob("*.py") if not _SHOWN & set(file.relative_to(package).parts)]
    files += (package.parent / "reference").glob("*.py")
    files += [file for file in paths.DATA.glob("*") if file.suffix in (".toml", ".npz") and "mnist" not in file.name]
    total = hashlib.sha256()
    for file in sorted(files):
        data = file.read_bytes()
        total.update(f"\0{file.name}\0{len(data)}\0".encode() + data)
    return f"{__version__}+{total.hexdigest()[:12]}"
