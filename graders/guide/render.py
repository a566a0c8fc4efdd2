"""The ledger, a check, and the two overfitting experiments as plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .ledger import VERDICTS, Row, named

if TYPE_CHECKING:
    from .check import BlockReport
    from .overfitting import Setting

_WIDEST = 64


def ledger_table(rows: Sequence[Row]) -> str:
    """The rows under a header, and how many there are of each verdict."""
    header = ("line", "what", "printed", "recomputed", "verdict")
    cells = [(str(r.line), r.what, r.printed, str(r.recomputed), r.verdict) for r in rows]
    return f"{table(header, cells, right=(0,))}\n\n{counts(r.verdict for r in rows)}"


def counts(verdicts: Iterable[str]) -> str:
    """ "470 rows: 246 holds, 177 differs …"."""
    found = Counter(verdicts)
    parts = [f"{found[v]} {v}" for v in VERDICTS if found[v]]
    total = sum(found.values())
    return f"{total} row{'' if total == 1 else 's'}: {', '.join(parts) or 'none'}"


def check_text(reports: Sequence[BlockReport]) -> str:
    """One line for each block, with the numbers that aren't as said below it, and a summary."""
    if not reports:
        return "no Python blocks"
    lines: list[str] = []
    for report in reports:
        lines += _block_lines(report)
    numbers = [c for r in reports for c in r.comparisons if c.is_number]
    right = sum(c.as_said for c in numbers)
    said = [r for r in reports if r.expected_line is not None and r.status != "no code"]
    lines += [
        "",
        f"{len(said)} blocks say what they print: {sum(r.as_said for r in said)} print just that",
        f"{len(numbers)} numbers compared: {right} as said, {len(numbers) - right} not",
    ]
    return "\n".join(lines)


def overfitting_text(train: Sequence[float], test: Sequence[float], setting: Setting) -> str:
    """Exercise 4.1 as the guide gives it, and the kit's setting below."""
    rows = named("exercise_4_1")
    by_key = {row.key: row for row in rows}
    cells = []
    for i in range(sum(row.key.startswith("exercise_4_1.epoch[") for row in rows)):
        losses = [by_key[f"exercise_4_1.{name}[{i}]"] for name in ("train", "test", "overfitting")]
        epoch = by_key[f"exercise_4_1.epoch[{i}]"].printed
        cells.append((epoch, *(r.printed for r in losses), *(r.shown for r in losses)))
    header = ("epoch", "train", "test", "overfits", "train", "test", "overfits")
    guide = table(header, cells, right=(0, 1, 2, 4, 5))

    lowest = min(range(len(test)), key=lambda e: test[e])
    last = len(test) - 1
    shown = sorted({0, lowest, last, *range(100, last, 100)})
    ours = table(
        ("epoch", "train", "test", "test/lowest"),
        [(str(e), f"{train[e]:.6f}", f"{test[e]:.6f}", f"{test[e] / test[lowest]:.2f}")
         for e in shown],
        right=(0, 1, 2, 3),
    )  # fmt: skip
    times = test[-1] / test[lowest]
    return (
        "Exercise 4.1 as the guide gives it: what it prints (left), what its code gives (right)\n\n"
        f"{guide}\n\n"
        "The test loss goes on falling: there is no overfitting to be seen.\n\n"
        f"The kit's setting: {setting.n_train} examples of {setting.inputs} inputs, one of which "
        f"means something,\nnoise {setting.noise}, net [{setting.inputs}, {setting.hidden}, 1], "
        f"rate {setting.learning_rate}, {setting.epochs} epochs, "
        f"seeds {setting.data_seed} and {setting.network_seed}\n\n"
        f"{ours}\n\n"
        f"The test loss is lowest in epoch {lowest}, and ends {times:.1f} times as high, while the"
        " training\nloss falls all the way: from there on the net learns the noise."
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Columns as wide as their widest cell; those in `right` are flush right."""
    cells = [[plain(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(cells[0]), "  ".join("-" * w for w in widths), *map(line, cells[1:])])


def plain(text: str) -> str:
    """Text that a program wrote, made harmless for a terminal: printable, and of some length."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return printable if len(printable) <= _WIDEST else printable[: _WIDEST - 1] + "…"


def _block_lines(report: BlockReport) -> list[str]:
    numbers = [c for c in report.comparisons if c.is_number]
    counted = f", {sum(c.as_said for c in numbers)} of {len(numbers)} numbers as said"
    message = f": {plain(report.message)}" if report.message else ""
    lines = [f"block at line {report.line}: {report.status}{counted if numbers else ''}{message}"]
    for c in report.comparisons:
        if c.verdict == "not said":
            lines.append(f"    not said:          prints {plain(c.printed)!r}")
        elif c.verdict == "not printed":
            lines.append(f"    line {c.line}: says {plain(c.said)!r}, which is not printed")
        elif not c.as_said:
            lines.append(f"    line {c.line}: says {plain(c.said)}, prints {plain(c.printed)}")
    return lines
