"""A learner in this process: runs the real checks on a submission's source, and gives the evidence of what fails.

Without the worker it is quick (no process, no wire), and it is for this kit's own corpus only: the code runs here.
"""

from __future__ import annotations

import copy
import importlib
import sys
import traceback
import types
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from graders.checks.claims import NotStarted, Wrong
from graders.checks.inputs import Draw
from graders.diagnosis.evidence import Evidence, Trouble
from graders.learner.process import LearnerError
from graders.learner.remote import Drawn, Observed, Ref, Remote

MODULES = ("losses", "trace", "network", "gradient_check", "training", "practice", "digits")


def _plain(value: Any) -> Any:
    """What the wire would carry: plain data, networks as remotes."""
    if hasattr(value, "weights") and hasattr(value, "biases"):
        return LocalNet(value)
    if type(value).__module__.startswith("matplotlib"):
        if hasattr(value, "get_axes") and hasattr(value, "savefig"):
            from graders.learner.worker.figure import figure_data

            return Drawn(figure_data(value))
        raise LearnerError(Trouble("refused", f"a {type(value).__name__}"))
    if isinstance(value, tuple):
        return tuple(_plain(v) for v in value)
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            raise LearnerError(Trouble("refused", f"an array of {value.dtype}"))
        return np.array(value)
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise LearnerError(Trouble("refused", f"a {type(value).__name__}"))


def _given(value: Any) -> Any:
    if isinstance(value, LocalNet):
        return value.net
    return value


def _call(function: Any, args: Any, kwargs: Any) -> Any:
    try:
        with warnings.catch_warnings(), np.errstate(all="warn"):
            warnings.simplefilter("ignore")
            return function(*[_given(a) for a in args], **{k: _given(v) for k, v in kwargs.items()})
    except NotImplementedError as error:
        raise LearnerError(Trouble("not_started", str(error))) from error
    except LearnerError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        last = next((f for f in reversed(frames) if f.filename.startswith("<")), frames[-1])
        text = f"{type(error).__name__}: {error}"
        raise LearnerError(Trouble("exception", text, "", last.filename.strip("<>"), last.lineno)) from error


class LocalFunction:
    """A function of the learner's, called here."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _plain(_call(self._function, copy.deepcopy(args), copy.deepcopy(kwargs)))

    def observed(self, *args: Any, **kwargs: Any) -> Observed:
        args = copy.deepcopy(args)
        value = _plain(_call(self._function, args, kwargs))
        return Observed(value, list(args), ())

    def floating(self, *args: Any, **kwargs: Any) -> Observed:
        with warnings.catch_warnings(record=True) as seen, np.errstate(all="warn"):
            warnings.simplefilter("always")
            try:
                value = _plain(self._function(*copy.deepcopy(args), **kwargs))
            except Exception as error:
                raise LearnerError(Trouble("exception", f"{type(error).__name__}: {error}")) from error
        return Observed(value, [], tuple(str(w.message) for w in seen))


class LocalNet(Remote):
    """A network of the learner's, in this process."""

    def __init__(self, net: Any) -> None:
        self.net = net
        self.type = type(net).__name__
        self.weights = [np.array(w) for w in net.weights]
        self.biases = [np.array(b) for b in net.biases]

    def __deepcopy__(self, memo: Any) -> LocalNet:
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return LocalFunction(lambda *a, **k: getattr(self.net, name)(*a, **k))

    def attribute(self, name: str) -> Any:
        try:
            value = getattr(self.net, name)
        except AttributeError as error:
            raise LearnerError(Trouble("exception", f"AttributeError: {error}")) from error
        return copy.deepcopy(_plain(value))

    def put(self, weights: Any, biases: Any) -> LocalNet:
        self.net.weights = [np.array(w, dtype=float) for w in weights]
        self.net.biases = [np.array(b, dtype=float) for b in biases]
        return self

    def parameters(self) -> tuple[Any, Any]:
        return [np.array(w) for w in self.net.weights], [np.array(b) for b in self.net.biases]


class LocalModule:
    def __init__(self, module: types.ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> LocalFunction:
        value = getattr(self._module, name, None)
        if value is None:
            raise LearnerError(Trouble("exception", f"AttributeError: no {name}"))
        return LocalFunction(value)


class LocalLearner:
    """What a check calls `learner`, made from the sources of a submission."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._modules: dict[str, types.ModuleType] = {}
        with _importable(sources, self._modules):
            for name in MODULES:
                if name not in self._modules:
                    importlib.import_module(name)

    def __getattr__(self, name: str) -> LocalModule:
        if name not in MODULES:
            raise AttributeError(name)
        return LocalModule(self._modules[name])

    def make(self, source: str, name: str, *args: Any) -> LocalNet:
        space: dict[str, Any] = {"np": np}
        exec(source, space)
        return LocalNet(_call(space[name], copy.deepcopy(args), {}))

    def load(self, module: str) -> None:
        """They all are."""

    def several(self, *requests: Mapping[str, Any]) -> list[Any]:
        """What the worker does for `op_several`, here."""
        values: list[Any] = []
        made: Any = None
        for request in requests:
            on = getattr(self, request["on"]) if isinstance(request.get("on"), str) else made
            args = [made if isinstance(a, Ref) else a for a in request.get("args", ())]
            if request["op"] == "make":
                value = self.make(request["source"], request["name"], *args)
            elif request["op"] == "call":
                value = getattr(on, request["name"])(*args, **request["kwargs"])
            elif request["op"] == "get":
                value = on.attribute(request["name"])
            elif request["op"] == "put":
                value = on.put(request["weights"], request["biases"])
            else:
                value = types.SimpleNamespace(**dict(zip(("weights", "biases"), on.parameters(), strict=True)))
            made = value if isinstance(value, LocalNet) else made
            values.append(value)
        return values


class _Finder:
    def __init__(self, sources: Mapping[str, str], modules: dict[str, types.ModuleType]) -> None:
        self.sources = sources
        self.modules = modules

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        from importlib.machinery import ModuleSpec

        short = name.rsplit(".", 1)[-1]
        if name not in self.sources and not (name.startswith("exercises.") and short in self.sources):
            return None
        return ModuleSpec(name, self)  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> Any:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        short = module.__name__.rsplit(".", 1)[-1]
        self.modules[short] = module
        exec(compile(self.sources[short], f"<{short}.py>", "exec"), module.__dict__)


@contextmanager
def _importable(sources: Mapping[str, str], modules: dict[str, types.ModuleType]) -> Iterator[None]:
    kept = {name: sys.modules.pop(name) for name in MODULES if name in sys.modules}
    finder = _Finder(sources, modules)
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
    try:
        yield
    finally:
        sys.meta_path.remove(finder)  # type: ignore[arg-type]
        for name in MODULES:
            sys.modules.pop(name, None)
        sys.modules.update(kept)


def evidence_of(sources: Mapping[str, str], check: str, subject: str, seed: int = 1) -> Evidence | None:
    """The evidence that this check gives of a submission, None where it passes. `check` is the check's id."""
    module = importlib.import_module(f"graders.checks.{MODULE_OF_CHECK[check]}")
    function = getattr(module, "test_" + check.replace("-", "_"))
    try:
        function(LocalLearner(sources), Draw(seed, check))
    except Wrong as wrong:
        return replace(wrong.evidence, subject=subject, check=check)
    except NotStarted:
        return None
    except LearnerError as error:
        from graders.diagnosis.evidence import Case

        cases = (Case("a call", {}, None, error.trouble, False),)
        return Evidence(subject, check, cases, summary=error.trouble.text)
    return None


def _module_of_checks() -> dict[str, str]:
    from graders import checks

    found = {}
    for name in ("losses", "trace", "network", "gradient_check", "training", "practice", "digits"):
        module = importlib.import_module(f"{checks.__name__}.{name}")
        for attribute in vars(module):
            if attribute.startswith("test_"):
                found[attribute[5:].replace("_", "-")] = name
    return found


MODULE_OF_CHECK = _module_of_checks()
