"""The worker's first steps: get to where the checks will run, as whom they will run. Only then numpy is imported."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path

from . import kernel, launcher
from .config import Config

NOT_READABLE = 3


def main(text: str, kit: str) -> None:
    """Settle down as the configuration says, and serve. `kit`: the folder of this package, as seen from there."""
    gc.disable()  # until all that is to be imported is there: nothing of it is garbage
    config = Config.from_json(text)
    os.environ.pop("PWD", None)  # bubblewrap's addition
    if kernel.LINUX:
        _settle(config)
    if config.probe is not None:
        sys.exit(0 if _readable(config.probe) else NOT_READABLE)
    sys.modules[__package__ or ""].__path__ = [str(Path(kit) / (__package__ or ""))]
    from . import zygote

    zygote.main(config)
    os._exit(0)  # nothing is left to tidy up, and taking numpy down takes a while


def _settle(config: Config) -> None:
    if config.tree is not None:
        root, steps = config.tree["root"], config.tree["steps"]
        assert isinstance(root, str) and isinstance(steps, list)
        launcher.enter(Path(root), steps)
    if config.user is not None:
        if config.hidden:
            # Bubblewrap covers parts of /proc when it runs as root, and then no check could get one of its own.
            with contextlib.suppress(OSError):
                kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
        kernel.become(*config.user)
    if config.hidden:
        kernel.drop_privileges()
    kernel.adopt_orphans()
    # No process of the same user looks into this one, whose memory is that of every later check.
    kernel.set_dumpable(False)


def _readable(paths: list[str]) -> bool:
    """Whether this user can read these files, and load modules of the standard library."""
    import tomllib  # noqa: F401

    return all(os.access(path, os.R_OK) for path in paths)
