"""Paper for staff: totals, a test page. Never a ticket, so it never says what one is worth.

Source: lobby.md §5.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from kiosk.printing.pieces import Code, Cut, Gap, Piece, Ruler, Text, plain, wrapped

_BOXES: Final = ("[ ] ", "[x] ")


@dataclass(frozen=True)
class Entry:
    """One line: words, and a figure at its end."""

    words: str
    figure: str
    strong: bool = False


@dataclass(frozen=True)
class Report:
    """One report. codes: QR codes with their module's size in dots. ruler: 10 mm marks."""

    title: str
    head: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    foot: tuple[str, ...] = ()
    codes: tuple[tuple[str, int], ...] = ()
    ruler: bool = False

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read what `document` gave."""
        return cls(
            title=document["title"],
            head=tuple(document["head"]),
            entries=tuple(Entry(**entry) for entry in document["entries"]),
            foot=tuple(document["foot"]),
            codes=tuple((str(text), int(dots)) for text, dots in document["codes"]),
            ruler=bool(document["ruler"]),
        )

    def document(self) -> dict[str, Any]:
        """Give what is kept with the job."""
        return asdict(self)


def pieces(report: Report, *, columns: int) -> list[Piece]:
    """Lay it out for a line of so many characters."""
    found: list[Piece] = [
        Text(line, size="tall", bold=True) for line in wrapped(plain(report.title), columns)
    ]
    for line in report.head:
        found += [Text(part) for part in wrapped(plain(line), columns)]
    found.append(Gap())
    for entry in report.entries:
        found += _entry(entry, columns)
    if report.ruler:
        found.append(Ruler())
    for text, dots in report.codes:
        found += [Gap(), Code(text, dots)]
    if report.foot:
        found.append(Gap())
    for line in report.foot:
        found += [Text(part) for part in wrapped(plain(line), columns)]
    return [*found, Cut()]


def _entry(entry: Entry, columns: int) -> list[Text]:
    figure = plain(entry.figure)
    room = columns - len(figure) - 1
    if room < 8:
        parts = [*wrapped(plain(entry.words), columns), *wrapped(figure, columns)]
        return [Text(part, bold=entry.strong) for part in parts]
    lines = _hung(plain(entry.words), room) or [""]
    last = f"{lines[-1]:<{room}} {figure}"
    return [
        *(Text(line, bold=entry.strong) for line in lines[:-1]),
        Text(last, bold=entry.strong, end=figure),
    ]


def _hung(words: str, room: int) -> list[str]:
    """Break a line; what follows a box to tick hangs beside it, so that boxes stand out."""
    box = next((box for box in _BOXES if words.startswith(box)), "")
    lines = wrapped(words[len(box) :], room - len(box))
    if not box:
        return lines
    first, *more = lines or [""]
    return [box + first, *(" " * len(box) + line for line in more)]
