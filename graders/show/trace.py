"""The hand trace (guide line 433) as a story: sixteen steps, and a board on which each number appears in its step.

The board's unit is a pixel of a board WIDTH × HEIGHT, y downwards: both renderers, matplotlib's and the HTML page's,
draw the same marks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

WIDTH, HEIGHT = 1160, 470

W1 = np.array([[0.1, 0.3], [0.2, 0.4]])
B1 = np.array([0.01, 0.02])
W2 = np.array([[0.5, 0.6]])
B2 = np.array([0.03])
X = np.array([1.0, 2.0])
TARGET = np.array([1.0])
LEARNING_RATE = 0.5

Values = dict[str, np.ndarray]
#: Known from the start, flows forward, flows back, changes by the update.
Kind = Literal["given", "ahead", "back", "new"]


@dataclass(frozen=True)
class Mark:
    """One text on the board, from step `since` on."""

    x: float
    y: float
    text: str
    kind: Kind
    since: int
    anchor: Literal["start", "middle", "end"] = "start"
    strong: bool = False


@dataclass(frozen=True)
class Box:
    """A neuron, an input or the loss."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Edge:
    """A connection, and where its numbers stand on it."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Step:
    """What happens: a title, the formula, and each number computed."""

    title: str
    formula: str
    lines: tuple[str, ...]
    direction: Kind


@dataclass(frozen=True)
class Story:
    """All of it; `losses` is the outcome in words."""

    steps: tuple[Step, ...]
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    marks: tuple[Mark, ...] = field(repr=False)
    losses: str = ""


BOXES = (
    Box(20, 60, 110, 92, "input x[0]"),
    Box(20, 300, 110, 92, "input x[1]"),
    Box(330, 36, 232, 140, "hidden neuron 0"),
    Box(330, 276, 232, 140, "hidden neuron 1"),
    Box(738, 156, 232, 140, "output neuron"),
    Box(1026, 156, 120, 140, "loss"),
)
_LEFT = (106, 346)  # the middles of the two rows
EDGES = (
    Edge(130, _LEFT[0], 330, _LEFT[0]),
    Edge(130, _LEFT[1], 330, _LEFT[0]),
    Edge(130, _LEFT[0], 330, _LEFT[1]),
    Edge(130, _LEFT[1], 330, _LEFT[1]),
    Edge(562, _LEFT[0], 738, 226),
    Edge(562, _LEFT[1], 738, 226),
    Edge(970, 226, 1026, 226),
)


def story(v: Values, truth: Values | None = None) -> Story:
    """The story of these values; where they differ from `truth`, a line says what was expected."""
    steps = _steps(v, truth or v)
    number = {step.title.partition(":")[0]: k for k, step in enumerate(steps)}
    losses = f"the loss goes from {four(v['loss'])} to {four(v['loss_new'])} in one step"
    return Story(steps, BOXES, EDGES, tuple(_marks(v, number)), losses)


def _marks(v: Values, at: dict[str, int]) -> list[Mark]:
    marks = [Mark(75, y + 8, f"{x:g}", "given", 0, "middle", True) for x, y in zip(X, _LEFT, strict=True)]
    for j in range(2):
        y = (36, 276)[j]
        marks += _neuron(
            330,
            y,
            [
                ("a", v["a1"][j], "ahead", at["a1"], "dL/da", v["dL_da1"][j], at["dL_da1"]),
                ("", None, "ahead", 0, "da/dz", v["da1_dz1"][j], at["da1_dz1"]),
                ("z", v["z1"][j], "ahead", at["z1"], "δ", v["delta1"][j], at["delta1"]),
                ("b", B1[j], "given", 0, "dL/db", v["dL_db1"][j], at["dL_dW1, dL_db1"]),
            ],
        )
        marks.append(_renewed(330 + 14, y + 132, "b", v["b1_new"][j], at["update"]))
    marks += _neuron(
        738,
        156,
        [
            ("a", v["a2"][0], "ahead", at["a2"], "dL/da", v["dL_da2"][0], at["dL_da2"]),
            ("", None, "ahead", 0, "da/dz", v["da2_dz2"][0], at["da2_dz2"]),
            ("z", v["z2"][0], "ahead", at["z2"], "δ", v["delta2"][0], at["delta2"]),
            ("b", B2[0], "given", 0, "dL/db", v["dL_db2"][0], at["dL_dW2, dL_db2"]),
        ],
    )
    marks.append(_renewed(738 + 14, 156 + 132, "b", v["b2_new"][0], at["update"]))
    marks += [
        Mark(1040, 206, "target", "given", 0),
        Mark(1132, 206, f"{TARGET[0]:g}", "given", 0, "end", True),
        Mark(1040, 234, "L", "ahead", at["loss"]),
        Mark(1132, 234, four(v["loss"]), "ahead", at["loss"], "end", True),
        Mark(1040, 262, "→", "new", at["again"]),
        Mark(1132, 262, four(v["loss_new"]), "new", at["again"], "end", True),
    ]
    # The numbers of a weight stand along its connection, near the neuron that it leads to or comes from.
    for (j, i), (x, y) in {(0, 0): (220, 54), (0, 1): (264, 146), (1, 0): (264, 262), (1, 1): (220, 370)}.items():
        marks += _weight(
            x, y, f"W1[{j},{i}]", W1[j, i], v["dL_dW1"][j, i], v["W1_new"][j, i], at["dL_dW1, dL_db1"], at["update"]
        )
    for i, y in ((0, 108), (1, 300)):
        marks += _weight(
            664, y, f"W2[0,{i}]", W2[0, i], v["dL_dW2"][0, i], v["W2_new"][0, i], at["dL_dW2, dL_db2"], at["update"]
        )
    return marks


def _neuron(x: float, y: float, rows: list[tuple[str, float | None, Kind, int, str, float, int]]) -> list[Mark]:
    marks = []
    for k, (name, value, kind, since, slope, gradient, back) in enumerate(rows):
        line = y + 44 + 24 * k
        if value is not None:
            marks += [Mark(x + 14, line, name, kind, since), Mark(x + 92, line, four(value), kind, since, "end", True)]
        marks += [
            Mark(x + 108, line, slope, "back", back),
            Mark(x + 220, line, four(gradient), "back", back, "end", True),
        ]
    return marks


def _renewed(x: float, y: float, name: str, value: float, since: int) -> Mark:
    return Mark(x, y + 24, f"{name} → {four(value)}", "new", since)


def _weight(
    x: float, y: float, name: str, value: float, gradient: float, new: float, back: int, update: int
) -> list[Mark]:
    return [
        Mark(x, y, f"{name} {value:g}", "given", 0, "middle"),
        Mark(x, y + 19, f"dL/dW {four(gradient)}", "back", back, "middle"),
        Mark(x, y + 38, f"→ {four(new)}", "new", update, "middle"),
    ]


def _steps(v: Values, truth: Values) -> tuple[Step, ...]:
    def each(name: str, *computed: str) -> tuple[str, ...]:
        found, right = np.atleast_1d(v[name]).ravel(), np.atleast_1d(truth[name]).ravel()
        labels = _labels(name, np.shape(v[name]))
        lines = []
        for label, how, value, wanted in zip(labels, computed, found, right, strict=True):
            line = f"{label} = {how} = {four(value)}"
            if not np.isclose(value, wanted, rtol=1e-6, atol=1e-9):
                line += f"   (expected {four(wanted)})"
            lines.append(line)
        return tuple(lines)

    z1, a1, z2, a2 = v["z1"], v["a1"], v["z2"], v["a2"]
    d2, d1 = v["delta2"], v["delta1"]
    return (
        Step(
            "start",
            "x, target, W1, b1, W2, b2 are given",
            (
                "x = [1, 2], target = [1]",
                "the weights stand on the connections, the biases b in the neurons",
            ),
            "given",
        ),
        Step(
            "z1: into the hidden layer",
            "z1 = W1 x + b1",
            each("z1", *(f"{W1[j, 0]:g} · {X[0]:g} + {W1[j, 1]:g} · {X[1]:g} + {B1[j]:g}" for j in range(2))),
            "ahead",
        ),
        Step(
            "a1: the hidden activations",
            "a1 = σ(z1), σ(z) = 1 / (1 + exp(−z))",
            each("a1", *(f"σ({four(z)})" for z in z1)),
            "ahead",
        ),
        Step(
            "z2: into the output neuron",
            "z2 = W2 a1 + b2",
            each("z2", f"{W2[0, 0]:g} · {four(a1[0])} + {W2[0, 1]:g} · {four(a1[1])} + {B2[0]:g}"),
            "ahead",
        ),
        Step("a2: the prediction", "a2 = σ(z2)", each("a2", f"σ({four(z2[0])})"), "ahead"),
        Step(
            "loss: how wrong it is",
            "L = mean((a2 − target)²)",
            each("loss", f"({four(a2[0])} − {TARGET[0]:g})²"),
            "ahead",
        ),
        Step(
            "dL_da2: the loss by the prediction",
            "dL/da2 = 2 (a2 − target) / n, n = 1 output",
            each("dL_da2", f"2 · ({four(a2[0])} − {TARGET[0]:g})"),
            "back",
        ),
        Step(
            "da2_dz2: the slope of the sigmoid there",
            "da2/dz2 = a2 (1 − a2)",
            each("da2_dz2", f"{four(a2[0])} · (1 − {four(a2[0])})"),
            "back",
        ),
        Step(
            "delta2: the error signal of the output neuron",
            "δ2 = dL/dz2 = dL/da2 · da2/dz2",
            each("delta2", f"{four(v['dL_da2'][0])} · {four(v['da2_dz2'][0])}"),
            "back",
        ),
        Step(
            "dL_dW2, dL_db2: the output layer's gradients",
            "dL/dW2 = δ2 a1ᵀ, dL/db2 = δ2",
            each("dL_dW2", *(f"{four(d2[0])} · {four(a)}" for a in a1)) + each("dL_db2", "δ2"),
            "back",
        ),
        Step(
            "dL_da1: the error goes back through W2",
            "dL/da1 = W2ᵀ δ2",
            each("dL_da1", *(f"{W2[0, i]:g} · {four(d2[0])}" for i in range(2))),
            "back",
        ),
        Step(
            "da1_dz1: the slopes of the hidden sigmoids",
            "da1/dz1 = a1 (1 − a1)",
            each("da1_dz1", *(f"{four(a)} · (1 − {four(a)})" for a in a1)),
            "back",
        ),
        Step(
            "delta1: the error signals of the hidden neurons",
            "δ1 = dL/dz1 = dL/da1 · da1/dz1",
            each("delta1", *(f"{four(v['dL_da1'][j])} · {four(v['da1_dz1'][j])}" for j in range(2))),
            "back",
        ),
        Step(
            "dL_dW1, dL_db1: the hidden layer's gradients",
            "dL/dW1 = δ1 xᵀ, dL/db1 = δ1",
            each("dL_dW1", *(f"{four(d1[j])} · {X[i]:g}" for j in range(2) for i in range(2)))
            + each("dL_db1", "δ1[0]", "δ1[1]"),
            "back",
        ),
        Step(
            "update: every parameter a step downhill",
            f"p → p − {LEARNING_RATE:g} · dL/dp",
            each("W2_new", *(f"{W2[0, i]:g} − {LEARNING_RATE:g} · ({four(v['dL_dW2'][0, i])})" for i in range(2)))
            + each("b2_new", f"{B2[0]:g} − {LEARNING_RATE:g} · ({four(v['dL_db2'][0])})")
            + each(
                "W1_new",
                *(
                    f"{W1[j, i]:g} − {LEARNING_RATE:g} · ({four(v['dL_dW1'][j, i])})"
                    for j in range(2)
                    for i in range(2)
                ),
            )
            + each("b1_new", *(f"{B1[j]:g} − {LEARNING_RATE:g} · ({four(v['dL_db1'][j])})" for j in range(2))),
            "new",
        ),
        Step(
            "again: forward with the new parameters",
            "the loss has gone down" if v["loss_new"] < v["loss"] else "the loss has not gone down",
            each("a2_new", "the new prediction") + each("loss_new", f"({four(v['a2_new'][0])} − {TARGET[0]:g})²"),
            "new",
        ),
    )


def _labels(name: str, shape: tuple[int, ...]) -> list[str]:
    shown = name.replace("dL_", "dL/").replace("_dz", "/dz").replace("delta", "δ")
    shown = shown.replace("loss", "L")
    if name.endswith("_new"):
        shown = "new " + shown.removesuffix("_new")
    if len(shape) == 2:
        return [f"{shown}[{i},{j}]" for i in range(shape[0]) for j in range(shape[1])]
    if shape and shape[0] > 1:
        return [f"{shown}[{i}]" for i in range(shape[0])]
    return [shown]


def four(value: object) -> str:
    """A number with four decimals, and a true minus sign."""
    number = float(np.asarray(value).ravel()[0])
    if not np.isfinite(number):
        return str(number)
    return (f"{number:.4f}" if abs(number) < 1e5 else f"{number:.3g}").replace("-", "−")
