"""The pretend terminal of the demo: one chooses on its page what it does.

Its book is the pretend bank's. Never outside a demo.
"""

from sqlalchemy import update
from sqlalchemy.orm import Session

from ledger import rows
from ledger.gateways import pretend
from ledger.gateways.terminal import Seen, Silent, Step
from ledger.store import Store
from ledger.tables.baskets import PretendCardRow

_STEPS = {
    "waiting": Step.RUNNING,
    "approved": Step.APPROVED,
    "declined": Step.DECLINED,
    "closed": Step.CANCELLED,
    "part": Step.PART,
    "voided": Step.VOIDED,
}
# What can be chosen on its page: words, and the state that follows.
ANSWERS = {
    "approve": ("Approve", "approved"),
    "decline": ("Decline", "declined"),
    "cancel": ("Red button", "closed"),
    "part": ("Only half the amount", "part"),
    "silent": ("Say nothing, take nothing", "silent"),
    "silent_approve": ("Take it, and say nothing", "silent_approved"),
    "speak": ("Speak again", ""),
}
_SPEAKS = {"silent": "waiting", "silent_approved": "approved"}


class PretendTerminal:
    """The pretend terminal."""

    name = keeps = "pretend"

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, key: str, *, amount: int, currency: str, keep: bool = False) -> None:
        """Wait for a card."""
        self._store.write(_begin, key, amount, currency, keep)

    def look(self, key: str) -> Seen:
        """Say what was chosen."""
        with self._store.read() as session:
            row = pretend.find(session, key)
        if row is None:
            return Seen(Step.NOT_FOUND)
        if row.state in _SPEAKS:
            raise Silent
        amount = row.amount // 2 if row.state == "part" else row.amount
        ref = f"P-{key[-6:].upper()}"
        return Seen(_STEPS[row.state], ref, amount, kept=pretend.kept(row))

    def abort(self, key: str) -> None:
        """Stop waiting for a card."""
        self.look(key)
        self._store.write(_move, key, ("waiting",), "closed")

    def void(self, key: str) -> Seen:
        """Give the money back."""
        self.look(key)
        self._store.write(_move, key, ("approved", "part"), "voided")
        return self.look(key)


def answer(session: Session, key: str, chosen: str) -> None:
    """Do what somebody chose on its page."""
    row = session.get(PretendCardRow, key)
    if chosen == "speak":
        if row is not None and row.state in _SPEAKS:
            row.state = _SPEAKS[row.state]
    else:
        _move(session, key, ("waiting",), ANSWERS[chosen][1])


def _begin(session: Session, key: str, amount: int, currency: str, keep: bool) -> None:
    made = {
        "key": key,
        "amount": amount,
        "currency": currency,
        "state": "waiting",
        "address": "match",
        "code": "match",
        "back": "",
        "later": "approve" if keep else "",
    }
    rows.add_new(session, PretendCardRow, made)


def _move(session: Session, key: str, before: tuple[str, ...], after: str) -> None:
    session.execute(
        update(PretendCardRow)
        .where(PretendCardRow.key == key, PretendCardRow.state.in_(before))
        .values(state=after)
    )
