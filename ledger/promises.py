"""One promise of a voucher, gift card, seat credit or promo code, as it is written down."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ledger.clock import Means
from ledger.tables.members import PromisedRow


@dataclass(frozen=True)
class Promised:
    """A promised tender. amount: minor units that it covers; credits: seats."""

    id: str
    kind: str
    amount: int
    credits: int

    @property
    def document(self) -> dict[str, Any]:
        """The answer as it travels."""
        return {
            "tender": self.id,
            "kind": self.kind,
            "amount": self.amount,
            "credits": self.credits,
        }


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
) -> Promised:
    """Write a promise to a hold; without a hold it is spent at once.

    source: hash of a code, or a member. by: a device, or the seller.
    """
    made = Promised(means.new_id(), kind, amount, credits)
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
