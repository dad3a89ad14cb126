"""The theme of the house: its colours, fonts and logo, as its theme.toml says.

Kiosks and the online shop read the same folder; docs/operations/theme.md explains it.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final

from boxoffice import palettes
from boxoffice.palettes import BadTheme

DOCUMENT: Final = "theme.toml"
MOST_BYTES: Final = 200 << 10
FONTS: Final = ("text", "bold", "title")
_LOGOS: Final = {
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".webp": ("image/webp", b"RIFF"),
    ".svg": ("image/svg+xml", b"<"),
}
_FONTS: Final = {".woff2": ("font/woff2", b"wOF2")}
# Gives what is in a file of the theme's folder. Raises OSError where it cannot be read.
Bring = Callable[[str], bytes]


@dataclass(frozen=True)
class Asset:
    """A file of the theme: its kind and what is in it."""

    name: str
    kind: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Theme:
    """What the house changes; a bare one changes nothing.

    colours: those that differ. fonts: by use (text, bold, title). capitals: height of the
    text font's capitals, in em.
    """

    colours: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[str, Asset] = field(default_factory=dict)
    capitals: float | None = None
    logo: Asset | None = None

    @cached_property
    def assets(self) -> dict[str, Asset]:
        """Give its files by name."""
        every = [*self.fonts.values(), *([self.logo] if self.logo else [])]
        return {asset.name: asset for asset in every}

    @cached_property
    def version(self) -> str:
        """Give a word that changes with the theme."""
        told = repr((dict(self.colours), self.capitals, sorted(self.fonts)))
        mark = blake2b(told.encode(), digest_size=6)
        for name, asset in sorted(self.assets.items()):
            mark.update(name.encode() + asset.data)
        return mark.hexdigest()


STANDARD: Final = Theme()


def read(folder: str, bring: Bring) -> Theme:
    """Read and check a theme. Raises BadTheme with a sentence that names what is wrong.

    folder: what its folder is called, for that sentence.
    """
    try:
        given = tomllib.loads(bring(DOCUMENT).decode())
    except (OSError, ValueError) as why:
        raise BadTheme(f"The theme {folder}/{DOCUMENT} cannot be read: {why}.") from None
    unknown = sorted(set(given) - {"colours", "fonts", "logo"})
    if unknown:
        raise BadTheme(f"A theme has colours, fonts and a logo, not {unknown[0]!r}.")
    colours = palettes.read(_table(given, "colours"))
    fonts = _table(given, "fonts")
    capitals = _capitals(fonts)
    logo = given.get("logo")
    return Theme(
        colours,
        {use: _asset(bring, name, _FONTS) for use, name in fonts.items()},
        capitals,
        None if logo is None else _asset(bring, logo, _LOGOS),
    )


def _table(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = given.get(name, {})
    if not isinstance(found, dict):
        raise BadTheme(f"A theme's {name} are a table, [{name}].")
    return dict(found)


def _capitals(fonts: dict[str, Any]) -> float | None:
    """Take the height of capitals out of the fonts: letters are measured by it."""
    capitals = fonts.pop("capitals", None)
    for use in fonts:
        if use not in FONTS:
            raise BadTheme(f"A theme has no font {use!r}; it may set {', '.join(FONTS)}.")
    if ("text" in fonts) != ("bold" in fonts):
        raise BadTheme("A theme brings text and bold fonts together, or neither.")
    if "text" not in fonts:
        return None
    if not isinstance(capitals, float) or not 0.5 <= capitals <= 0.9:
        raise BadTheme(
            "A theme's text font needs capitals, the height of its capital letters in em"
            f" (0.5 to 0.9), not {capitals!r}."
        )
    return capitals


def _asset(bring: Bring, name: Any, kinds: Mapping[str, tuple[str, bytes]]) -> Asset:
    if not isinstance(name, str) or "/" in name:
        raise BadTheme(f"A theme's files lie beside its {DOCUMENT}; {name!r} does not.")
    kind = kinds.get("." + name.lower().rpartition(".")[2])
    if kind is None:
        raise BadTheme(f"{name} must be a file of type {', '.join(kinds)}.")
    try:
        data = bring(name)
    except OSError as why:
        raise BadTheme(f"The theme's {name} cannot be read: {why.strerror}.") from None
    if len(data) > MOST_BYTES:
        raise BadTheme(f"The theme's {name} is larger than {MOST_BYTES >> 10} kB.")
    if not data.lstrip().startswith(kind[1]):
        raise BadTheme(f"The theme's {name} is not what its name says.")
    return Asset(name, kind[0], data)
