"""The house as patrons see it: a picture of what is free, and the same as boxes to tick.

The picture works without scripts: a row leads to its boxes. Scripts let a touch on a seat
tick its box. Nobody reads here who has a seat (INV1). Source: lobby.md §8.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from boxoffice.charts import SeatType
from ledger import on_sale
from ledger.evenings import Evening
from ledger.halls import Plan
from ledger.shop import formats
from ledger.shop.speech import gettext as _

# Pixels a metre: seats half a metre apart are 9 mm apart on a screen at arm's length.
SCALE, SIDE, MARGIN = 68.0, 26.0, 40.0
# Beyond this a house is shown section by section.
MOST_SHOWN = 2_500
# Levels with a colour and a shape of their own; further ones share the last.
MOST_LEVELS = 5


@dataclass(frozen=True)
class Level:
    """A price level in the legend. lowest: the usual ticket with fees, minor units."""

    id: str
    name: str
    lowest: int | None
    free: int


@dataclass(frozen=True)
class Box:
    """A free seat. level: its number in the legend. kind: of boxoffice.charts."""

    seat: str
    name: str
    level: int
    price: int
    kind: SeatType

    @property
    def classes(self) -> str:
        """How it is drawn: a colour and a shape for its level, a ring for wheelchairs."""
        ring = "" if self.kind is SeatType.STANDARD else " w"
        return f"l{min(self.level, MOST_LEVELS)}{ring}"


@dataclass(frozen=True)
class Line:
    """A row with its free seats. place: in the chart. html: the boxes to tick."""

    place: int
    section: str
    name: str
    boxes: Sequence[Box]
    html: Markup

    @property
    def id(self) -> str:
        """What leads to it on the page."""
        return f"r{self.place}"


@dataclass(frozen=True)
class Part:
    """A section with its rows."""

    name: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Map:
    """What is drawn. sections: (name, how many are free). chosen: the one that is shown."""

    picture: Markup
    lines: Sequence[Line]
    sections: Sequence[tuple[str, int]]
    chosen: str

    @property
    def parts(self) -> list[Part]:
        """The rows by section, in chart order."""
        names = dict.fromkeys(line.section for line in self.lines)
        return [
            Part(name, [line for line in self.lines if line.section == name])
            for name in names
        ]


def levels(here: Evening, free: Collection[str]) -> list[Level]:
    """Give the price levels with what the usual ticket costs there."""
    counts: dict[str | None, int] = {}
    for seat in free:
        level = here.plan.level_of(seat)
        counts[level] = counts.get(level, 0) + 1
    usual = on_sale.usual(here).id
    return [
        Level(
            level.id,
            level.name,
            on_sale.whole(here, level.id, usual),
            counts.get(level.id, 0) if here.plan.chart else len(free),
        )
        for level in here.prices.levels
    ]


def draw(
    here: Evening,
    free: Sequence[str],
    section: str = "",
    ticked: Collection[str] = (),
) -> Map | None:
    """Draw the house, or one section of a large one; None for general admission.

    ticked: seats that somebody has chosen already.
    """
    chart = here.plan.chart
    if chart is None:
        return None
    available = frozenset(free)
    counts: dict[str, int] = {}
    for row in chart.rows:
        here_free = sum(seat in available for seat in row.seats)
        counts[row.section] = counts.get(row.section, 0) + here_free
    chosen = section if section in counts else ""
    if not chosen and len(chart.seats) > MOST_SHOWN:
        return Map(Markup(""), (), tuple(counts.items()), "")
    rows = _lines(here, available, chosen, ticked)
    picture = _picture(here.plan, available, rows, chosen)
    return Map(picture, rows, tuple(counts.items()), chosen)


def _lines(
    here: Evening, free: Collection[str], section: str, ticked: Collection[str]
) -> list[Line]:
    chart, plan = here.plan.chart, here.plan
    assert chart is not None
    number = {level.id: n for n, level in enumerate(here.prices.levels)}
    usual = on_sale.usual(here).id
    prices = {
        level.id: on_sale.whole(here, level.id, usual) or 0 for level in here.prices.levels
    }
    said = {price: formats.money(price, here.prices.currency) for price in prices.values()}
    lines = []
    for place, row in enumerate(chart.rows):
        if section and row.section != section:
            continue
        boxes = [
            Box(
                seat,
                plan.name(seat).seat,
                number.get(level, 0),
                prices.get(level, 0),
                chart.types.get(seat, SeatType.STANDARD),
            )
            for seat in row.seats
            if seat in free
            for level in (plan.level_of(seat) or "",)
        ]
        name = plan.name(row.seats[0]).row or row.name
        part = formats.own(row.section)
        html = _ticks(f"{part} {name}", boxes, said, ticked)
        lines.append(Line(place, part, name, boxes, html))
    return lines


def _ticks(
    row: str, boxes: Sequence[Box], said: Mapping[int, str], ticked: Collection[str]
) -> Markup:
    """Draw the boxes of a row: in Python, for a house has thousands of them."""
    kinds = {
        SeatType.ACCESSIBLE: ", " + _("step-free"),
        SeatType.COMPANION: ", " + _("for a companion"),
    }
    parts = [
        f'<label class="box {box.classes}"><input type="checkbox" name="seat"'
        f' value="{escape(box.seat)}" data-price="{box.price}"'
        f' aria-label="{escape(row)} {escape(box.name)},'
        f' {escape(said.get(box.price, ""))}{escape(kinds.get(box.kind, ""))}"'
        f"{' checked' if box.seat in ticked else ''}>"
        f"{escape(box.name)}</label>"
        for box in boxes
    ]
    # Names from the plan were escaped, all else is figures.
    return Markup("".join(parts))  # noqa: S704


def _picture(
    plan: Plan, free: Collection[str], lines: Sequence[Line], section: str
) -> Markup:
    chart = plan.chart
    assert chart is not None
    if not chart.coords:
        return Markup("")
    shown = [
        (line, row)
        for line in lines
        for row in (chart.rows[line.place],)
        if all(seat in chart.coords for seat in row.seats)
    ]
    if not shown:
        return Markup("")
    points = [chart.coords[seat] for _line, row in shown for seat in row.seats]
    xs, ys = [x * SCALE for x, _ in points], [y * SCALE for _, y in points]
    stage, words = plan.stage, _("Stage")
    if not section:
        xs += [stage.x * SCALE, (stage.x + stage.width) * SCALE]
        ys += [stage.y * SCALE, (stage.y + stage.depth) * SCALE]
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    width, height = max(xs) - left + MARGIN, max(ys) - top + MARGIN
    parts = [
        f'<svg class="map" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" aria-hidden="true" focusable="false">'
    ]
    if not section:
        parts.append(
            f'<rect class="map__stage" x="{stage.x * SCALE - left:.0f}"'
            f' y="{stage.y * SCALE - top:.0f}" width="{stage.width * SCALE:.0f}"'
            f' height="{stage.depth * SCALE:.0f}" rx="10"/>'
            f'<text class="map__words" x="{(stage.x + stage.width / 2) * SCALE - left:.0f}"'
            f' y="{(stage.y + stage.depth / 2) * SCALE - top + 9:.0f}">'
            f"{escape(words)}</text>"
        )
    gone = []
    for line, row in shown:
        boxes = {box.seat: box for box in line.boxes}
        parts.append(f'<a href="#{line.id}" tabindex="-1">')
        x, y = chart.coords[row.seats[0]]
        parts.append(
            f'<text x="{x * SCALE - left - SIDE:.0f}" y="{y * SCALE - top + 6:.0f}">'
            f"{escape(line.name)}</text>"
        )
        for seat in row.seats:
            x, y = chart.coords[seat]
            x, y = x * SCALE - left - SIDE / 2, y * SCALE - top - SIDE / 2
            box = boxes.get(seat)
            if box is None:
                gone.append(f"M{x + 8:.0f} {y + 8:.0f}h10v10h-10z")
                continue
            parts.append(
                f'<rect class="s {box.classes}" data-seat="{escape(seat)}"'
                f' x="{x:.0f}" y="{y:.0f}"/>'
            )
        parts.append("</a>")
    parts.append(f'<path class="map__gone" d="{"".join(gone)}"/></svg>')
    # Names from the plan were escaped, all else is figures.
    return Markup("".join(parts))  # noqa: S704
