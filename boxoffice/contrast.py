"""How far one colour stands out from another, as WCAG 2.2 measures it."""

import re
from typing import Final

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
Rgb = tuple[int, int, int]


def is_colour(text: str) -> bool:
    """Whether it is written "#rrggbb"."""
    return _COLOUR.fullmatch(text) is not None


def colour(text: str) -> Rgb:
    """Read "#rrggbb"; what is not written so is our own mistake."""
    assert is_colour(text), text
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def written(rgb: Rgb) -> str:
    """Write a colour as "#rrggbb"."""
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def mixed(over: Rgb, under: Rgb, share: float) -> Rgb:
    """Give the colour seen when `share` (0 to 1) of one lies over another."""
    r, g, b = (round(share * o + (1 - share) * u) for o, u in zip(over, under, strict=True))
    return r, g, b


def ratio(one: Rgb, other: Rgb) -> float:
    """Give the contrast of two colours, 1 to 21. Source: WCAG 2.2, contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: Rgb) -> float:
    r, g, b = (_linear(value / 255) for value in rgb)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
