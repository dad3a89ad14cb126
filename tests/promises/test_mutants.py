"""The broken variants fit the program: `scripts/mutants` tries what it says."""

from pathlib import Path

import pytest

from tests.promises.mutants.variants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_variant_changes_exactly_one_place(mutant: Mutant) -> None:
    assert Path(mutant.file).read_text().count(mutant.before) == 1
    assert mutant.before != mutant.after


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_check_of_a_broken_variant_exists(mutant: Mutant) -> None:
    file, _, test = mutant.check.partition("::")
    assert Path(file).exists()
    assert not test or f"def {test.partition('[')[0]}(" in Path(file).read_text()
