"""The logo of the house on paper: black on white, above the name. Source: lobby.md §3."""

import io
from functools import lru_cache
from typing import Final

from PIL import Image

from boxoffice.themes import Theme
from kiosk.printing.pieces import Logo
from kiosk.printing.profile import Profile

# A ticket is short: the logo takes this much of its width and height at most.
_WIDE: Final = 0.6
_HIGH_MM: Final = 14
# Brighter than this, on average, is made for dark grounds: its shape is printed.
_BRIGHT: Final = 128


def pieces(theme: Theme) -> list[Logo]:
    """Give the logo as a piece, none where there is no logo that paper can take.

    A drawing (SVG) stays on the screen: nothing on the device turns it into dots.
    """
    logo = theme.logo
    if logo is None or logo.kind == "image/svg+xml" or not _readable(logo.data):
        return []
    return [Logo(logo.data)]


@lru_cache(maxsize=4)
def draw(data: bytes, profile: Profile) -> Image.Image:
    """Draw it as wide as the paper, centred, in the printer's dots."""
    with Image.open(io.BytesIO(data)) as file:
        picture = file.convert("RGBA")
    ink = _ink(picture)
    scale = min(
        _WIDE * profile.dots / ink.width, _HIGH_MM * profile.dots_per_mm / ink.height
    )
    size = (max(1, round(ink.width * scale)), max(1, round(ink.height * scale)))
    small = ink.resize(size, Image.Resampling.LANCZOS)
    paper = Image.new("L", (profile.dots, size[1]), 255)
    paper.paste(small, ((profile.dots - size[0]) // 2, 0))
    return paper.convert("1")


def _ink(picture: Image.Image) -> Image.Image:
    """Give it in grey on white; what is bright on nothing becomes black."""
    shape = picture.getchannel("A")
    box = shape.getbbox() or (0, 0, *picture.size)
    picture, shape = picture.crop(box), shape.crop(box)
    white = Image.new("L", picture.size, 255)
    grey = Image.composite(picture.convert("L"), white, shape)
    seen = picture.convert("L").histogram(shape)
    bright = sum(value * count for value, count in enumerate(seen)) / max(1, sum(seen))
    if bright <= _BRIGHT or shape.getextrema()[0] == 255:
        return grey
    return Image.eval(shape, lambda alpha: 255 - alpha)


@lru_cache(maxsize=4)
def _readable(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as file:
            file.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True
