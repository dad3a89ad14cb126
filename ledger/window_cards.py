"""Cards at the window: an attempt is written down, the terminal is asked, money is booked.

One card may pay for all orders of a party; then its shares say what it pays of each.
Silence is never a decline: nothing is concluded before the terminal said so, and one
terminal has one attempt at a time. Source: PAY1, PAY2, PAY5, DIS3, design.md §6.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import cards
from boxoffice.refusals import Code
from ledger import (
    attempts,
    audit,
    cards_on_file,
    member_checks,
    memberships,
    parties,
    takings,
)
from ledger.clock import Means
from ledger.gateways.terminal import Seen, Silent, Step, Terminal
from ledger.refused import Refused
from ledger.store import Store
from ledger.tables.money import PaymentRow, PaymentShareRow
from ledger.tables.orders import OrderRow

WINDOW = "window"
# After so long without an answer staff hear that nobody can see it yet.
UNKNOWN_MS = 60_000
OPEN = ("started", "unknown")


@dataclass(frozen=True)
class Attempt:
    """One attempt as the book has it. amount: minor units. why: how it ended.

    order: whose page it began on. party: it pays for more orders than that one.
    """

    key: str
    order: str
    amount: int
    currency: str
    state: str
    why: str
    ref: str
    changed_ms: int
    party: bool = False

    @property
    def open(self) -> bool:
        """Whether nobody knows yet how it ends."""
        return self.state in {*OPEN, "voiding"}


def start(
    session: Session, means: Means, order: str, *, key: str, terminal: str, by: str
) -> Attempt | Refused:
    """Write an attempt for all that is due, or find the one that the terminal is at.

    Refuses USE_ANOTHER_WAY after three cards, ORDER_ALREADY_CONFIRMED when nothing is due.
    """
    row = session.get_one(OrderRow, order, with_for_update=True)
    due = 0 if row.state == "cancelled" else row.charge - row.paid
    return _start(session, means, row, due, key=key, terminal=terminal, by=by)


def start_party(
    session: Session,
    means: Means,
    orders: Sequence[OrderRow],
    *,
    key: str,
    terminal: str,
    by: str,
) -> Attempt | Refused:
    """Write an attempt for all that the locked orders of a party owe; refuses as `start`.

    orders: that on whose page it began comes first.
    """
    shares = {order.id: due for order in orders if (due := parties.due(order))}
    total = sum(shares.values())
    found = _start(session, means, orders[0], total, key=key, terminal=terminal, by=by)
    if isinstance(found, Refused) or found.key != key or found.party:
        return found
    for order, amount in shares.items():
        session.add(PaymentShareRow(intent=key, order=order, amount=amount))
    session.flush()
    return replace(found, party=True)


def _start(
    session: Session,
    means: Means,
    row: OrderRow,
    due: int,
    *,
    key: str,
    terminal: str,
    by: str,
) -> Attempt | Refused:
    order = row.id
    if (before := session.get(PaymentRow, key)) is not None:
        return _attempt(session, before)
    at = session.scalars(
        select(PaymentRow).where(
            PaymentRow.device == WINDOW,
            PaymentRow.terminal == terminal,
            PaymentRow.state.in_((*OPEN, "voiding")),
        )
    ).first()
    if at is not None:
        return _attempt(session, at)
    failed = session.scalar(
        select(func.count()).where(
            PaymentRow.order == order,
            PaymentRow.device == WINDOW,
            PaymentRow.state == "declined",
        )
    )
    if refusal := cards.another_way(failed or 0):
        return Refused(refusal)
    if due <= 0:
        return Refused(Code.ORDER_ALREADY_CONFIRMED)
    payment = PaymentRow(
        intent=key,
        order=order,
        device=WINDOW,
        terminal=terminal,
        kind="card",
        amount=due,
        currency=row.currency,
        state="started",
        ref=None,
        why=None,
        captured=False,
        booked=0,
        changed_ms=means.now_ms,
    )
    session.add(payment)
    facts = {"amount": due, "attempt": key}
    audit.note(session, means, staff=by, action="ask_terminal", subject=order, facts=facts)
    session.flush()
    return _attempt(session, payment)


def begin(
    store: Store,
    means: Means,
    terminal: Terminal,
    attempt: Attempt,
    *,
    keep: bool = False,
) -> None:
    """Have the terminal wait for a card; where it cannot be reached, it ends at once.

    keep: the patron lets us keep the card while the subscriber is to be verified (MEM9).
    """
    amount, currency = attempt.amount, attempt.currency
    try:
        terminal.begin(attempt.key, amount=amount, currency=currency, keep=keep)
    except Silent as silent:
        if not silent.reached:
            store.write(_ended, means, attempt.key, "cancelled", "unreachable")


def settle(
    store: Store, means: Means, terminal: Terminal, attempt: Attempt, *, stop: bool = False
) -> Attempt:
    """Ask the terminal and do what follows; give the attempt as it is then.

    stop: somebody gave up: ask it to stop first.
    """
    if not attempt.open:
        return attempt
    try:
        if stop:
            terminal.abort(attempt.key)
        seen = terminal.look(attempt.key)
        if seen.step is Step.NOT_FOUND:
            # Made final: what arrives after this is stopped before a card is asked for.
            terminal.abort(attempt.key)
            seen = terminal.look(attempt.key)
        if seen.step is Step.PART or attempt.state == "voiding":
            store.write(_voiding, means, attempt.key)
            seen = terminal.void(attempt.key)
        store.write(_seen, means, attempt.key, seen, terminal.keeps)
    except Silent:
        store.write(_silent, means, attempt.key)
    with store.read() as session:
        found = find(session, attempt.key)
    assert found, "attempts are never taken off the book"
    return found


def sweep(store: Store, means: Means, terminal: Terminal) -> int:
    """Ask about what nobody looks at any more; give how many are over now."""
    with store.read() as session:
        left = [
            _attempt(session, row)
            for row in session.scalars(
                select(PaymentRow).where(
                    PaymentRow.device == WINDOW,
                    PaymentRow.terminal == terminal.name,
                    PaymentRow.state.in_((*OPEN, "voiding")),
                    PaymentRow.changed_ms < means.now_ms - UNKNOWN_MS,
                )
            )
        ]
    return sum(not settle(store, means, terminal, one).open for one in left)


def find(session: Session, key: str) -> Attempt | None:
    """Give an attempt of the window."""
    row = attempts.find(session, key, WINDOW)
    return _attempt(session, row) if row is not None else None


def latest(session: Session, order: str) -> Attempt | None:
    """Give the last attempt of an order, or its party, at the window's terminal."""
    row = attempts.latest(session, order, WINDOW)
    return _attempt(session, row) if row is not None else None


def sweeper(store: Store, terminal: Terminal | None) -> Callable[[Means], bool] | None:
    """Give what the worker does; None without a terminal."""
    if terminal is None:
        return None
    return lambda means: sweep(store, means, terminal) > 0


def shares(session: Session, intent: str) -> dict[str, int]:
    """Give what an attempt pays of each order of a party; none for one order alone."""
    found = session.execute(
        select(PaymentShareRow.order, PaymentShareRow.amount).where(
            PaymentShareRow.intent == intent
        )
    )
    return dict(found.all())


def _attempt(session: Session, row: PaymentRow) -> Attempt:
    return Attempt(
        row.intent,
        row.order or "",
        row.amount,
        row.currency,
        row.state,
        row.why or "",
        row.ref or "",
        row.changed_ms,
        bool(shares(session, row.intent)),
    )


def _seen(session: Session, means: Means, key: str, seen: Seen, keeps: str) -> None:
    """Write down what the terminal said; an approval is booked once."""
    row = session.get_one(PaymentRow, key, with_for_update=True)
    if row.state not in {*OPEN, "voiding"}:
        return
    match seen.step:
        case Step.RUNNING:
            return
        case Step.APPROVED:
            _approved(session, means, row, seen)
            _keep(session, means, row, seen, keeps)
        case Step.DECLINED:
            attempts.over(session, means, row, "declined", "declined")
        case Step.VOIDED:
            attempts.over(session, means, row, "voided", row.why or "part")
        case Step.CANCELLED | Step.NOT_FOUND | Step.PART:
            attempts.over(session, means, row, "cancelled", "cancelled")


def _approved(session: Session, means: Means, row: PaymentRow, seen: Seen) -> None:
    paid = shares(session, row.intent) or {row.order or "": row.amount}
    orders = [session.get_one(OrderRow, id, with_for_update=True) for id in sorted(paid)]
    if any(order.state == "cancelled" for order in orders):
        # Approved after cancellation: the money is being returned.
        row.state, row.why = "voiding", "order_cancelled"
        return
    late = row.state == "unknown"
    for order in orders:
        takings.take(
            session,
            means,
            order,
            kind="card",
            amount=paid[order.id],
            ref=seen.ref,
            intent=row.intent,
            office=True,
        )
        memberships.settle(session, means, order)
    row.ref, row.booked, row.captured = seen.ref, row.amount, True
    row.brand, row.last4 = seen.brand, seen.last4
    attempts.over(session, means, row, "sold", "late" if late else "")


def _keep(
    session: Session, means: Means, row: PaymentRow, seen: Seen, gateway: str
) -> None:
    """Keep the card while the order's subscriber is to be verified, else let it go."""
    if seen.kept is None:
        return
    order = session.get(OrderRow, row.order) if row.order else None
    needed = order is not None and member_checks.waits(session, order)
    if order is not None and needed:
        cards_on_file.let_go(session, means, order.id)
    id = order.id if order is not None and needed else None
    cards_on_file.keep(session, means, row, seen.kept, id, gateway=gateway)


def _silent(session: Session, means: Means, key: str) -> None:
    """Nobody answers. After a while staff hear that it cannot be seen yet."""
    row = session.get_one(PaymentRow, key, with_for_update=True)
    if row.state != "started" or means.now_ms - row.changed_ms < UNKNOWN_MS:
        return
    attempts.doubt(session, means, row)


def _voiding(session: Session, means: Means, key: str) -> None:
    row = session.get_one(PaymentRow, key, with_for_update=True)
    if row.state in OPEN:
        row.state, row.why = "voiding", "part"


def _ended(session: Session, means: Means, key: str, state: str, why: str) -> None:
    row = session.get_one(PaymentRow, key, with_for_update=True)
    if row.state in OPEN:
        attempts.over(session, means, row, state, why)
