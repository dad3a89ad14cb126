"""Lists are paged, never scrolled: "1–6 of 14". Each size of screen has pages of its own.

The server does not know which screen asks, so it sends the longest page and says of each
entry on which sizes it shows; the style sheet hides the rest. One address, `first`, serves
all sizes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """The page of one size. start, stop: half open, from 0. earlier, later: addresses."""

    size: str
    start: int
    stop: int
    of: int
    earlier: str
    later: str

    @property
    def first(self) -> int:
        """Number of the first entry shown, from 1."""
        return self.start + 1

    @property
    def last(self) -> int:
        """Number of the last entry shown."""
        return self.stop


def asked(text: str | None, length: int) -> int:
    """Read `first` (from 1) from an address; anything else is the beginning."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 6:
        return 0
    return min(max(int(text) - 1, 0), max(length - 1, 0))


def pages(
    length: int, first: int, most: Mapping[str, int], url: Callable[[int], str]
) -> list[Page]:
    """Give the page that begins at `first` (from 0) for each size."""
    return [_page(size, length, first, count, url) for size, count in most.items()]


def middle(
    length: int, shown: Sequence[int], most: Mapping[str, int], url: Callable[[int], str]
) -> list[Page]:
    """Give the middle page for each size, or the one around these entries (from 0)."""
    found = []
    for size, count in most.items():
        start = max(length - count, 0) // 2
        if shown and not start <= min(shown) <= max(shown) < start + count:
            start = (min(shown) + max(shown) + 1 - count) // 2
        start = max(min(start, length - count), 0)
        found.append(_page(size, length, start, count, url))
    return found


def _page(
    size: str, length: int, start: int, count: int, url: Callable[[int], str]
) -> Page:
    return Page(
        size=size,
        start=start,
        stop=min(start + count, length),
        of=length,
        earlier=url(max(start - count, 0)) if start else "",
        later=url(start + count) if start + count < length else "",
    )


def sizes(place: int, shown: Sequence[Page]) -> str:
    """Give the classes of an entry: "on on-s on-l"; nothing when no page has it."""
    names = [f"on-{page.size}" for page in shown if page.start <= place < page.stop]
    return " ".join(["on", *names]) if names else ""
