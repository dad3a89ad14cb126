"""A guest whose code is seen but not read hears what would help, and nobody else does."""

import cv2
import numpy as np
import pytest
from cv2.typing import MatLike

from scanner.decode import Decoder
from scanner.eyes import Eyes
from scanner.frame import Frame
from tests.parts.scanner.tickets import ADAS, code, held_up, noisy, out_of_focus

pytestmark = pytest.mark.slow

FPS = 30


def hints(pictures: list[MatLike], seconds: float = 1.2) -> list[str]:
    """The hints that such pictures bring, in turn, each once in a row."""
    eyes, seen = Eyes(Decoder()), [""]
    for nth in range(round(seconds * FPS)):
        picture = noisy(pictures[nth % len(pictures)], nth)
        eyes.look(Frame(picture, at_s=nth / FPS, seen_ms=nth))
        if eyes.hint != seen[-1]:
            seen.append(eyes.hint)
    return seen[1:]


def shaken(picture: MatLike, by_px: int = 12) -> list[MatLike]:
    """A hand that holds it, so that the gate stays open."""
    return [picture, np.roll(picture, by_px, axis=1)]


def spoilt(picture: MatLike) -> MatLike:
    """The same code with its middle torn out: to be seen, not to be read."""
    torn = picture.copy()
    height, width = torn.shape
    part = torn[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    part[:] = cv2.medianBlur(part, 21)
    return torn


def test_a_ticket_that_is_read_needs_no_hint():
    assert hints(shaken(held_up(code(ADAS)))) == []


def test_an_empty_foyer_needs_none():
    assert hints([np.full((720, 1280), 96, np.uint8)]) == []


def test_a_code_too_fine_to_be_read_is_wanted_closer():
    fine = cv2.resize(
        code(ADAS, module_px=4), None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA
    )
    assert "closer" in hints(shaken(out_of_focus(held_up(spoilt(fine)), 0.7), 2))


def test_a_code_that_fills_the_view_is_wanted_further_away():
    near = out_of_focus(held_up(spoilt(code(ADAS, module_px=14))), 9)
    assert hints(shaken(near))[:1] == ["further"]


def test_a_code_of_good_size_that_moves_is_wanted_still():
    torn = held_up(spoilt(code(ADAS, module_px=5)))
    assert hints(shaken(torn))[:1] == ["still"]


@pytest.mark.parametrize(("tone", "hint"), [(6, ["light"]), (40, [])])
def test_a_dark_view_asks_for_light(tone, hint):
    assert hints([np.full((720, 1280), tone, np.uint8)], seconds=3) == hint


def test_a_telephone_in_a_dark_foyer_is_light_enough():
    dark = np.full((720, 1280), 4, np.uint8)
    dark[300:420, 560:700] = 200
    assert hints([dark], seconds=3) == []
