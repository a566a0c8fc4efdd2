"""The stubs: unwritten, documented, and true in every worked number."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from graders import paths

MODULES = ["losses", "trace", "network", "gradient_check", "training", "practice", "digits"]
PROVIDED = {
    "network.Network.__init__",
    "network.Network.copy_weights",
    "network.Network.set_weights",
}

#: Where the guide's parts lie; a docstring must point into one of its own module's.
PARTS = {
    "section 1": range(99, 381),
    "section 2": range(383, 1200),
    "section 3": range(1202, 1721),
    "section 4": range(1723, 2093),
    "project": range(2095, 2395),
    "reference": range(2448, 2527),
}
HOME = {
    "losses": ["section 1", "section 2", "project", "reference"],
    "trace": ["section 2"],
    "network": ["section 2", "section 3", "project", "reference"],
    "gradient_check": ["section 2", "reference"],
    "training": ["section 3"],
    "practice": ["section 4"],
    "digits": ["section 1", "project"],
}


def _import_all(folder: Path) -> dict[str, ModuleType]:
    """The modules of a folder under their own plain names, leaving no trace in this process."""
    before = {name: sys.modules.pop(name) for name in MODULES if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        return {name: importlib.import_module(name) for name in MODULES}
    finally:
        sys.path.remove(str(folder))
        for name in MODULES:
            sys.modules.pop(name, None)
        sys.modules.update(before)


STUBS = _import_all(paths.STUBS)


def _functions(module: ModuleType) -> Iterator[tuple[str, object]]:
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value):
            for method, function in vars(value).items():
                if inspect.isfunction(function):
                    yield f"{name}.{method}", function
        elif inspect.isfunction(value):
            yield name, value


FUNCTIONS = {f"{module}.{name}": function for module in MODULES for name, function in _functions(STUBS[module])}
UNWRITTEN = sorted(FUNCTIONS.keys() - PROVIDED)


def _reference(name: str) -> object:
    module, *path = name.split(".")
    value: object = importlib.import_module(f"reference.{module}")
    for part in path:
        value = getattr(value, part)
    return value


def _parameters(function: object) -> list[tuple[str, object]]:
    return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]  # type: ignore[arg-type]


def test_there_is_a_stub_for_everything_and_nothing_else() -> None:
    assert len(UNWRITTEN) == 31
    assert FUNCTIONS.keys() >= PROVIDED


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_stub_and_reference_have_the_same_parameters(name: str) -> None:
    assert _parameters(FUNCTIONS[name]) == _parameters(_reference(name))


@pytest.mark.parametrize("name", UNWRITTEN)
def test_an_unwritten_function_says_so(name: str) -> None:
    function = FUNCTIONS[name]
    blanks = [None for _ in _parameters(function)]
    with pytest.raises(NotImplementedError, match=f"^{re.escape(name)}: not written yet$"):
        function(*blanks)  # type: ignore[operator]


@pytest.mark.parametrize("name", UNWRITTEN)
def test_a_docstring_has_all_its_parts(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    for label in ("Takes   ", "Gives   ", "Errors  ", "Guide   "):
        assert re.search(rf"^{label}", text, re.MULTILINE), f"{name}: no {label.strip()}"
    assert ">>> " in text, f"{name}: no worked number"
    lines = [int(n) for n in re.findall(r"\b(\d{3,4})\b", text.split("\nGuide   ")[1])]
    assert lines, f"{name}: no line of the guide"
    for line in lines:
        home = [part for part in HOME[name.split(".")[0]] if line in PARTS[part]]
        assert home, f"{name}: line {line} is not about it"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_how_to_check_it(module: str) -> None:
    text = STUBS[module].__doc__ or ""
    assert "make check section=" in text
    assert f"python -m doctest exercises/{module}.py" in text


@pytest.mark.parametrize("module", MODULES)
def test_every_worked_number_is_what_the_reference_gives(module: str) -> None:
    solved = vars(importlib.import_module(f"reference.{module}"))
    runner = doctest.DocTestRunner(verbose=False)
    found = [t for t in doctest.DocTestFinder().find(STUBS[module], module) if t.examples]
    assert found
    report: list[str] = []
    for test in found:
        test.globs = dict(solved)
        runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_what_is_provided_works() -> None:
    net = STUBS["network"].Network([3, 4, 2], seed=5)
    solved = importlib.import_module("reference.network").Network([3, 4, 2], seed=5)
    for ours, theirs in zip(net.weights + net.biases, solved.weights + solved.biases, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    saved = net.copy_weights()
    net.weights[0][0, 0] += 1
    assert saved[0][0][0, 0] == solved.weights[0][0, 0]
    net.set_weights(saved)
    net.biases[1][0] += 1
    assert saved[1][1][0] == 0


def test_the_scripts_run_from_anywhere(tmp_path: Path) -> None:
    def run(name: str) -> str:
        command = [sys.executable, str(paths.STUBS / name)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stderr

    assert "NotImplementedError: training.learning_rate_sweep" in run("training.py")
    assert run("digits.py").startswith("which digits? try: ")


def test_the_filled_modules_work_in_the_place_of_the_stubs(tmp_path: Path) -> None:
    """The reference imports its siblings relatively: as a package of any name it works the same."""
    package = tmp_path / "filled"
    package.mkdir()
    source = Path(inspect.getfile(importlib.import_module("reference"))).parent
    for file in source.glob("*.py"):
        (package / file.name).write_text(file.read_text("utf-8"), "utf-8")
    code = "from filled.training import train_xor; print(len(train_xor(steps=3)[1]))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "3"
