"""The pretend bank of the demo: a page of its own, where one chooses how the bank answers.

Its book is a table of its own, as a bank's would be. Never outside a demo.
"""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from boxoffice.cards import Check
from ledger import rows
from ledger.gateways.port import (
    Asked,
    Begun,
    Charge,
    Charged,
    Down,
    Kept,
    NoCard,
    Seen,
    Step,
)
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
# The same for what a kept card is charged.
_CHARGED = {"captured": Step.TAKEN, "declined": Step.ENDED, "closed": Step.ENDED}
# What can be chosen on its page: state, address, code.
ANSWERS = {
    "approve": ("approved", "match", "match"),
    "decline": ("declined", "match", "match"),
    "address": ("approved", "mismatch", "match"),
    "code": ("approved", "match", "mismatch"),
    "close": ("closed", "match", "match"),
}
# How the bank may answer when a card that it keeps is charged: words, then what follows.
LATER = {
    "approve": "Approve",
    "decline": "Decline",
    "silent": "Take it, and say nothing at first",
    "expired": "The card has expired by then",
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
                kept=kept(row),
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

    def prepare(
        self, key: str, token: str, *, amount: int, currency: str, words: str
    ) -> str:
        """Write down what is to be taken from a kept card."""
        if not self._store.write(_prepare, key, token, amount, currency):
            raise NoCard
        return key

    def charge(self, ref: str) -> None:
        """Take it, as was chosen when the card came."""
        later = self._store.write(_charge, ref)
        if later == "silent":
            raise Down("the pretend bank took it, and says nothing")

    def outcome(self, ref: str) -> Charged:
        """Say what became of it."""
        with self._store.read() as session:
            row = find(session, ref)
        if row is None:
            raise Down("the pretend bank does not know this charge")
        step = _CHARGED.get(row.state, Step.OPEN)
        return Charged(step, "declined" if row.state == "declined" else "")

    def stop(self, ref: str) -> Charged:
        """End it unless it was taken."""
        self._store.write(_move, ref, {"asked"}, "closed")
        return self.outcome(ref)

    def forget(self, token: str) -> None:
        """Keep the card no longer."""
        self._store.write(_forget, token)


def find(session: Session, key: str) -> PretendCardRow | None:
    """Give the pretend bank's own row of a payment."""
    return session.scalars(
        select(PretendCardRow).where(PretendCardRow.key == key)
    ).one_or_none()


def answer(session: Session, key: str, chosen: str, later: str = "") -> bool:
    """Answer as somebody chose on the page; False: it was answered before.

    later: how the bank answers when the card is charged again, if it keeps it.
    """
    state, address, code = ANSWERS[chosen]
    row = find(session, key)
    if row is not None and row.later and later in LATER:
        row.later = later
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
        "later": "approve" if asked.keep else "",
    }
    rows.add_new(session, PretendCardRow, made)


def kept(row: PretendCardRow) -> Kept | None:
    """Give the card that the pretend bank keeps after this payment."""
    if not row.later or row.state not in {"approved", "captured"}:
        return None
    expires = "2020-01" if row.later == "expired" else "2039-12"
    return Kept(row.key, "PRETEND", "4242", expires)


def _prepare(session: Session, key: str, token: str, amount: int, currency: str) -> bool:
    card = find(session, token)
    if card is None or not card.later:
        return False
    made = {
        "key": key,
        "amount": amount,
        "currency": currency,
        "state": "asked",
        "address": "match",
        "code": "match",
        "back": token,
        "later": "",
    }
    rows.add_new(session, PretendCardRow, made)
    return True


def _charge(session: Session, key: str) -> str:
    row = session.get_one(PretendCardRow, key, with_for_update=True)
    card = find(session, row.back)
    later = card.later if card is not None else ""
    if row.state == "asked":
        row.state = "captured" if later in {"approve", "silent"} else "declined"
    return later


def _forget(session: Session, token: str) -> None:
    row = find(session, token)
    if row is not None:
        row.later = ""


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
