"""The house's own colours: which there are, and whether everybody can read what is written.

Words stand out 7 to 1 from what they lie on, edges 3 to 1. Source: lobby.md §1;
docs/operations/theme.md explains the file that sets them.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from boxoffice import contrast

WORDS: Final = 7.0
EDGES: Final = 3.0
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
    {"amber_light": "#ffe2a8", "leaf_light": "#d6efdf", "rose_light": "#f9dcd9"}
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


class BadTheme(ValueError):
    """A theme that is refused; the text is a sentence that says why."""


def read(given: Mapping[str, Any]) -> dict[str, str]:
    """Read the colours that a house sets, as "#rrggbb". Raises BadTheme."""
    for name, value in given.items():
        if name not in COLOURS:
            raise BadTheme(
                f"A theme has no colour {name!r}; it may set {', '.join(COLOURS)}."
            )
        if not isinstance(value, str) or not contrast.is_colour(value):
            raise BadTheme(
                f"The theme's {name} must be a colour like #1a0f22, not {value!r}."
            )
    colours = {name: value.lower() for name, value in given.items()}
    check(colours)
    return colours


def check(colours: Mapping[str, str]) -> None:
    """Refuse colours that do not stand out enough from one another. Raises BadTheme.

    colours: those of the house; the others are the usual ones.
    """
    for words, ground, found, needed in _measured(colours):
        if found < needed:
            what = "words" if needed == WORDS else "edges"
            # Rounded down, so that 6.96 does not read as 7.
            said = int(found * 100) / 100
            raise BadTheme(
                f"The theme's {words} on {ground} has a contrast of {said:.2f} to 1;"
                f" {what} need {needed:g} to 1."
            )


def lines(colours: Mapping[str, str]) -> Iterator[str]:
    """Say of every pair how it stands out, one line each."""
    for words, ground, found, needed in _measured(colours):
        yield f"{words} on {ground}: {found:.2f} to 1, needs {needed:g}"


def _measured(colours: Mapping[str, str]) -> Iterator[tuple[str, str, float, float]]:
    """Give every pair: what is written, on what, its contrast and what it needs."""
    every = {**COLOURS, **FIXED, **colours}
    rgb = {name: contrast.colour(text) for name, text in every.items()}
    for pairs, needed in ((WRITTEN, WORDS), (DRAWN, EDGES)):
        for words, grounds in pairs:
            for ground in grounds:
                found = contrast.ratio(rgb[words], rgb[ground])
                yield f"{words} {every[words]}", f"{ground} {every[ground]}", found, needed
    lit = contrast.mixed(rgb["gold"], rgb["night"], LIT)
    found = contrast.ratio(rgb["gold"], lit)
    yield f"gold {every['gold']}", "night in its own light", found, WORDS
