"""What stopped a learner's code, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """A first line for code that gave no value, and the id of the mistake, if it has one."""

    line: str
    id: str = ""
