"""The theme of the house: its colours, fonts and logo, in a folder with a theme.toml.

A theme that cannot be read by everybody is refused: words stand out 7 to 1, edges 3 to 1.
Source: lobby.md §1; docs/operations/theme.md explains the file.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from kiosk import contrast

WORDS: Final = 7.0
EDGES: Final = 3.0
MOST_BYTES: Final = 200 << 10
# The share of gold in the light on the lobby page's dark ground, behind the name; a house's
# own gold shines less than ours, so that its name can still be read there.
LIT: Final = 0.08

# What the pages use when the house brings nothing; static/css/tokens.css has the same.
COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "night": "#1a0f22",
        "night_soft": "#2b1a36",
        "night_line": "#8d7799",
        "cream": "#fff3df",
        "mist": "#dccbe3",
        "paper": "#fdf6ea",
        "paper_deep": "#f3e7d3",
        "paper_line": "#86705c",
        "ink": "#22132c",
        "ink_soft": "#4b3955",
        "curtain": "#8a1030",
        "curtain_deep": "#6a0a23",
        "gold": "#f7c95f",
        "gold_deep": "#d9a432",
    }
)
# What stays as it is: notices and counts lie on these.
FIXED: Final[Mapping[str, str]] = MappingProxyType(
    {"amber_light": "#ffe2a8", "leaf_light": "#d6efdf"}
)
# Which words are written on which grounds.
WRITTEN: Final = (
    ("ink", ("paper", "paper_deep", "gold", "gold_deep", "cream", *FIXED)),
    ("ink_soft", ("paper", "paper_deep")),
    ("curtain", ("paper",)),
    ("cream", ("night", "night_soft", "curtain", "curtain_deep")),
    ("mist", ("night", "night_soft")),
    ("gold", ("night", "night_soft")),
)
DRAWN: Final = (
    ("paper_line", ("paper", "paper_deep")),
    ("night_line", ("night", "night_soft")),
)
FONTS: Final = ("text", "bold", "title")
_LOGOS: Final = {
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".webp": ("image/webp", b"RIFF"),
    ".svg": ("image/svg+xml", b"<"),
}
_FONTS: Final = {".woff2": ("font/woff2", b"wOF2")}


class BadTheme(ValueError):
    """A theme that is refused; the text is a sentence that says why."""


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

    @property
    def assets(self) -> dict[str, Asset]:
        """Give its files by name."""
        every = [*self.fonts.values(), *([self.logo] if self.logo else [])]
        return {asset.name: asset for asset in every}

    @property
    def version(self) -> str:
        """Give a word that changes with the theme."""
        told = repr((dict(self.colours), self.capitals, sorted(self.fonts)))
        mark = blake2b(told.encode(), digest_size=6)
        for name, asset in sorted(self.assets.items()):
            mark.update(name.encode() + asset.data)
        return mark.hexdigest()


STANDARD: Final = Theme()


def read(folder: Path) -> Theme:
    """Read and check a theme. Raises BadTheme with a sentence that names what is wrong."""
    file = folder / "theme.toml"
    try:
        given = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as why:
        raise BadTheme(f"The theme {file} cannot be read: {why}.") from None
    unknown = sorted(set(given) - {"colours", "fonts", "logo"})
    if unknown:
        raise BadTheme(f"A theme has colours, fonts and a logo, not {unknown[0]!r}.")
    colours = _colours(_table(given, "colours"))
    fonts = _table(given, "fonts")
    capitals = _capitals(fonts)
    logo = given.get("logo")
    check(colours)
    return Theme(
        colours,
        {use: _asset(folder, name, _FONTS) for use, name in fonts.items()},
        capitals,
        None if logo is None else _asset(folder, logo, _LOGOS),
    )


def check(colours: Mapping[str, str]) -> None:
    """Refuse colours that do not stand out enough from one another. Raises BadTheme.

    colours: those of the house; the others are the usual ones.
    """
    for words, ground, found, needed in measured(colours):
        if found < needed:
            what = "words" if needed == WORDS else "edges"
            # Rounded down, so that 6.96 does not read as 7.
            said = int(found * 100) / 100
            raise BadTheme(
                f"The theme's {words} on {ground} has a contrast of {said:.2f} to 1;"
                f" {what} need {needed:g} to 1."
            )


def measured(colours: Mapping[str, str]) -> Iterator[tuple[str, str, float, float]]:
    """Give every pair: what is written, on what, its contrast and what it needs."""
    every = {**COLOURS, **FIXED, **colours}
    read_all = ((name, contrast.colour(text)) for name, text in every.items())
    rgb = {name: found for name, found in read_all if found is not None}
    for pairs, needed in ((WRITTEN, WORDS), (DRAWN, EDGES)):
        for words, grounds in pairs:
            for ground in grounds:
                found = contrast.ratio(rgb[words], rgb[ground])
                yield _named(words, colours), _named(ground, colours), found, needed
    lit = contrast.mixed(rgb["gold"], rgb["night"], LIT)
    found = contrast.ratio(rgb["gold"], lit)
    yield _named("gold", colours), "night in its own light", found, WORDS


def _named(name: str, colours: Mapping[str, str]) -> str:
    every = {**COLOURS, **FIXED, **colours}
    return f"{name} {every[name]}"


def _table(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = given.get(name, {})
    if not isinstance(found, dict):
        raise BadTheme(f"A theme's {name} are a table, [{name}].")
    return dict(found)


def _colours(given: Mapping[str, Any]) -> dict[str, str]:
    for name, value in given.items():
        if name not in COLOURS:
            raise BadTheme(
                f"A theme has no colour {name!r}; it may set {', '.join(COLOURS)}."
            )
        if not isinstance(value, str) or contrast.colour(value) is None:
            raise BadTheme(
                f"The theme's {name} must be a colour like #1a0f22, not {value!r}."
            )
    return {name: value.lower() for name, value in given.items()}


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


def _asset(folder: Path, name: Any, kinds: Mapping[str, tuple[str, bytes]]) -> Asset:
    if not isinstance(name, str) or Path(name).name != name:
        raise BadTheme(f"A theme's files lie beside its theme.toml; {name!r} does not.")
    kind = kinds.get(Path(name).suffix.lower())
    if kind is None:
        raise BadTheme(f"{name} must be a file of type {', '.join(kinds)}.")
    try:
        data = (folder / name).read_bytes()
    except OSError as why:
        raise BadTheme(f"The theme's {name} cannot be read: {why.strerror}.") from None
    if len(data) > MOST_BYTES:
        raise BadTheme(f"The theme's {name} is larger than {MOST_BYTES >> 10} kB.")
    if not data.lstrip().startswith(kind[1]):
        raise BadTheme(f"The theme's {name} is not what its name says.")
    return Asset(name, kind[0], data)
