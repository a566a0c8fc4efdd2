"""The worker of `gradecheck check`, started before anything else is imported: that takes as long as the worker needs.

Only where it is plain that there is something to run. Whatever is unusual, or wrong, is left to the command itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graders.learner.host import Host

_UNUSUAL = ("-h", "--help", "--in-process")
_started: dict[tuple[Path, str], Host] = {}


@contextlib.contextmanager
def of(words: list[str]) -> Iterator[None]:
    """Start it for this command line, if it is one for which that is right. What nobody has taken is ended."""
    try:
        if words[:1] == ["check"] and not any(word.startswith(_UNUSUAL) for word in words):
            _start(Path(_option(words, "--path") or "."), _option(words, "--sandbox") or "auto", "--fresh" in words)
        yield
    finally:
        while _started:
            _started.popitem()[1].close()


def taken(root: Path, mode: str) -> Host | None:
    """The workers for this submission, if they have been started. Whoever takes them closes them."""
    return _started.pop((root.resolve(), mode), None)


def _option(words: list[str], name: str) -> str:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def _start(root: Path, mode: str, fresh: bool) -> None:
    from graders import state
    from graders.learner.host import Host, HostError
    from graders.learner.sandbox import SandboxError, presumed
    from graders.learner.snapshot import take
    from graders.learner.submission import SubmissionError

    with contextlib.suppress(SubmissionError, SandboxError, state.StateError, HostError, OSError):
        if not fresh and state.read(root).passed:
            return  # perhaps nothing has changed since
        host = _started[root.resolve(), mode] = Host(take(root), presumed(mode), 0)
        host.warm()
