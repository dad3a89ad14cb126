"""Keep count of what each order has that no statement knows of. Source: SET1, SET4.

The journal says it all, but adding up a year of it takes a second. So each entry is added
to its order's row in the transaction that writes it, and a statement takes it off again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    case,
    cast,
    delete,
    distinct,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from boxoffice.journal import Account, Entry, tender
from ledger.inserts import Rows
from ledger.tables.money import JournalEntryRow, JournalLineRow
from ledger.tables.office import StatementLineRow
from ledger.tables.settling import SettlingRow

CARD, ANY = tender("card"), "tender:"
# What statements tell of: what the theatre earns, what handling keeps, and the money for
# gift cards, which the theatre owes to their holders.
SHARED = (Account.THEATRE, Account.HANDLING, Account.GIFT_CARDS)
_COUNTED = ("cards", "due", "entries", "charge", "handling")
_COLUMNS = ("order", *_COUNTED, "paid_ms")
_AT_ONCE = 500


def count(order: str, entries: Sequence[Entry], *, now_ms: int) -> Rows:
    """Give what adds entries to what the order has; it is written together with them."""
    lines = [line for entry in entries for line in entry.lines]

    def total(*accounts: Account) -> int:
        return sum(line.amount.amount for line in lines if line.account in accounts)

    paid = any(line.account.startswith(ANY) for line in lines)
    shared = [e for e in entries if any(line.account in SHARED for line in e.lines)]
    values = {
        "order": order,
        "cards": sum(line.account == CARD for line in lines),
        "due": total(Account.PATRONS),
        "entries": len(shared),
        "charge": -total(*SHARED),
        "handling": -total(Account.HANDLING),
        "paid_ms": now_ms if paid else None,
    }
    return Rows(SettlingRow, [values], _add)


def _add(adding: Any, _columns: Sequence[str]) -> Mapping[str, Any]:
    there, new = adding.table.c, adding.excluded
    sums: dict[str, Any] = {name: there[name] + new[name] for name in _COUNTED}
    return sums | {"paid_ms": func.coalesce(new.paid_ms, there.paid_ms)}


def faults(session: Session) -> list[str]:
    """Give the orders whose count is not what the journal says: none, always."""
    kept = {
        row.order: (row.cards, row.due, row.entries, row.charge, row.handling)
        for row in session.scalars(select(SettlingRow))
    }
    said = {row[0]: tuple(row[1:6]) for row in session.execute(_told())}
    return sorted(o for o in kept.keys() | said.keys() if kept.get(o) != said.get(o))


def mend(session: Session, orders: Sequence[str]) -> None:
    """Count some orders again: a ledger of before this count may have written them."""
    for begin in range(0, len(orders), _AT_ONCE):
        some = orders[begin : begin + _AT_ONCE]
        session.execute(delete(SettlingRow).where(SettlingRow.order.in_(some)))
        asked = _told().where(JournalEntryRow.order.in_(some))
        found = [dict(zip(_COLUMNS, row, strict=True)) for row in session.execute(asked)]
        if found:
            session.execute(insert(SettlingRow), found)


def _told() -> Select[Any]:
    """Ask the journal what each order should have, column by column."""
    stated = select(StatementLineRow.entry)
    account, amount = JournalLineRow.account, JournalLineRow.amount
    fresh = account.in_(SHARED) & JournalLineRow.entry.not_in(stated)

    def total(where: ColumnElement[bool], of: Any = amount) -> ColumnElement[Any]:
        summed = func.coalesce(func.sum(case((where, of), else_=0)), 0)
        return cast(summed, BigInteger)

    return (
        select(
            JournalEntryRow.order,
            total(account == CARD, 1),
            total(account == Account.PATRONS),
            func.count(distinct(case((fresh, JournalLineRow.entry)))),
            -total(fresh),
            -total(fresh & (account == Account.HANDLING)),
            func.max(case((account.startswith(ANY), JournalEntryRow.at_ms))),
        )
        .join(JournalLineRow, JournalLineRow.entry == JournalEntryRow.id)
        .where(JournalEntryRow.order.is_not(None))
        .group_by(JournalEntryRow.order)
    )
