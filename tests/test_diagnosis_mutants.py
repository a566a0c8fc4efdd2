"""The generator of mutants: many, all different, all Python, the same for the same seed."""

from __future__ import annotations

from itertools import islice

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
