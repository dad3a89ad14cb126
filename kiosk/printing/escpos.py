"""Pieces in, ESC/POS bytes out. Only this module knows the printer's language.

python-escpos builds bytes and nothing else: what the printer really does is for `status`
and `transport`. What its code page lacks is drawn. Source: lobby.md §3, dependencies.md.
"""

import contextlib
import io
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, assert_never

import structlog
from PIL import Image, ImageDraw

from kiosk.printing import letters, logo
from kiosk.printing.pieces import Code, Cut, Gap, Logo, Piece, Ruler, Text
from kiosk.printing.profile import Profile

_words = structlog.get_logger()

INITIALISE: Final = b"\x1b@"
# Real-time commands: obeyed at once, even while the printer cannot print.
ASK_STATUS: Final = tuple(bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4))
# Kiosk printers with a presenter; others say nothing.
ASK_ALL: Final = b"\x10\x04\x14"
CLEAR: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
CLEARED: Final = b"\x37\x25\x00"
ASK_PAPER: Final = b"\x1dr\x01"

_LINE_DOTS: Final = 30
_RULER_DOTS: Final = 40
_SCALES: Final = {"normal": (1, 1), "tall": (1, 2), "big": (2, 2), "largest": (2, 3)}


def bytes_of(pieces: Sequence[Piece], profile: Profile) -> bytes:
    """Give one job: initialised, laid out, cut. Without a fence: see `fence`."""
    # The library prints remarks about its profiles; they are not meant for anybody here.
    with contextlib.redirect_stdout(io.StringIO()):
        return _job(pieces, profile)


def fence(profile: Profile, job: bytes) -> tuple[bytes, bytes]:
    """Give what is sent after a job, and how the answer that proves it begins.

    job: four printable characters that name it. With GS ( H the answer carries them; with
    GS r 1 it is one byte of paper status, whose fixed bits `status` checks.
    """
    if profile.fence == "status":
        return ASK_PAPER, b""
    assert len(job) == 4
    assert all(32 <= byte <= 126 for byte in job)
    return b"\x1d(H\x06\x00\x30\x30" + job, b"\x37\x22" + job + b"\x00"


def length_mm(pieces: Sequence[Piece], profile: Profile) -> int:
    """Say how much paper a job takes, for the gauge of the roll."""
    dots = 0
    for piece in pieces:
        match piece:
            case Text():
                dots += _LINE_DOTS * _SCALES[piece.size][1]
            case Code():
                dots += 41 * (piece.dots or profile.module_dots)
            case Ruler():
                dots += _RULER_DOTS
            case Logo():
                dots += logo.draw(piece.data, profile).height
            case Gap():
                dots += _LINE_DOTS * piece.lines
            case Cut():
                dots += _LINE_DOTS * profile.lines_after
            case _ as never:
                assert_never(never)
    return round(dots / profile.dots_per_mm)


def warm() -> None:
    """Load the library before the first guest needs it: its list of printers is long."""
    _library()


@cache
def _library() -> tuple[type[Any], int]:
    # Half a second of processor time at import, which no start should wait for.
    from escpos.constants import QR_ECLEVEL_M
    from escpos.printer import Dummy

    return Dummy, QR_ECLEVEL_M


def _job(pieces: Sequence[Piece], profile: Profile) -> bytes:
    printer, level_m = _library()
    paper = printer()
    paper._raw(INITIALISE)
    paper._raw(bytes((0x1B, ord("t"), profile.code_page)))
    for piece in pieces:
        match piece:
            case Text():
                _text(paper, piece, profile)
            case Code():
                paper.set(align="center")
                dots = piece.dots or profile.module_dots
                paper.qr(piece.text, ec=level_m, size=dots, native=True)
                paper.set(align="left")
            case Gap():
                paper._raw(b"\n" * piece.lines)
            case Ruler():
                paper.image(_ruler(profile), impl="bitImageRaster")
            case Logo():
                paper.image(logo.draw(piece.data, profile), impl="bitImageRaster")
            case Cut():
                paper._raw(bytes((0x1B, ord("d"), profile.lines_after)))
                paper._raw(b"\x1dV\x00")
            case _ as never:
                assert_never(never)
    return bytes(paper.output)


def _text(paper: Any, text: Text, profile: Profile) -> None:
    wide, high = _SCALES[text.size]
    try:
        # A blank that must not break has been kept together by now; on paper it is a blank.
        encoded = text.words.replace("\N{NO-BREAK SPACE}", " ").encode(profile.encoding)
    except UnicodeEncodeError:
        for script in letters.scripts(letters.lacking(text.words)):
            _say_lacking(script)
        drawn = letters.draw(
            text.words.removesuffix(text.end).rstrip(),
            end=text.end,
            dots=profile.dots,
            height=_LINE_DOTS * high,
            bold=text.bold,
            inverse=text.inverse,
        )
        paper.image(drawn, impl="bitImageRaster")
        return
    paper.set(
        custom_size=True, width=wide, height=high, bold=text.bold, invert=text.inverse
    )
    # Past the library's own guess at a code page, which prints "?" for what it lacks.
    paper._raw(encoded + b"\n")
    paper.set(custom_size=True, width=1, height=1, bold=False, invert=False)


@cache
def _say_lacking(script: str) -> None:
    """Log once for each script; never the name that was written in it."""
    _words.warning("paper lacks letters", script=script, cure="docs/hardware.md, fonts")


def _ruler(profile: Profile) -> Image.Image:
    """Draw marks every 10 mm, every fifth one long."""
    picture = Image.new("1", (profile.dots, _RULER_DOTS), 1)
    pencil = ImageDraw.Draw(picture)
    pencil.line((0, 1, profile.dots, 1), fill=0, width=2)
    for n in range(int(profile.dots / profile.dots_per_mm / 10) + 1):
        x = round(n * 10 * profile.dots_per_mm)
        pencil.line((x, 0, x, _RULER_DOTS if n % 5 == 0 else 20), fill=0, width=2)
    return picture
