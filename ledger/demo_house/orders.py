"""Orders that wait in the demo house: at will call, by mail, for another night."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import best
from boxoffice.pricing import Seller
from ledger import flips, groups, offers, orders
from ledger.clock import Means
from ledger.demo_house.price_lists import CLASS, CLASS_PEOPLE
from ledger.groups import Group
from ledger.refused import Refused
from ledger.tables.doors import MovementRow
from ledger.tables.orders import OrderRow, TicketRow


@dataclass(frozen=True)
class _Waiting:
    """An order. together: on one ticket for as many as there are seats, as for a class."""

    name: str
    seats: tuple[str, ...]
    email: str = ""
    paid: bool = True
    photo_id: bool = False
    delivery: str = "will_call"
    group: Group = groups.NONE
    together: bool = False


_TONIGHT = (
    _Waiting("Grace Okafor", ("ST-E-12", "ST-E-13")),
    _Waiting("Søren Lindqvist", ("ST-G-9", "ST-G-10", "ST-G-11")),
    _Waiting("Mia Tanaka", ("CI-B-14", "CI-B-15"), paid=False),
    _Waiting("Jonas Weiß", ("BX-R2-1", "BX-R2-2"), photo_id=True),
)


_EMAILED = _Waiting(
    "Ada Holm", ("ST-F-15", "ST-F-16"), email="ada@example.org", delivery="email"
)


_GROUP = _Waiting(
    "Karen Holst",
    tuple(f"{row}-{n}" for row in ("CI-E", "CI-F") for n in range(3, 7)),
    group=Group("Harbour Choir", "Ida Bech"),
)


_CLASS = _Waiting(
    "Lena Roth",
    tuple(f"BA-D-{n}" for n in range(2, 2 + CLASS_PEOPLE)),
    email="lena@example.org",
    delivery="email",
    together=True,
)


_OTHER_NIGHT = _Waiting("Bea Marsh", ("ST-D-12", "ST-D-13"))


def sell(session: Session, means: Means, tonight: str, other: str) -> dict[str, Any]:
    """Sell what waits at will call and in the outbox; give numbers, names and codes."""
    will_call = [_order(session, means, tonight, w, w.seats) for w in _TONIGHT]
    return {
        "will_call": will_call,
        "emailed": _order(session, means, tonight, _EMAILED, _EMAILED.seats),
        "other_night": _order(session, means, other, _OTHER_NIGHT, _OTHER_NIGHT.seats),
        "group": _order(session, means, tonight, _GROUP, _GROUP.seats),
        "class": _order(session, means, tonight, _CLASS, _CLASS.seats),
    }


def renew(session: Session, means: Means, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Sell anew what somebody collected, paid or was let in with, so that it waits again.

    facts: what `sell` gave, and `renew` since. Its people get the best seats that are left.
    """

    def again(known: Mapping[str, Any], performance: str, waiting: _Waiting) -> Any:
        if "seats" in known and _waits(session, known, waiting):
            return known
        party = best.Request(len(waiting.seats))
        offer = offers.find(session, performance, party)
        if isinstance(offer, best.NoOffer):
            return known
        return _order(session, means, performance, waiting, offer.seats)

    tonight = facts["tonight"]
    return {
        "will_call": [
            again(known, tonight, waiting)
            for known, waiting in zip(facts["will_call"], _TONIGHT, strict=True)
        ],
        "emailed": again(facts["emailed"], tonight, _EMAILED),
        "other_night": again(facts["other_night"], facts["other"], _OTHER_NIGHT),
        "group": again(facts["group"], tonight, _GROUP),
        # A house of before had no class.
        "class": again(facts.get("class", {}), tonight, _CLASS),
    }


def _waits(session: Session, known: Mapping[str, Any], waiting: _Waiting) -> bool:
    """Whether an order is as it was when it was sold."""
    order = session.get(OrderRow, known["order"])
    tickets = session.scalars(
        select(TicketRow).where(TicketRow.id.in_(known["tickets"]))
    ).all()
    let_in = session.scalars(
        select(MovementRow.id).where(MovementRow.ticket.in_(known["tickets"]))
    ).first()
    return (
        order is not None
        and order.state == "confirmed"
        and (order.paid > 0) == waiting.paid
        and order.collected_ms is None
        and all(t.status == "active" and t.print_state == "not_printed" for t in tickets)
        and let_in is None
    )


def _order(
    session: Session,
    means: Means,
    performance: str,
    waiting: _Waiting,
    seats: Sequence[str],
) -> Mapping[str, Any]:
    sold = orders.sell(
        session,
        means,
        performance=performance,
        seats=[(seats[0], CLASS)] if waiting.together else [(s, "adult") for s in seats],
        seller=Seller.ONLINE,
        patron=orders.Patron(name=waiting.name, email=waiting.email),
        tender="card" if waiting.paid else None,
        delivery=waiting.delivery,
        photo_id=waiting.photo_id,
    )
    assert not isinstance(sold, Refused), f"{waiting.name}: {sold}"
    if waiting.together:
        _keep_free(session, means, performance, seats[1:])
    groups.mark(session.get_one(OrderRow, sold.id), waiting.group)
    return {
        "order": sold.number,
        "last_name": (waiting.group.leader or waiting.name).split()[-1],
        "code": sold.pickup_code,
        "paid": waiting.paid,
        "tickets": [ticket.id for ticket in sold.tickets],
        "shows": sold.tickets[0].payload,
        # As pages name them: the demo's codes are made of section, row and number.
        "seats": [" ".join(seat.split("-")[-2:]) for seat in seats],
    }


def _keep_free(
    session: Session, means: Means, performance: str, seats: Sequence[str]
) -> None:
    """Take seats off sale that a party on one ticket sits on, as staff do."""
    kept = flips.apply(
        session,
        means,
        performance=performance,
        seats=seats,
        act="kill",
        by="",
        reason="A class sits here",
    )
    assert not isinstance(kept, Refused)
    assert not kept.refused, kept
