"""Cash in a drawer at a device: put in, taken out, counted. Source: sync.md §2.6, P13."""

from sqlalchemy.orm import Session

from boxoffice.journal import Account, Line, tender
from boxoffice.money import Money
from ledger import discrepancies, journal
from ledger.clock import Means
from ledger.happened import Happened


def moved(session: Session, means: Means, event: Happened) -> None:
    """Money came into a drawer, or left it (below zero): to and from the bank."""
    amount = Money(event.whole("amount"), event.text("currency", "EUR"))
    if not amount.amount:
        return
    journal.post(
        session,
        means.new_id(),
        (Line(tender("cash"), amount), Line(Account.BANK, -amount)),
        why=f"{event.type} {event.text('drawer')}",
        now_ms=means.now_ms,
        source=event.id,
    )


def counted(session: Session, means: Means, event: Happened) -> None:
    """Somebody counted a drawer; a difference is for staff to book. Source: sync.md §8."""
    drawer = event.text("drawer")
    found, expected = event.whole("amount"), event.whole("expected")
    if found == expected:
        return
    discrepancies.note(
        session,
        means,
        "cash_differs",
        f"{drawer}/{event.id}",
        facts={
            "drawer": drawer,
            "device": event.device,
            "counted": found,
            "expected": expected,
            "currency": event.text("currency", "EUR"),
        },
        evidence=[event.id],
    )
