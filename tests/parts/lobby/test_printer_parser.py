"""Bytes for a printer, and what they mean."""

import pytest

from lobby.printer.parser import Parser
from lobby.printer.pieces import (
    Ask,
    Bitmap,
    Code,
    Cut,
    Feed,
    Kick,
    Line,
    Picture,
    Piece,
    Question,
    Unknown,
    Watch,
    Words,
)
from tests.parts.lobby.host import fence, qr


def parsed(data: bytes, *, width_dots: int = 576) -> list[Piece]:
    parser, buffer, pieces = Parser(width_dots), bytearray(data), []
    while (piece := parser.take(buffer)) is not None:
        pieces.append(piece)
    return pieces


def words(data: bytes) -> Words:
    """The first words of the first line."""
    line = parsed(data)[0]
    assert isinstance(line, Line)
    part = line.parts[0]
    assert isinstance(part, Words)
    return part


@pytest.mark.parametrize(
    ("page", "byte", "character"),
    [
        (0, 0x84, "ä"),
        (0, 0x9B, "¢"),
        (2, 0x9B, "ø"),
        (19, 0xD5, "€"),
        (16, 0x80, "€"),
        (16, 0xE6, "æ"),
    ],
)
def test_a_code_page_says_what_a_byte_prints(page, byte, character):
    assert words(bytes([0x1B, ord("t"), page, byte, 0x0A])).text == character


def test_an_unknown_code_page_is_shown_and_changes_nothing():
    strange, line = parsed(b"\x1bt\x63\x84\n")
    assert strange == Unknown(b"\x1bt\x63", "no such code page")
    assert line.text == "ä"


def test_danish_letters_take_the_place_of_brackets_in_denmark():
    assert words(b"\x1bR\x04[\\]{|}\n").text == "ÆØÅæøå"


def test_print_mode_sets_everything_at_once():
    look = words(b"\x1b!\xb9Hamlet\n").look
    assert (look.small, look.bold, look.tall, look.wide, look.underline) == (
        True,
        True,
        2,
        2,
        1,
    )


def test_size_multiplies_the_cell():
    assert words(b"\x1d!\x21F 12\n").look.cell == (12 * 3, 24 * 2)


def test_bold_underline_and_inverse_come_and_go():
    line = parsed(b"a\x1bE\x01b\x1bE\x00\x1b-\x02c\x1b-\x00\x1dB\x01d\x1dB\x00e\n")[0]
    marks = [(p.look.bold, p.look.underline, p.look.inverted) for p in line.parts]
    assert marks == [
        (False, 0, False),
        (True, 0, False),
        (False, 2, False),
        (False, 0, True),
        (False, 0, False),
    ]


def test_centred_and_right_lines_start_where_they_should():
    assert words(b"\x1ba\x01four\n").x == (576 - 48) // 2
    assert words(b"\x1ba\x02four\n").x == 576 - 48


def test_alignment_is_ignored_in_the_middle_of_a_line_and_says_so():
    strange, line = parsed(b"ab\x1ba\x01c\n")
    assert strange.why == "ignored in the middle of a line"
    assert line.parts[0].x == 0


def test_a_long_line_wraps_at_the_edge_of_the_print():
    lines = parsed(b"x" * 50 + b"\n")
    assert [line.text for line in lines] == ["x" * 48, "xx"]
    assert [line.text for line in parsed(b"x" * 50 + b"\n", width_dots=384)] == [
        "x" * 32,
        "x" * 18,
    ]


def test_margin_and_width_narrow_the_print():
    lines = parsed(b"\x1dL\x18\x00\x1dW\x30\x00abcdef\n")
    assert [(line.text, line.parts[0].x) for line in lines] == [("abcd", 24), ("ef", 24)]


def test_line_spacing_says_how_far_the_paper_moves():
    assert [p.advance for p in parsed(b"a\n\x1b3\x50b\n\x1b2c\n")] == [30, 80, 30]
    assert parsed(b"\x1bd\x03") == [Feed(90)]
    assert parsed(b"\x1bJ\x07") == [Feed(7)]


def test_initialising_forgets_the_unfinished_line_and_the_modes():
    (line,) = parsed(b"gone\x1bE\x01\x1b@here\n")
    assert line.text == "here"
    assert not line.parts[0].look.bold


@pytest.mark.parametrize(
    ("command", "pieces"),
    [
        (b"\x1dV\x00", [Cut(partial=False)]),
        (b"\x1dV1", [Cut(partial=True)]),
        (b"\x1dVA\x00", [Cut(partial=False)]),
        (b"\x1dVB\x10", [Feed(16), Cut(partial=True)]),
        (b"\x1bi", [Cut(partial=False)]),
    ],
)
def test_every_kind_of_cut(command, pieces):
    assert parsed(command) == pieces


def test_a_cut_in_the_middle_of_a_line_does_not_happen():
    assert [type(p) for p in parsed(b"half\x1dV\x00\n")] == [Unknown, Line]


def test_a_qr_code_holds_its_text_and_stands_in_the_middle():
    (code,) = parsed(b"\x1ba\x01" + qr("F 12", module_dots=6))
    assert isinstance(code, Code)
    assert code.text == "F 12"
    assert code.size == 21 * 6
    assert code.x == (576 - code.size) // 2


def test_printing_a_code_that_was_never_stored_is_shown():
    (strange,) = parsed(b"\x1d(k\x03\x0011\x30")
    assert isinstance(strange, Unknown)


def test_a_code_longer_than_any_qr_is_shown_not_drawn():
    (strange,) = parsed(qr("x" * 3000))
    assert strange.why == "code too long"


def test_a_raster_keeps_its_dots():
    assert parsed(b"\x1dv0\x00\x02\x00\x02\x00\xff\x00\x00\xff") == [
        Picture(Bitmap(0, 16, 2, b"\xff\x00\x00\xff"))
    ]


def test_a_bit_image_is_turned_from_columns_into_rows():
    (line,) = parsed(b"\x1b*\x21\x02\x00\x80\x00\x00\x00\x00\x01\n")
    (bitmap,) = line.parts
    assert (bitmap.width, bitmap.height) == (2, 24)
    assert bitmap.rows[0] == 0x80
    assert bitmap.rows[23] == 0x40
    assert sum(bitmap.rows) == 0x80 + 0x40


def test_graphics_are_stored_and_then_printed():
    store = b"\x30\x70\x30\x01\x01\x31\x08\x00\x01\x00\xaa"
    show = b"\x30\x32"
    assert parsed(b"\x1d(L\x0b\x00" + store + b"\x1d(L\x02\x00" + show) == [
        Picture(Bitmap(0, 8, 1, b"\xaa"))
    ]
    assert parsed(b"\x1d8L\x0b\x00\x00\x00" + store + b"\x1d(L\x02\x00" + show) == [
        Picture(Bitmap(0, 8, 1, b"\xaa"))
    ]


def test_questions_and_the_drawer():
    assert parsed(fence(b"A1B2")) == [Ask(Question.PROCESS, b"A1B2")]
    assert parsed(b"\x1dr\x01\x1dr\x02") == [Ask(Question.PAPER), Ask(Question.DRAWER)]
    assert parsed(b"\x1da\x0f") == [Watch(15)]
    assert parsed(b"\x1bp\x00\x19\xfa") == [Kick(2)]


@pytest.mark.parametrize(
    "command",
    [
        b"\x1b\x7f",
        b"\x1dk\x49\x04abcd",
        b"\x1dk\x04CODE\x00",
        b"\x1d(Z\x03\x00xyz",
        b"\x1c(A\x02\x0001",
        b"\x1cp\x01\x00",
        b"\x1bW12345678",
        b"\x07",
    ],
)
def test_what_we_do_not_draw_stays_visible_and_takes_its_data_along(command):
    strange, line = parsed(command + b"ok\n")
    assert strange == Unknown(command)
    assert line.text == "ok"


def test_half_a_command_waits_for_the_rest():
    parser, buffer = Parser(576), bytearray()
    job = b"\x1ba\x01Hi\n" + qr("F 12") + b"\x1dv0\x00\x01\x00\x01\x00\xaa\x1dVB\x00"
    pieces = []
    for byte in job:
        buffer.append(byte)
        while (piece := parser.take(buffer)) is not None:
            pieces.append(piece)
    assert pieces == parsed(job)
    assert [type(p) for p in pieces] == [Line, Code, Picture, Cut]


@pytest.mark.parametrize(
    "command",
    [
        b"\x1dv0\x00\xff\xff\xff\xff",
        b"\x1d8L\xff\xff\xff\x7f0",
        b"\x1dv0\x00\x00\x00\x08\x00",
    ],
)
def test_a_picture_of_impossible_size_is_shown_not_waited_for(command):
    strange, line = parsed(command + b"ok\n")
    assert strange.data == command
    assert line.text == "ok"
