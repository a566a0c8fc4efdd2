"""Runs one block of a guide, in a process of its own. Standard library only; started by run.py.

Standard input holds a JSON object: `before`, the sources of the blocks that this one continues,
`source`, the block itself, and `megabytes`, the memory that it may have. The output of the
former is thrown away. What went wrong is written as one JSON object to the file named in `report`.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

BLOCK = "<block>"


def main() -> None:
    job = json.load(sys.stdin)
    _limit(job["megabytes"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # input() finds nothing
    # A main module of its own, so that what the block defines can be pickled and looked up.
    program = ModuleType("__main__")
    sys.modules["__main__"] = program
    sys.argv = [BLOCK]
    names = program.__dict__
    earlier = ""
    printing = sys.stdout
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = nowhere
        for source in job["before"]:
            failure = _run(source, names)
            earlier = earlier or failure.get("error", "")
    sys.stdout = printing
    failure = _run(job["source"], names)
    try:
        sys.stdout.flush()
    except OSError:
        failure = failure or {"error": "OSError", "message": "the output could not be written"}
    if failure:
        Path(job["report"]).write_text(json.dumps(failure | {"earlier": earlier}))


def _run(source: str, names: dict[str, Any]) -> dict[str, Any]:
    try:
        exec(compile(source, BLOCK, "exec", dont_inherit=True), names)
    except SystemExit as stop:
        if stop.code in (None, 0):
            return {}
        return {"error": "SystemExit", "message": str(stop.code), "line": None}
    except BaseException as error:
        return {
            "error": type(error).__name__,
            "message": str(error)[:500],
            "line": _line(error),
            "name": str(getattr(error, "name", None) or getattr(error, "filename", None) or ""),
        }
    return {}


def _line(error: BaseException) -> int | None:
    """The line of the block at which it failed: the innermost of its own."""
    if isinstance(error, SyntaxError) and error.filename == BLOCK:
        return error.lineno
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == BLOCK]
    return lines[-1] if lines else None


def _limit(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


if __name__ == "__main__":
    main()
