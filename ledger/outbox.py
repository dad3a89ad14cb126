"""Leave a letter to be sent: it commits with what caused it. Source: MAI1, ORD11."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import pickups
from ledger.clock import Means
from ledger.tables.records import OutboxRow

TICKETS = "tickets"


def add(
    session: Session,
    means: Means,
    *,
    to: str,
    kind: str,
    order: str | None = None,
    subject: str = "",
    facts: Mapping[str, Any] | None = None,
    id: str = "",
) -> str:
    """Write down that a letter of this kind goes to one address; give its id.

    facts: what it says, where that is not its order. id: drawn before, if it was.
    """
    row = OutboxRow(
        id=id or means.new_id(),
        to=to,
        subject=subject,
        kind=kind,
        order=order,
        state="waiting",
        next_try_ms=means.now_ms,
        tries=0,
        trouble="",
        made_ms=means.now_ms,
        sent_ms=None,
        facts=json.dumps(dict(facts or {})),
    )
    session.add(row)
    session.flush()
    return row.id


def bring_tickets(session: Session, means: Means, order: str, *, to: str) -> str:
    """Leave the letter with an order's tickets, and a link of its own to its page."""
    facts = {"link": link_to(session, means, order)}
    return add(session, means, to=to, kind=TICKETS, order=order, facts=facts)


def left(session: Session, means: Means, order: str) -> bool:
    """Whether a letter with an order's tickets was left this very moment."""
    found = select(OutboxRow.id).where(
        OutboxRow.order == order,
        OutboxRow.kind == TICKETS,
        OutboxRow.state == "waiting",
        OutboxRow.tries == 0,
        OutboxRow.made_ms == means.now_ms,
    )
    return session.scalar(found.limit(1)) is not None


def tickets_to(session: Session, order: str) -> str:
    """Give the address to which an order's tickets went last, or are to go; or none."""
    found = [row.to for row in of_order(session, order) if row.kind == TICKETS]
    return found[-1] if found else ""


def link_to(session: Session, means: Means, order: str) -> str:
    """Draw a link to an order's page, for one letter.

    Of its 80 random bits only the hash is kept once the letter has gone out.
    """
    code = pickups.draw(means.chance, pickups.LINK)
    pickups.keep(session, order, [pickups.hash_of(code)], now_ms=means.now_ms)
    return "/shop/orders/" + code.removeprefix(pickups.LINK)


def of_order(session: Session, order: str) -> Sequence[OutboxRow]:
    """Give an order's letters: those that wait, those that went, and those given up."""
    return session.scalars(
        select(OutboxRow).where(OutboxRow.order == order).order_by(OutboxRow.made_ms)
    ).all()


def has(session: Session, order: str, kind: str) -> bool:
    """Whether such a letter about an order still waits."""
    waiting = select(OutboxRow.id).where(
        OutboxRow.order == order, OutboxRow.kind == kind, OutboxRow.state == "waiting"
    )
    return session.scalar(waiting.limit(1)) is not None
