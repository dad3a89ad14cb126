"""What came into view is told once, and an empty foyer costs next to nothing."""

import numpy as np
import pytest
from cv2.typing import MatLike

from scanner.decode import Decoder
from scanner.eyes import Eyes
from scanner.found import Found
from scanner.frame import Frame
from scanner.motion import FRAMES_AFTER, Gate, Scene
from scanner.regions import Region
from tests.parts.scanner.tickets import ADAS, BEAS, code, held_up, noisy, packed

pytestmark = pytest.mark.slow

EMPTY = np.full((720, 1280), 96, np.uint8)


class Counting(Decoder):
    """The real decoder, and how often it was asked."""

    asked = 0

    def read(
        self,
        frame: MatLike,
        *,
        moved: bool = True,
        stirred: list[Region] | None = None,
    ) -> list[Found]:
        self.asked += 1
        return super().read(frame, moved=moved, stirred=stirred)


class Door:
    """A camera at 10 frames a second."""

    def __init__(self) -> None:
        self.decoder = Counting()
        self.eyes = Eyes(self.decoder)
        self.now_s = 0.0
        self.ids: list[str] = []

    def shows(self, picture: MatLike | None, seconds: float) -> list[str]:
        texts = []
        for nth in range(round(10 * seconds)):
            self.now_s += 0.1
            frame = None
            if picture is not None:
                frame = Frame(noisy(picture, nth), at_s=self.now_s, seen_ms=1)
            told = self.eyes.look(frame)
            texts += [sighting.text for sighting in told]
            self.ids += [sighting.scan for sighting in told]
        return texts


def test_a_ticket_is_told_once_however_long_it_is_held_up():
    assert Door().shows(held_up(code(ADAS)), seconds=8) == [ADAS]


def test_a_ticket_that_comes_again_is_a_scan_again_but_not_within_three_seconds():
    door = Door()
    ticket = held_up(code(ADAS))
    assert door.shows(ticket, 1) == [ADAS]
    assert door.shows(EMPTY, 1.5) == []
    assert door.shows(ticket, 1) == [ADAS]  # It is told its answer again.
    assert door.shows(EMPTY, 4) == []
    assert door.shows(ticket, 1) == [ADAS]
    first, again, later = door.ids
    assert first == again != later


def test_a_view_that_was_empty_for_a_while_ends_the_silence_too():
    door = Door()
    ticket = held_up(code(ADAS))
    assert door.shows(ticket, 1) == [ADAS]
    assert door.shows(None, 4) == []
    assert door.shows(ticket, 1) == [ADAS]


def test_the_next_guest_is_read_while_the_first_still_lingers():
    door = Door()
    assert door.shows(held_up(code(ADAS)), 1) == [ADAS]
    assert door.shows(held_up(code(ADAS), code(BEAS)), 1) == [BEAS]


def test_nobody_decodes_an_empty_foyer():
    door = Door()
    door.shows(EMPTY, 2)
    before = door.decoder.asked
    door.shows(EMPTY, 20)
    assert door.decoder.asked == before


def test_a_picture_that_is_spoilt_is_passed_over():
    door = Door()
    assert door.eyes.look(Frame(b"\xff\xd8 spoilt")) == []
    whole = packed(held_up(code(ADAS)))
    assert door.eyes.look(Frame(whole[: len(whole) // 40])) == []
    assert door.shows(held_up(code(ADAS)), 0.5) == [ADAS]


def test_the_gate_opens_for_a_ticket_in_a_corner_and_closes_after_a_while():
    gate = Gate()
    small = np.full((90, 160), 96, np.uint8)
    assert gate.compare(small) is Scene.MOVED
    ticket = small.copy()
    ticket[70:90, 140:160] = 200
    assert gate.compare(ticket) is Scene.MOVED
    scenes = [gate.compare(ticket) for _ in range(FRAMES_AFTER)]
    assert scenes == [Scene.SETTLING] * (FRAMES_AFTER - 1) + [Scene.STILL]


def test_the_gate_sees_a_slow_change_too():
    gate = Gate()
    gate.compare(np.full((90, 160), 40, np.uint8))
    scenes = [gate.compare(np.full((90, 160), tone, np.uint8)) for tone in range(41, 60)]
    assert Scene.MOVED in scenes


def test_a_camera_that_changes_its_size_has_moved():
    gate = Gate()
    gate.compare(np.zeros((90, 160), np.uint8))
    assert gate.compare(np.zeros((120, 160), np.uint8)) is Scene.MOVED


def passing(foyer: MatLike, nth: int) -> MatLike:
    """Somebody in white walks up and down at the right of the view."""
    picture = foyer.copy()
    left = 900 + 40 * (nth % 4)
    picture[100:700, left : left + 120] = 240
    return picture


def test_while_somebody_passes_only_that_part_of_the_view_is_searched():
    gate, parts = Gate(), []
    for nth in range(3 * FRAMES_AFTER):
        frame = Frame(noisy(passing(EMPTY, nth), nth))
        gate.compare(frame.small)
        parts.append(gate.stirred(1280, 720))
    assert parts[0] is None  # Nobody knows yet what is new.
    assert parts[-1]
    assert all(part.x >= 768 and part.x + part.width <= 1280 for part in parts[-1])


def test_nothing_is_searched_where_nothing_is_new():
    gate = Gate()
    for nth in range(3 * FRAMES_AFTER):
        gate.compare(Frame(noisy(EMPTY, nth)).small)
    assert gate.stirred(1280, 720) == []


def test_a_ticket_is_read_at_once_though_somebody_passes_beside_it():
    door, ticket = Door(), held_up(code(ADAS), EMPTY[:1, :1])
    for nth in range(30):
        assert door.shows(passing(EMPTY, nth), 0.1) == []
    assert door.shows(passing(ticket, 30), 0.1) == [ADAS]


def test_a_sliver_of_a_picture_is_passed_over():
    door = Door()
    for shape in ((1, 5), (5, 1), (720, 2), (1, 1280)):
        assert door.eyes.look(Frame(np.full(shape, 90, np.uint8), at_s=1, seen_ms=1)) == []
    assert door.shows(held_up(code(ADAS)), 0.5) == [ADAS]


def test_a_clock_that_jumps_tells_no_code_twice_and_loses_none():
    door = Door()
    ids = []
    for nth, seen_ms in enumerate((1_772_478_000_000, 0, -5_000, 4_102_444_800_000)):
        for text, at_s in ((ADAS, 0.5 * nth), (f"{BEAS}{nth}", 0.5 * nth + 0.1)):
            frame = Frame(held_up(code(text)), at_s=at_s, seen_ms=seen_ms)
            ids += [sighting.scan for sighting in door.eyes.look(frame)]
    assert len(set(ids)) == len(ids) == 5, "one for Ada, one for each of the others"
