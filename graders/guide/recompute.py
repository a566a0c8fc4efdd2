"""Recompute the whole ledger from `reference/`.

    python -m graders.guide.recompute            compare, and say what has changed
    python -m graders.guide.recompute --write    and write it into data/guide_numbers.toml

A row's verdict is computed too, except where the guide itself calls its number approximate or
where the number depends on the machine: there only a person can judge.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

from . import ledger
from .ledger import Row
from .rounding import Value, rounded, verdict_on
from .values import Block, flat, losses, network, practice, project, trace, training

#: Block of keys → the function that computes it.
BLOCKS: dict[str, Block] = {
    function.__name__: function
    for function in (
        losses.setup,
        losses.mse,
        losses.cross_entropy,
        losses.table,
        losses.exercise_1_1,
        losses.exercise_1_2,
        trace.trace,
        trace.exercise_2_1,
        network.backward_demo,
        network.gradient_check,
        network.exercise_2_2,
        training.single_example,
        training.learning_rates,
        training.exercise_3_1,
        training.exercise_3_2,
        training.epochs,
        practice.overfitting_demo,
        practice.exercise_4_1,
        project.project,
    )
}

_ROW_LINE = re.compile(r"^(\s*)(\{.*\})(,?)\s*$")


@cache
def block(name: str) -> dict[str, Value]:
    """The values of one block, computed once."""
    return flat(BLOCKS[name]())


def value(key: str) -> Value:
    """The true value for a key such as "trace.dL_dW2[0,1]". KeyError where nothing is so named."""
    name, _, rest = key.partition(".")
    return block(name)[rest]


def recomputed(row: Row) -> Row:
    """The row as it should be. Rows of the environment stay: they hold another machine's values."""
    if row.verdict == "environment":
        return row
    true = value(row.key)
    verdict = row.verdict
    if verdict != "approximate":
        verdict = verdict_on(row.printed, true, row.decimals)
    return replace(row, recomputed=rounded(true, row.printed, row.decimals), verdict=verdict)


def as_toml(row: Row) -> str:
    """A row as one line of the ledger."""
    fields = {
        name: value
        for name, value in asdict(row).items()
        if name not in ("decimals", "note") or value not in (None, "")
    }
    body = ", ".join(f"{name} = {_literal(value)}" for name, value in fields.items())
    return f"{{ {body} }}"


def rewrite(text: str) -> str:
    """The ledger's text with every row recomputed; comments and order stay as they are."""
    lines = []
    for line in text.splitlines():
        if match := _ROW_LINE.match(line):
            row = Row(**tomllib.loads(f"row = {match[2]}")["row"])
            line = f"{match[1]}{as_toml(recomputed(row))}{match[3]}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 where the ledger is up to date or has been written, 1 where it isn't."""
    parser = argparse.ArgumentParser(prog="python -m graders.guide.recompute")
    parser.add_argument("--write", action="store_true", help="write the ledger, keeping a copy")
    options = parser.parse_args(arguments)

    path: Path = ledger.PATH
    old = path.read_text(encoding="utf-8")
    new = rewrite(old)
    changed = [n for n in new.splitlines() if n not in set(old.splitlines())]
    for line in changed:
        print(line.strip())
    print(f"{len(ledger.load())} rows, {len(changed)} changed")
    if changed and options.write:
        path.with_suffix(".toml.old").write_text(old, encoding="utf-8")
        path.write_text(new, encoding="utf-8")
    return 1 if changed and not options.write else 0


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


if __name__ == "__main__":
    sys.exit(main())
