"""The check that compares backward's gradients with the numerical ones."""

from __future__ import annotations

from typing import Any

from ..recipe import UNKNOWN, OneOf, Recipe


class GradientCheck(Recipe):
    """Yes for the right network, no for each broken one; cases are named by the bug that was planted."""

    subject = "gradient_check.gradient_check"

    def run(self) -> Any:
        bug = str(self.inputs["bug"])
        if bug != "none" and bug not in BUGS:
            return UNKNOWN
        hit = BUGS.get(bug, frozenset())
        said = self.answer(bug == "none", hit)
        overlooked = self.overlooked(hit)
        if overlooked and said is not True:
            said = overlooked
        if said is UNKNOWN:
            return UNKNOWN
        if "nan" in hit:
            return self.of_nan(hit, said)
        return self.of_shapes(hit, said) if "shape" in hit else said

    def answer(self, right: bool, hit: frozenset[str]) -> Any:
        return right

    def overlooked(self, hit: frozenset[str]) -> Any:
        """Whether the comparison itself, of whatever arrays, passes this bug: True, False or UNKNOWN."""
        return False

    def of_nan(self, hit: frozenset[str], said: Any) -> Any:
        """What is said of nan, given what is said of any number that is far off in the same place."""
        return said

    def of_shapes(self, hit: frozenset[str], said: Any) -> Any:
        """What is said of another shape."""
        return said


#: What each planted bug touches: the arrays (W0 is the first layer's weights), and how.
BUGS: dict[str, frozenset[str]] = {
    "one weight of the first layer": frozenset({"W0", "first element", "larger"}),
    "one weight of the last layer": frozenset({"W1", "last element", "smaller"}),
    "another weight of the first layer": frozenset({"W0", "last element", "smaller"}),
    "another weight of the last layer": frozenset({"W1", "first element", "larger"}),
    "one bias of the first layer": frozenset({"b0", "last element", "larger"}),
    "one bias of the last layer": frozenset({"b1", "first element", "smaller"}),
    "no sigmoid derivative in the first layer": frozenset({"W0", "b0", "all elements", "same sign", "small"}),
    "twice too large": frozenset({"W0", "W1", "b0", "b1", "all elements", "same sign"}),
    "negated": frozenset({"W0", "W1", "b0", "b1", "all elements", "same norm"}),
    "biases of zero": frozenset({"b0", "b1", "all elements", "small"}),
    "all zero": frozenset({"W0", "W1", "b0", "b1", "all elements"}),
    "layers of the biases swapped": frozenset({"b0", "all elements", "larger"}),
    "nan in one weight": frozenset({"W0", "first element", "nan"}),
    "nan everywhere": frozenset({"W0", "W1", "b0", "b1", "all elements", "nan"}),
    "nan in one bias": frozenset({"b1", "last element", "nan"}),
    "weights transposed": frozenset({"W0", "W1", "shape"}),
    "weights in one row": frozenset({"W0", "W1", "shape", "same numbers"}),
    "biases as columns": frozenset({"b0", "b1", "shape", "same numbers"}),
    "biases as rows": frozenset({"b0", "b1", "shape", "same numbers", "broadcasts"}),
    "two errors that cancel": frozenset({"W0", "b0", "cancel"}),
}
ARRAYS = ("W0", "W1", "b0", "b1")
GC = GradientCheck


def _looks_at(*arrays: str) -> Any:
    """A check that compares only these arrays."""

    def answer(r: GC, right: bool, hit: frozenset[str]) -> Any:
        if "shape" in hit and not hit & set(arrays):
            return OneOf((True, False))  # a look at the shapes beforehand may still see it
        return right or not hit & set(arrays)

    return answer


GC.alone(
    "answer",
    {
        "always-true": lambda r, right, hit: True,
        "compares-with-itself": lambda r, right, hit: OneOf((True, False)) if "nan" in hit else True,
        "always-false": lambda r, right, hit: False,
        "inverted": lambda r, right, hit: OneOf((True, False)) if hit & {"nan", "shape"} else not right,
        "no-return": lambda r, right, hit: None,
    },
)
# A comparison that nan passes, shapes that nobody compares, and arrays left out go together often.
GC.usual(
    "answer",
    {
        "biases-unchecked": _looks_at("W0", "W1"),
        "weights-unchecked": _looks_at("b0", "b1"),
        "return-in-loop": _looks_at("W0"),
        "last-comparison-wins": _looks_at("b1"),
    },
)
GC.mistake("layers-unchecked", "answer", says={"which": "first"})(_looks_at("W0", "b0"))
GC.mistake("layers-unchecked", "answer", says={"which": "last"})(_looks_at("W1", "b1"))
GC.usual("of_nan", {"nan-passes": lambda r, hit, said: True})
GC.usual("of_shapes", {"shape-ignored": lambda r, hit, said: True if "same numbers" in hit else said})
GC.mistake("shape-ignored", "of_shapes")(lambda r, hit, said: True)
GC.mistake("shape-ignored", "of_shapes")(lambda r, hit, said: True if "broadcasts" in hit else said)


def _unsure(kinds: set[str], seen: Any) -> Any:
    """A rule that holds but for bugs of these kinds, where either answer is possible."""

    def answer(r: GC, right: bool, hit: frozenset[str]) -> Any:
        if hit & kinds:
            return UNKNOWN
        return right or seen(hit)

    return answer


GC.mistake("signs-only", "answer", rank=3)(
    _unsure({"nan", "shape", "larger", "smaller"}, lambda hit: "same sign" in hit)
)
GC.mistake("tolerance-loose", "answer", rank=3)(
    lambda r, right, hit: UNKNOWN if "same norm" in hit else right or not hit & {"nan", "shape"}
)
GC.mistake("mean-difference", "answer", rank=3)(lambda r, right, hit: OneOf((False, True)) if "small" in hit else right)
GC.mistake("descent-not-gradient", "answer", rank=3)(
    _unsure(
        {"nan", "shape", "larger", "smaller", "cancel"},
        lambda hit: "same sign" in hit or hit == BUGS["biases of zero"],
    )
)
GC.mistake("compared-with-negative", "answer", rank=3)(
    lambda r, right, hit: UNKNOWN if hit & {"nan", "shape"} else hit == BUGS["negated"]
)
GC.mistake("differences-cancel", "answer", rank=3)(
    lambda r, right, hit: (
        UNKNOWN
        if hit & {"nan", "shape"}
        else OneOf((False, True))
        if hit & {"small", "same sign"}
        else right or "cancel" in hit
    )
)
GC.rare(
    "overlooked",
    {
        "signs-not-compared": lambda r, hit: UNKNOWN if hit & {"nan", "shape"} else "same norm" in hit,
        "direction-only": lambda r, hit: UNKNOWN if hit & {"nan", "shape"} else hit == BUGS["twice too large"],
    },
)
for _side, _which in (("smaller", "too small"), ("larger", "too large")):
    GC.mistake("no-absolute-value", "overlooked", says={"which": _which})(
        lambda r, hit, side=_side: UNKNOWN if hit & {"nan", "shape", "all elements"} else side in hit
    )
#: Bugs that spoil more than half of one array, or of two, and less than half of all numbers.
LARGE = (BUGS["biases of zero"], BUGS["layers of the biases swapped"], BUGS["two errors that cancel"])
for _passes in (False, True):  # judged in each array, or in all of them together
    GC.mistake("most-not-all", "answer", rank=3)(
        lambda r, right, hit, passes=_passes: (
            UNKNOWN
            if hit & {"nan", "shape"} or (not passes and hit == BUGS["one bias of the last layer"])
            else passes or (UNKNOWN if "all elements" in hit else False)
            if hit in LARGE
            else right or "all elements" not in hit
        )
    )
GC.mistake("one-element-only", "answer", rank=3)(_unsure({"nan", "shape"}, lambda hit: "last element" in hit))
GC.mistake("inverted", "answer", rank=3)(
    lambda r, right, hit: OneOf((True, False)) if hit & {"nan", "shape"} else not right and set(ARRAYS) <= hit
)
GC.mistake("any-not-all", "answer", rank=3)(_unsure({"nan", "shape"}, lambda hit: not set(ARRAYS) <= hit))
GC.mistake("any-not-all", "answer", rank=3)(_unsure({"nan", "shape"}, lambda hit: "all elements" not in hit))


@GC.mistake("sigmoid-assumed", "answer", rank=3)
def _(r: GC, right: bool, hit: frozenset[str]) -> Any:
    return right and r.inputs.get("activation") == "sigmoid"


@GC.mistake("raises-not-false", "answer", rank=3)
def _(r: GC, right: bool, hit: frozenset[str]) -> Any:
    if "shape" in hit:
        return UNKNOWN
    if not right:
        raise AssertionError
    return True


GC.mistake("no-return", "answer", rank=3)(lambda r, right, hit: True if right else None)
GC.mistake("no-return", "answer", rank=3)(lambda r, right, hit: None if right else False)
