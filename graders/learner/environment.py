"""The folder and the environment that a worker is started in: made from nothing, by an allow-list."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from graders.learner import packages
from graders.learner.snapshot import Snapshot

WORKER = "gradecheck_worker"

#: What a Python may need to find its own shared libraries; nothing else of the judge's environment is passed on.
_PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(frozen=True)
class RunFolder:
    """A private temporary folder: the worker's code, links to the allowed packages, the submission, scratch."""

    root: Path

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

    def remove(self) -> None:
        """Delete all of it, also what was made unreadable."""
        for folder, _, _ in os.walk(self.root):
            Path(folder).chmod(0o700)
        shutil.rmtree(self.root, ignore_errors=True)


def prepare(snapshot: Snapshot) -> RunFolder:
    """A run folder for `snapshot`."""
    run = RunFolder(Path(tempfile.mkdtemp(prefix="gradecheck-")).resolve())
    source = Path(__file__).parent / "worker"
    target = run.kit / WORKER
    target.mkdir(parents=True)
    for file in source.glob("*.py"):
        (target / file.name).write_bytes(file.read_bytes())
    run.site.mkdir()
    for name, place in packages.entries().items():
        (run.site / name).symlink_to(place)
    run.scratch.mkdir()
    snapshot.write(run.root / "submission")
    return run


def variables(run: RunFolder) -> dict[str, str]:
    """The worker's whole environment. One thread for numpy: a process's limits are then about the learner's code."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return kept | {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "HOME": str(run.scratch),
        "TMPDIR": str(run.scratch),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "VECLIB_MAXIMUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(run.matplotlib),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def command(run: RunFolder, control_fd: int, preload: str) -> list[str]:
    """The worker's command: isolated, without site-packages, numpy and matplotlib reached through the links."""
    boot = (
        "import sys\n"
        f"sys.path.append({str(run.site)!r})\n"
        f"sys.path.insert(0, {str(run.kit)!r})\n"
        f"from {WORKER}.zygote import main\n"
        f"sys.path.remove({str(run.kit)!r})\n"
        f"main({control_fd}, {preload!r})\n"
    )
    return [sys.executable, "-I", "-S", "-B", "-c", boot]


def give_font_cache(run: RunFolder) -> None:
    """A copy of matplotlib's font list, which takes seconds to make; made once, by trusted code, and kept."""
    import matplotlib

    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    kept = base / "gradecheck" / f"matplotlib-{matplotlib.__version__}"
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError:
        kept = run.root / "fonts"
        kept.mkdir(exist_ok=True)
    if not any(kept.glob("fontlist-*.json")):
        subprocess.run(
            [sys.executable, "-I", "-c", "import matplotlib.font_manager"],
            env={**variables(run), "MPLCONFIGDIR": str(kept)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
    run.matplotlib.mkdir(exist_ok=True)
    for file in kept.glob("fontlist-*.json"):
        shutil.copy(file, run.matplotlib / file.name)
