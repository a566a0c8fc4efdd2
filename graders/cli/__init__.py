"""The `gradecheck` command: one file per verb."""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType

from graders.threads import ONE_THREAD


def main() -> None:
    """The console script."""
    if os.name == "nt":
        sys.exit(
            "gradecheck runs the exercises in a forked process of its own, which Windows does not offer: "
            "use it in WSL (Windows Subsystem for Linux)."
        )
    os.environ.update(ONE_THREAD)
    gc.set_threshold(100_000)  # a command makes next to no garbage, and looking for it is a tenth of its time
    for number in (signal.SIGTERM, signal.SIGHUP):  # a terminal that is closed, a job that is cancelled
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)
    from graders.cli import ahead

    with ahead.of(sys.argv[1:]):
        from graders.cli.group import group

        group(prog_name="gradecheck")


def _leave(number: int, _frame: FrameType | None) -> None:
    """Leave in good order: workers end, temporary folders go."""
    sys.exit(128 + number)
