"""First lines for code that stopped before it gave a value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .clashes import of_digits, of_rows
from .complaints import BROADCAST, PRODUCT
from .evidence import Case, Evidence, Trouble
from .forensics.sizes import pattern
from .stop import Stop

#: What says by itself for which sizes the code stops.
SIZED = {"inputs-fixed", "outputs-fixed", "inputs-from-rows", "rows-all-at-once"}


def describe(evidence: Evidence) -> Stop | None:
    """One line for the first trouble among the cases, with the sizes for which the code does run."""
    stopped = [c for c in evidence.cases if isinstance(c.got, Trouble) and not c.ok]
    if not stopped:
        return None
    trouble = stopped[0].got
    assert isinstance(trouble, Trouble)
    name = evidence.subject.rsplit(".", 1)[-1]
    written_in = _of_depth(name, evidence.cases)
    if written_in is not None:
        return written_in
    stop = of_digits(evidence.subject, stopped) or of_rows(evidence.subject, stopped) or _line(name, trouble)
    runs = [c for c in evidence.cases if not isinstance(c.got, Trouble)]
    if runs and trouble.kind == "exception" and stop.id not in SIZED:
        where = _where(evidence.cases)
        return Stop(f"{stop.line} {where}", stop.id)
    return stop


def _where(cases: Sequence[Case]) -> str:
    """Where it runs and where it stops, as a sentence."""
    marked = [Case(c.label, c.inputs, None, None, not isinstance(c.got, Trouble)) for c in cases]
    words = pattern(marked)
    if not words:
        return ""
    words = words.replace("right for", "it runs for").replace("first wrong for", "and first stops for")
    words = words.replace("right without", "it runs without").replace("right with", "it runs with")
    words = words.replace("right where", "it runs where").replace("right inside", "it runs inside")
    words = words.replace("wrong", "and stops")
    return words[:1].upper() + words[1:].replace(", and", " and") + "."


def _line(name: str, trouble: Trouble) -> Stop:
    at = trouble.place
    kind, _, text = trouble.text.partition(": ")
    text = text.strip()
    if trouble.kind == "timeout":
        return Stop(f"{name} was stopped: it takes too long ({trouble.text}).", "too-slow")
    if trouble.kind == "crashed":
        return Stop(f"{name} ended the whole Python process: {trouble.text}")
    if trouble.kind == "refused" and name.startswith("plot_") and "Axes" in trouble.text:
        return Stop(f"{name} returns the axes; the Figure that they belong to is wanted.", "axes-not-figure")
    if trouble.kind == "refused":
        return Stop(f"{name} gave something that can't be looked at: {trouble.text}.", "wrong-kind")
    if trouble.kind == "not_started":
        return Stop(f"{name} is not started yet.")
    if name == "plot_loss_curve" and "NoneType" in trouble.text:
        return Stop(
            f"{name} fails without test_losses{at}, which is None when it is left out: {text}.",
            "optional-argument",
        )
    if name == "train_digits" and (trouble.file or "").endswith("network.py") and _wants_whole(text):
        return Stop(
            f"{name} gives train_epoch a number with a decimal point where a whole one is needed{at}: "
            "are learning_rate and batch_size in the right order?",
            "batch-size-not-whole",
        )
    for rule in RULES:
        line = rule(name, kind, text)
        if line:
            return Stop(line[0].replace("{at}", at), line[1])
    return Stop(f"{name} raises {kind}{at}: {text.rstrip('.')}." if text else f"{name} raises {kind}{at}.", "raises")


def _of_depth(name: str, cases: Sequence[Case]) -> Stop | None:
    """Right for all networks of one depth, and for no others: it stops for shallower ones, if not for all others."""
    if not all("weights" in c.inputs for c in cases):
        return None
    by_depth: dict[int, list[Case]] = {}
    for case in cases:
        by_depth.setdefault(len(case.inputs["weights"]), []).append(case)
    fits = [depth for depth, some in by_depth.items() if any(c.ok for c in some)]
    if len(fits) != 1 or len(by_depth) < 3 or not all(c.ok for c in by_depth[fits[0]]) or len(by_depth[fits[0]]) < 2:
        return None
    fewer = [c.got for depth, some in by_depth.items() for c in some if depth < fits[0]]
    more = [c.got for depth, some in by_depth.items() for c in some if depth > fits[0]]
    stopped = [got for got in fewer if isinstance(got, Trouble)]
    if not stopped or len(stopped) < len(fewer) or not more:
        return None
    how = "it stops for others" if all(isinstance(got, Trouble) for got in more) else "it stops for fewer"
    also = "" if how.endswith("others") else ", and is wrong for more"
    return Stop(
        f"{name} is written for networks of exactly {fits[0]} layers: {how}{stopped[0].place}{also}; "
        "a network may have any number of them.",
        "depth-written-in",
    )


def _wants_whole(text: str) -> bool:
    return "'float' object cannot be interpreted as an integer" in text or "slice indices must be integers" in text


def _shapes(name: str, kind: str, text: str) -> tuple[str, str] | None:
    m = PRODUCT.search(text)
    if m:
        a, b = m.groups()
        return (
            f"{name} stops at a matrix product whose shapes don't fit{{at}}: "
            f"one side has {b}, the other {a} where they should be the same.",
            "shapes-mismatch",
        )
    m = re.search(r"shapes (\([^)]*\)) and (\([^)]*\)) not aligned", text)
    if m:
        return (
            f"{name} stops at a product of shapes that don't fit{{at}}: {m.group(1)} with {m.group(2)}.",
            "shapes-mismatch",
        )
    m = BROADCAST.search(text)
    if m:
        return (
            f"{name} stops at an elementwise operation on shapes that don't fit{{at}}: {m.group(1).strip()}.",
            "shapes-mismatch",
        )
    if "inconsistent" in text or "inhomogeneous" in text:
        return f"{name} makes an array of rows of different lengths{{at}}: {text}", "shapes-mismatch"
    if "cannot reshape" in text:
        return f"{name} reshapes an array into a shape that has another size{{at}}: {text}.", "shapes-mismatch"
    if "truth value of an array" in text:
        return (
            f"{name} uses a whole array as a condition{{at}}; numpy asks whether any or all of it is meant.",
            "array-as-condition",
        )
    return None


def _names(name: str, kind: str, text: str) -> tuple[str, str] | None:
    if kind == "NameError":
        m = re.search(r"name '(\w+)' is not defined", text)
        what = m.group(1) if m else "a name"
        return (
            f"{name} uses the name {what}, which nothing defines{{at}}: is it misspelt, or not imported?",
            "undefined-name",
        )
    if kind == "UnboundLocalError":
        return f"{name} reads a local variable before it has a value{{at}}: {text}.", "undefined-name"
    if kind == "AttributeError":
        m = re.search(r"'(\w+)' object has no attribute '(\w+)'", text)
        if name == "forward" and m and m.group(2) == "activations":
            return (
                "After forward(), the network has no attribute activations: "
                "the input and every layer's output should be saved there.",
                "activations-not-saved",
            )
        if m and m.group(2) == "activations" and name in ("train_step", "train_epoch"):
            return (
                f"{name} reads self.activations{{at}}, which forward() makes: forward(x) isn't run before.",
                "forward-not-run",
            )
        if m and m.group(1) == "Network":
            return (
                f"{name} reads self.{m.group(2)}, which the network doesn't have at that moment{{at}}: "
                "only weights, biases and, after forward(), activations are promised.",
                "missing-attribute",
            )
        if m and m.group(1) == "NoneType":
            return (
                f"{name} uses None as if it had a {m.group(2)}{{at}}: something before it returned nothing.",
                "none-used",
            )
        return f"{name} stops{{at}}: {text}.", "missing-attribute"
    if kind == "TypeError" and "NoneType" in text:
        return f"{name} computes with None{{at}}: something before it returned nothing ({text}).", "none-used"
    if kind == "TypeError" and "argument" in text:
        return f"{name} and its caller disagree on the arguments{{at}}: {text}.", "wrong-arguments"
    if kind in ("ModuleNotFoundError", "ImportError"):
        return f"{name} can't import what it needs{{at}}: {text}.", "import-fails"
    return None


def _values(name: str, kind: str, text: str) -> tuple[str, str] | None:
    if "bitwise_xor" in text or re.search(r"operand type\(s\) for \^", text):
        return f"{name} uses ^{{at}}, which in Python is no power but a bitwise xor, for whole numbers only.", "caret"
    if kind == "IndexError" and name in ("gradient_check", "train_step"):
        return (
            f"{name} reads past the end of a list{{at}}: {text}. "
            "backward() has nothing to read while forward(x) hasn't run before it.",
            "index-out-of-range",
        )
    if kind == "IndexError":
        return f"{name} reads or writes past the end of a list or array{{at}}: {text}.", "index-out-of-range"
    if kind == "KeyError":
        return f"{name} looks up a key that isn't there{{at}}: {text}.", "key-missing"
    if kind == "ZeroDivisionError":
        return f"{name} divides by zero{{at}}.", "divides-by-zero"
    if kind == "RecursionError":
        return f"{name} calls itself without end{{at}}.", "endless-recursion"
    if kind == "OverflowError":
        return f"{name} overflows{{at}}: {text}.", "overflow"
    if kind == "AssertionError":
        return f"{name} raises an AssertionError of its own{{at}}{': ' + text if text else ''}.", "raises"
    if "math domain error" in text:
        return f"{name} takes a logarithm or root outside its domain{{at}}: {text}.", "no-clipping"
    return None


RULES = (_shapes, _names, _values)
