"""What is put around the whole worker: bubblewrap, namespaces of our own, or limits alone.

Whichever it is, the worker sees the same files at the same places and answers alike; what differs is how much it
could do if it tried. docs/sandbox.md has the whole list.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from graders.learner import environment, view
from graders.learner.environment import RunFolder
from graders.learner.limits import PROBE
from graders.learner.snapshot import Snapshot
from graders.learner.submission import FOLDER
from graders.learner.worker.config import Config
from graders.learner.worker.launcher import DEVICE_LINKS, DEVICES

MODES = ("auto", "required", "off")
_NOT_READABLE = 3
_SPACE = "268435456"


class SandboxError(Exception):
    """The sandbox that was asked for is not to be had; the text is one line for the user."""


@dataclass(frozen=True)
class Sandbox:
    """`name` stands in the report: bubblewrap, namespaces, limits or off.

    `drop`: the judge is root, and the learner's code runs as a user of its own. `note` says what is missing and why.
    `nested`: each check gets namespaces of its own inside, where the kernel lets it. `presumed`: the mode that was
    asked for, where nobody has tried yet whether this sandbox can be used.
    """

    name: str
    drop: bool = False
    note: str = ""
    nested: bool = True
    presumed: str = ""

    @property
    def hides(self) -> bool:
        """Whether the worker has a view of the files and the processes of its own."""
        return self.name in ("bubblewrap", "namespaces")

    def inside(self, run: RunFolder) -> RunFolder:
        """The run folder as the worker sees it."""
        return RunFolder(view.INSIDE, run.user) if self.hides else run

    def command(self, run: RunFolder, control: int, probe: bool = False) -> list[str]:
        """The command that starts the worker; `probe`: only to see whether it can be started here."""
        inside = self.inside(run)
        tree = view.steps(run) if self.hides else []
        config = Config(
            control=control,
            scratch=str(inside.scratch),
            exercises=str(inside.exercises),
            matplotlib=str(inside.matplotlib),
            judge=os.getpid(),
            tree={"root": str(run.tree), "steps": tree} if self.name == "namespaces" else None,
            user=list(run.user) if run.user else None,
            readable=view.readable(run) if self.name == "limits" else None,
            private=view.private(tree) if self.hides else [],
            filter=self.name != "off",
            hidden=self.hides,
            isolate=self.hides and self.nested,
            probe=[os.__file__, *(str(inside.site / name) for name in os.listdir(run.site))] if probe else None,  # noqa: PTH208
        )
        outside = run if self.name == "namespaces" else inside
        command = environment.command(outside, inside, str(view.interpreter()), config)
        return [*_bubblewrap(tree), *command] if self.name == "bubblewrap" else command


def choose(mode: str, only: str | None = None) -> Sandbox:
    """The sandbox for `mode`: auto, required or off. Raises SandboxError. `only` names one to use (for tests)."""
    if mode not in MODES:
        raise SandboxError(f"expected --sandbox {'|'.join(MODES)}, got {mode!r}")
    if sys.platform == "win32":
        raise SandboxError(
            "gradecheck runs the exercises in processes that fork, which Windows does not have; use it in WSL"
        )
    if mode == "off":
        return Sandbox("off", drop=_can_drop())
    missing = []
    for name in ("bubblewrap", "namespaces"):
        if only not in (None, name):
            continue
        problem = _problem(name)
        if problem is None:
            return Sandbox(name, drop=_is_root())
        missing.append(f"{name}: {problem}")
    note = "; ".join(missing)
    if mode == "required" or only in ("bubblewrap", "namespaces"):
        raise SandboxError(
            f"no sandbox can be used here ({note}); install bubblewrap (apt install bubblewrap) on a Linux that allows "
            "unprivileged user namespaces, or leave out `--sandbox required`"
        )
    drop = _can_drop()
    if _is_root() and not drop:
        note += "; the exercises run as root, because Python lies where no other user can read it"
    return Sandbox("limits", drop, note)


def presumed(mode: str) -> Sandbox:
    """The sandbox that `choose` most likely gives, without the time that a trial takes.

    The worker itself is the trial then: where it does not start, `Host` asks `choose`. Raises SandboxError.
    """
    if mode == "off" or mode not in MODES or not sys.platform.startswith("linux"):
        return choose(mode)
    name = "bubblewrap" if _bubblewrap_path() else "namespaces"
    return Sandbox(name, drop=_is_root(), presumed=mode)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _bubblewrap_path() -> str | None:
    """Where bubblewrap is installed by the system: the PATH of whoever calls is not asked."""
    return next((path for path in ("/usr/bin/bwrap", "/usr/local/bin/bwrap") if os.access(path, os.X_OK)), None)


@functools.cache
def _problem(name: str) -> str | None:
    """Why this sandbox cannot be used here, found by using it; None if it can."""
    if not sys.platform.startswith("linux"):
        return "only on Linux"
    if name == "bubblewrap" and _bubblewrap_path() is None:
        return "bwrap is neither in /usr/bin nor in /usr/local/bin"
    return _try(Sandbox(name, drop=_is_root()))


@functools.cache
def _can_drop() -> bool:
    """Whether the judge is root and another user could run the worker here."""
    return _is_root() and _try(Sandbox("off", drop=True)) is None


def _try(candidate: Sandbox) -> str | None:
    """Start a worker that ends at once; why that failed, or None."""
    run = environment.prepare(Snapshot(Path(FOLDER), {}, {}), candidate.drop, candidate.hides)
    if candidate.drop and run.user is None:
        run.remove()
        return "no user id is free for the exercises"
    try:
        done = subprocess.run(
            candidate.command(run, 0, probe=True),
            env=environment.variables(candidate.inside(run)),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=PROBE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)[:200]
    finally:
        run.remove()
    if done.returncode == 0:
        return None
    if done.returncode == _NOT_READABLE:
        return "Python or numpy cannot be read there"
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("bwrap: ")[:200] if lines else f"exit status {done.returncode}"


@functools.cache
def _bubblewrap_knows_sizes() -> bool:
    """Whether this bubblewrap can limit the size of a folder in memory (0.7 and later): its help text would say."""
    path = _bubblewrap_path()
    assert path is not None
    return b"--size BYTES" in Path(path).read_bytes()


def _bubblewrap(tree: list[list[str]]) -> list[str]:
    """bubblewrap and its options: the tree, new namespaces of every kind, nothing writable but the spaces."""
    path = _bubblewrap_path()
    assert path is not None
    options = [path, "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    options += ["--die-with-parent", "--new-session"]
    if _is_root():
        # What the worker needs to become another user, and for nothing else; it gives them up on the way.
        options += ["--cap-drop", "ALL"]
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_SYS_ADMIN"):
            options += ["--cap-add", capability]
    else:
        options += ["--unshare-user"]
    size = ["--size", _SPACE] if _bubblewrap_knows_sizes() else []
    options += ["--proc", "/proc", "--perms", "0755", "--tmpfs", "/dev"]
    for name in DEVICES:
        options += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, text in DEVICE_LINKS.items():
        options += ["--symlink", text, f"/dev/{name}"]
    closed = ["/dev"]
    made = {Path("/"), Path("/dev")}
    filled: list[Path] = []
    for kind, *names in tree:
        # Folders on the way would otherwise be open to nobody but who starts it.
        for folder in reversed(Path(names[-1]).parents):
            if folder not in made and not any(folder.is_relative_to(done) for done in filled):
                options += ["--perms", "0755", "--dir", str(folder)]
            made.add(folder)
        if kind == "bind":
            filled.append(Path(names[-1]))
        if kind == "bind":
            options += ["--ro-bind", *names]
        elif kind == "link":
            options += ["--symlink", *names]
        elif kind == "empty":
            options += ["--perms", "0755", "--tmpfs", *names]
            closed += names
        else:
            options += ["--perms", "1777", *size, "--tmpfs", *names]
    for name in [*closed, "/"]:
        options += ["--remount-ro", name]
    return [*options, "--chdir", "/", "--"]
