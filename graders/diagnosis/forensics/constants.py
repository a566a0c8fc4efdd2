"""Which number is this? Ratios between what came and what was wanted, named where they mean something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

FIXED: tuple[tuple[float, str], ...] = (
    (2.0, "2 times"),
    (0.5, "half of"),
    (4.0, "4 times"),
    (0.25, "a quarter of"),
    (float(np.log(2)), "ln 2 = 0.693 times"),
    (1 / float(np.log(2)), "1/ln 2 = 1.443 times"),
    (float(np.log(10)), "ln 10 = 2.303 times"),
    (1 / float(np.log(10)), "1/ln 10 = 0.434 times"),
    (100.0, "100 times"),
    (0.01, "a hundredth of"),
    (255.0, "255 times"),
    (1 / 255.0, "1/255 of"),
    (10.0, "10 times"),
    (0.1, "a tenth of"),
)


def quantities(inputs: Mapping[str, Any]) -> dict[str, float]:
    """The sizes and rates of a case that a ratio may turn out to be."""
    found: dict[str, float] = {}

    def put(name: str, value: Any) -> None:
        if value and value > 0:
            found[name] = float(value)

    p = inputs.get("predictions")
    if p is not None:
        put("n (the number of elements)", np.size(p))
        if np.ndim(p):
            put("len(predictions)", len(p))
    weights = inputs.get("weights")
    if isinstance(weights, list | tuple) and weights:
        put("n_out (the number of outputs)", np.shape(weights[-1])[0])
        put("n_in (the number of inputs)", np.shape(weights[0])[-1])
        put("the number of layers", len(weights))
    for key, name in (("X", "the number of examples"), ("X_train", "the number of training examples")):
        if inputs.get(key) is not None:
            put(name, len(inputs[key]))
    if inputs.get("X_test") is not None:
        put("the number of test examples", len(inputs["X_test"]))
    for key, name in (
        ("batch_size", "the batch size"),
        ("learning_rate", "the learning rate"),
        ("epsilon", "epsilon"),
        ("n_classes", "n_classes"),
        ("steps", "steps"),
        ("epochs", "epochs"),
    ):
        value = inputs.get(key)
        if isinstance(value, int | float):
            put(name, value)
    return found


def name_ratio(ratios: Sequence[float], cases: Sequence[Mapping[str, Any]]) -> str:
    """Words for what is constant within each case: "3 times", "n_out times: 2, 5", or the bare numbers."""
    values = np.asarray(ratios, dtype=float)
    known = [quantities(c) for c in cases]
    varying = [
        name
        for name in (known[0] if known else {})
        if all(name in k for k in known) and len({k[name] for k in known}) > 1
    ]
    for name in varying:
        q = np.array([k[name] for k in known])
        for power, words in ((1, "{} times"), (-1, "1/{} of"), (2, "the square of {} times")):
            if np.allclose(values, q**power, rtol=1e-6):
                return f"{words.format(name)} ({_list(values)})"
        if np.allclose(values, 2 * q, rtol=1e-6):
            return f"2 times {name} ({_list(values)})"
        if np.allclose(values, q / 2, rtol=1e-6):
            return f"half {name} times ({_list(values)})"
        if np.allclose(values, 2 / q, rtol=1e-6):
            return f"2 over {name} ({_list(values)})"
    if not np.allclose(values, values[0], rtol=1e-6):
        return ""
    ratio = float(values[0])
    for fixed, words in FIXED:
        if np.isclose(ratio, fixed, rtol=1e-6):
            also = [
                n for n in (known[0] if known else {}) if all(np.isclose(k.get(n, 0), ratio, rtol=1e-9) for k in known)
            ]
            return words + (f" (here also {also[0]})" if also and fixed > 1 else "")
    for name in known[0] if known else {}:
        if all(np.isclose(k.get(name, 0), ratio, rtol=1e-9) for k in known):
            return f"{_number(ratio)} times, as much as {name},"
        if all(k.get(name) and np.isclose(1 / k[name], ratio, rtol=1e-9) for k in known):
            return f"{_number(ratio)} times, 1 over {name},"
    return f"{_number(ratio)} times"


def _list(values: np.ndarray) -> str:
    distinct = list(dict.fromkeys(_number(v) for v in values))
    return ", ".join(distinct[:4]) + (", …" if len(distinct) > 4 else "")


def _number(value: float) -> str:
    return f"{value:.6g}"
