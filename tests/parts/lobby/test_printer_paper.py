"""What the paper looks like, to people and to decoders."""

import io
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from lobby.printer import paper, vector
from lobby.printer.parser import Parser
from lobby.printer.pieces import Piece
from tests.parts.lobby.host import CUT, qr

PAYLOAD = "FH1:" + "7KQ2M4XD" * 15


def pieces(data: bytes, width_dots: int = 576) -> list[Piece]:
    parser, buffer, found = Parser(width_dots), bytearray(data), []
    while (piece := parser.take(buffer)) is not None:
        found.append(piece)
    return found


def seen(data: bytes, *, width_dots: int = 576) -> Image.Image:
    png = paper.png(pieces(data, width_dots), width_dots=width_dots)
    return Image.open(io.BytesIO(png)).convert("L")


@pytest.mark.parametrize(
    ("width_dots", "modules"), [(576, 6), (576, 5), (384, 6), (384, 3)]
)
def test_a_decoder_reads_the_printed_code(width_dots, modules):
    picture = seen(
        b"\x1ba\x01Hamlet\n" + qr(PAYLOAD, module_dots=modules), width_dots=width_dots
    )
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [PAYLOAD]


def test_a_code_sent_as_a_picture_is_read_as_well():
    (code,) = pieces(qr("F 12", module_dots=8))
    rows = b"".join(
        bytes(0xFF if dark else 0 for dark in row) * 8
        for row in code.modules
    )  # fmt: skip
    command = b"\x1dv0\x00" + bytes([len(code.modules), 0]) + (21 * 8).to_bytes(2, "little")
    picture = seen(b"\n\n" + command + rows + b"\n\n")
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == ["F 12"]


def test_modules_are_whole_dots():
    picture = seen(qr("F 12", module_dots=6))
    left, top = (640 - 576) // 2, 40
    dark = [picture.getpixel((left + x, top)) < 128 for x in range(21 * 6)]
    assert dark[: 7 * 6] == [True] * 42
    assert dark[7 * 6 : 8 * 6] == [False] * 6


def test_paper_is_as_wide_as_its_roll():
    assert seen(b"a\n").width == 640
    assert seen(b"a\n", width_dots=384).width == 464


def test_the_vector_picture_is_well_formed_whatever_was_printed():
    everything = (
        bytes(range(0x20, 0x100)) + b"\n\x1b*\x00\x01\x00\xff\n\x1dB\x01<&>\n\x07" + CUT
    )
    root = ElementTree.fromstring(
        vector.draw(pieces(everything), width_dots=576, torn=True)
    )
    assert "<&>" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_strange_commands_are_on_the_paper():
    text = vector.draw(pieces(b"\x1b\x7f"), width_dots=576)
    assert "[unknown command: 1b 7f]" in text


@pytest.mark.slow
def test_a_runaway_job_does_not_fill_the_memory():
    assert seen(b"\x1bd\xff" * 1000).height < 20_000
