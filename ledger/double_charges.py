"""Cards that were charged twice for one order: looked for every night. Source: PAY6.

Two cards that pay one order together are no fault; a second charge that the order does not
need at all is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import payments as rule
from ledger import discrepancies, order_changes, previews
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow

KIND = "charged_twice"
WHY = "charged twice"


@dataclass(frozen=True)
class Second:
    """A charge that an order does not need. intent: its attempt; amount: minor units."""

    order: str
    intent: str
    ref: str
    amount: int


def find(session: Session) -> list[Second]:
    """Give the charges that came second and were not given back."""
    charges: dict[str, tuple[TenderRow, int]] = {}
    captures: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row, paid, charge in session.execute(
        select(TenderRow, OrderRow.paid, OrderRow.charge)
        .join(OrderRow, OrderRow.id == TenderRow.order)
        .where(
            OrderRow.paid > OrderRow.charge,
            OrderRow.state == "confirmed",
            TenderRow.kind == "card",
            TenderRow.amount > 0,
            TenderRow.intent.is_not(None),
        )
        .order_by(TenderRow.at_ms, TenderRow.id)
    ):
        assert row.intent, "the statement asks for those that have one"
        charges[row.intent] = row, paid - charge
        captures[row.order].append((row.order, row.intent))
    seconds = [intent for own in captures.values() for intent in rule.captured_twice(own)]
    return [
        Second(row.order, intent, row.ref, row.amount)
        for intent, (row, spare) in ((intent, charges[intent]) for intent in seconds)
        if row.amount <= spare
    ]


def note(session: Session, means: Means, found: Sequence[Second]) -> None:
    """Put them before staff, each once."""
    for one in found:
        facts = {"order": one.order, "amount": one.amount, "reference": one.ref}
        discrepancies.note(session, means, KIND, one.intent, facts=facts)


def give_back(session: Session, means: Means, order: OrderRow, *, by: str) -> bool:
    """Give a locked order back what it does not need. False: it needs all of it by now."""
    if not previews.on_account(session, means, order).total:
        return False
    done = order_changes.refund(
        session,
        means,
        order,
        tickets=(),
        include_fees=False,
        refs={},
        reason=WHY,
        by=by,
    )
    return not isinstance(done, Refused)
