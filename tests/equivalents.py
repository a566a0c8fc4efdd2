"""Mutants that no check can reject, or none may: tests/equivalent_mutants.toml, each with the reason.

An entry is the module, the function and the lines that the change replaces by others, as ast.unparse writes them: it
holds however the mutants are numbered, and goes out of date when the reference says it otherwise.
"""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mutants import Mutant, originals

LIST = Path(__file__).resolve().parent / "equivalent_mutants.toml"
#: `kind` of an entry: nothing changes that a caller sees, or only what the contract leaves open.
KINDS = ("equivalent", "unpromised")


@dataclass(frozen=True, order=True)
class Key:
    """What names a mutant: where it is, the original line (or lines), and what stands there instead."""

    module: str
    function: str
    before: str
    after: str


@cache
def _plain() -> dict[str, list[str]]:
    return {module: ast.unparse(ast.parse(source)).splitlines() for module, source in originals().items()}


def key(mutant: Mutant) -> Key:
    """The lines between what the mutant's beginning and its end have in common with the original's."""
    old, new = _plain()[mutant.module], mutant.source.splitlines()
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    end = next((i for i in range(shorter - start) if old[-1 - i] != new[-1 - i]), shorter - start)
    function = mutant.description.split(", ")[1]
    return Key(mutant.module, function, _joined(old[start : len(old) - end]), _joined(new[start : len(new) - end]))


def _joined(lines: list[str]) -> str:
    return "\n".join(line.strip() for line in lines)


def listed() -> dict[Key, dict[str, str]]:
    """The entries, each with its `kind` and its `why`."""
    found: dict[Key, dict[str, str]] = {}
    for entry in tomllib.loads(LIST.read_text("utf-8"))["mutant"]:
        name = Key(entry["module"], entry["function"], entry["before"], entry["after"])
        if name in found:
            raise ValueError(f"listed twice: {name}")
        found[name] = entry
    return found
