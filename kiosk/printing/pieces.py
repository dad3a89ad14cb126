"""What paper is made of, whichever printer prints it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

_BREAKS: Final = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")


@dataclass(frozen=True)
class Text:
    """One line. size: normal, tall (twice as high), big (twice both ways) or largest.

    end: the last of the words if they stand at the right-hand edge, such as an amount.
    """

    words: str
    size: Literal["normal", "tall", "big", "largest"] = "normal"
    bold: bool = False
    inverse: bool = False
    end: str = ""


@dataclass(frozen=True)
class Code:
    """A QR code, centred, level M. dots: of a module, 0 for the printer's usual."""

    text: str
    dots: int = 0


@dataclass(frozen=True)
class Gap:
    """Some blank lines."""

    lines: int = 1


@dataclass(frozen=True)
class Ruler:
    """A line with a mark every 10 mm, to be held against a real ruler."""


@dataclass(frozen=True)
class Logo:
    """The house's logo, as the bytes of a picture."""

    data: bytes


@dataclass(frozen=True)
class Cut:
    """The end of this piece of paper."""


Piece = Text | Code | Gap | Ruler | Logo | Cut


def plain(text: str) -> str:
    """Strip what commands printers and what has no width: a name cannot open a drawer.

    Bytes below 0x20 and 0x7F are the printer's own language. Source: sync.md §9.
    """
    return "".join(
        character
        for character in text
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def wrapped(text: str, columns: int) -> list[str]:
    """Break a text at words into lines of at most so many characters.

    A blank that must not break, as in "48,00 €", is part of its word.
    """
    lines: list[str] = []
    for word in _BREAKS.split(text.strip()):
        while len(word) > columns:
            head, word = word[:columns], word[columns:]
            lines.append(head)
        if lines and word and len(lines[-1]) + 1 + len(word) <= columns:
            lines[-1] += f" {word}"
        elif word:
            lines.append(word)
    return lines
