"""Eight doors, one ticket, one admission. `scripts/race_doors` runs a thousand rounds."""

import pytest

from tests.promises import doors_apart
from tests.promises.doors_race import race


def test_eight_doors_race_for_one_ticket_and_one_admits(tmp_path):
    found = race(tmp_path, rounds=20)

    assert found.held, found
    assert found.rounds == 20
    assert set(found.answers) <= {"ADMIT", "ALREADY_ADMITTED", "BEING_CHECKED"}


@pytest.mark.slow
def test_eight_doors_that_are_programs_of_their_own_race_and_one_admits(tmp_path):
    found = doors_apart.race(tmp_path, 8690, rounds=50)

    assert found.held, found
    assert found.rounds == 50
    assert set(found.answers) <= {"ADMIT", "ALREADY_ADMITTED", "BEING_CHECKED"}
