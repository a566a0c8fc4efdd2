"""What a check sees of the learner's code: modules, functions and networks that live in the worker.

learner.losses.mse_loss(p, t)                # a value: plain data
net = learner.network.Network([3, 4, 2])     # a Remote: it stays there
net.forward(x); net.attribute("activations")
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from graders.diagnosis.evidence import Trouble
from graders.learner.limits import IMPORT
from graders.learner.local import LocalWorker
from graders.learner.process import LearnerError, Worker, WorkerLost, as_trouble
from graders.learner.submission import MODULES
from graders.learner.worker.wire import Net, Ref


class ImportFailed(LearnerError):
    """A module of the learner's cannot be imported; every check that uses it ends with this."""

    def __init__(self, module: str, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.module = module


@dataclass(frozen=True)
class Observed:
    """A call's value, the arguments as they were afterwards, and numpy's warnings."""

    value: Any
    after: list[Any]
    warnings: tuple[str, ...] = ()


class Learner:
    """The learner's modules, in one fresh worker."""

    losses: Module
    trace: Module
    network: Module
    gradient_check: Module
    training: Module
    practice: Module
    digits: Module

    def __init__(self, worker: Worker | LocalWorker, failed_imports: dict[str, LearnerError]) -> None:
        self._worker = worker
        self._failed_imports = failed_imports
        self._imported: set[str] = set()

    def __getattr__(self, name: str) -> Module:
        if name not in MODULES:
            raise AttributeError(name)
        return Module(self, name)

    def ask(self, **request: Any) -> dict[str, Any]:
        """One request to the worker."""
        return self._worker.ask(request)

    def load(self, module: str) -> None:
        """Import `module` there, once. Raises ImportFailed, again and at once if it failed earlier in this run."""
        if module in self._imported:
            return
        known = self._failed_imports.get(module)
        if known is not None:
            raise known
        try:
            self._worker.ask({"op": "import", "module": module}, time.monotonic() + IMPORT)
        except WorkerLost as lost:
            while_importing = Trouble(lost.trouble.kind, f"importing {module}.py: {lost.trouble.text}")
            failure = ImportFailed(module, while_importing)
            self._failed_imports[module] = failure
            raise failure from lost
        except LearnerError as error:
            failure = ImportFailed(module, error.trouble)
            self._failed_imports[module] = failure
            raise failure from error
        self._imported.add(module)

    def make(self, source: str, name: str, *args: Any) -> Remote:
        """An object of a class that the judge sends as source: a network with a planted bug, say."""
        return self._remote(self.ask(**making(source, name, *args)))

    def toml(self, name: str) -> Any:
        """A TOML file of the submission, as plain data."""
        return self.ask(op="toml", name=name)["value"]

    def call(
        self, on: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], **options: bool
    ) -> dict[str, Any]:
        """The reply to a call."""
        if isinstance(on, str):
            self.load(on)
        return self.ask(**calling(on, name, *args, **kwargs), **options)

    def several(self, *requests: dict[str, Any]) -> list[Any]:
        """The values of several requests, sent together. Raises the first one's error."""
        replies = self.ask(op="several", steps=list(requests)).get("replies")
        values = []
        for reply in replies if isinstance(replies, list) else []:
            if not isinstance(reply, dict):
                break
            if reply.get("error") is not None:
                raise LearnerError(as_trouble(reply["error"]))
            values.append(self.incoming(reply))
        if len(values) != len(requests):
            raise LearnerError(Trouble("refused", "an unreadable reply"))
        return values

    def incoming(self, reply: dict[str, Any]) -> Any:
        """A reply's value; what stayed in the worker becomes a Remote."""
        if "object" in reply:
            return self._remote(reply)
        value = self._nets(reply.get("value"))
        return Drawn(value) if reply.get("figure") is True and isinstance(value, dict) else value

    def _remote(self, reply: dict[str, Any]) -> Remote:
        number = reply.get("object")
        if not isinstance(number, int):
            raise LearnerError(Trouble("refused", "an unreadable reply"))
        return Remote(self, Ref(number), str(reply.get("type", "object"))[:100])

    def _nets(self, value: Any) -> Any:
        if isinstance(value, Net):
            return Remote(self, Ref(value.number), "Network", value.weights, value.biases)
        if isinstance(value, Ref):
            return Remote(self, value, "object")
        if type(value) is tuple:
            return tuple(self._nets(item) for item in value)
        if type(value) is list:
            return [self._nets(item) for item in value]
        if type(value) is dict:
            return {key: self._nets(item) for key, item in value.items()}
        return value


class Drawn(dict[str, Any]):
    """What a matplotlib figure shows; a dict that the learner has written himself is none."""


class Module:
    """One of the learner's modules."""

    def __init__(self, learner: Learner, name: str) -> None:
        self._learner = learner
        self._name = name

    def __getattr__(self, name: str) -> Function:
        return Function(self._learner, self._name, name)


class Function:
    """A function or method of the learner's."""

    def __init__(self, learner: Learner, on: Any, name: str) -> None:
        self._learner = learner
        self._on = on
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._learner.incoming(self._learner.call(self._on, self._name, args, kwargs))

    def observed(self, *args: Any, **kwargs: Any) -> Observed:
        """The value, and the positional arguments as they are after the call."""
        reply = self._learner.call(self._on, self._name, args, kwargs, after=True)
        after = reply.get("after")
        if not isinstance(after, list) or len(after) != len(args):
            raise LearnerError(Trouble("refused", "an unreadable reply"))
        return Observed(self._learner.incoming(reply), after)

    def floating(self, *args: Any, **kwargs: Any) -> Observed:
        """The value, and the warnings of numpy's floating-point arithmetic."""
        reply = self._learner.call(self._on, self._name, args, kwargs, floating=True)
        warnings = reply.get("warnings")
        texts = tuple(str(w) for w in warnings) if isinstance(warnings, list) else ()
        return Observed(self._learner.incoming(reply), [], texts)


class Remote:
    """An object that stays in the worker; a network, mostly."""

    def __init__(self, learner: Learner, ref: Ref, type_: str, weights: Any = None, biases: Any = None) -> None:
        self._learner = learner
        self.ref = ref
        self.type = type_
        self.weights = weights
        self.biases = biases

    def __getattr__(self, name: str) -> Function:
        if name.startswith("__"):
            raise AttributeError(name)
        return Function(self._learner, self.ref, name)

    def attribute(self, name: str) -> Any:
        """An attribute, as plain data."""
        return self._learner.incoming(self._learner.ask(**reading(self.ref, name)))

    def put(self, weights: list[np.ndarray], biases: list[np.ndarray]) -> Remote:
        """Give the network these parameters."""
        self._learner.ask(**putting(self.ref, weights, biases))
        return self

    def parameters(self) -> tuple[Any, Any]:
        """(weights, biases) as they are now."""
        net = self._learner.incoming(self._learner.ask(**reading_parameters(self.ref)))
        return (net.weights, net.biases) if isinstance(net, Remote) else (None, None)


# Requests as data; `on` may be MADE, where several are sent together.


def calling(on: str | Ref, name: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """A call of a module's function, or of an object's method."""
    return {
        "op": "call",
        "on": on,
        "name": name,
        "args": [outgoing(value) for value in args],
        "kwargs": {key: outgoing(value) for key, value in kwargs.items()},
    }


def making(source: str, name: str, *args: Any) -> dict[str, Any]:
    """An object of a class that the judge sends as source."""
    return {"op": "make", "source": source, "name": name, "args": [outgoing(value) for value in args]}


def reading(on: Ref, name: str) -> dict[str, Any]:
    """An attribute's value."""
    return {"op": "get", "on": on, "name": name}


def putting(on: Ref, weights: list[np.ndarray], biases: list[np.ndarray]) -> dict[str, Any]:
    """A network gets these parameters."""
    return {"op": "put", "on": on, "weights": list(weights), "biases": list(biases)}


def reading_parameters(on: Ref) -> dict[str, Any]:
    """A network's parameters as they are now: a Remote that has them."""
    return {"op": "parameters", "on": on}


def outgoing(value: Any) -> Any:
    """An argument as the wire takes it: Remotes become references, numpy scalars plain numbers."""
    if isinstance(value, Remote):
        return value.ref
    if isinstance(value, np.generic):
        return value.item()
    if type(value) is tuple:
        return tuple(outgoing(item) for item in value)
    if isinstance(value, list):
        return [outgoing(item) for item in value]
    if isinstance(value, dict):
        return {key: outgoing(item) for key, item in value.items()}
    return value
