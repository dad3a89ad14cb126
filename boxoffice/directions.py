"""Names in any script inside sentences in ours.

A name that is written from right to left would take the digits and marks beside it along;
between two signs that nobody sees it keeps to itself (Unicode UAX 9: FSI, PDI).
"""

import unicodedata
from typing import Final

_FIRST_STRONG, _END = "\u2068", "\u2069"


def isolated(text: str) -> str:
    """Give a text as it can stand inside another; one that reads as ours is as it was."""
    if any(unicodedata.bidirectional(sign) in _OTHER_WAY for sign in text):
        return f"{_FIRST_STRONG}{text}{_END}"
    return text


_OTHER_WAY: Final = frozenset({"R", "AL", "RLE", "RLO", "RLI"})
