"""The generator of mutants: many, all different, all Python, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import equivalents
import mutants


def test_there_are_more_than_a_thousand_different_ones() -> None:
    made = list(mutants.mutants(seed=0))
    assert len(made) > 1000
    assert len({m.source for m in made}) == len(made) == len({m.id for m in made})
    assert {m.module for m in made} == set(mutants.MODULES)


def test_a_seed_fixes_the_order() -> None:
    first = [m.id for m in islice(mutants.mutants(seed=1), 30)]
    assert first == [m.id for m in islice(mutants.mutants(seed=1), 30)]
    assert first != [m.id for m in islice(mutants.mutants(seed=2), 30)]


def test_each_differs_from_the_original_and_says_where() -> None:
    originals = mutants.originals()
    for mutant in islice(mutants.mutants(seed=3), 50):
        compile(mutant.source, mutant.module, "exec")
        assert mutant.source != originals[mutant.module]
        assert mutant.description.startswith(f"{mutant.module}.py, ")
        assert "from ." not in mutant.source


def test_every_listed_mutant_is_still_one() -> None:
    entries = equivalents.listed()
    assert entries
    assert not entries.keys() - {equivalents.key(m) for m in mutants.mutants(seed=0)}
    assert {entry["kind"] for entry in entries.values()} <= set(equivalents.KINDS)
    assert all(entry["why"] for entry in entries.values())


def test_a_listed_key_stands_for_one_mutant_only() -> None:
    found = Counter(equivalents.key(m) for m in mutants.mutants(seed=0))
    assert not [key for key in equivalents.listed() if found[key] != 1]
