"""What an order has besides its seats, as it is kept with it.

debt: the collection whose tickets are paid for here, and which of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.store.tables import OrderRow


@dataclass(frozen=True)
class Debt:
    """Tickets of an order that was made elsewhere and is paid and collected here.

    ref: of the collection. tickets: ids, all of those to be collected. language: of the
    paper.
    """

    ref: str
    tickets: tuple[str, ...]
    language: str

    def document(self) -> dict[str, Any]:
        """Give what is kept with the order."""
        return {"ref": self.ref, "tickets": list(self.tickets), "language": self.language}


def debt(row: OrderRow) -> Debt | None:
    """Give the debt that this order pays; None for one that buys seats."""
    kept: Mapping[str, Any] | None = row.extras.get("debt")
    if not kept:
        return None
    return Debt(str(kept["ref"]), tuple(kept["tickets"]), str(kept["language"]))
