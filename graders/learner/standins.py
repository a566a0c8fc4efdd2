"""The reference's version of a function, as text that needs nothing but numpy.

Where something that a check needs has failed its own checks, this text takes its place in the worker. It holds that
function and the helpers that it calls, no more: it leads to no other part of the reference.
"""

from __future__ import annotations

import ast
import functools
import textwrap
from collections.abc import Iterable

import reference
from graders.learner.submission import MODULES

_FUTURE = "from __future__ import annotations"


@functools.cache
def _definitions() -> dict[str, tuple[str, ast.AST]]:
    """Every function, constant, method and import of the reference's modules: name -> (source, syntax tree)."""
    found: dict[str, tuple[str, ast.AST]] = {}
    for module in MODULES:
        source = module_source(module)
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = (_segment(source, node), node)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module != "__future__":
                for alias in node.names:
                    found[alias.asname or alias.name] = (_segment(source, node), node)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = (_segment(source, node), node)
            elif isinstance(node, ast.ClassDef):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        text = textwrap.dedent(" " * method.col_offset + _segment(source, method))
                        found[f"{node.name}.{method.name}"] = (text, method)
    return found


def module_source(module: str) -> str:
    """The text of one module of the reference."""
    from pathlib import Path

    return Path(str(reference.__file__)).with_name(f"{module}.py").read_text("utf-8")


def blanks(subjects: Iterable[str]) -> str:
    """Lines that put functions and methods of a lent module out of use: `network.Network.backward`, say."""
    lines = [
        "",
        "def _not_lent(*args, **kwargs):",
        "    raise RuntimeError('not there: its module cannot be imported')",
    ]
    names = (subject.partition(".")[2] for subject in sorted(subjects))
    return "\n".join([*lines, *(f"{name} = _not_lent" for name in names if not name.endswith("__init__"))]) + "\n"


def _segment(source: str, node: ast.AST) -> str:
    text = ast.get_source_segment(source, node)
    assert text is not None
    return text


def function_source(name: str) -> str:
    """`name` (mse_loss) with the helpers that it calls."""
    return "\n\n".join([_FUTURE, *_with_helpers([name])]) + "\n"


def methods_source(class_name: str, methods: Iterable[str]) -> str:
    """Methods of a class as functions, with their helpers, and METHODS, the list of their names."""
    names = sorted(methods)
    parts = _with_helpers([f"{class_name}.{name}" for name in names])
    return "\n\n".join([_FUTURE, *parts, f"METHODS = {names!r}"]) + "\n"


def _with_helpers(names: list[str]) -> list[str]:
    definitions = _definitions()
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or name not in definitions:
            return
        _, tree = definitions[name]
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id != name:
                visit(node.id)
        if name not in order:
            order.append(name)

    for name in names:
        visit(name)
    parts = list(dict.fromkeys(definitions[name][0] for name in order))
    # What builds networks builds the learner's: their Network is graded elsewhere, or replaced itself.
    if any("Network(" in part for part in parts):
        parts.insert(0, "from exercises.network import Network")
    return parts
