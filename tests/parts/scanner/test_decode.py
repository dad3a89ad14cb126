"""Frame to text: what a door camera sees is read, and nothing else."""

import itertools
from collections.abc import Callable

import cv2
import numpy as np
import pytest
import qrcode
import zxingcpp
from cv2.typing import MatLike

from scanner import readers, views
from scanner.decode import SETTLED, Decoder
from scanner.found import Found, same
from scanner.known import GONE
from scanner.places import BELIEVED
from tests.parts.scanner.tickets import (
    ADAS,
    BEAS,
    MODULES,
    code,
    glaring,
    held_up,
    noisy,
    other,
    out_of_focus,
    photographed,
    swept,
    tilted,
)

# Generous, so that a busy machine reads as many views as an idle one.
AMPLE_MS = 5_000
FRAMES = 5


def read(frame: MatLike, frames: int, wanted: int) -> list[Found]:
    """Show a frame until as many codes are read as are wanted, or its time is over."""
    decoder = Decoder(budget_ms=AMPLE_MS)
    codes: list[Found] = []
    for _ in range(frames):
        if len(codes) >= wanted:
            break
        for found in decoder.read(frame):
            if not any(same(found, known) for known in codes):
                codes.append(found)
    return codes


def texts(frame: MatLike, frames: int = FRAMES, wanted: int = 1) -> list[str]:
    return sorted(found.text for found in read(frame, frames, wanted))


def crack(frame: MatLike) -> MatLike:
    """A phone that was dropped: lines from one point across the screen."""
    cracked = frame.copy()
    for x, y in ((520, 200), (760, 240), (780, 420), (600, 500), (480, 380)):
        cv2.line(cracked, (625, 330), (x, y), 20, 2, cv2.LINE_AA)
        cv2.line(cracked, (627, 331), (x + 2, y + 1), 230, 1, cv2.LINE_AA)
    return cracked


def shaded(frame: MatLike) -> MatLike:
    """The shadow of a head over half of the ticket."""
    shade = np.ones(frame.shape, np.float32)
    shade[:, 640:] = 0.25
    return (frame * cv2.GaussianBlur(shade, (0, 0), 8)).astype(np.uint8)


TROUBLES: dict[str, Callable[[MatLike], MatLike]] = {
    "none": lambda frame: frame,
    "upside down": lambda frame: cv2.rotate(frame, cv2.ROTATE_180),
    "tilted by 45 degrees": lambda frame: tilted(frame, 45, turned=20),
    "tilted by 60 degrees": lambda frame: tilted(frame, 60),
    "out of focus": lambda frame: noisy(out_of_focus(frame, 2.2)),
    "moving": lambda frame: noisy(swept(frame, 7)),
    "a lamp in the glass": lambda frame: glaring(frame, 600, 330, 26),
    "a cracked screen": crack,
    "light on dark": lambda frame: 255 - frame,
    "light on dark and out of focus": lambda frame: 255 - noisy(out_of_focus(frame, 2)),
    "half in the shade": shaded,
    "a dark foyer": lambda frame: noisy((frame * 0.12).astype(np.uint8)),
    "faint print": lambda frame: noisy((150 + frame * 0.12).astype(np.uint8)),
    "far away": lambda frame: noisy(cv2.resize(frame, (640, 360))),
    "a photo of a screen of a photo": lambda frame: photographed(
        photographed(frame, 2), -5
    ),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_a_ticket_is_read_whatever_the_evening_does_to_it(trouble):
    assert texts(trouble(held_up(code(ADAS)))) == [ADAS]


def test_a_ticket_far_away_is_read_by_looking_closer():
    """Its modules are 2.2 pixels wide, and the lens is not quite in focus."""
    small = cv2.resize(held_up(code(ADAS)), (704, 396), interpolation=cv2.INTER_AREA)
    far = np.full((720, 1280), 96, np.uint8)
    far[180:576, 320:1024] = small
    far = noisy(out_of_focus(far, 1.1))
    assert not readers.thorough(far), "the case has become too easy to prove anything"
    assert texts(far) == [ADAS]


def test_two_tickets_in_one_frame_are_both_read():
    assert texts(held_up(code(ADAS), code(BEAS)), wanted=2) == [ADAS, BEAS]


def test_the_second_ticket_is_found_beside_the_first_when_it_is_harder_to_read():
    frame = held_up(code(ADAS), code(BEAS))
    frame[:, 640:] = noisy(out_of_focus(frame[:, 640:], 2.2))
    assert texts(frame, wanted=2) == [ADAS, BEAS]


def test_one_text_on_two_papers_is_two_codes():
    assert texts(held_up(code(ADAS), code(ADAS)), wanted=2) == [ADAS, ADAS]


@pytest.mark.slow
def test_a_code_of_3_kB_is_read_whole():
    large = "x" * 2953
    frame = held_up(code(large, module_px=3, level=qrcode.ERROR_CORRECT_L))
    assert texts(frame) == [large]


def test_control_characters_reach_the_kiosk_as_they_are():
    awkward = "\x00\x01\x1bticket\r\n\t\x7f"
    assert texts(held_up(code(awkward))) == [awkward]


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/t/K7QX?from=door",
        "WIFI:T:WPA;S=Foyer;P:curtain;;",
        "Billet på række Å",
    ],
)
def test_codes_that_are_no_tickets_are_read_too_for_the_kiosk_to_refuse(text):
    assert texts(held_up(code(text))) == [text]


@pytest.mark.slow
@pytest.mark.parametrize(
    "symbology",
    [readers.AZTEC, readers.DATAMATRIX, readers.PDF417, readers.CODE128],
    ids=["Aztec", "DataMatrix", "PDF417", "Code 128"],
)
def test_codes_of_other_systems_are_read_once_two_frames_agree(symbology):
    frame = held_up(other(symbology, "K7QX-2"))
    assert texts(frame, frames=16) == ["K7QX-2"]
    first = Decoder(budget_ms=AMPLE_MS)
    assert next(n for n in itertools.count(1) if first.read(frame)) >= 2


@pytest.mark.slow
def test_micro_qr_is_not_read_as_noise_may_look_like_it():
    drawn = zxingcpp.create_barcode("7126", zxingcpp.BarcodeFormat.MicroQRCode)
    frame = held_up(np.array(zxingcpp.write_barcode_to_image(drawn, scale=6)))
    assert texts(frame) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_read_where_there_is_nothing(seed):
    chance = np.random.default_rng(seed)
    noise = chance.integers(0, 256, (90, 160), np.uint8)
    frame = cv2.resize(noise, (1280, 720), interpolation=cv2.INTER_NEAREST)
    assert texts(frame, frames=9) == []


def test_where_the_code_is_comes_with_it():
    found = read(held_up(code(ADAS, module_px=4)), FRAMES, 1)[0]
    assert found.region.holds(640, 360)
    assert found.region.width == pytest.approx(MODULES * 4, abs=12)


def test_a_code_that_comes_into_view_is_returned_before_the_rest_is_looked_at():
    ticks = itertools.count()
    decoder = Decoder(clock=lambda: next(ticks) / 1000)
    assert [found.by for found in decoder.read(held_up(code(ADAS)))] == ["whole"]
    assert next(ticks) == 1, "no time was spent on regions"


def test_the_budget_ends_the_search_in_a_frame_but_not_in_the_next():
    """Every look at the clock takes 10 ms, so a frame has time for a view or two."""
    ticks = itertools.count()
    decoder = Decoder(budget_ms=25, clock=lambda: next(ticks) / 100)
    frame = noisy(out_of_focus(held_up(code(ADAS)), 2.2))
    asked = []
    for _ in range(40):
        before = next(ticks)
        if decoder.read(frame):
            break
        asked.append(next(ticks) - before)
    else:
        pytest.fail("it was never read")
    assert asked, "the case has become too easy to prove anything"
    assert max(asked) <= 8


@pytest.mark.slow
def test_a_code_that_was_read_costs_little_while_it_stays():
    looks: list[str] = []
    decoder = Decoder(budget_ms=AMPLE_MS)
    original = views.View.look

    def counted(view: views.View, picture: MatLike) -> list[views.Seen]:
        looks.append(view.name)
        return original(view, picture)

    frame = held_up(code(ADAS))
    for _ in range(BELIEVED):
        decoder.read(frame)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views.View, "look", counted)
        for _ in range(2):
            assert decoder.read(frame)
    assert len(looks) <= 2 * len(views.ALWAYS) + len(views.REGION)


def test_a_ticket_that_was_taken_away_leaves_the_next_guest_a_scanner_at_rest(monkeypatch):
    looks = []
    look = views.View.look
    monkeypatch.setattr(
        views.View, "look", lambda view, picture: looks.append(view) or look(view, picture)
    )
    decoder, nobody = Decoder(budget_ms=AMPLE_MS), noisy(np.full((720, 1280), 96, np.uint8))
    assert decoder.read(held_up(code(ADAS)))
    for _ in range(GONE):
        decoder.read(nobody, moved=False)

    spent = []
    for _ in range(SETTLED):
        looks.clear()
        decoder.read(nobody, moved=False)
        spent.append(len(looks))

    # One frame in so many is searched all the same.
    assert sorted(spent)[: SETTLED - 1] == [1] * (SETTLED - 1)


def test_without_zbar_zxing_reads_alone(monkeypatch):
    monkeypatch.setattr(
        views, "REGION", tuple(view for view in views.REGION if "zbar" not in view.name)
    )
    monkeypatch.setattr(views, "LIKELIEST", ())
    assert texts(out_of_focus(held_up(code(ADAS)), 2)) == [ADAS]


@pytest.mark.skipif(readers.zbar is None, reason="libzbar is not installed")
def test_what_most_looks_like_a_code_is_shown_to_zbar_in_every_frame(monkeypatch):
    patches = []
    zbar = views.View("zbar", lambda patch: patches.append(patch.shape) or [])
    monkeypatch.setattr(views, "LIKELIEST", (zbar,))
    # Squares without a code between them, and no time for anything else.
    torn = held_up(code(ADAS))
    torn[300:340, 540:740] = 128
    decoder = Decoder(budget_ms=0)
    decoder.read(torn)

    patches.clear()
    for _ in range(3):
        assert decoder.read(torn) == []

    assert len(patches) == 3


@pytest.mark.skipif(readers.zbar is None, reason="libzbar is not installed")
def test_zbar_is_believed_only_where_it_guessed_no_character_set():
    assert readers.zbar is not None
    assert [reading.text for reading in readers.zbar(held_up(code(ADAS)))] == [ADAS]
    assert readers.zbar(held_up(code("Billet på række Å"))) == []


def test_a_sheet_of_tickets_is_read_whole_and_within_its_time():
    texts = [f"TICKET {number}" for number in range(12)]
    tiles = [code(text, module_px=3) for text in texts]
    tiles = [cv2.copyMakeBorder(tile, 8, 8, 8, 8, 0, None, 255) for tile in tiles]
    rows = [np.hstack(tiles[start : start + 6]) for start in (0, 6)]
    sheet = held_up(np.vstack(rows))
    decoder = Decoder()
    read = {found.text for _ in range(5) for found in decoder.read(sheet)}
    assert read == set(texts)


@pytest.mark.slow
def test_what_moves_fast_is_looked_at_before_the_whole_frame_has_its_turn(monkeypatch):
    order: list[str] = []

    def noting(name: str) -> views.View:
        return views.View(name, lambda _: order.append(name) or [])

    monkeypatch.setattr(views, "FRAME", (noting("frame"),))
    monkeypatch.setattr(views, "steadied", lambda dx, dy: (noting("moving"),))
    ticket = swept(held_up(code(ADAS)), 8)
    decoder = Decoder(budget_ms=AMPLE_MS)
    decoder.read(ticket)
    decoder.read(np.roll(ticket, 40, axis=1))
    order.clear()
    decoder.read(np.roll(ticket, 80, axis=1))
    assert (order[0], order[-1]) == ("moving", "frame")
