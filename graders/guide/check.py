"""Check a guide: run its blocks, and compare what they print with what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .compare import Comparison, compare
from .markdown import Block, Fence, parse
from .run import Run, run_blocks

#: The errors that have a status of their own: none of them is a fault of the block.
_STATUSES = {
    "timeout": "timed out",
    "output": "too much output",
    "killed": "killed",
    "MemoryError": "out of memory",
    "FileNotFoundError": "missing file",
    "ModuleNotFoundError": "missing module",
}


@dataclass(frozen=True)
class BlockReport:
    """What came of one block.

    `status`: "same" · "differs" · "ran" (nothing was said) · "failed" · "timed out" ·
    "missing file" · "missing module" · "too much output" · "out of memory" · "killed" ·
    "no code" (an expected output that no Python block can have printed).
    `line` is that of the block's opening fence, `expected_line` that of its expected output's.
    """

    line: int
    status: str
    expected_line: int | None = None
    message: str = ""
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def as_said(self) -> bool:
        """Whether the guide says nothing about this block's output, or is right about it."""
        return self.expected_line is None or self.status in ("same", "no code")


def check(path: Path, timeout: float) -> list[BlockReport]:
    """Check every block of a guide, in the order of its lines; `timeout` is in seconds, for each.

    Raises ValueError, in one line, for a path that holds no guide.
    """
    guide = parse(read(path))
    runs = run_blocks(guide.blocks, timeout)
    reports = [_report(block, run, timeout) for block, run in zip(guide.blocks, runs, strict=True)]
    reports += [_orphan(fence) for fence in guide.orphans]
    return sorted(reports, key=lambda report: report.line)


def read(path: Path) -> str:
    """The text of a guide."""
    if path.is_dir():
        raise ValueError(f"{path}: expected a guide in Markdown, got a directory")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: expected UTF-8 text, got another byte at position {error.start}: save the file as UTF-8"
        ) from None
    except OSError as error:
        reason = error.strerror or error
        raise ValueError(f"{path}: can't be read ({reason}): check the path") from None
    if "\0" in text:
        raise ValueError(f"{path}: expected a guide in Markdown, got a binary file")
    return text


def _report(block: Block, run: Run, timeout: float) -> BlockReport:
    said = block.expected
    comparisons = []
    if said is not None:
        comparisons = compare(said.lines, said.line + 1, run.output, block.approximate)
    return BlockReport(
        line=block.code.line,
        status=_status(said, run, comparisons),
        expected_line=said.line if said else None,
        message=_message(block, run, timeout),
        comparisons=comparisons,
    )


def _status(said: Fence | None, run: Run, comparisons: list[Comparison]) -> str:
    if run.error:
        # A block that lacks a name because an earlier one lacks its file lacks the file, too.
        by_itself = _STATUSES.get(run.error, "failed")
        return _STATUSES.get(run.earlier, by_itself) if by_itself == "failed" else by_itself
    if said is None:
        return "ran"
    return "same" if all(c.as_said for c in comparisons) else "differs"


def _message(block: Block, run: Run, timeout: float) -> str:
    if not run.error:
        return ""
    if run.error == "timeout":
        return f"no end after {timeout:g} s"
    if run.error == "output":
        return "printed more than a megabyte"
    if run.error == "killed":
        return run.message
    where = f"line {block.code.line + run.line}: " if run.line else ""
    return f"{where}{run.error}: {run.message}" if run.message else f"{where}{run.error}"


def _orphan(fence: Fence) -> BlockReport:
    return BlockReport(
        line=fence.line,
        status="no code",
        expected_line=fence.line,
        message="no Python block of this section is left that could print it",
    )
