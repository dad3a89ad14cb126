"""The theme as a style sheet: fonts and values that go over those of the pages.

Pages ask for the fonts by --own-sans and --own-title, so that their own follow in the list
where a letter is missing.
"""

from collections.abc import Callable
from typing import Final

from boxoffice.themes import Theme

_FACES: Final = {
    "text": ("Theme Sans", 500),
    "bold": ("Theme Sans", 700),
    "title": ("Theme Title", 600),
}
_TOKENS: Final = {"text": "own-sans", "title": "own-title"}


def write(
    theme: Theme, values: dict[str, str], address: Callable[[str], str], *, display: str
) -> str:
    """Write the sheet.

    values: of custom properties, by name with underscores. address: where a file of the
    theme is. display: what is shown until a font is there, as CSS names it.
    """
    faces = [
        f'@font-face {{ font-family: "{_FACES[use][0]}"; font-weight: {_FACES[use][1]};'
        f' font-display: {display}; src: url("{address(asset.name)}") format("woff2"); }}'
        for use, asset in theme.fonts.items()
    ]
    fonts = {
        token: f'"{_FACES[use][0]}"' for use, token in _TOKENS.items() if use in theme.fonts
    }
    rules = [
        f"--{name.replace('_', '-')}: {value};" for name, value in (values | fonts).items()
    ]
    return "\n".join([*faces, f":root {{ {' '.join(rules)} }}", ""])
