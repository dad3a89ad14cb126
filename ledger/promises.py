"""One promise of a voucher, gift card, seat credit or promo code, as it is written down."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ledger.clock import Means
from ledger.tables.members import PromisedRow

# So much of a code's hash tells one card from the few others of an order.
_ENOUGH = 12


@dataclass(frozen=True)
class Promised:
    """A promised tender. amount: minor units that it covers; credits: seats.

    left: what a voucher or gift card still has beside it; card: says which one it is, and
    nothing else.
    """

    id: str
    kind: str
    amount: int
    credits: int
    left: int | None = None
    card: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The answer as it travels."""
        told: dict[str, Any] = {
            "tender": self.id,
            "kind": self.kind,
            "amount": self.amount,
            "credits": self.credits,
        }
        return told | ({} if self.left is None else {"left": self.left, "card": self.card})


def write(
    session: Session,
    means: Means,
    *,
    kind: str,
    source: str,
    order: str,
    by: str,
    hold: str = "",
    production: str = "",
    amount: int = 0,
    credits: int = 0,
    left: int | None = None,
) -> Promised:
    """Write a promise to a hold; without a hold it is spent at once.

    source: hash of a code, or a member. by: a device, or the seller. left: what the card
    still has.
    """
    card = "" if left is None else source[:_ENOUGH]
    made = Promised(means.new_id(), kind, amount, credits, left, card)
    session.add(
        PromisedRow(
            id=made.id,
            hold=hold,
            order=order,
            device=by,
            kind=kind,
            source=source,
            production=production,
            amount=amount,
            credits=credits,
            seats="[]",
            state="held" if hold else "spent",
            made_ms=means.now_ms,
        )
    )
    session.flush()
    return made
