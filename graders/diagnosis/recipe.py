"""How models of mistakes are written: a right solution in named parts, and mistakes that replace one part each.

A `Recipe` computes what the contract asks for, in small methods, the parts. A mistake is a function that stands in
for one of them; those of different parts combine freely, which is how two or three at once are found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MethodType
from typing import Any, ClassVar

Replacement = Callable[..., Any]

#: What a recipe gives where it can't know the value (say, because the order of the examples is random).
UNKNOWN = object()


@dataclass(frozen=True)
class OneOf:
    """Any of these values would do: the last example's gradient, whichever came last."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Mistake:
    """One way to get one part wrong.

    `id` has its texts in data/mistakes.toml; several mistakes may share an id (it is the same misunderstanding, coded
    differently). `rank`: 1 what many do, 2 the rest, 3 only ever alone. `edge`: shows on special inputs only,
    so a single case is enough. `says` fills the placeholders of the text. `price`: how many times the recipe's usual
    work a run with it takes.
    """

    id: str
    part: str
    replacement: Replacement
    rank: int = 2
    edge: bool = False
    says: Mapping[str, str] | None = None
    price: float = 1.0

    def __hash__(self) -> int:
        return id(self.replacement)

    @property
    def single(self) -> bool:
        """Whether it is looked for by itself in every way, not even with a constant."""
        return self.rank == 3 and self.part == "run"


class Recipe:
    """Base of all recipes: `subject` is the learner's function, `run` gives its value for `self.inputs`."""

    subject: ClassVar[str] = ""
    mistakes: ClassVar[list[Mistake]] = []

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.mistakes = []  # each recipe has its own
        if cls.subject:
            RECIPES[cls.subject] = cls

    def __init__(self, inputs: Mapping[str, Any], shared: Any = None) -> None:
        self.inputs = inputs
        self.shared = shared

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        """What every variant needs from these inputs; computed once for each case, must not be changed."""
        return None

    def run(self) -> Any:
        raise NotImplementedError

    @classmethod
    def slack(cls, shared: Any) -> float:
        """How far from a model's value, relatively, the same mistake may lead where the contract leaves room."""
        return 0.0

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        """About how many microseconds one run takes: dear cases are left to the end."""
        return 30.0

    @classmethod
    def mistake(
        cls,
        id: str,
        part: str,
        rank: int = 2,
        edge: bool = False,
        says: Mapping[str, str] | None = None,
        price: float = 1.0,
    ) -> Callable[[Replacement], Replacement]:
        """Register the decorated function as a mistake in `part`; it gets the recipe, then the part's arguments."""
        if not hasattr(cls, part):
            raise AttributeError(f"{cls.__name__} has no part {part!r}")

        def register(replacement: Replacement) -> Replacement:
            cls.mistakes.append(Mistake(id, part, replacement, rank, edge, says, price))
            return replacement

        return register

    @classmethod
    def usual(cls, part: str, table: Mapping[str, Replacement]) -> None:
        """Register what many do wrong in `part`: id → replacement."""
        for name, replacement in table.items():
            cls.mistake(name, part, rank=1)(replacement)

    @classmethod
    def rare(cls, part: str, table: Mapping[str, Replacement]) -> None:
        """Register what few do wrong in `part`: id → replacement."""
        for name, replacement in table.items():
            cls.mistake(name, part, rank=2)(replacement)

    @classmethod
    def alone(cls, part: str, table: Mapping[str, Replacement]) -> None:
        """Register what is only looked for by itself, never in combination: id → replacement."""
        for name, replacement in table.items():
            cls.mistake(name, part, rank=3)(replacement)

    @classmethod
    def value(cls, inputs: Mapping[str, Any], mistakes: Iterable[Mistake] = (), shared: Any = None) -> Any:
        """What the function gives for `inputs` when these mistakes are made; whatever numpy raises, it raises."""
        recipe = cls(inputs, cls.prepare(inputs) if shared is None else shared)
        for m in mistakes:
            recipe.__dict__[m.part] = MethodType(m.replacement, recipe)
        return recipe.run()


#: All recipes, by the function that they stand for.
RECIPES: dict[str, type[Recipe]] = {}
