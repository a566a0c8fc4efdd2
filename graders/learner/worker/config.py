"""What the judge tells the worker when it starts it: one value, as JSON on the command line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Config:
    """Paths are those inside the sandbox.

    `user`: become this user and group first (the judge is root). `tree`: build a view of the files in namespaces of
    our own (see launcher.py). `readable`: let checks open these files only (Landlock). `filter`: refuse system calls
    that no exercise needs. `hidden`: other processes cannot be seen by a check. `isolate`: try namespaces per check.
    """

    control: int
    scratch: str
    exercises: str
    matplotlib: str
    judge: int
    tree: dict[str, list[list[str]] | str] | None = None
    user: list[int] | None = None
    readable: list[str] | None = None
    private: list[str] = field(default_factory=list)
    filter: bool = True
    hidden: bool = False
    isolate: bool = False
    probe: list[str] | None = None

    def to_json(self) -> str:
        """The text from which `from_json` makes it again."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Config:
        """Read what `to_json` wrote."""
        return Config(**json.loads(text))
