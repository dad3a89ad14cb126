"""Pictures that the lobby page shows between its posters: a folder that the house fills.

The folder may change at any time. What is not a picture in it is passed over.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

KINDS: Final = {
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".webp": ("image/webp", b"RIFF"),
}
MOST: Final = 50
MOST_BYTES: Final = 4 << 20
# How long each picture, and the posters before them, are seen.
TURN_S: Final = 20


@dataclass(frozen=True)
class Picture:
    """One picture. words: what it is called, for those who do not see it."""

    name: str
    kind: str
    file: Path
    words: str


def pictures(folder: Path | None) -> list[Picture]:
    """Give the pictures of a folder in the order of their names."""
    if folder is None or not folder.is_dir():
        return []
    found = sorted(one for one in folder.iterdir() if one.suffix.lower() in KINDS)
    return [_picture(one) for one in found if _good(one)][:MOST]


def picture(folder: Path | None, name: str) -> Picture | None:
    """Give one picture by its name, or None."""
    return next((one for one in pictures(folder) if one.name == name), None)


def turn(folder: Path | None, now_ms: int) -> Picture | None:
    """Give the picture whose turn it is; None: the posters'."""
    found = pictures(folder)
    at = now_ms // (TURN_S * 1000) % (len(found) + 1)
    return found[at - 1] if at else None


def _picture(file: Path) -> Picture:
    words = file.stem.replace("-", " ").replace("_", " ").strip()
    return Picture(file.name, KINDS[file.suffix.lower()][0], file, words)


def _good(file: Path) -> bool:
    begins = KINDS[file.suffix.lower()][1]
    try:
        if not file.is_file() or file.stat().st_size > MOST_BYTES:
            return False
        with file.open("rb") as opened:
            return opened.read(len(begins)) == begins
    except OSError:
        return False
