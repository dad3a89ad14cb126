"""The house's logo on tickets and receipts. Source: lobby.md §3, theme.md."""

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from boxoffice.themes import STANDARD, Asset, Theme
from kiosk.device import Device
from kiosk.printing import escpos, logo, profile, spool
from kiosk.printing.pieces import Cut, Text
from lobby.printer.pieces import Line as PrintedLine
from lobby.printer.pieces import Picture
from tests.parts.kiosk.guests import choose, pay, print_all, talk
from tests.parts.kiosk.hardware import Paper
from tests.parts.kiosk.test_paper import printed


def png(ink: str, ground: str | None, size: tuple[int, int] = (400, 200)) -> bytes:
    """A disc of one colour, on another or on nothing."""
    picture = Image.new("RGBA", size, ground or (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((20, 20, size[0] - 20, size[1] - 20), fill=ink)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def themed(data: bytes, kind: str = "image/png") -> Theme:
    return replace(STANDARD, logo=Asset("logo.png", kind, data))


def black(theme: Theme, name: str = "80") -> float:
    """Say how much of the middle of the logo is black, 0 to 1."""
    [piece] = logo.pieces(theme)
    drawn = logo.draw(piece.data, profile.load(name))
    x, y = drawn.width // 2, drawn.height // 2
    middle = drawn.crop((x - 10, y - 10, x + 10, y + 10))
    return middle.histogram()[0] / 400


@pytest.mark.parametrize("name", ["80", "58"])
def test_a_logo_stands_above_the_name_and_leaves_room_for_it(name: str):
    known = profile.load(name)
    theme = themed(png("#22132c", None))

    first, *rest = printed([*logo.pieces(theme), Text("ROYAL THEATRE"), Cut()], name)

    assert isinstance(first, Picture)
    assert first.bitmap.width == known.dots
    assert first.bitmap.height <= 14 * known.dots_per_mm + 1
    assert any(isinstance(piece, PrintedLine) for piece in rest)
    more = escpos.length_mm([*logo.pieces(theme), Cut()], known)
    assert more > escpos.length_mm([Cut()], known) + 5


@pytest.mark.parametrize(
    ("ink", "ground"),
    [("#22132c", None), ("#fff3df", None), ("#22132c", "#ffffff")],
    ids=["dark", "made for dark grounds", "dark on white"],
)
def test_a_logo_is_black_on_paper_whatever_ground_it_was_made_for(
    ink: str, ground: str | None
):
    assert black(themed(png(ink, ground))) > 0.8


@pytest.mark.parametrize(
    "theme",
    [
        STANDARD,
        themed(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        themed(b"\x89PNG\r\n\x1a\n and the rest"),
    ],
    ids=["none", "a drawing", "no picture"],
)
def test_what_paper_cannot_take_is_left_out(theme: Theme):
    assert logo.pieces(theme) == []


def test_tickets_of_a_house_with_a_logo_show_it(kiosk: Device, paper: Paper):
    kiosk.config = replace(kiosk.config, theme=themed(png("#22132c", None)))
    spool.turn(kiosk)
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)

    print_all(kiosk)

    assert spool.progress(kiosk, order).done
    pictures = [
        piece
        for slip in paper.tray.slips()
        for piece in slip.pieces
        if isinstance(piece, Picture)
    ]
    assert len(pictures) == 2
