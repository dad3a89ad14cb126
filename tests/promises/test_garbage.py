"""No garbage stops the scanner: a short throw at each of its parsers.

The long one is scripts/fuzz_scanner.
"""

import pytest

from tests.promises import garbage

TRIES = {"pictures": 60, "pixels": 60, "films": 150}


@pytest.mark.parametrize("target", garbage.TARGETS)
def test_garbage_stops_nothing(target: str) -> None:
    haul = garbage.throw(target, seed=1204, tries=TRIES.get(target, 1000))
    assert haul.crashed == []
