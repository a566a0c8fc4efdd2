"""A guide in Markdown: its Python blocks, and what it says that they print."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: ``` or ~~~, three or more, indented or not, with the block's language after it.
_FENCE = re.compile(r"^(?P<indent>\s*)(?P<fence>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
_HEADING = re.compile(r"^#{1,2}\s")
_EXPECTED = re.compile(r"^\s*(?:[-*]\s+)?\*\*expected output(?P<rest>.*)$", re.IGNORECASE)
_PYTHON = {"python", "python3", "py", "{python}", "{.python}"}


@dataclass(frozen=True)
class Fence:
    """A fenced block: `line` is the line of its fence, counted from 1; its text begins below."""

    line: int
    language: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text between the fences."""
        return "".join(f"{line}\n" for line in self.lines)


@dataclass
class Block:
    """A Python block, and the output that the guide announces for it, if any.

    `section` counts the headings of the first two levels above it. `approximate` is set where
    the guide's "Expected output" says so.
    """

    code: Fence
    section: int
    expected: Fence | None = None
    approximate: bool = False


@dataclass
class Guide:
    """The blocks of a guide; `orphans` are expected outputs that no code could print."""

    blocks: list[Block] = field(default_factory=list)
    orphans: list[Fence] = field(default_factory=list)


def parse(text: str) -> Guide:
    """Find the blocks. A fence that is never closed reaches to the end of the text."""
    # Not splitlines(), which also splits at form feeds, where editors count no line.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    guide = Guide()
    section = 0
    announced: str | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        if fence := _FENCE.match(line):
            found, at = _fence(lines, at, fence)
            if announced is not None:
                _expect(guide, found, announced, section)
                announced = None
            elif found.language in _PYTHON:
                guide.blocks.append(Block(found, section))
            continue
        if _HEADING.match(line):
            section += 1
            announced = None
        elif expected := _EXPECTED.match(line):
            announced = expected["rest"]
        at += 1
    return guide


def _fence(lines: list[str], at: int, opening: re.Match[str]) -> tuple[Fence, int]:
    """The block that opens at index `at`, and the index of the line after it."""
    indent, fence = opening["indent"], opening["fence"]
    closing = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    end = at + 1
    while end < len(lines) and not closing.match(lines[end]):
        end += 1
    inside = tuple(_dedented(line, indent) for line in lines[at + 1 : end])
    words = opening["info"].split()
    return Fence(at + 1, words[0].lower() if words else "", inside), end + 1


def _dedented(line: str, indent: str) -> str:
    return line[len(indent) :] if line.startswith(indent) else line.lstrip()


def _expect(guide: Guide, fence: Fence, announcement: str, section: int) -> None:
    """Give an announced output to the last Python block above it, if that has none yet."""
    last = guide.blocks[-1] if guide.blocks else None
    if last is None or last.section != section or last.expected is not None:
        guide.orphans.append(fence)
        return
    last.expected = fence
    last.approximate = "approx" in announcement.lower()
