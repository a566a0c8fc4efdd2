"""The `gradecheck` command: one file per verb."""

from __future__ import annotations

import os
import sys

from graders.threads import ONE_THREAD


def main() -> None:
    """The console script."""
    if os.name == "nt":
        sys.exit(
            "gradecheck runs the exercises in a forked process of its own, which Windows does not offer: "
            "use it in WSL (Windows Subsystem for Linux)."
        )
    os.environ.update(ONE_THREAD)
    from graders.cli import ahead

    with ahead.of(sys.argv[1:]):
        from graders.cli.group import group

        group(prog_name="gradecheck")
