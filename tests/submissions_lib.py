"""The corpus of submissions in `tests/submissions/`: right, wrong, two mistakes at once, hostile.

Every submission is the complete plain solution (`right/plain/`) with some files laid over it:

* `right/<style>/` holds the modules that this style writes differently, nothing else;
* `wrong/<module>.toml` holds single mistakes as patches on plain, `wrong/pairs.toml` two of them at once;
* `hostile/hostile.toml` says what each attack tries; its files lie beside it in `hostile/<id>/`, as the
  submission's root, and what git can't hold (links, FIFOs, odd names) is made by `hostile_hooks.py`.

Paths in `Submission.files` are relative to the submission's root, such as `exercises/network.py`.
"""

from __future__ import annotations

import ast
import importlib.util
import textwrap
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).resolve().parent / "submissions"
RIGHT = HERE / "right"
WRONG = HERE / "wrong"
HOSTILE = HERE / "hostile"
PLAIN = RIGHT / "plain"
MODULES = ("losses", "trace", "network", "gradient_check", "training", "practice", "digits")

Files = dict[str, str | bytes]
Hook = Callable[[Path], None]


@dataclass(frozen=True)
class Submission:
    """One submission: the files laid over plain, and what a grader must say of it.

    `subjects` are the functions that must not pass (`network.Network.backward`): the wrong ones, or
    those that an attack fakes. Everything else must pass, unless `rest_ok` is False.
    `needs_cage`: without namespaces this attack may succeed, or leave something behind.
    `expect` are words that the diagnosis should name, any of them; `names` are the misconceptions.
    """

    id: str
    title: str
    subjects: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    files: Files = field(default_factory=dict)
    make_hook: Hook | None = None
    kind: str = "right"
    base: str = "plain"
    rest_ok: bool = True
    needs_cage: bool = False
    modules: tuple[str, ...] = ()
    note: str = ""

    def __str__(self) -> str:
        return self.id


def write(submission: Submission, folder: Path, answers: str | None = None) -> Path:
    """Write the complete submission into `folder`, which is created, and return it.

    `answers` is the text of `exercises/answers.toml`; a submission that brings its own keeps it.
    With `base` "stubs" nothing of plain is written: the caller lays the files over the stubs.
    """
    files: Files = {}
    if submission.base == "plain":
        files.update(plain())
    if answers is not None:
        files["exercises/answers.toml"] = answers
    files.update(submission.files)
    (folder / "exercises").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    if submission.make_hook is not None:
        submission.make_hook(folder)
    return folder


@cache
def _plain() -> dict[str, str]:
    return {name: (PLAIN / f"{name}.py").read_text(encoding="utf-8") for name in MODULES}


def plain() -> Files:
    """The seven modules of the plain solution, by path."""
    return {f"exercises/{name}.py": text for name, text in _plain().items()}


def right() -> list[Submission]:
    """The plain solution, then every other right style."""
    found = [Submission("plain", "the guide's style, with the 1/n")]
    for folder in sorted(path for path in RIGHT.iterdir() if path.is_dir() and path != PLAIN):
        files = {f"exercises/{name}": content for name, content in _tree(folder).items()}
        found.append(Submission(folder.name, _title(files), files=files, modules=_touched(files)))
    return found


def wrong() -> list[Submission]:
    """Every single mistake, and the guide's own solutions as they are typed in."""
    typed = {f"exercises/{n}": c for n, c in _tree(WRONG / "guide_typed").items()}
    found = [
        Submission(
            "guide-typed",
            "the guide's own solutions, typed in: backward without the 1/n",
            subjects=("network.Network.backward",),
            expect=("n_out", "1/n"),
            names=("one-over-n-missing",),
            files=typed,
            kind="wrong",
            modules=_touched(typed),
        )
    ]
    for module, entry in _mistakes().values():
        found.append(
            Submission(
                entry["id"],
                entry["title"],
                subjects=_subjects(entry),
                expect=tuple(entry["expect"]),
                names=(entry["names"],),
                files={f"exercises/{module}.py": patched(_plain()[module], entry)},
                kind="wrong",
                modules=(module,),
                note=entry.get("note", ""),
            )
        )
    return found


def pairs() -> list[Submission]:
    """Two mistakes at once, in one function or in two."""
    found = []
    for entry in _load(WRONG / "pairs.toml")["pair"]:
        parts = [_mistakes()[id] for id in entry["of"]]
        sources = {module: _plain()[module] for module, _ in parts}
        for module, part in parts:
            sources[module] = patched(sources[module], part)
        found.append(
            Submission(
                entry["id"],
                entry["title"],
                subjects=tuple(entry["subjects"]),
                expect=tuple(word for _, part in parts for word in part["expect"]),
                names=tuple(part["names"] for _, part in parts),
                files={f"exercises/{module}.py": text for module, text in sources.items()},
                kind="pair",
                modules=tuple(sources),
            )
        )
    return found


def hostile() -> list[Submission]:
    """Attacks. Never run these outside a sandbox; see `hostile/hostile.toml`."""
    hooks = _hooks()
    found = []
    for entry in _load(HOSTILE / "hostile.toml")["attack"]:
        id = entry["id"]
        files = _tree(HOSTILE / id) if (HOSTILE / id).is_dir() else {}
        files.update(_attached(entry))
        found.append(
            Submission(
                id,
                entry["tries"],
                subjects=tuple(entry["fakes"]),
                files=files,
                make_hook=getattr(hooks, entry["hook"]) if "hook" in entry else None,
                kind="hostile",
                base=entry.get("base", "plain"),
                rest_ok=entry.get("rest_ok", True),
                needs_cage=entry.get("cage", False),
                modules=_touched(files),
                note=entry.get("note", ""),
            )
        )
    return found


def patched(source: str, entry: Mapping[str, Any]) -> str:
    """`source` with one TOML entry's changes; ValueError where a text isn't there exactly once.

    `replace` holds [old, new] pairs, looked for in the subject's own function (or `within` another
    one, or "module"); `body` replaces that function's whole body; `prepend` and `append` add to the
    module.
    """
    subjects = _subjects(entry)
    default = "module" if len(subjects) > 1 else subjects[0].split(".", 1)[1]
    scope = entry.get("within", default)
    for old, new in entry.get("replace", []):
        start, end = (0, len(source)) if scope == "module" else _span(source, scope)
        part = source[start:end]
        if part.count(old) != 1:
            raise ValueError(f"{entry['id']}: {part.count(old)} times in {scope}: {old!r}")
        source = source[:start] + part.replace(old, new) + source[end:]
    if "body" in entry:
        source = _with_body(source, scope, entry["body"])
    return entry.get("prepend", "") + source + entry.get("append", "")


def _with_body(source: str, name: str, body: str) -> str:
    start, end = _span(source, name)
    node = _node(source, name)
    lines = source[start:end].splitlines()
    head = lines[: node.body[0].lineno - node.lineno]
    indent = " " * node.body[0].col_offset
    return source[:start] + "\n".join(head) + "\n" + textwrap.indent(body, indent) + source[end:]


def _span(source: str, name: str) -> tuple[int, int]:
    """Where the function or class `name` stands in `source`, from its line's start to its end."""
    node = _node(source, name)
    lines = source.splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1]))
    return start, start + sum(map(len, lines[node.lineno - 1 : node.end_lineno]))


def _node(source: str, name: str) -> Any:
    scope: Any = ast.parse(source)
    for part in name.split("."):
        scope = next(node for node in scope.body if getattr(node, "name", None) == part)
    return scope


@cache
def _mistakes() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every single mistake: id → (module, entry), in the order of the modules."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for module in MODULES:
        for entry in _load(WRONG / f"{module}.toml")["mistake"]:
            if entry["id"] in found:
                raise ValueError(f"two mistakes are called {entry['id']}")
            found[entry["id"]] = (module, entry)
    return found


def _subjects(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(entry["subjects"]) if "subjects" in entry else (entry["subject"],)


def _attached(entry: Mapping[str, Any]) -> Files:
    """An attack's additions to plain's modules: `append` and `prepend`, module → code."""
    files: Files = {}
    before, after = entry.get("prepend", {}), entry.get("append", {})
    for module in {**before, **after}:
        text = before.get(module, "") + _plain()[module] + "\n\n" + after.get(module, "")
        files[f"exercises/{module}.py"] = text
    return files


def _tree(folder: Path) -> Files:
    """Every file below `folder`, by its path; text where it is UTF-8 without a mark of its own."""
    skipped = {"__pycache__", ".ruff_cache"}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not skipped & set(path.parts)
    }


def _touched(files: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in MODULES if f"exercises/{name}.py" in files)


def _title(files: Files) -> str:
    """The first line of the first module's docstring: what the style is about."""
    for content in files.values():
        data = content.encode() if isinstance(content, str) else content
        text = ast.get_docstring(ast.parse(data))
        if text:
            return text.splitlines()[0]
    return ""


@cache
def _load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _hooks() -> ModuleType | None:
    path = HOSTILE / "hostile_hooks.py"
    spec = importlib.util.spec_from_file_location("hostile_hooks", path)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
