"""An order as people read it: in a letter, on paper, on a staff page."""

import json
from dataclasses import dataclass, replace
from typing import Any

from babel.dates import format_date, format_time
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import exchange_deadlines, ids
from ledger import own_words, passed_on
from ledger.documents import speech
from ledger.prices import MEMBERSHIP
from ledger.tables.catalogue import ChartRow, PerformanceRow, PriceRow, ProductionRow
from ledger.tables.house import HouseRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.written import moment, money


@dataclass(frozen=True)
class Evening:
    """When and where: one performance in words."""

    title: str
    date: str
    time: str
    doors: str | None


@dataclass(frozen=True)
class Ticket:
    """One ticket in words. code: the text of its QR; blank where there is none to show.

    passed_to: the address of who holds it instead of its buyer. performance: its ID.
    called_off: its performance does not take place.
    """

    id: str
    evening: Evening
    section: str
    row: str
    seat: str
    door: str | None
    price_type: str
    price: str
    fee: str | None
    issue: int
    code: str
    status: str
    language: str = "en"
    passed_to: str = ""
    performance: str = ""
    called_off: bool = False

    @property
    def place(self) -> str:
        """The seat in one line."""
        say = speech.speaker(self.language)
        if not self.row:
            return say("Unreserved seating")
        return say(
            "%(section)s, row %(row)s, seat %(seat)s",
            section=self.section,
            row=self.row,
            seat=self.seat,
        )

    @property
    def when(self) -> str:
        """The performance in one line."""
        return f"{self.evening.title}, {self.evening.date}, {self.evening.time}"

    @property
    def short(self) -> str:
        """The last characters of the id, as printed on paper tickets."""
        return self.id.replace("-", "")[-8:].upper()


@dataclass(frozen=True)
class Order:
    """An order in words, with its tickets in line order."""

    id: str
    number: str
    house: str
    address: str
    mail_from: str
    exchange_rule: str
    patron: str
    total: str
    tickets: tuple[Ticket, ...]
    language: str = "en"

    @property
    def evening(self) -> Evening:
        """The first performance of the order."""
        return self.tickets[0].evening

    @property
    def several(self) -> bool:
        """Whether its tickets are for several performances, so that each must say which."""
        return len({ticket.evening for ticket in self.tickets}) > 1

    @property
    def live(self) -> "Order":
        """The same order without tickets that were given back or cancelled."""
        return replace(self, tickets=tuple(t for t in self.tickets if t.status == "active"))

    @property
    def own(self) -> "Order":
        """The same order with the tickets that admit, as far as its buyer holds them."""
        own = (t for t in self.live.tickets if not t.passed_to and not t.called_off)
        return replace(self, tickets=tuple(own))

    @property
    def called_off(self) -> bool:
        """Whether none of its performances takes place."""
        return all(ticket.called_off for ticket in self.tickets)

    def alone(self, ticket: str) -> "Order":
        """Give one ticket as somebody sees it to whom it was passed on: without the price,
        and without the number by which the order is found.
        """
        [found] = (t for t in self.tickets if t.id == ticket)
        bare = replace(found, price_type="", price="", fee=None)
        return replace(self, id=ticket, number="", total="", patron="", tickets=(bare,))


def describe(
    session: Session,
    order: str,
    language: str | None = "en",
    *,
    now_ms: int | None = None,
) -> Order:
    """Put an order into words. Raises LookupError when there is none, or it is empty.

    language: None for that in which the patron bought. now_ms: who reads it then hears of
    exchanges if that is still possible for one of its evenings; None: if it was when sold.
    """
    row = session.get(OrderRow, order)
    house = session.scalars(select(HouseRow)).first()
    if row is None or house is None:
        raise LookupError(f"there is no order {order}")
    patron = session.get(PatronRow, row.patron) if row.patron else None
    rows = session.scalars(
        select(TicketRow).where(TicketRow.order == order).order_by(TicketRow.line)
    ).all()
    if not rows:
        raise LookupError(f"order {order} has no tickets")
    if language is None:
        language = patron.language if patron else "en"
    locale = speech.locale(language)
    evenings = {
        performance: _Evening(session, performance, house, language)
        for performance in {ticket.performance for ticket in rows}
    }
    read_ms = row.made_ms if now_ms is None else now_ms
    held = passed_on.holders(session, [ticket.id for ticket in rows])
    return Order(
        id=row.id,
        number=ids.shown(row.number),
        house=house.name,
        address=house.address,
        mail_from=house.mail_from,
        exchange_rule=own_words.say(house, house.exchange_rule, language)
        if any(e.exchanges(house.exchange_until, read_ms) for e in evenings.values())
        else "",
        patron=patron.name if patron else "",
        total=money(row.charge, row.currency, locale),
        language=language,
        tickets=tuple(
            evenings[ticket.performance].ticket(
                ticket, row.currency, passed_to=held.get(ticket.id, "")
            )
            for ticket in rows
        ),
    )


class _Evening:
    """One performance with its chart and prices, read once for all its tickets."""

    def __init__(
        self, session: Session, performance: str, house: HouseRow, language: str
    ) -> None:
        self.language = language
        self.locale = locale = speech.locale(language)
        self.zone = zone = house.zone
        self.own = own_words.speaker(house, language)
        found = session.get(PerformanceRow, performance)
        assert found is not None
        production = session.get(ProductionRow, found.production)
        assert production is not None
        self.starts = starts = moment(found.starts_ms, zone)
        doors = moment(found.doors_open_ms, zone) if found.doors_open_ms else None
        self.words = Evening(
            title=production.title,
            date=format_date(starts, "EEE d MMMM y", locale=locale),
            time=format_time(starts, "short", locale=locale),
            doors=format_time(doors, "short", locale=locale) if doors else None,
        )
        chart = session.get(ChartRow, performance)
        self.names: dict[str, Any] = (
            json.loads(chart.body).get("names", {}) if chart else {}
        )
        prices = session.get(PriceRow, performance)
        types = json.loads(prices.body)["types"] if prices else []
        self.types = {entry["id"]: entry["name"] for entry in types}
        self.types[MEMBERSHIP.id] = MEMBERSHIP.name
        self.doors = _doors(json.loads(found.spaces))
        self.called_off = found.cancelled_ms is not None

    def exchanges(self, until: str, at_ms: int) -> bool:
        """Say whether tickets could be exchanged then. until: as the house says it."""
        now = moment(at_ms, self.zone)
        return not exchange_deadlines.passed(until, starts=self.starts, now=now)

    def ticket(self, row: TicketRow, currency: str, *, passed_to: str) -> Ticket:
        name = self.names.get(row.seat, {})
        section = name.get("section", "")
        door = self.doors.get(section) or self.doors.get("")
        kind = row.price_type or ""
        return Ticket(
            id=row.id,
            evening=self.words,
            section=self.own(section),
            row=name.get("row", ""),
            seat=name.get("seat", ""),
            door=self.own(door) if door else None,
            price_type=self.own(self.types.get(kind, kind)),
            price=money(row.price + row.fee_outside, currency, self.locale),
            fee=money(row.fee_outside, currency, self.locale) if row.fee_outside else None,
            issue=row.issue,
            code=row.payload,
            status=row.status,
            language=self.language,
            passed_to=passed_to,
            performance=row.performance,
            called_off=self.called_off,
        )


def _doors(spaces: list[dict[str, Any]]) -> dict[str, str]:
    """Map a section to its door; the blank section to a door that serves every seat."""
    doors: dict[str, str] = {}
    for space in spaces:
        for door in space.get("doors", []):
            for section in door.get("sections") or [""]:
                doors.setdefault(section, door["name"])
    return doors
