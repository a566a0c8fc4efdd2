"""The folder and the environment that a worker is started in: made from nothing, by an allow-list."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import py_compile
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from graders.learner import leftovers, packages
from graders.learner.snapshot import Snapshot
from graders.learner.worker.config import Config
from graders.learner.worker.wipe import wipe
from graders.threads import ONE_THREAD

WORKER = "gradecheck_worker"
SOURCE = Path(__file__).resolve().parent / "worker"

#: What a Python may need to find its own shared libraries; nothing else of the judge's environment is passed on.
_PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")

#: User ids that no distribution gives to anybody (systemd's table of ids calls them unused).
_FREE_IDS = range(60706, 61184)
_given: list[int] = []


@dataclass(frozen=True)
class RunFolder:
    """A private temporary folder: the worker's code, links to the allowed packages, the submission, scratch.

    `user`: user and group that the learner's code runs as; None for the judge's own. `held`: says that it is in use.
    """

    root: Path
    user: tuple[int, int] | None = None
    held: leftovers.Held | None = None

    @property
    def kit(self) -> Path:
        return self.root / "kit"

    @property
    def site(self) -> Path:
        return self.root / "site"

    @property
    def scratch(self) -> Path:
        return self.root / "scratch"

    @property
    def exercises(self) -> Path:
        return self.root / "submission" / "exercises"

    @property
    def matplotlib(self) -> Path:
        return self.root / "matplotlib"

    @property
    def tree(self) -> Path:
        """An empty folder, on which a view of the files can be put together."""
        return self.root / "tree"

    def write_kit(self) -> None:
        """The worker's own code, written anew, with its bytecode: compiling takes longer than all the rest."""
        target = self.kit / WORKER
        if target.is_symlink():
            return
        wipe(target)
        (target / "__pycache__").mkdir(parents=True)
        for source in SOURCE.glob("*.py"):
            file = target / source.name
            file.write_bytes(source.read_bytes())
            written = source.stat().st_mtime_ns
            os.utime(file, ns=(written, written))  # by which Python knows whose bytecode it is
            bytecode = _bytecode(source)
            if bytecode is not None:
                (target / "__pycache__" / bytecode.name).write_bytes(bytecode.read_bytes())
        target.chmod(0o755)
        _open_to_readers(target)

    def link_kit(self) -> None:
        """The worker's own code where it lies: for a sandbox that shows it read-only."""
        for source in SOURCE.glob("*.py"):
            _bytecode(source)
        (self.kit / WORKER).symlink_to(SOURCE)

    def remove(self) -> None:
        """Delete all of it, also what was made unreadable, and give its user back."""
        wipe(self.root)
        if self.held is not None:
            self.held.release()
        if self.user is not None and self.user[0] in _given:
            _given.remove(self.user[0])


def prepare(snapshot: Snapshot, drop: bool = False, hides: bool = False) -> RunFolder:
    """A run folder for `snapshot`; `drop`: for a user of its own, if one is free; `hides`: shown read-only."""
    leftovers.sweep()
    root = Path(tempfile.mkdtemp(prefix=leftovers.PREFIX)).resolve()
    run = RunFolder(root, free_user() if drop else None, leftovers.Held(root))
    try:
        _fill(run, snapshot, hides)
    except BaseException:
        run.remove()
        raise
    return run


def _fill(run: RunFolder, snapshot: Snapshot, hides: bool) -> None:
    run.kit.mkdir()
    if hides and _all_may_read(SOURCE):
        run.link_kit()
    else:
        run.write_kit()
    run.site.mkdir()
    for name, place in packages.entries().items():
        (run.site / name).symlink_to(place)
    run.scratch.mkdir()
    run.tree.mkdir()
    run.matplotlib.mkdir()
    user, group = run.user or (os.getuid(), os.getgid())
    (run.root / "passwd").write_text(f"learner:x:{user}:{group}::{run.scratch}:/bin/false\n")
    (run.root / "group").write_text(f"learner:x:{group}:\n")
    snapshot.write(run.root / "submission")
    # What lies below can be read by who may enter, and the root says who may.
    _open_to_readers(run.root)
    if run.user is not None:
        os.chown(run.root, 0, group)
        run.root.chmod(0o750)
        os.chown(run.scratch, user, group)
    run.scratch.chmod(0o700)


def _open_to_readers(root: Path) -> None:
    """Whatever the umask is: folders below `root` that can be entered, files that can be read, and not written."""
    for folder, folders, files in os.walk(root):
        for names, mode in ((folders, 0o755), (files, 0o444)):
            for name in names:
                path = os.path.join(folder, name)  # noqa: PTH118 -- many of them, at each start
                if not os.path.islink(path):  # noqa: PTH114 -- those of the site folder lead to what is installed
                    os.chmod(path, mode)  # noqa: PTH101


def _all_may_read(folder: Path) -> bool:
    """Whether files in `folder` can be read by any user who can get there."""
    return all(file.stat().st_mode & 0o004 for file in folder.glob("*.py")) and bool(folder.stat().st_mode & 0o005)


def _bytecode(source: Path) -> Path | None:
    """Where the bytecode of one of the worker's modules is kept; made, if need be and allowed."""
    kept = Path(importlib.util.cache_from_source(str(source)))
    info = source.stat()
    try:
        head = kept.open("rb").read(16)
    except OSError:
        head = b""
    if head[:8] == importlib.util.MAGIC_NUMBER + bytes(4) and head[8:] == struct.pack(
        "<II", int(info.st_mtime) & 0xFFFFFFFF, info.st_size & 0xFFFFFFFF
    ):
        return kept
    if sys.dont_write_bytecode:
        return None
    try:
        py_compile.compile(str(source), str(kept), doraise=True)
    except (OSError, py_compile.PyCompileError):
        return None
    return kept


def free_user() -> tuple[int, int] | None:
    """A user id, and a group id of the same number, that nobody has: no account, no process. None without one."""
    import pwd

    mapped = _mapped("/proc/self/uid_map") & _mapped("/proc/self/gid_map")
    taken = _users_of_processes()
    first = os.getpid() % len(_FREE_IDS)
    for number in (*_FREE_IDS[first:], *_FREE_IDS[:first]):
        if number in mapped and number not in taken and number not in _given:
            try:
                pwd.getpwuid(number)
            except KeyError:
                _given.append(number)
                return number, number
    return None


def _mapped(path: str) -> set[int]:
    """Which of the free ids exist in this user namespace."""
    try:
        ranges = [tuple(map(int, line.split())) for line in Path(path).read_text().splitlines()]
    except (OSError, ValueError):
        return set(_FREE_IDS)
    return {number for number in _FREE_IDS for low, _, size in ranges if low <= number < low + size}


def _users_of_processes() -> set[int]:
    found = set()
    with contextlib.suppress(OSError):
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    found.add(entry.stat().st_uid)
    return found


def processes_of_user() -> int:
    """How many processes and threads this user has now, roughly; where that cannot be seen, many."""
    total = 0
    try:
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if entry.stat().st_uid == os.getuid():
                        total += os.stat(f"/proc/{entry.name}/task").st_nlink - 2  # noqa: PTH116
    except OSError:
        return 4000
    return total


def variables(run: RunFolder) -> dict[str, str]:
    """The worker's whole environment. With one thread a process's limits are about the learner's code, too."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return kept | {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "USER": "learner",
        "LOGNAME": "learner",
        "HOME": str(run.scratch),
        "TMPDIR": str(run.scratch),
        **ONE_THREAD,
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(run.matplotlib),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def command(now: RunFolder, then: RunFolder, python: str, config: Config) -> list[str]:
    """The worker's command: isolated, without site-packages, numpy and matplotlib reached through the links.

    `now`: the run folder where Python starts; `then`: where it will be when the sandbox is there.
    """
    boot = (
        "import sys\n"
        f"sys.path.insert(0, {str(now.kit)!r})\n"
        f"from {WORKER}.settle import main\n"
        f"sys.path.remove({str(now.kit)!r})\n"
        f"sys.path.append({str(then.site)!r})\n"
        f"main({config.to_json()!r}, {str(then.kit)!r})\n"
    )
    return [python, "-I", "-S", "-B", "-c", boot]


def _matplotlib_version() -> str:
    """What the installation says of itself, without the time that an import takes."""
    site = packages.entries()["matplotlib"].parent
    for folder in site.glob("matplotlib-*.dist-info"):
        return folder.stem.partition("-")[2]
    import matplotlib

    return str(matplotlib.__version__)


def give_font_cache(run: RunFolder) -> None:
    """A copy of matplotlib's font list, which takes seconds to make; made once, by trusted code, and kept."""
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        kept = base / "gradecheck" / f"matplotlib-{_matplotlib_version()}"
        kept.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        kept = run.root / "fonts"
        kept.mkdir(exist_ok=True)
    if not any(kept.glob("fontlist-*.json")):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # without it, plotting is slower
            subprocess.run(
                [sys.executable, "-I", "-c", "import matplotlib.font_manager"],
                env={**variables(run), "MPLCONFIGDIR": str(kept)},
                cwd=run.root,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=120,
                check=False,
            )
    for file in kept.glob("fontlist-*.json"):
        (run.matplotlib / file.name).unlink(missing_ok=True)
        (run.matplotlib / file.name).write_bytes(file.read_bytes())
        (run.matplotlib / file.name).chmod(0o444)
