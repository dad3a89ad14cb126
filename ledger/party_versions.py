"""Which version of several orders somebody saw: a party is changed whole, or not at all.

Whoever changes a party says what they saw of each of its orders. Source: lobby.md §7.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import order_versions
from ledger.rivals import Overtaken
from ledger.tables.orders import OrderRow

LONGEST = 20_000
_MOST = 100


def seen(session: Session, orders: Sequence[str]) -> str:
    """Name what these orders are now; it changes when one changes, joins or leaves."""
    return json.dumps(
        {row.id: order_versions.version(session, row) for row in _rows(session, orders)}
    )


def lock(session: Session, orders: Sequence[str], said: str) -> list[OrderRow] | Overtaken:
    """Take orders to change them, if all still are what was seen; they come as asked."""
    for id in sorted(orders):
        session.get_one(OrderRow, id, with_for_update=True)
    return overtaken(session, orders, said) or _rows(session, orders)


def overtaken(session: Session, orders: Sequence[str], said: str) -> Overtaken | None:
    """Give who changed one of the orders since all were seen; None: all are what they were.

    Of several orders, each change names its own.
    """
    known = _read(said)
    many = len(known) > 1
    for row in _rows(session, [*known, *(id for id in orders if id not in known)]):
        found = order_versions.overtaken(session, row, known.get(row.id, ""))
        if found is not None:
            number = ids.shown(row.number)
            changes = (
                replace(
                    change, what=f"order {number}, {change.what}" if many else change.what
                )
                for change in found.changes
            )
            return Overtaken(tuple(changes))
    return None if set(known) == set(orders) else Overtaken(())


def _rows(session: Session, orders: Sequence[str]) -> list[OrderRow]:
    found = session.scalars(select(OrderRow).where(OrderRow.id.in_(orders))).all()
    return sorted(found, key=lambda row: orders.index(row.id))


def _read(said: str) -> dict[str, str]:
    """Read what a page said; whatever is not ours was never seen."""
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or len(found) > _MOST:
        return {}
    return {
        str(id)[:100]: version for id, version in found.items() if isinstance(version, str)
    }
