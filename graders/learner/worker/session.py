"""What the worker does for the judge: import, call, read and set attributes of the learner's objects.

A request is a dict with "op"; the reply is {"value": …}, {"object": number, "type": …} for something that stays
here, or {"error": …}. Nothing in a reply is believed: the judge computes the truth by itself.
"""

from __future__ import annotations

import importlib
import random
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from . import importing
from .plain import NotPlain, network, plain
from .wire import MADE, Net, Ref

MAX_TEXT = 4000
MAX_TOML = 256 * 1024


class Session:
    """One fresh state of the learner's code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.objects: dict[int, object] = {}
        self.numbers: dict[int, int] = {}
        self.standins: dict[str, dict[str, str]] = {}
        self.given: dict[str, dict[str, Any]] = {}  # what the judge's sources have defined

    # -- requests ---------------------------------------------------------------------------------------------

    def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        """The reply to one request. Whatever the learner's code raises becomes an "error" reply."""
        operation: Callable[..., dict[str, Any]] = getattr(self, "op_" + request.pop("op"))
        try:
            return operation(**request)
        except NotPlain as refusal:
            return {"error": {"kind": "refused", "text": str(refusal), "frames": []}}
        except BaseException as error:
            return {"error": self.describe(error)}

    def op_start(self, modules: list[str], reserved: list[str], standins: dict[str, Any], seed: int) -> dict[str, Any]:
        """Make the learner's modules importable.

        `standins`: module -> name -> source, which replaces that function or class's methods when the module has
        loaded; under the name "" the source of a whole module.
        """
        self.standins = standins
        importing.GIVEN.update({module: given.pop("") for module, given in standins.items() if "" in given})
        importing.install(self.folder, modules, reserved, self.after_import)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        return {"value": None}

    def op_several(self, steps: list[dict[str, Any]]) -> dict[str, Any]:
        """Requests one after the other, up to the first error: {"replies"}. `MADE` is the first object of them."""
        replies = []
        self.objects.pop(MADE.number, None)
        for step in steps:
            replies.append(reply := self.handle(step))
            if "object" in reply:
                self.objects.setdefault(MADE.number, self.objects[reply["object"]])
            if "error" in reply:
                break
        return {"replies": replies}

    def op_import(self, module: str) -> dict[str, Any]:
        """Import one of the contract's modules."""
        self.module(module)
        return {"value": None}

    def op_call(
        self,
        on: Any,
        name: str,
        args: list[Any],
        kwargs: dict[str, Any],
        after: bool = False,
        floating: bool = False,
    ) -> dict[str, Any]:
        """Call `name` of a module (by its name) or of an object (Ref). `after`: also the arguments as they are then.

        `floating`: numpy's floating-point errors are warned of, not raised, and the warnings are given in the reply.
        """
        target = getattr(self.target(on), name)
        args = [self.incoming(value) for value in args]
        kwargs = {key: self.incoming(value) for key, value in kwargs.items()}
        if not floating:
            reply = self.outgoing(target(*args, **kwargs))
        else:
            with warnings.catch_warnings(record=True) as caught, _warning():
                warnings.simplefilter("always")
                result = target(*args, **kwargs)
            reply = self.outgoing(result)
            reply["warnings"] = [str(w.message)[:200] for w in caught[:20]]
        if after:
            reply["after"] = [plain(value, self.keep) for value in args]
        return reply

    def op_get(self, on: Any, name: str) -> dict[str, Any]:
        """An attribute, as plain data if it is that."""
        return self.outgoing(getattr(self.target(on), name))

    def op_put(self, on: Ref, weights: list[Any], biases: list[Any]) -> dict[str, Any]:
        """Give a network these parameters, in place, so that views and caches of the arrays stay what they were."""
        net = self.target(on)
        for mine, given in ((net.weights, weights), (net.biases, biases)):
            if len(mine) != len(given):
                raise NotPlain(f"{len(mine)} arrays of parameters where {len(given)} were expected")
        try:
            for mine, given in ((net.weights, weights), (net.biases, biases)):
                for old, new in zip(mine, given, strict=True):
                    old[...] = new
                    if np.shape(old) != np.shape(new):
                        raise ValueError("another shape")
        except (TypeError, ValueError):
            net.weights = [np.array(new) for new in weights]
            net.biases = [np.array(new) for new in biases]
        return {"value": None}

    def op_parameters(self, on: Ref) -> dict[str, Any]:
        """A network's parameters as they are now."""
        return {"value": network(self.target(on), self.keep)}

    def op_make(self, source: str, name: str, args: list[Any]) -> dict[str, Any]:
        """An object of a class (or a function's result) that the judge has sent as source."""
        if source not in self.given:
            self.given[source] = {"np": np, "__name__": "network"}
            exec(compile(source, "<given>", "exec", dont_inherit=True), self.given[source])
        made = self.given[source][name](*[self.incoming(value) for value in args])
        return {"object": self.keep(made), "type": type(made).__name__}

    def op_toml(self, name: str) -> dict[str, Any]:
        """A TOML file of the submission, parsed here, where there is a deadline and a limit on memory."""
        with (self.folder / name).open("rb") as file:
            data = file.read(MAX_TOML + 1)
        if len(data) > MAX_TOML:
            raise NotPlain(f"a file of more than {MAX_TOML // 1024} KB")
        import tomllib  # by this one request, in a process of its own

        try:
            parsed = tomllib.loads(data.decode("utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            return {"error": {"kind": "refused", "text": str(error)[:300], "frames": []}}
        return {"value": plain(_dates_as_text(parsed), self.keep)}

    def op_loaded(self) -> dict[str, Any]:
        """Names of the top-level modules that are loaded now."""
        return {"value": sorted({name.partition(".")[0] for name in list(sys.modules)})}

    # -- objects ----------------------------------------------------------------------------------------------

    def keep(self, value: object) -> int:
        """The number under which `value` stays here."""
        number = self.numbers.get(id(value))
        if number is None:
            number = len(self.numbers)
            self.objects[number] = value
            self.numbers[id(value)] = number
        return number

    def target(self, on: Any) -> Any:
        return self.module(on) if isinstance(on, str) else self.objects[on.number]

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{importing.PACKAGE}.{name}")

    def incoming(self, value: Any) -> Any:
        """An argument: references become the objects they name."""
        if isinstance(value, Ref):
            return self.objects[value.number]
        if isinstance(value, list):
            return [self.incoming(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self.incoming(item) for item in value)
        if isinstance(value, dict):
            return {key: self.incoming(item) for key, item in value.items()}
        return value

    def outgoing(self, value: object) -> dict[str, Any]:
        """A result: its data, or its number if it is a network or something else that stays."""
        if isinstance(value, (int, float, str, list, tuple, dict, np.ndarray, np.generic)):
            return {"value": plain(value, self.keep)}
        try:
            data = plain(value, self.keep)
        except NotPlain:
            data = None
            if value is not None:
                return {"object": self.keep(value), "type": type(value).__name__[:100]}
        if isinstance(data, Net):
            return {"object": data.number, "type": type(value).__name__[:100]}
        return {"value": data, "figure": hasattr(value, "get_axes")}

    # -- stand-ins --------------------------------------------------------------------------------------------

    def after_import(self, module: str, loaded: ModuleType) -> None:
        """Put the judge's stand-ins for what has failed its own checks where the learner's other code finds them."""
        for name, sources in self.standins.get(module, {}).items():
            namespace: dict[str, Any] = {"np": np, "__name__": f"{importing.PACKAGE}.{module}"}
            exec(compile(sources, "<reference>", "exec", dont_inherit=True), namespace)
            if "." not in name and name in namespace:
                setattr(loaded, name, namespace[name])
                continue
            theirs = getattr(loaded, name)
            methods = namespace["METHODS"]
            body = {key: namespace[key] for key in methods}
            body["__module__"] = theirs.__module__
            body["__qualname__"] = theirs.__qualname__
            setattr(loaded, name, type(theirs)(theirs.__name__, (theirs,), body))

    # -- errors -----------------------------------------------------------------------------------------------

    def describe(self, error: BaseException) -> dict[str, Any]:
        """An exception as data: type, text, and the learner's own lines of its traceback."""
        frames = []
        root = str(self.folder)
        try:
            for frame, line in traceback.walk_tb(error.__traceback__):
                file = frame.f_code.co_filename
                if file.startswith(root):
                    frames.append([file[len(root) :].lstrip("/"), line, frame.f_code.co_name])
        except Exception:
            frames = []
        if isinstance(error, SyntaxError) and str(error.filename or "").startswith(root):
            frames.append([str(error.filename)[len(root) :].lstrip("/"), int(error.lineno or 1), ""])
        try:
            text = str(error.msg if isinstance(error, SyntaxError) else error)[:MAX_TEXT]
        except BaseException as second:
            text = f"(its text raised {type(second).__name__})"
        return {
            "kind": "not_started" if isinstance(error, NotImplementedError) else "exception",
            "type": str(type(error).__name__)[:100],
            "text": text,
            "frames": frames[-12:],
            "missing": str(getattr(error, "name", "") or "")[:200] if isinstance(error, ImportError) else "",
        }


def _warning() -> Any:
    """numpy warns of what the learner lets it speak of at all: who has turned a kind of error off sees none."""
    kinds: dict[str, Any] = {k: "warn" if how in ("warn", "raise") else how for k, how in np.geterr().items()}
    return np.errstate(**kinds)


def _dates_as_text(value: Any) -> Any:
    """TOML's dates and times as text: an answer is never one, and they are not plain data."""
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) else str(value)
