"""How the learner's modules are found: siblings by name, through `exercises.`, or relatively: one module each.

`network`, `exercises.network` and `from .network import …` all give the same module object. The contract's names
come before the standard library (`trace` is a module of both); any other file of the learner's comes after it, so
that a `numpy.py` or a `json.py` in `exercises/` shadows nothing.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Callable, Iterable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

PACKAGE = "exercises"

AfterImport = Callable[[str, ModuleType], None]

#: Sources that the judge has sent for modules that cannot be imported, by module name.
GIVEN: dict[str, str] = {}
#: What was compiled before this process began: file -> the source, and its code, marshalled.
COMPILED: dict[str, tuple[bytes, bytes]] = {}


class ExerciseFinder(MetaPathFinder):
    """Finds modules below `folder`; `first` are the names that win over the standard library."""

    def __init__(self, folder: Path, first: Iterable[str], reserved: Iterable[str], after_import: AfterImport) -> None:
        self.folder = folder
        self.first = frozenset(first)
        self.reserved = (frozenset(reserved) | sys.stdlib_module_names) - self.first
        self.after_import = after_import
        self.late = LateFinder(self)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Specs for `exercises`, anything below it, and the contract's names."""
        top = fullname.partition(".")[0]
        if fullname == PACKAGE:
            spec = ModuleSpec(PACKAGE, _PackageLoader(), is_package=True)
            spec.submodule_search_locations = [str(self.folder)]
            return spec
        if top == PACKAGE:
            return self.spec(fullname, fullname[len(PACKAGE) + 1 :])
        if top in self.first or self.owns(top):
            return self.spec(fullname, fullname)
        return None

    def owns(self, top: str) -> bool:
        """Whether the top-level module `top` that is loaded now is one of the learner's."""
        loaded = sys.modules.get(top)
        return loaded is not None and sys.modules.get(f"{PACKAGE}.{top}") is loaded

    def spec(self, fullname: str, relative: str) -> ModuleSpec | None:
        """The spec of the file that `relative` (dotted, below the folder) names, or None."""
        base = self.folder.joinpath(*relative.split("."))
        package = base / "__init__.py"
        is_package = package.is_file()
        if is_package:
            file = package
        elif base.with_name(base.name + ".py").is_file():
            file = base.with_name(base.name + ".py")
        elif base.is_dir():
            file = None
            is_package = True
        else:
            return None
        plain_name = relative.partition(".")[0] not in self.reserved
        loader = _ExerciseLoader(relative, file, plain_name, self.after_import)
        spec = ModuleSpec(fullname, loader, origin=str(file) if file else None, is_package=is_package)
        if is_package:
            spec.submodule_search_locations = [str(base)]
        spec.has_location = file is not None
        return spec


class LateFinder(MetaPathFinder):
    """The learner's other files by their plain names, after everything else has been asked."""

    def __init__(self, finder: ExerciseFinder) -> None:
        self.finder = finder

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """A spec for a top-level module that nobody else knows."""
        if "." in fullname or fullname in self.finder.reserved:
            return None
        return self.finder.spec(fullname, fullname)


class _PackageLoader(Loader):
    """`exercises` itself: an empty package, whatever its __init__.py says (the contract gives it no meaning)."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        pass


class _ExerciseLoader(Loader):
    def __init__(self, relative: str, file: Path | None, plain_name: bool, after_import: AfterImport) -> None:
        self.relative = relative
        self.file = file
        self.names = (f"{PACKAGE}.{relative}", *([relative] if plain_name else []))
        self.after_import = after_import
        self.fresh = True

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module that the other name already loaded, or a new one."""
        canonical = f"{PACKAGE}.{self.relative}"
        for name in self.names:
            existing = sys.modules.get(name)
            if existing is not None and getattr(existing, "__gradecheck__", None) == self.relative:
                self.fresh = False
                return existing
        module = ModuleType(canonical)
        module.__dict__["__gradecheck__"] = self.relative
        module.__package__ = canonical if spec.submodule_search_locations is not None else canonical.rpartition(".")[0]
        module.__file__ = str(self.file) if self.file else None
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Compile and run the source, known under both of its names from the start (siblings may import in circles)."""
        if not self.fresh:
            return
        before = {name: sys.modules.get(name) for name in self.names}
        for name in self.names:
            sys.modules[name] = module
        try:
            if self.relative in GIVEN:
                exec(compile(GIVEN[self.relative], "<reference>", "exec", dont_inherit=True), module.__dict__)
            elif self.file is not None:
                exec(_code(self.file), module.__dict__)
        except BaseException:
            for name in self.names:
                if before[name] is None:
                    sys.modules.pop(name, None)
            raise
        self.after_import(self.relative, module)
        parent, _, child = self.relative.rpartition(".")
        holder = sys.modules.get(f"{PACKAGE}.{parent}" if parent else PACKAGE)
        if holder is not None:
            setattr(holder, child, module)


def _code(file: Path) -> CodeType:
    data = file.read_bytes()
    source, code = COMPILED.get(str(file), (None, b""))
    if source == data:  # it may have been written anew since
        compiled: CodeType = marshal.loads(code)
        return compiled
    # From bytes: an encoding cookie or a byte-order mark is honoured as Python itself would.
    return compile(data, str(file), "exec", dont_inherit=True)


def install(folder: Path, first: Iterable[str], reserved: Iterable[str], after_import: AfterImport) -> None:
    """Put the finder in front of the import system, and the late one behind it.

    `first` are the contract's modules; `reserved` the names (numpy, matplotlib …) that no file of theirs takes over.
    """
    finder = ExerciseFinder(folder, first, reserved, after_import)
    sys.meta_path.insert(0, finder)
    sys.meta_path.append(finder.late)
