"""The house's own look in letters: its colours, and its logo, which comes with them."""

import io
from dataclasses import dataclass
from email.message import EmailMessage
from functools import lru_cache
from typing import Final

from PIL import Image

from boxoffice import palettes
from boxoffice.themes import Theme

# As shown; drawn twice as fine.
_MOST_WIDE_PX: Final = 240
_MOST_HIGH_PX: Final = 56
_FINE: Final = 2


@dataclass(frozen=True)
class Logo:
    """A logo for a letter, as PNG. wide, high: as it is shown, in pixels."""

    png: bytes
    wide: int
    high: int


@dataclass(frozen=True)
class Look:
    """What a letter's template asks for. cid: the name of the logo's picture in the letter.

    ground, cream: below the logo, and words there until it is seen. accent, pale: lines and
    links, and what is written on them.
    """

    accent: str
    pale: str
    ground: str
    cream: str
    logo: Logo | None
    cid: str


def of(theme: Theme, letter: str) -> Look:
    """Give the look of one letter; letters of a house without a theme stay as they are."""
    every = {**palettes.COLOURS, **theme.colours}
    own = bool(theme.colours)
    return Look(
        accent=every["curtain"] if own else "#6b2740",
        pale=every["cream"] if own else "#f3e3cf",
        ground=every["night"],
        cream=every["cream"],
        logo=_logo(theme),
        cid=f"logo.{letter}@front-of-house",
    )


def bring(message: EmailMessage, look: Look) -> None:
    """Put the logo into a letter whose HTML shows it."""
    html = message.get_body(("html",))
    if look.logo is None or not isinstance(html, EmailMessage):
        return
    html.add_related(
        look.logo.png,
        maintype="image",
        subtype="png",
        cid=f"<{look.cid}>",
        filename="logo.png",
    )


def _logo(theme: Theme) -> Logo | None:
    """Draw the logo; None for a drawing (SVG), which mail programs do not show."""
    logo = theme.logo
    if logo is None or logo.kind == "image/svg+xml":
        return None
    return _draw(logo.data)


@lru_cache(maxsize=4)
def _draw(data: bytes) -> Logo | None:
    try:
        with Image.open(io.BytesIO(data)) as file:
            picture = file.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    scale = min(_MOST_WIDE_PX / picture.width, _MOST_HIGH_PX / picture.height)
    wide, high = (max(1, round(scale * side)) for side in picture.size)
    picture.thumbnail((wide * _FINE, high * _FINE), Image.Resampling.LANCZOS)
    drawn = io.BytesIO()
    picture.save(drawn, "PNG", optimize=True)
    return Logo(drawn.getvalue(), wide, high)
