"""The chart as a picture: every seat where it is, its mark as letter, pattern and colour.

Drawn in Python rather than in a template: a house of 2,000 seats is 4,000 elements. The
picture is for eyes and mouse; the boxes below it say the same to everybody else.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from markupsafe import Markup, escape

from boxoffice.charts import SeatType
from ledger.halls import Plan

# Picture units a metre; a seat is half a metre wide.
SCALE, SIDE, MARGIN = 40.0, 17.0, 24.0


class Mark(Protocol):
    """What is drawn of a seat: its kind is a class of the style sheet."""

    @property
    def seat(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def letter(self) -> str: ...


def picture(plan: Plan, marks: Sequence[Mark], *, section: str = "") -> Markup:
    """Draw the seats of the house, or of one section; blank without coordinates."""
    chart = plan.chart
    if chart is None or not chart.coords:
        return Markup("")
    shown = [
        mark
        for mark in marks
        if mark.seat in chart.coords
        and (not section or plan.section_of(mark.seat) == section)
    ]
    if not shown:
        return Markup("")
    places = {mark.seat: _at(chart.coords[mark.seat]) for mark in shown}
    stage = plan.stage
    xs = [x for x, _ in places.values()]
    ys = [y for _, y in places.values()]
    if not section:
        xs += [stage.x * SCALE, (stage.x + stage.width) * SCALE]
        ys += [stage.y * SCALE, (stage.y + stage.depth) * SCALE]
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    width, height = max(xs) - left + MARGIN, max(ys) - top + MARGIN
    parts = [
        f'<svg class="chart" viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}"'
        ' aria-hidden="true" focusable="false">',
        _patterns(),
    ]
    if not section:
        parts.append(
            f'<rect class="chart__stage" x="{stage.x * SCALE:.0f}"'
            f' y="{stage.y * SCALE:.0f}" width="{stage.width * SCALE:.0f}"'
            f' height="{stage.depth * SCALE:.0f}" rx="8"/>'
            f'<text class="chart__words" x="{stage.middle * SCALE:.0f}"'
            f' y="{(stage.y + stage.depth / 2) * SCALE + 6:.0f}">Stage</text>'
        )
    parts += [_row_name(row, places) for row in _rows(plan, places)]
    accessible = {s for s, kind in chart.types.items() if kind is not SeatType.STANDARD}
    parts += [_seat(mark, places[mark.seat], mark.seat in accessible) for mark in shown]
    parts.append("</svg>")
    # Names from the plan were escaped, all else is figures.
    return Markup("".join(parts))  # noqa: S704


def _at(place: tuple[float, float]) -> tuple[float, float]:
    return place[0] * SCALE, place[1] * SCALE


def _seat(mark: Mark, at: tuple[float, float], accessible: bool) -> str:
    x, y = at
    corner = ""
    if accessible:
        corner = f'<text class="chart__access" x="{x + 4:.0f}" y="{y - 1:.0f}">A</text>'
    return (
        f'<g class="m m-{mark.kind}" data-seat="{escape(mark.seat)}">'
        f'<rect x="{x - SIDE / 2:.0f}" y="{y - SIDE / 2:.0f}"'
        f' width="{SIDE:.0f}" height="{SIDE:.0f}" rx="3"/>'
        f'<text x="{x:.0f}" y="{y + 4:.0f}">{mark.letter}</text>{corner}</g>'
    )


def _rows(plan: Plan, places: Collection[str]) -> list[tuple[str, str]]:
    assert plan.chart
    firsts = []
    for row in plan.chart.rows:
        first = next((seat for seat in row.seats if seat in places), None)
        if first is not None:
            firsts.append((str(plan.name(first).row or row.name), first))
    return firsts


def _row_name(row: tuple[str, str], places: Mapping[str, tuple[float, float]]) -> str:
    name, first = row
    x, y = places[first]
    return (
        f'<text class="chart__row" x="{x - SIDE:.0f}" y="{y + 4:.0f}">{escape(name)}</text>'
    )


def _patterns() -> str:
    """Draw what fills the marks, so that they differ without colour."""
    lines = (
        ("reserved", "M0 4h8", "#6b5b1e"),
        ("held", "M4 0v8", "#2b5d34"),
        ("allotted", "M0 8L8 0", "#3a3f8f"),
        ("unpaid", "M0 0L8 8", "#1d6a8c"),
        ("part", "M0 0L8 8M0 8L8 0", "#1d6a8c"),
        ("buffer", "M4 2v4", "#6b3f7d"),
        ("killed", "M0 0L8 8M0 8L8 0", "#444444"),
    )
    return (
        "<defs>"
        + "".join(
            f'<pattern id="p-{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<rect class="f-{name}" width="8" height="8"/>'
            f'<path d="{path}" stroke="{colour}" stroke-opacity=".35" fill="none"/>'
            "</pattern>"
            for name, path, colour in lines
        )
        + "</defs>"
    )
