"""A group's tickets, row by row: its leader collects them all, and hands them out.

Source: lobby.md §2, docs/decisions/0021.
"""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from boxoffice import ids
from kiosk import documents
from kiosk.device import Device
from kiosk.plans import Plan
from kiosk.printing.report import Entry, Report
from kiosk.printing.words import Words
from kiosk.shown.named import SeatShown
from kiosk.shown.rows import rows_of, runs
from kiosk.store.tables.orders import CollectionRow


def in_rows(plan: Plan | None, seats: Collection[str]) -> list[str]:
    """Put seats in the order in which they are handed out: row by row, as numbered."""
    chart = plan.chart if plan else None
    if chart is None:
        return list(seats)
    rows = {code: chart.blocks[chart.block_of[n]].row for n, code in enumerate(chart.seats)}

    def place(code: str) -> tuple[int, int, str]:
        number = plan.shown(code).seat if plan else ""
        return rows.get(code, len(rows)), int(number) if number.isdigit() else 0, number

    return sorted(seats, key=place)


def cover(
    session: Session,
    device: Device,
    row: CollectionRow,
    fresh: Collection[str],
    language: str,
) -> Report:
    """Lay out the slip before a group's tickets: which rows are here, which still wait."""
    words = Words(language)
    performance = documents.performance(session, row.performance)
    plan = documents.plan(session, row.performance)
    house = documents.house(session)
    zone = performance.zone if performance else house.zone
    now_ms = device.clock.now_ms()
    tickets = row.document["tickets"]
    here = [ticket["seat"] for ticket in tickets if ticket["ticket"] in fresh]
    waiting = [
        ticket["seat"]
        for ticket in tickets
        if ticket["ticket"] not in {*fresh, *row.collected}
        and ticket["status"] == "active"
        and ticket["print_state"] not in {"printed", "phone", "delivered"}
    ]
    head = [words.say("demo")] if device.config.demo else []
    if performance is not None:
        when = f"{words.date(performance.starts_ms, zone)}  "
        head += [performance.title, when + words.time(performance.starts_ms, zone)]
    order = words.say("order", order=ids.shown(row.order))
    head.append(" · ".join((order, device.me.name, words.time(now_ms, zone))))
    count = words.say("group_tickets", n=len(here), of=len(tickets))
    return Report(
        title=str(row.document.get("group") or words.say("group")),
        head=tuple(head),
        entries=(Entry(count, "", strong=True), *_rows(plan, here, words)),
        foot=(*_waiting(plan, waiting, words), words.say("group_no_ticket")),
    )


def _rows(plan: Plan | None, seats: Sequence[str], words: Words) -> list[Entry]:
    if plan is None or plan.chart is None:
        return []
    named = [plan.shown(seat) for seat in in_rows(plan, seats)]
    return [
        Entry(f"{_row(first, words)} ({len(beside)})", _numbers(beside))
        for first, beside in rows_of(named)
    ]


def _waiting(plan: Plan | None, seats: Sequence[str], words: Words) -> list[str]:
    if not seats:
        return []
    said = [words.say("group_waiting", n=len(seats))]
    return said + [f"{entry.words}: {entry.figure}" for entry in _rows(plan, seats, words)]


def _row(seat: SeatShown, words: Words) -> str:
    row = words.say("group_row", row=seat.row) if seat.row else ""
    return ", ".join(part for part in (seat.section, row) if part)


def _numbers(beside: Sequence[SeatShown]) -> str:
    return ", ".join(runs(seat.seat for seat in beside))
