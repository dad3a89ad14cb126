"""The pretend bank of the demo: a page of its own, where one chooses how the bank answers.

Its book is a table of its own, as a bank's would be. Never outside a demo.
"""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from boxoffice.cards import Check
from ledger import rows
from ledger.gateways.port import Asked, Begun, Charge, Down, Seen, Step
from ledger.store import Store
from ledger.tables.baskets import PretendCardRow, PretendRefundRow

_STEPS = {
    "waiting": Step.OPEN,
    "approved": Step.AUTHORISED,
    "captured": Step.TAKEN,
    "declined": Step.ENDED,
    "closed": Step.ENDED,
    "voided": Step.ENDED,
}
# What can be chosen on its page: state, address, code.
ANSWERS = {
    "approve": ("approved", "match", "match"),
    "decline": ("declined", "match", "match"),
    "address": ("approved", "mismatch", "match"),
    "code": ("approved", "match", "mismatch"),
    "close": ("closed", "match", "match"),
}


class PretendGateway:
    """The pretend bank. page: the address of its page; a key follows."""

    name = "pretend"
    origin = ""

    def __init__(self, store: Store, page: str) -> None:
        self._store, self._page = store, page

    def begin(self, asked: Asked) -> Begun:
        """Open a page for this payment."""
        self._store.write(_open, asked)
        return Begun(asked.key, self._page + asked.key)

    def look(self, ref: str) -> Seen:
        """Say what was chosen."""
        with self._store.read() as session:
            row = find(session, ref)
            if row is None:
                raise Down("the pretend bank does not know this payment")
            return Seen(
                _STEPS[row.state],
                amount=row.amount,
                failures=int(row.state == "declined"),
                address=Check(row.address),
                code=Check(row.code),
                brand="PRETEND",
                last4="4242",
            )

    def close(self, ref: str) -> Seen:
        """End it unless an answer was chosen."""
        self._store.write(_move, ref, {"waiting"}, "closed")
        return self.look(ref)

    def capture(self, ref: str) -> None:
        """Take the money."""
        self._store.write(_move, ref, {"approved"}, "captured")

    def void(self, ref: str) -> bool:
        """Give the money back."""
        return self._store.write(_move, ref, {"approved"}, "voided")

    def refund(self, charge: Charge, *, key: str, amount: int) -> str:
        """Give money back, never more than was taken."""
        return self._store.write(_refund, charge.key, key, amount)


def find(session: Session, key: str) -> PretendCardRow | None:
    """Give the pretend bank's own row of a payment."""
    return session.scalars(
        select(PretendCardRow).where(PretendCardRow.key == key)
    ).one_or_none()


def answer(session: Session, key: str, chosen: str) -> bool:
    """Answer as somebody chose on the page; False: it was answered before."""
    state, address, code = ANSWERS[chosen]
    return bool(
        rows.changed(
            session,
            update(PretendCardRow)
            .where(PretendCardRow.key == key, PretendCardRow.state == "waiting")
            .values(state=state, address=address, code=code),
        )
    )


def _open(session: Session, asked: Asked) -> None:
    made = {
        "key": asked.key,
        "amount": asked.amount,
        "currency": asked.currency,
        "state": "waiting",
        "address": "match",
        "code": "match",
        "back": asked.back,
    }
    rows.add_new(session, PretendCardRow, made)


def _refund(session: Session, card: str, key: str, amount: int) -> str:
    row = session.get(PretendCardRow, card, with_for_update=True)
    # Its terminal takes at once what it approves.
    if row is None or row.state not in {"captured", "approved"}:
        return "The pretend bank took nothing from this card."
    if session.get(PretendRefundRow, key) is not None:
        return ""
    back = select(func.coalesce(func.sum(PretendRefundRow.amount), 0))
    before = session.scalar(back.where(PretendRefundRow.card == card)) or 0
    if before + amount > row.amount:
        return "More would go back than was taken."
    session.add(PretendRefundRow(key=key, card=card, amount=amount))
    return ""


def _move(session: Session, key: str, before: set[str], after: str) -> bool:
    return bool(
        rows.changed(
            session,
            update(PretendCardRow)
            .where(PretendCardRow.key == key, PretendCardRow.state.in_(before))
            .values(state=after),
        )
    )
