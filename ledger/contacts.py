"""What devices know of people: sealed on its way, readable here alone, and erasable.

Events carry ids only. A kiosk sends beside them whom to reach about an order, and the last
four digits of the card by which its guest can find it again. Source: sync.md §2.3, §9.
"""

import json
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import envelopes, log
from ledger import audit, feed
from ledger.clock import Means
from ledger.tables.contacts import ContactRow
from ledger.tables.house import HouseRow
from ledger.tables.orders import OrderRow

FIELDS: Final = ("name", "email", "phone", "last_four")
LONGEST: Final = 200


class NotForUs(Exception):
    """An envelope that does not open, or holds something else."""


def announce(session: Session, means: Means) -> None:
    """Tell devices the key to seal for; nothing is told twice."""
    house = session.scalar(select(HouseRow.id))
    if house is None:
        return
    public = means.signing.contacts.public_key().public_bytes_raw()
    body = {"key": log.encoded(public)}
    feed.publish(
        session, feed.venue(house), "config", "contacts", body, now_ms=means.now_ms
    )


def keep(session: Session, means: Means, device: str, number: str, sealed: str) -> bool:
    """Keep what a device knows of its order; False: it has told of no such order yet.

    A later envelope takes the place of an earlier one. Raises NotForUs.
    """
    text = envelopes.unseal(means.signing.contacts, number, sealed)
    if text is None:
        raise NotForUs
    told = _fields(text)
    order = session.scalars(
        select(OrderRow.id)
        .where(OrderRow.number == number, OrderRow.device == device)
        .order_by(OrderRow.id)
    ).first()
    if order is None:
        return False
    row = session.get(ContactRow, order, with_for_update=True)
    if row is None:
        row = ContactRow(order=order, device=device)
        session.add(row)
    for name in FIELDS:
        setattr(row, name, told[name])
    row.at_ms = means.now_ms
    return True


def erase(session: Session, means: Means, order: str, *, by: str) -> bool:
    """Forget whom an order was for. by: a member of staff. False: nothing was known."""
    row = session.get(ContactRow, order, with_for_update=True)
    if row is None:
        return False
    session.delete(row)
    audit.note(session, means, staff=by, action="erase_contact", subject=order)
    return True


def _fields(text: str) -> dict[str, str]:
    try:
        told: Any = json.loads(text)
    except ValueError:
        raise NotForUs from None
    if not isinstance(told, dict):
        raise NotForUs
    found = {name: told.get(name) or "" for name in FIELDS}
    if not all(isinstance(v, str) and len(v) <= LONGEST for v in found.values()):
        raise NotForUs
    if any(ord(character) < 32 for value in found.values() for character in value):
        raise NotForUs
    return found
