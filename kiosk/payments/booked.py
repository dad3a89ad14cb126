"""A payment in the device's own book: what the card gave, and the order it paid for."""

from typing import Any

from kiosk.device import Device
from kiosk.store.tables.orders import IntentRow, SaleRow


def tenders(intent: IntentRow) -> list[dict[str, Any]]:
    """Say what the card paid; nothing when nothing was due.

    Its brand says how long it takes money back (R15). Its last digits are its holder's:
    they travel sealed, with the order's contact.
    """
    if not intent.amount:
        return []
    paid = {"kind": "card", "ref": intent.ref, "amount": intent.amount, "intent": intent.id}
    return [paid | ({"brand": intent.brand} if intent.brand else {})]


def order(
    device: Device, intent: IntentRow, *, pickup: str, code: str, seq: int
) -> SaleRow:
    """Make the row of an order whose payment went through. seq: of its event."""
    agreed = intent.document
    receipt = dict(agreed["receipt"]) | {
        "brand": intent.brand,
        "last4": intent.last4,
        "ref": intent.ref,
        "kind": "card" if intent.amount else "",
    }
    return SaleRow(
        order=agreed["order"],
        performance=agreed["performance"],
        intent=intent.id,
        total=intent.amount,
        currency=agreed["currency"],
        pickup=pickup,
        code=code,
        seq=seq,
        sold_ms=device.clock.now_ms(),
        document={"receipt": receipt},
    )
