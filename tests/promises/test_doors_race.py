"""Eight doors, one ticket, one admission. `scripts/race_doors` runs a thousand rounds."""

from tests.promises.doors_race import race


def test_eight_doors_race_for_one_ticket_and_one_admits(tmp_path):
    found = race(tmp_path, rounds=20)

    assert found.held, found
    assert found.rounds == 20
    assert set(found.answers) <= {"ADMIT", "ALREADY_ADMITTED", "BEING_CHECKED"}
