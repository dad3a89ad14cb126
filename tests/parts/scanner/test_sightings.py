"""One id for a code as long as it stays in view or returns within three seconds."""

import uuid

from scanner import ids
from scanner.sightings import Sightings

NOON_MS = 1_772_452_800_000


class Door:
    """What a camera sees, second by second."""

    def __init__(self) -> None:
        self.made = 0
        self.sightings = Sightings(self._new_id)

    def _new_id(self, at_ms: int) -> str:
        self.made += 1
        return f"id-{self.made}"

    def sees(self, *texts: str, at_s: float) -> list[str]:
        seen_ms = NOON_MS + round(1000 * at_s)
        new = self.sightings.see(texts, at_s=at_s, seen_ms=seen_ms)
        assert all(sighting.seen_ms == seen_ms for sighting in new)
        return [f"{sighting.scan} {sighting.text}" for sighting in new]


def test_a_code_that_stays_is_reported_once():
    door = Door()
    assert door.sees("ada", at_s=0) == ["id-1 ada"]
    assert [door.sees("ada", at_s=tenth / 10) for tenth in range(1, 600)] == [[]] * 599


def test_a_code_that_returns_within_three_seconds_is_the_same_sight():
    door = Door()
    assert door.sees("ada", at_s=0) == ["id-1 ada"]
    door.sees(at_s=2)
    assert door.sees("ada", at_s=3) == ["id-1 ada"]
    door.sightings.empty()
    assert door.sees("ada", at_s=6) == ["id-1 ada"]


def test_a_code_that_no_look_missed_is_told_once_however_far_apart_the_looks_are():
    door = Door()
    told = [door.sees("ada", at_s=second) for second in (0, 1.4, 4.0, 6.9)]
    assert [said for said in told if said] == [["id-1 ada"]]


def test_a_code_that_a_hand_held_reader_reads_again_is_told_again():
    door = Door()
    for at_s in (0, 1.4):
        told = door.sightings.see(["ada"], at_s=at_s, seen_ms=NOON_MS, stays=False)
        assert [one.scan for one in told] == ["id-1"]
    # A camera beside it reads its own: what it misses was never before it.
    assert door.sees("bea", at_s=1.5) == ["id-2 bea"]
    assert not door.sightings.see(["ada"], at_s=2.0, seen_ms=NOON_MS, stays=False)


def test_a_code_that_is_held_up_again_is_told_once_and_under_its_id():
    door = Door()
    door.sees("ada", at_s=0)
    door.sees(at_s=0.6)
    told = [door.sees("ada", at_s=1.2 + frame / 10) for frame in range(50)]
    assert [said for said in told if said] == [["id-1 ada"]]


def test_a_code_that_is_held_badly_is_told_once():
    door = Door()
    told = [door.sees("ada", at_s=frame * 0.9) for frame in range(50)]
    assert [said for said in told if said] == [["id-1 ada"]]


def test_a_code_that_returns_later_gets_a_new_id():
    door = Door()
    door.sees("ada", at_s=0)
    assert door.sees("ada", at_s=3.1) == ["id-2 ada"]


def test_another_code_does_not_end_the_silence_of_the_first():
    door = Door()
    assert door.sees("ada", "bea", at_s=0) == ["id-1 ada", "id-2 bea"]
    assert door.sees("bea", at_s=0.5) == []
    assert door.sees("ada", at_s=0.9) == []


def test_while_nothing_moves_a_code_is_still_in_view_though_nobody_reads_it():
    door = Door()
    door.sees("ada", at_s=0)
    for second in range(1, 60):
        door.sightings.stay(at_s=second)
    assert door.sees("ada", at_s=59.5) == []
    door.sees(at_s=60)
    assert door.sees("ada", at_s=62) == ["id-1 ada"]


def test_once_something_moved_a_code_that_is_read_no_more_has_gone():
    door = Door()
    door.sees("ada", at_s=0)
    door.sightings.moved()
    for second in range(1, 5):
        door.sightings.stay(at_s=second)
    assert door.sees("ada", at_s=5) == ["id-2 ada"]


def test_ids_are_version_7_of_their_moment_and_differ_by_chance():
    first, second = (uuid.UUID(ids.uuid7(NOON_MS, bytes([n]) * 10)) for n in (0, 255))
    assert first != second
    for made in (first, second):
        assert made.version == 7
        assert made.variant == uuid.RFC_4122
        assert made.int >> 80 == NOON_MS
