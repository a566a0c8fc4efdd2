"""The ledger of the guide's numbers, read from `data/guide_numbers.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graders import paths

from .rounding import at_precision

PATH: Path = paths.DATA / "guide_numbers.toml"
VERDICTS = ("holds", "differs", "approximate", "environment")


@dataclass(frozen=True)
class Row:
    """One number, or one word, that the guide states.

    `line` is its line in guide.md, counted from 1; `printed` is the guide's text, `recomputed`
    the value that its own code gives; `key` names the recomputation (`graders/guide/values`).
    `decimals` is there where the text hides its precision (numpy prints -0.0790 as -0.079).
    """

    line: int
    what: str
    printed: str
    recomputed: float | int | str
    verdict: str
    key: str
    decimals: int | None = None
    note: str = ""

    @property
    def shown(self) -> str:
        """The recomputed value at the precision of the printed one."""
        return at_precision(self.printed, self.recomputed, self.decimals)

    @property
    def sentence(self) -> str:
        """What to tell a learner who has just met this number."""
        if self.verdict == "holds":
            return f"The guide says {self.printed} (line {self.line}), and its own code agrees."
        return f"The guide says {self.printed} (line {self.line}); its own code gives {self.shown}."


@cache
def load(path: Path = PATH) -> tuple[Row, ...]:
    """All rows, in the order of the guide's lines. ValueError, in one line, for a bad ledger."""
    return tuple(_row(entry, path) for entry in _read(path).get("numbers", []))


def at_line(line: int) -> list[Row]:
    """The rows of one line of the guide, from left to right."""
    return [row for row in load() if row.line == line]


def named(name: str) -> list[Row]:
    """The rows for a key ("exercise_1_2.ratio"), a block of keys ("exercise_1_2"), or a subject.

    A subject is a function of the learner's, as in a report: "losses.cross_entropy_loss".
    """
    blocks = subjects().get(name, (name,))
    return [row for row in load() if any(_is_under(row.key, block) for block in blocks)]


def differs_for(name: str) -> list[Row]:
    """The rows of `named(name)` that the guide's own code contradicts."""
    return [row for row in named(name) if row.verdict == "differs"]


@cache
def subjects(path: Path = PATH) -> Mapping[str, tuple[str, ...]]:
    """Subject → the blocks of keys that show it, e.g. "losses.mse_loss" → ("mse", …)."""
    return {name: tuple(blocks) for name, blocks in _read(path).get("subjects", {}).items()}


def _is_under(key: str, block: str) -> bool:
    return key == block or (key.startswith(block) and key[len(block)] in ".[")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: the ledger can't be read ({error.strerror})") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: expected a TOML file; {error}") from None


def _row(entry: object, path: Path) -> Row:
    try:
        row = Row(**entry)  # type: ignore[arg-type]
    except TypeError:
        raise ValueError(
            f"{path}: expected a row with line, what, printed, recomputed, verdict and key; got {entry}"
        ) from None
    if row.verdict not in VERDICTS:
        raise ValueError(
            f"{path}: line {row.line}: the verdict must be one of {', '.join(VERDICTS)}; got {row.verdict!r}"
        )
    return row
