"""Sizes that clash: which number of rows, columns or classes stands where another one should."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from .complaints import PRODUCT
from .evidence import Case, Trouble
from .stop import Stop

#: The examples of a function that hands them to the network one after the other.
ROWS = {
    "digits.accuracy": ("X",),
    "digits.misclassified": ("X",),
    "practice.fit": ("X_train", "X_test"),
}


def of_digits(subject: str, stopped: Sequence[Case]) -> Stop | None:
    """What the sizes in a message say, where they are the numbers of classes and of rows."""
    said: set[Stop | None] = set()
    for case in stopped:
        assert isinstance(case.got, Trouble)
        at = case.got.place
        if subject in ("digits.accuracy", "digits.misclassified"):
            found = re.search(r"\((\d+),\) \((\d+),\)", case.got.text)
            sizes = {int(n) for n in found.groups()} if found else set()
            said.add(
                Stop(
                    f"There is one guess for each class, not for each row{at}: "
                    "the largest output is looked for along the wrong axis.",
                    "argmax-wrong-axis",
                )
                if sizes == {len(case.inputs["biases"][-1]), len(case.inputs["labels"])}
                else None
            )
        elif subject == "digits.prepare":
            found = re.search(r"index (\d+) is out of bounds for axis \d with size (\d+)", case.got.text)
            n = int(case.inputs.get("n_classes", 5))
            said.add(
                Stop(
                    f"A label that isn't below n_classes gets as far as the one-hot rows{at}: "
                    "pictures of other digits, and their labels, are to be left out before.",
                    "label-too-large",
                )
                if found and int(found[2]) == n <= int(found[1]) <= 9
                else None
            )
        elif subject == "digits.train_digits":
            said.add(_of_layers(case, case.got.text, at))
    return said.pop() if len(said) == 1 else None


def _of_layers(case: Case, text: str, at: str) -> Stop | None:
    """Which sizes a network was made with, from how they clash with those of the data."""
    rows, columns = np.shape(case.inputs["X_train"])
    classes = np.shape(case.inputs["y_train"])[-1]
    product = PRODUCT.search(text)
    if product:
        came, made = map(int, product.groups())
        if (came, made) == (columns, rows):
            return Stop(
                f"The network gets as many inputs as X_train has rows{at}; as many as it has columns are wanted.",
                "inputs-from-rows",
            )
        fixed = {came, made} - {columns}
        if columns in (came, made) and fixed and not fixed & {rows, 64}:
            return Stop(
                f"The network has {fixed.pop()} inputs, whatever X_train holds{at}; "
                "as many as it has columns are wanted.",
                "inputs-fixed",
            )
    broadcast = re.search(r"broadcast together with shapes \((?:\d+,)?(\d+),?\) \((?:\d+,)?(\d+),?\)", text)
    if broadcast:
        fixed = {int(n) for n in broadcast.groups()} - {classes}
        if len(fixed) == 1 and not fixed & {rows, columns}:
            return Stop(
                f"The network has {fixed.pop()} outputs, whatever y_train holds{at}; "
                "as many as it has columns (classes) are wanted.",
                "outputs-fixed",
            )
    return None


def _clash(text: str) -> tuple[int, ...]:
    """The two sizes that don't match in a product, or those of a matrix whose rows are as many as a vector is long."""
    found = PRODUCT.search(text)
    if found:
        return int(found[1]), int(found[2])
    found = re.search(r"shapes \((\d+),(\d+)\) \((\d+),\)", text)
    return (int(found[1]), int(found[2])) if found and found[1] == found[3] else ()


def of_rows(subject: str, stopped: Sequence[Case]) -> Stop | None:
    """All rows handed over at once, where the first layer finds their number in place of a row's length."""
    clashes: set[tuple[int, int]] = set()
    wrapped = True
    for case in stopped:
        assert isinstance(case.got, Trouble)
        shapes = [np.shape(case.inputs[name]) for name in ROWS.get(subject, ())]
        clash = _clash(case.got.text)
        if not clash and all(shape[0] == 1 for shape in shapes):
            continue  # a set of one row gets through the products: whatever stops later tells less
        wrapped = wrapped and any(set(clash) == {1, shape[-1]} for shape in shapes)
        if not any(len(shape) == 2 and len(set(shape)) == 2 and set(shape) == set(clash) for shape in shapes):
            # The transposed set meets the biases only behind the first product.
            units = len(case.inputs["biases"][0]) if subject in ROWS else 0
            if not any(clash == (units, shape[0]) for shape in shapes):
                clashes.clear()
                break
        clashes.add((min(clash), max(clash)))
    name = subject.rsplit(".", 1)[-1]
    trouble = stopped[0].got
    assert isinstance(trouble, Trouble)
    if len(clashes) < 2 and wrapped and len(stopped) > 1 and subject in ROWS:
        return Stop(
            f"What {name} hands the network has length 1, not that of a row{trouble.place}: "
            "an array with one row in it is not the row itself.",
            "row-in-a-list",
        )
    if len(clashes) < 2:
        return None
    return Stop(
        f"{name} hands the network all rows at once, or a whole column of them{trouble.place}: "
        "one row at a time is wanted.",
        "rows-all-at-once",
    )
