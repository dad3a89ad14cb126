"""The details of an order as its page shows them, and what was typed there but not kept.

Who comes second keeps what they typed: their own change stands in its field, with what the
field says now beside it; what they left alone shows what the first one made of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.tables.orders import OrderRow, PatronRow


@dataclass(frozen=True)
class Field:
    """A field of the form. saved: what is kept now; clash: somebody else changed it too."""

    value: str
    saved: str
    clash: bool = False


def read(
    order: OrderRow, patron: PatronRow | None, typed: Mapping[str, str]
) -> dict[str, Field]:
    """Give the fields by name. typed: a form that was not kept, with what it began from."""
    saved = {
        "name": patron.name if patron else "",
        "email": patron.email if patron else "",
        "phone": patron.phone if patron else "",
        "address": patron.address if patron else "",
        "delivery": order.delivery,
        "note": order.note,
        "photo_id": "1" if order.photo_id else "",
        "group_name": order.group_name or "",
        "group_leader": order.group_leader or "",
    }
    return {name: _field(name, now, typed) for name, now in saved.items()}


def lines(text: str) -> str:
    """Give a text of several lines as it is kept: without blanks around any of them."""
    found = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in found if line)


def _field(name: str, now: str, typed: Mapping[str, str]) -> Field:
    before = typed.get(f"was-{name}")
    wanted = typed.get(name, "")[:500]
    if name == "address":
        # Browsers end the lines of a form in their own way.
        before, wanted, now = before and lines(before), lines(wanted), lines(now)
    if before is None or wanted.strip() in {before.strip(), now.strip()}:
        return Field(now, now)
    return Field(wanted, now, clash=before != now)
