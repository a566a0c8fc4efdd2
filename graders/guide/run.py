"""Run the blocks of a guide, each in a process of its own, and see what they print."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graders.threads import ONE_THREAD

from .markdown import Block

CHILD = Path(__file__).with_name("child.py")

#: All that a block sees of the environment; the rest may hold secrets, or change what is printed.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "LD_LIBRARY_PATH")

MEGABYTES = 4096
MOST_OUTPUT = 1_000_000

#: A block can miss names of several earlier ones; it says so one name at a time.
_ROUNDS = 20


@dataclass
class Run:
    """What came of a block: its `output`, and `error` (an exception's name) where it failed.

    Apart from exceptions, `error` may be "timeout", "output" (too much of it) or "killed".
    `line` is the line of the block where it failed, counted from 1. `built_on` are the indices of
    the earlier blocks that it needed.
    """

    output: str = ""
    error: str = ""
    message: str = ""
    name: str = ""
    line: int | None = None
    earlier: str = ""
    built_on: list[int] = field(default_factory=list)

    @property
    def was_stopped(self) -> bool:
        """Whether it had to be ended from outside, and so would end whatever continues it."""
        return self.error in ("timeout", "output", "killed")


def run_blocks(blocks: Sequence[Block], timeout: float) -> list[Run]:
    """Run all blocks, in parallel where there are cores; `timeout` is in seconds, for each.

    A block is first run alone. Where it stops at a name that an earlier block of its section
    defines, it is run again after that one, what that one needed, and the blocks in between
    that continue them.
    """
    with (
        tempfile.TemporaryDirectory(prefix="gradecheck-guide-") as scratch,
        ThreadPoolExecutor(_cores()) as pool,
    ):
        folder = Path(scratch)

        def run(index: int, before: list[int]) -> Run:
            sources = [blocks[i].code.text for i in before]
            result = _run_one(blocks[index].code.text, sources, folder, timeout)
            result.built_on = before
            return result

        runs = list(pool.map(run, range(len(blocks)), [[] for _ in blocks]))
        for _ in range(_ROUNDS):
            before = {i: _continued(i, r, blocks, runs) for i, r in enumerate(runs)}
            again = {i: chain for i, chain in before.items() if chain != runs[i].built_on}
            if not again:
                break
            for i, result in zip(again, pool.map(run, again.keys(), again.values()), strict=True):
                runs[i] = result
    return runs


def _continued(index: int, run: Run, blocks: Sequence[Block], runs: Sequence[Run]) -> list[int]:
    """The earlier blocks to run before this one, as far as is known after the last round."""
    chain = set(run.built_on)
    if run.error == "NameError":
        section = blocks[index].section
        definers = [
            i for i in range(index) if blocks[i].section == section and run.name in _defined(blocks[i].code.text)
        ]
        if definers:
            chain.add(definers[-1])
    for i in list(chain):
        chain |= {*runs[i].built_on}
    if chain:
        between = range(min(chain), index)
        chain |= {i for i in between if chain & {*runs[i].built_on} and not runs[i].was_stopped}
    return sorted(chain)


def _defined(source: str) -> set[str]:
    """The names that a block binds at its top level."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        pending += ast.iter_child_nodes(node)
    return names


def _run_one(source: str, before: list[str], scratch: Path, timeout: float) -> Run:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    report = scratch / f"{folder.name}.json"
    job = {"source": source, "before": before, "megabytes": MEGABYTES, "report": str(report)}
    process = subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(home),
        start_new_session=True,
    )
    output, stopped = _communicate(process, json.dumps(job).encode(), timeout)
    run = Run(output=output.decode("utf-8", "replace"), error=stopped)
    if report.is_file() and not stopped:
        failure: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        for name, value in failure.items():
            setattr(run, name, value)
    elif process.returncode and not stopped:
        run.error, run.message = "killed", f"exit status {process.returncode}"
    return run


def _communicate(process: subprocess.Popen[bytes], job: bytes, timeout: float) -> tuple[bytes, str]:
    """The output, and why the process was stopped: "timeout", "output" or "" if it wasn't."""
    stopped = ""

    def stop() -> None:
        nonlocal stopped
        stopped = stopped or "timeout"
        _kill(process)

    timer = threading.Timer(timeout, stop)
    timer.start()
    output = b""
    try:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(job)
            process.stdin.close()
        except BrokenPipeError:
            pass
        while chunk := process.stdout.read1(65536):  # type: ignore[attr-defined]
            output += chunk
            if len(output) > MOST_OUTPUT:
                stopped = stopped or "output"
                break
        if stopped != "output":
            _await_end(process)
    finally:
        timer.cancel()
        _kill(process)  # also what the block itself may have started
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    return output[:MOST_OUTPUT], stopped


def _await_end(process: subprocess.Popen[bytes]) -> None:
    """Wait, but leave the process unreaped: its group keeps its number until it is killed."""
    try:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    except AttributeError:  # Windows
        process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    except AttributeError:  # Windows has no process groups
        process.kill()


def _environment(home: Path) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | {
        "HOME": str(home),
        "MPLCONFIGDIR": str(home),
        "MPLBACKEND": "Agg",
        "TZ": "UTC",
        **ONE_THREAD,
    }


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
