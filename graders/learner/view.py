"""The files that the worker may see: one description, used by bubblewrap, by our own namespaces and by Landlock.

Python's standard library and binary, the system's shared libraries, the allowed packages one by one, and the run
folder. Folders of installed packages are emptied first, wherever they lie, so that neither the kit nor anything
else that happens to be installed beside numpy is there.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from graders import paths
from graders.learner import packages
from graders.learner.environment import WORKER, RunFolder

#: Where the run folder lies inside a sandbox that has a view of its own.
INSIDE = Path("/gradecheck")

_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
_SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/alternatives",  # Debian's libblas and liblapack lead through it
    "/etc/fonts",
    "/etc/matplotlibrc",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/matplotlib",
    "/usr/share/zoneinfo",
)
_STORES = ("/nix/store", "/gnu/store")


def interpreter() -> Path:
    """The real Python binary: that below a virtual environment, not the environment's link to it."""
    return Path(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))


@functools.cache
def shown() -> tuple[Path, ...]:
    """Files and folders that are shown as they are, none inside another; real paths."""
    binary = interpreter()
    folders = [
        Path(os.__file__).parent,
        Path(sysconfig.get_path("stdlib")),
        *(Path(entry) for entry in sys.path if entry.endswith("lib-dynload")),
        *(Path(prefix) / name for prefix in (sys.base_prefix, sys.base_exec_prefix) for name in ("lib", "lib64")),
        *(Path(store) for store in _STORES if binary.is_relative_to(store)),
        *map(Path, _SYSTEM_LIBRARIES),
    ]
    within = tuple(f"{folder}/" for folder in folders)
    libraries = [path for path in _loaded_libraries() if not str(path).startswith(within)]
    wanted = [binary, *folders, *map(Path, _SYSTEM_FILES), *libraries]
    real = sorted({Path(os.path.realpath(path)) for path in wanted if path.exists()})
    real = [path for path in real if path not in (Path("/"), Path.home())]
    return tuple(path for path in real if not any(path != other and path.is_relative_to(other) for other in real))


def _loaded_libraries() -> Iterator[Path]:
    """Shared libraries that this very process has loaded, wherever they lie."""
    try:
        lines = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    sites = ("site-packages", "dist-packages")
    for name in {line.partition("/")[2] for line in lines}:
        if ".so" in name and not any(site in name for site in sites):
            yield Path("/" + name)


def forget() -> None:
    """Look anew the next time: more libraries may have been loaded since."""
    for cached in (shown, links, hidden):
        cached.cache_clear()


@functools.cache
def links() -> dict[Path, str]:
    """Links on the way to what is shown: /lib -> usr/lib, and a prefix that is a link itself."""
    found = {}
    for path in (*map(Path, _SYSTEM_LIBRARIES), Path(sys.base_prefix), Path(sys.base_exec_prefix)):
        if path.is_symlink():
            found[path] = os.readlink(path)  # noqa: PTH115
    return found


@functools.cache
def hidden() -> tuple[Path, ...]:
    """Folders inside what is shown that are emptied: installed packages, and the kit itself."""
    roots = [path for path in shown() if path.is_dir()]
    found = {folder for root in roots for folder in _installed_below(root)}
    kit = [Path(paths.__file__).parent, paths.DATA, paths.HOME / "tests", paths.HOME / "exercises", *_reference()]
    found |= {folder for folder in map(Path.resolve, kit) if any(folder.is_relative_to(root) for root in roots)}
    real = sorted({Path(os.path.realpath(path)) for path in found})
    return tuple(path for path in real if not any(path != other and path.is_relative_to(other) for other in real))


def _installed_below(root: Path) -> Iterator[Path]:
    """Folders of installed packages in `root`, in a `python…` folder there, and in one of a folder's of `root`."""
    outer = [root, *(Path(entry.path) for entry in _folders(root))]
    pythons = [Path(entry.path) for folder in outer for entry in _folders(folder, "python")]
    for folder in (root, *pythons):
        for name in ("site-packages", "dist-packages"):
            if (folder / name).is_dir():
                yield folder / name


def _folders(folder: Path, start: str = "") -> list[os.DirEntry[str]]:
    """Folders in a folder whose names begin so; /usr/lib has thousands of entries, so no more is asked of each."""
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if entry.name.startswith(start) and entry.is_dir()]
    except OSError:
        return []


def _reference() -> Iterator[Path]:
    spec = importlib.util.find_spec("reference")
    if spec is not None:
        yield from map(Path, spec.submodule_search_locations or ())


def _packages() -> list[Path]:
    """The allowed packages, under the names by which the run folder's links lead to them."""
    return sorted(packages.entries().values())


def steps(run: RunFolder) -> list[list[str]]:
    """How the tree is put together, in order; see worker/launcher.py."""
    tree = [["space", "/tmp"], *(["bind", str(path), str(path)] for path in shown())]
    tree += [["link", text, str(path)] for path, text in links().items()]
    tree += [["empty", str(path)] for path in hidden()]
    for path in _packages():
        tree.append(["bind", str(path), str(path)])
        real = Path(os.path.realpath(path))
        if real != path:
            tree.append(["bind", str(real), str(real)])
    for name in ("site", "submission", "matplotlib"):
        tree.append(["bind", str(run.root / name), str(INSIDE / name)])
    tree.append(["bind", os.path.realpath(run.kit / WORKER), str(INSIDE / "kit" / WORKER)])
    for file in ("passwd", "group"):
        tree.append(["bind", str(run.root / file), f"/etc/{file}"])
    tree += [["space", str(INSIDE / "scratch")], ["space", "/dev/shm"]]
    return [["empty", "/tmp"] if step == ["space", "/tmp"] and not _free("/tmp", tree) else step for step in tree]


def private(tree: list[list[str]]) -> list[str]:
    """Folders that become each check's own: nothing else that is shown lies in them."""
    return [folder for folder in ("/tmp", "/dev/shm") if _free(folder, tree)]


def _free(folder: str, tree: list[list[str]]) -> bool:
    return not any(Path(step[-1]).is_relative_to(folder) and step[-1] != folder for step in tree)


def readable(run: RunFolder) -> list[str]:
    """The same for Landlock, which can only add: around what is hidden, everything else is named."""
    wanted = [piece for path in shown() for piece in _around(path, hidden())]
    wanted += _packages()
    wanted += [Path(os.path.realpath(path)) for path in _packages()]
    wanted += [run.kit, run.site, run.matplotlib]
    return sorted({str(path) for path in wanted})


def _around(path: Path, holes: Iterable[Path]) -> Iterator[Path]:
    if path in holes:
        return
    if not any(hole.is_relative_to(path) for hole in holes):
        yield path
        return
    for child in path.iterdir():
        if not child.is_symlink():
            yield from _around(child, holes)
