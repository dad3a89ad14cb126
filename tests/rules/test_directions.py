"""Names from right to left inside sentences from left to right."""

import pytest

from boxoffice import directions


@pytest.mark.parametrize("name", ["Ada Lund", "Łukasz", "李小龍", "देवी", "A\u0308da 🎭"])
def test_a_name_that_reads_our_way_stays_as_it_is(name: str) -> None:
    assert directions.isolated(name) == name


@pytest.mark.parametrize("name", ["سلمى الفارسي", "משה כהן", "Ada سلمى"])
def test_a_name_that_reads_the_other_way_keeps_to_itself(name: str) -> None:
    assert directions.isolated(name) == f"\u2068{name}\u2069"
