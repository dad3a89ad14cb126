"""The door list: everybody who may come tonight, on paper or as a sheet.

By last name or by seat. A sheet is written row by row to a file, so that memory stays small
however large the house is. Source: lobby.md §4 "Door list", checkin.md §11.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import assets, door_answers, evenings, presence
from ledger.documents.ticket import NotAvailable
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.doors import MovementRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.written import money

By = Literal["name", "seat"]
AT_ONCE = 500
COLUMNS = ("Last name", "Name", "Section", "Seat", "People", "Order", "Due", "Type")
# In characters, after the columns that say who is in; and of a question at the door.
WIDTHS, ANSWER_WIDTH = (18, 24, 14, 10, 8, 14, 11, 18), 24


@dataclass(frozen=True)
class Line:
    """One ticket. due: in words, blank when nothing is owed; inside: people, by space.

    price_type: its name. answers: what was said at the door, by question id, in words.
    """

    last_name: str
    name: str
    section: str
    seat: str
    people: int
    order: str
    due: str
    price_type: str
    inside: Sequence[int]
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> tuple[str | int, ...]:
        """The line in the order of `headings` and COLUMNS."""
        return (
            *self.inside,
            self.last_name,
            self.name,
            self.section,
            self.seat,
            self.people,
            self.order,
            self.due,
            self.price_type,
        )


def title(session: Session, performance: str) -> tuple[str, int] | None:
    """Give the production and the start of a performance; None for an unknown one."""
    found = session.execute(
        select(ProductionRow.title, PerformanceRow.starts_ms)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(PerformanceRow.id == performance)
    ).one_or_none()
    return (found[0], found[1]) if found else None


def headings(session: Session, performance: str) -> list[str]:
    """Head what says who is in: one column, or one for each space that doors lead to."""
    spaces = presence.spaces(session, performance)
    return ["In"] if len(spaces) == 1 else [f"In {space}" for space in spaces]


def lines(session: Session, performance: str, by: By, now_ms: int) -> Iterator[Line]:
    """Yield the live tickets of a performance, a few hundred in memory at a time.

    now_ms: of the list; whoever came before the house was last cleared is not in.
    """
    plan = evenings.plan_of(session, performance)
    place = {seat: n for n, seat in enumerate(plan.seats)}
    within = presence.of(session, performance, now_ms)
    query = (
        select(TicketRow, OrderRow, PatronRow)
        .join(OrderRow, OrderRow.id == TicketRow.order)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .where(TicketRow.performance == performance, TicketRow.status == "active")
        .execution_options(yield_per=AT_ONCE)
    )
    if by == "name":
        query = query.order_by(
            func.lower(func.coalesce(PatronRow.last_name, "")),
            OrderRow.number,
            TicketRow.line,
            TicketRow.id,
        )
        found: Iterator[tuple[TicketRow, OrderRow, PatronRow | None]]
        found = ((row[0], row[1], row[2]) for row in session.execute(query))
    else:
        # The order of seats is the chart's, which the database does not know.
        keys = session.execute(
            select(TicketRow.id, TicketRow.seat).where(
                TicketRow.performance == performance, TicketRow.status == "active"
            )
        ).all()
        ordered = [
            id for id, _ in sorted(keys, key=lambda k: (place.get(k[1], 1 << 30), k[1]))
        ]
        found = _in_order(session, query, ordered)
    answered = _answers(session, performance)
    types = evenings.prices_of(session, performance)
    for ticket, order, patron in found:
        known = ticket.seat in plan.places
        name = plan.name(ticket.seat) if known else None
        due = ticket.price - ticket.paid
        kind = types.type_of(ticket.price_type or "")
        yield Line(
            last_name=patron.last_name if patron else "",
            name=patron.name if patron else "",
            section=name.section if name else "",
            seat=f"{name.row} {name.seat}".strip() if name else ticket.seat,
            people=ticket.admits,
            order=ids.shown(order.number),
            due=money(due, order.currency) if due > 0 else "",
            price_type=kind.name if kind else ticket.price_type or "",
            inside=within.inside(ticket),
            answers=answered.get(ticket.id, {}),
        )


def _answers(session: Session, performance: str) -> dict[str, dict[str, str]]:
    """Give what guests answered at the door, by ticket and question, in words."""
    came = session.scalars(
        select(MovementRow.ticket)
        .where(MovementRow.performance == performance, MovementRow.undone.is_(None))
        .distinct()
    ).all()
    found: dict[str, dict[str, str]] = {}
    for one in door_answers.told(session, performance, came):
        found.setdefault(one.ticket, {})[one.question] = one.said
    return found


def _in_order(session: Session, query, ordered):  # type: ignore[no-untyped-def]
    for start in range(0, len(ordered), AT_ONCE):
        some = ordered[start : start + AT_ONCE]
        rows = {
            row[0].id: tuple(row)
            for row in session.execute(query.where(TicketRow.id.in_(some)))
        }
        yield from (rows[id] for id in some if id in rows)
        session.expunge_all()


def sheet(
    session: Session, performance: str, by: By, file: Path, *, heading: str, now_ms: int
) -> int:
    """Write the list as XLSX; give how many lines. Texts are texts, never formulas."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(file), options) as book:
        page = book.add_worksheet("By seat" if by == "seat" else "By name")
        top = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, **_UP})
        text = book.add_format({"text_wrap": True, **_UP})
        people = book.add_format({"align": "center", **_UP})
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.set_footer("&L&A&CPlease shred&R&P / &N")
        page.hide_gridlines(0)  # On paper, too: a line is followed with a finger.
        page.repeat_rows(0, 1)
        page.freeze_panes(2, 0)
        inside = headings(session, performance)
        asked = door_answers.questions(session, performance)
        widths = [max(6, len(words) + 1) for words in inside]
        widths += [*WIDTHS, *(ANSWER_WIDTH for _ in asked)]
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        page.set_row(0, 22)
        page.write_string(0, 0, f"{heading} · Please shred", top)
        words = (*inside, *COLUMNS, *(one.words for one in asked))
        for column, one in enumerate(words):
            page.write_string(1, column, one, head)
        count = 0
        for count, line in enumerate(lines(session, performance, by, now_ms), 1):
            said = (line.answers.get(one.id, "") for one in asked)
            for column, cell in enumerate((*line.cells, *said)):
                if isinstance(cell, int):
                    page.write_number(count + 1, column, cell, people)
                else:
                    page.write_string(count + 1, column, cell, text)
            if count % AT_ONCE == 0:
                session.expunge_all()
        page.autofilter(1, 0, count + 1, len(words) - 1)
    return count


# A long name or answer goes on below itself instead of under its neighbour.
_UP: Final = {"valign": "top"}


def pdf(session: Session, performance: str, by: By, *, heading: str, now_ms: int) -> bytes:
    """Draw the list on A4. Raises NotAvailable where Pango is not installed."""
    try:
        import weasyprint
    except OSError as missing:
        raise NotAvailable(str(missing)) from missing
    template = assets.paper().get_template("documents/door_list.html")
    every = lines(session, performance, by, now_ms)
    inside = headings(session, performance)
    html = template.render(heading=heading, by=by, lines=every, inside=inside)
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    made = weasyprint.HTML(string=html, url_fetcher=nothing).write_pdf()
    assert isinstance(made, bytes)
    return made
