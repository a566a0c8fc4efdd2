"""Mutants of the reference: one small change each, as a learner's slip would make it. Seeded, so that a run repeats.

    for mutant in mutants(seed=1): …   # Mutant(id, module, source, description)

`source` is the whole module in the style of a submission (siblings imported by name), ready to be laid over the
others. Whether a mutant changes behaviour at all is for its user to find out.
"""

from __future__ import annotations

import ast
import copy
import random
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
MODULES = ("losses", "trace", "network", "gradient_check", "training", "practice", "digits")


@dataclass(frozen=True)
class Mutant:
    """One change: `module` is the file's name without .py, `description` says what was changed, and where."""

    id: str
    module: str
    source: str
    description: str


def originals() -> dict[str, str]:
    """The reference's modules, importing their siblings by name, as in `exercises/`."""
    return {name: _as_exercise((REFERENCE / f"{name}.py").read_text(encoding="utf-8")) for name in MODULES}


@cache
def _all() -> tuple[Mutant, ...]:
    return tuple(m for module, source in originals().items() for m in _of_module(module, source))


def mutants(seed: int = 0) -> Iterator[Mutant]:
    """All single changes of all modules, in an order that depends on `seed`; well over a thousand."""
    made = list(_all())
    random.Random(seed).shuffle(made)
    yield from made


def _as_exercise(source: str) -> str:
    return source.replace("from .", "from ")


Change = Callable[[ast.AST], "Iterator[tuple[ast.AST | None, str]]"]


def _of_module(module: str, source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    number = 0
    for path, node in _nodes(tree, ()):
        for replacement, what in (*_changes(node), *_other_names(node, tree)):
            text = _with(tree, path, replacement)
            if text is None:
                continue
            if text in seen:
                continue
            seen.add(text)
            number += 1
            line = getattr(node, "lineno", 0)
            yield Mutant(
                f"{module}-{number:04d}",
                module,
                text + "\n",
                f"{module}.py, {_inside(tree, line)}, line {line}: {what}",
            )


Path_ = tuple[tuple[str, int | None], ...]


def _nodes(tree: ast.AST, path: Path_) -> Iterator[tuple[Path_, ast.AST]]:
    """Every node below functions, with the way to it; docstrings, annotations and the script part are left out."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            if not isinstance(item, ast.AST) or _skipped(item, tree):
                continue
            here = (*path, (field, index))
            if any(step[0] == "body" for step in path) or isinstance(tree, ast.FunctionDef):
                yield here, item
            yield from _nodes(item, here)


def _skipped(node: ast.AST, parent: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return True
    if isinstance(parent, ast.Module) and isinstance(node, ast.If | ast.Import | ast.ImportFrom):
        return True
    return isinstance(node, ast.FunctionDef) and node.name in ("__init__", "copy_weights", "set_weights")


def _with(tree: ast.AST, path: Path_, replacement: ast.AST | None) -> str | None:
    """The source with one node replaced (None: dropped), if that is Python. The tree is as before afterwards."""
    node = tree
    for field, index in path[:-1]:
        value = getattr(node, field)
        node = value if index is None else value[index]
    field, index = path[-1]
    before = getattr(node, field)
    new = ast.Pass() if replacement is None else replacement
    setattr(node, field, new if index is None else [*before[:index], new, *before[index + 1 :]])
    try:
        text = ast.unparse(ast.fix_missing_locations(copy.copy(tree)))
        compile(text, "mutant", "exec")
    except (SyntaxError, ValueError, TypeError):
        return None
    finally:
        setattr(node, field, before)
    return text


BINARY: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv, ast.Sub),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult, ast.Add),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
}
COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
CALLS = {
    "mean": ("sum", "max"),
    "sum": ("mean",),
    "outer": ("multiply",),
    "log": ("log10", "log2", "log1p"),
    "exp": ("expm1",),
    "argmax": ("argmin",),
    "zeros_like": ("ones_like",),
    "zeros": ("ones",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "permutation": ("arange",),
    "abs": ("negative",),
}


def _changes(node: ast.AST) -> Iterator[tuple[ast.AST | None, str]]:
    yield from _operators(node)
    yield from _constants(node)
    yield from _subscripts(node)
    yield from _calls(node)
    yield from _statements(node)


def _copy(node: ast.AST, **fields: object) -> ast.AST:
    made = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _operators(node: ast.AST) -> Iterator[tuple[ast.AST | None, str]]:
    if isinstance(node, ast.BinOp):
        for op in BINARY.get(type(node.op), ()):
            yield _copy(node, op=op()), f"{_show(node)}: {type(node.op).__name__} becomes {op.__name__}"
        yield node.left, f"{_show(node)}: only the left side stays"
        yield node.right, f"{_show(node)}: only the right side stays"
        if not isinstance(node.op, ast.Add | ast.Mult):
            yield _copy(node, left=node.right, right=node.left), f"{_show(node)}: sides exchanged"
    if isinstance(node, ast.AugAssign):
        for op in BINARY.get(type(node.op), ()):
            if op is not ast.MatMult:
                yield _copy(node, op=op()), f"{_show(node)}: {type(node.op).__name__} becomes {op.__name__}"
        yield ast.Assign([node.target], node.value, lineno=node.lineno), f"{_show(node)}: assigned, not added"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand, f"{_show(node)}: the sign is dropped"
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for cmp in COMPARE.get(type(node.ops[0]), ()):
            yield _copy(node, ops=[cmp()]), f"{_show(node)}: {cmp.__name__}"
    if isinstance(node, ast.IfExp):
        yield _copy(node, body=node.orelse, orelse=node.body), f"{_show(node)}: branches exchanged"
    if isinstance(node, ast.Return) and isinstance(node.value, ast.BinOp | ast.Call | ast.Name):
        negative = ast.UnaryOp(ast.USub(), node.value)
        yield _copy(node, value=negative), f"{_show(node)}: negated"
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        values = node.value.elts
        for i in range(len(values) - 1):
            swapped = [*values[:i], values[i + 1], values[i], *values[i + 2 :]]
            yield _copy(node, value=ast.Tuple(swapped, ast.Load())), f"{_show(node)}: results {i} and {i + 1} exchanged"


def _constants(node: ast.AST) -> Iterator[tuple[ast.AST | None, str]]:
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool | str) or node.value is None:
        return
    value = node.value
    if isinstance(value, int):
        for other in {value + 1, value - 1, 0, -value} - {value}:
            yield _copy(node, value=other), f"{value} becomes {other}"
    elif isinstance(value, float):
        for other in (value * 10, value / 2, 0.0, -value, 1 - value):
            yield _copy(node, value=other), f"{value} becomes {other:g}"


def _subscripts(node: ast.AST) -> Iterator[tuple[ast.AST | None, str]]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, f"{_show(node)}: without the transpose"
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        index = node.slice
        if isinstance(index, ast.Slice):
            for name in ("lower", "upper", "step"):
                if getattr(index, name) is not None:
                    yield _copy(node, slice=_copy(index, **{name: None})), f"{_show(node)}: without the {name} end"
        elif not isinstance(index, ast.Tuple | ast.Constant):
            for sign in (ast.Add(), ast.Sub()):
                moved = ast.BinOp(copy.deepcopy(index), sign, ast.Constant(1))
                yield _copy(node, slice=moved), f"{_show(node)}: index {'+' if isinstance(sign, ast.Add) else '-'} 1"


def _calls(node: ast.AST) -> Iterator[tuple[ast.AST | None, str]]:
    if not isinstance(node, ast.Call):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other in CALLS.get(name, ()):
        if isinstance(node.func, ast.Attribute):
            yield _copy(node, func=_copy(node.func, attr=other)), f"{_show(node)}: {name} becomes {other}"
    plain = [a for a in node.args if not isinstance(a, ast.Starred)]
    if len(plain) == len(node.args):
        for i in range(len(node.args) - 1):
            args = [*node.args[:i], node.args[i + 1], node.args[i], *node.args[i + 2 :]]
            yield _copy(node, args=args), f"{_show(node)}: arguments {i} and {i + 1} exchanged"
        if len(node.args) == 1 and name in (
            "sigmoid",
            "sigmoid_derivative",
            "abs",
            "copy",
            "reversed",
            "int",
            "float",
            "mean",
            "sum",
            "mse_loss",
            "log",
            "exp",
        ):
            yield node.args[0], f"{_show(node)}: without {name}"
    if name == "range" and node.args:
        for i, arg in enumerate(node.args):
            for delta in (1, -1):
                args = list(node.args)
                args[i] = ast.BinOp(copy.deepcopy(arg), ast.Add(), ast.Constant(delta))
                yield _copy(node, args=args), f"{_show(node)}: argument {i} {delta:+d}"
        yield ast.Call(ast.Name("reversed", ast.Load()), [copy.deepcopy(node)], []), f"{_show(node)}: reversed"
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims", "dtype", "out", "initial"):
            rest = [k for j, k in enumerate(node.keywords) if j != i]
            yield _copy(node, keywords=rest), f"{_show(node)}: without {keyword.arg}"


def _statements(node: ast.AST) -> Iterator[tuple[ast.AST | None, str]]:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
        yield None, f"dropped: {_show(node)}"
    if isinstance(node, ast.Return) and node.value is not None:
        yield _copy(node, value=None), f"{_show(node)}: nothing is returned"
    if isinstance(node, ast.If):
        yield _copy(node, test=ast.Constant(True)), f"if {_show(node.test)}: always"
        yield _copy(node, test=ast.Constant(False)), f"if {_show(node.test)}: never"
    if isinstance(node, ast.For):
        once = [*copy.deepcopy(node.body), ast.Break()]
        yield _copy(node, body=once), f"for {_show(node.target)}: only once"


def _other_names(node: ast.AST, tree: ast.AST) -> Iterator[tuple[ast.AST | None, str]]:
    """A variable becomes another one of the same function: two of them, always the same two."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    around = [
        f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and f.lineno <= node.lineno <= (f.end_lineno or 0)
    ]
    if not around:
        return
    names = {a.arg for a in around[-1].args.args} | {
        n.id for n in ast.walk(around[-1]) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    if node.id not in names:
        return
    others = sorted(names - {node.id, "self"})
    start = zlib.crc32(f"{node.id}{node.lineno}{node.col_offset}".encode())
    for k in range(min(2, len(others))):
        other = others[(start + k) % len(others)]
        yield ast.Name(other, ast.Load()), f"{node.id} becomes {other}"


def _show(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else text[:59] + "…"


def _inside(tree: ast.AST, line: int) -> str:
    name = "module"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0):
            name = node.name
    return name


if __name__ == "__main__":
    count = 0
    for mutant in mutants(int(sys.argv[1]) if len(sys.argv) > 1 else 0):
        count += 1
        print(f"{mutant.id}  {mutant.description}")
    print(f"{count} mutants")
