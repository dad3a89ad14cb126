"""Orders that wait in the demo house: at will call, by mail, for another night."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from boxoffice.pricing import Seller
from ledger import orders
from ledger.clock import Means
from ledger.refused import Refused


@dataclass(frozen=True)
class _Waiting:
    name: str
    seats: tuple[str, ...]
    email: str = ""
    paid: bool = True
    photo_id: bool = False
    delivery: str = "will_call"


_TONIGHT = (
    _Waiting("Grace Okafor", ("ST-E-12", "ST-E-13")),
    _Waiting("Søren Lindqvist", ("ST-G-9", "ST-G-10", "ST-G-11")),
    _Waiting("Mia Tanaka", ("CI-B-14", "CI-B-15"), paid=False),
    _Waiting("Jonas Weiß", ("BX-R2-1", "BX-R2-2"), photo_id=True),
)


_EMAILED = _Waiting(
    "Ada Holm", ("ST-F-15", "ST-F-16"), email="ada@example.org", delivery="email"
)


_OTHER_NIGHT = _Waiting("Bea Marsh", ("ST-D-12", "ST-D-13"))


def sell(session: Session, means: Means, tonight: str, other: str) -> dict[str, Any]:
    """Sell what waits at will call and in the outbox; give numbers, names and codes."""
    will_call = [_order(session, means, tonight, waiting) for waiting in _TONIGHT]
    return {
        "will_call": will_call,
        "emailed": _order(session, means, tonight, _EMAILED),
        "other_night": _order(session, means, other, _OTHER_NIGHT),
    }


def _order(
    session: Session, means: Means, performance: str, waiting: _Waiting
) -> Mapping[str, Any]:
    sold = orders.sell(
        session,
        means,
        performance=performance,
        seats=[(seat, "adult") for seat in waiting.seats],
        seller=Seller.ONLINE,
        patron=orders.Patron(name=waiting.name, email=waiting.email),
        tender="card" if waiting.paid else None,
        delivery=waiting.delivery,
        photo_id=waiting.photo_id,
    )
    assert not isinstance(sold, Refused), f"{waiting.name}: {sold}"
    return {
        "order": sold.number,
        "last_name": waiting.name.split()[-1],
        "code": sold.pickup_code,
        "tickets": [ticket.id for ticket in sold.tickets],
    }
