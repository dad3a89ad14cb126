"""Pixels of paper and phones, read by a real decoder."""

from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
import zxingcpp

from lobby import optics, subjects
from lobby.camera import Camera
from lobby.optics import View
from lobby.printer.parser import Parser
from lobby.printer.slips import Slip
from tests.parts.lobby.host import CUT, qr

PAYLOAD = "FH1:" + "7KQ2M4XD" * 15


def seen(jpeg):
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels.shape == (720, 1280)
    return [found.text for found in zxingcpp.read_barcodes(pixels)]


def slip(data):
    parser, buffer, pieces = Parser(576), bytearray(data), []
    while (piece := parser.take(buffer)) is not None:
        pieces.append(piece)
    return Slip(1, "printer", 576, datetime(2026, 3, 13, tzinfo=UTC), pieces)


@pytest.fixture(scope="module")
def ticket():
    return subjects.paper_slip(
        slip(b"\x1ba\x01HAMLET\nROW F SEAT 12\n" + qr(PAYLOAD) + CUT)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(tilt=35),
        View(turn=180),
        View(blur=2),
        View(glare=0.5),
        View(distance=2),
        View(noise=25),
        View(tilt=20, turn=15, blur=1, glare=0.3, noise=8),
    ],
)
def test_a_decoder_reads_the_slip_however_it_is_held(ticket, view):
    assert seen(optics.photograph(ticket, view)) == [PAYLOAD]


@pytest.mark.parametrize("view", [View(blur=15), View(distance=6), View(glare=1)])
def test_trouble_can_be_so_great_that_nothing_is_read(ticket, view):
    assert seen(optics.photograph(ticket, view)) == []


def test_a_hand_trembles_yet_the_same_way_each_time(ticket):
    assert optics.photograph(ticket, View(), shake=1) == optics.photograph(
        ticket, View(), shake=1
    )
    assert optics.photograph(ticket, View(), shake=1) != optics.photograph(
        ticket, View(), shake=2
    )


def test_a_text_on_a_phone_is_read():
    assert seen(optics.photograph(subjects.code(PAYLOAD), View(tilt=20))) == [PAYLOAD]


def test_a_code_drawn_as_a_picture_is_found_on_the_slip():
    side = 21 * 8
    (code,) = slip(qr("F 12", module_dots=8)).pieces
    rows = b"".join(bytes(0xFF if dark else 0 for dark in row) * 8 for row in code.modules)
    raster = b"\x1dv0\x00" + bytes([21, 0]) + side.to_bytes(2, "little") + rows
    subject = subjects.paper_slip(slip(b"\n" * 20 + raster + b"\n\n"))
    assert subject.code[2] == pytest.approx(side, abs=8)
    assert seen(optics.photograph(subject, View())) == ["F 12"]


def test_too_long_a_text_is_refused():
    with pytest.raises(subjects.TooLong):
        subjects.code("x" * 5000)


def test_bytes_that_are_no_picture_are_refused():
    with pytest.raises(subjects.NotAPicture):
        subjects.picture(b"GIF89a")


def test_a_view_is_read_from_a_form_and_has_limits():
    assert optics.read(View(), {"tilt": "30", "blur": ""}) == View(tilt=30)
    for wrong in ({"tilt": 100}, {"blur": "very"}):
        with pytest.raises(optics.BadView):
            optics.read(View(), wrong)


def test_a_camera_sees_it_until_it_is_taken_away_or_time_is_up(ticket):
    seconds = [0.0]
    camera = Camera("door-a", lambda who, sentence: None, now=lambda: seconds[0])
    assert camera.frame() is None

    camera.show(ticket, "slip 1", view=View(), seconds=4)
    assert (camera.in_view, seen(camera.frame())) == ("slip 1", [PAYLOAD])
    seconds[0] = 4.0
    assert (camera.in_view, camera.frame()) == (None, None)

    camera.show(ticket, "slip 1", view=View())
    seconds[0] = 9999.0
    assert camera.frame()
    camera.clear()
    assert camera.frame() is None


def test_what_is_shown_again_while_it_is_in_view_is_taken_away_for_a_moment_first(ticket):
    now = [0.0]
    camera = Camera("door-a", lambda *_: None, now=lambda: now[0])
    camera.show(ticket, "slip 1", view=View())
    camera.show(subjects.code("another"), "a code on a phone", view=View())
    assert camera.frame()

    camera.show(subjects.code("another"), "a code on a phone", view=View())

    assert camera.frame() is None
    assert camera.in_view == "a code on a phone"
    now[0] = 3.6
    assert camera.frame()


def test_turning_what_is_held_changes_the_picture(ticket):
    camera = Camera("door-a", lambda who, sentence: None)
    camera.show(ticket, "slip 1", view=camera.view)
    before, number = camera.frame(), camera.number
    camera.turn(View(blur=15))
    assert camera.number == number + 1
    assert camera.frame() != before
