"""Money that goes back to a card by itself: promised, then told to the bank.

A card may have been charged online, or at a terminal of a maker whose key we have. The
refund is booked with the order and waits as a row of its own; the worker tells the gateway
under the row's id, as often as it takes, and one key pays once. A gateway without such keys
is told once: what is in doubt then is looked for. What the bank refuses for good, or never
shows, becomes a discrepancy. Source: CAN1, design.md §6.
"""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from ledger import discrepancies
from ledger.baskets import SHOP
from ledger.cards_on_file import ON_FILE
from ledger.clock import Means
from ledger.gateways.port import Charge, Down, InDoubt, Keyless, Refunder
from ledger.store import Store
from ledger.tables.money import CardRefundRow, PaymentRow
from ledger.window_cards import WINDOW

AT_ONCE = 20
PAUSE_MS, LONGEST_PAUSE_MS = 5_000, 3_600_000
REFUSED = "refund_refused"
# A gateway that is told once was told, and has not shown what it did.
ASKED = "asked"
# About three quarters of an hour of looking; then staff look.
MOST_LOOKS = 9
NEVER_SAID = "nobody knows whether it was given back: look at the card company first"


@dataclass(frozen=True)
class Told:
    """A refund to a card as staff read of it. state: waiting, done, refused."""

    amount: int
    state: str
    tries: int
    at_ms: int
    why: str

    @property
    def in_doubt(self) -> bool:
        """Whether it may have gone back after all."""
        return self.why == NEVER_SAID


def promise(
    session: Session, means: Means, *, tender: str, order: str, intent: str, amount: int
) -> None:
    """Have the worker give this much back. tender: the booked refund, which is the key."""
    session.add(
        CardRefundRow(
            id=tender,
            order=order,
            intent=intent,
            amount=amount,
            state="waiting",
            why="",
            tries=0,
            next_try_ms=means.now_ms,
            changed_ms=means.now_ms,
        )
    )


def by_itself(means: Means, *, device: str, terminal: str) -> bool:
    """Whether a charge goes back by itself, or staff have to hold the card to a terminal.

    device, terminal: of the attempt. A kiosk's pretend terminal is no bank of ours.
    """
    maker = terminal.split(" ")[0]
    ours = maker in means.cards.gives_back and (device == WINDOW or maker != "pretend")
    return device in {SHOP, ON_FILE} or ours


def read(session: Session, order: str) -> list[Told]:
    """Give what goes back to cards of an order, oldest first."""
    found = session.scalars(
        select(CardRefundRow).where(CardRefundRow.order == order).order_by(CardRefundRow.id)
    )
    return [
        Told(r.amount, r.state, r.tries, r.changed_ms, r.why if r.why != ASKED else "")
        for r in found
    ]


def sweep(store: Store, means: Means, gateway: Refunder) -> bool:
    """Tell the gateway of what is due; say whether anything was settled.

    A charge that is still to be captured is waited for.
    """
    before = aliased(CardRefundRow)
    given = (
        select(func.coalesce(func.sum(before.amount), 0))
        .where(before.intent == CardRefundRow.intent, before.state == "done")
        .correlate(CardRefundRow)
        .scalar_subquery()
    )
    with store.read() as session:
        waiting = session.execute(
            select(
                CardRefundRow.id,
                CardRefundRow.amount,
                PaymentRow.intent,
                PaymentRow.ref,
                CardRefundRow.why,
                CardRefundRow.tries,
                given,
            )
            .join(PaymentRow, PaymentRow.intent == CardRefundRow.intent)
            .where(
                CardRefundRow.state == "waiting",
                CardRefundRow.next_try_ms <= means.now_ms,
                PaymentRow.captured,
                or_(
                    PaymentRow.terminal == gateway.name,
                    PaymentRow.terminal.startswith(f"{gateway.name} "),
                ),
            )
            .order_by(CardRefundRow.next_try_ms, CardRefundRow.id)
            .limit(AT_ONCE)
        ).all()
        doubts = dict(
            session.execute(
                select(CardRefundRow.intent, CardRefundRow.id).where(
                    CardRefundRow.state == "waiting", CardRefundRow.why == ASKED
                )
            ).all()
        )
    settled, told = False, set()
    for id, amount, intent, ref, why, tries, gone in waiting:
        # What went back of a charge is known again in the next round, or once that which
        # is in doubt is settled.
        if intent in told or doubts.get(intent, id) != id:
            continue
        told.add(intent)
        charge = Charge(intent, ref or "", int(gone))
        try:
            said = _look if why == ASKED else _tell
            answer = said(store, means, gateway, charge, id, amount)
        except InDoubt:
            store.write(_later, means, id, asked=True)
            continue
        except Down:
            if why != ASKED or tries < MOST_LOOKS:
                store.write(_later, means, id, asked=why == ASKED)
                continue
            answer = NEVER_SAID
        store.write(_settle, means, id, answer)
        settled = True
    return settled


def _tell(
    store: Store, means: Means, gateway: Refunder, charge: Charge, id: str, amount: int
) -> str:
    """Have it given back. What may be told once only is written down before it is told."""
    if isinstance(gateway, Keyless):
        store.write(_asking, id)
    return gateway.refund(charge, key=id, amount=amount)


def _look(
    _store: Store, _means: Means, gateway: Refunder, charge: Charge, _id: str, amount: int
) -> str:
    """See whether it was given back; raises Down while that does not show."""
    if not isinstance(gateway, Keyless) or gateway.given(charge, amount=amount):
        return ""
    raise Down("it does not show")


def _asking(session: Session, id: str) -> None:
    session.get_one(CardRefundRow, id, with_for_update=True).why = ASKED


def _later(session: Session, means: Means, id: str, *, asked: bool) -> None:
    row = session.get_one(CardRefundRow, id, with_for_update=True)
    row.why = ASKED if asked else ""
    row.next_try_ms = means.now_ms + min(PAUSE_MS << row.tries, LONGEST_PAUSE_MS)
    row.tries = min(row.tries + 1, 20)
    row.changed_ms = means.now_ms


def _settle(session: Session, means: Means, id: str, why: str) -> None:
    """Write down what the bank said. why: blank, or why it will never do it."""
    row = session.get_one(CardRefundRow, id, with_for_update=True)
    if row.state != "waiting":
        return
    row.state, row.why, row.changed_ms = ("refused" if why else "done"), why, means.now_ms
    if why:
        facts = {"order": row.order, "amount": row.amount, "why": why}
        discrepancies.note(session, means, REFUSED, row.id, facts=facts)
