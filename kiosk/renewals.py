"""Have what paid for an order promised again, when a hold took its place.

A voucher, gift card, credit or promo code belongs to a hold. When that ran out, or other
seats were chosen, the ledger is asked to promise the same to the new hold: nobody types a
code twice, and nobody is charged more without a word. What was spent elsewhere meanwhile is
gone; the review says so. Source: sync.md §2.3.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kiosk import basket, promises, tenders
from kiosk.basket import MEMBERSHIP, PROMO
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.shown.named import Refusal
from kiosk.store.tables.orders import OrderRow


def renew(device: Device, order: str) -> None:
    """Ask for each tender that was lost with the last hold; note what is gone."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        lost = row.extras.get("lost") if row is not None and row.stage == "held" else None
    if not lost:
        return
    gone = ""
    for one in lost["tenders"]:
        gone = gone or _again(device, order, one, lost["types"])
    # Where nobody could be asked, the next hold tries once more.
    device.store.write(_note, order, gone, lost if gone == "unheard" else None)


def _again(device: Device, order: str, lost: Mapping[str, Any], types: list[str]) -> str:
    """Have one tender promised to the new hold; say what of it is gone, if anything."""
    here, row = tenders.held(device, order)
    if isinstance(here, Refusal):
        return "unheard"
    kind, before = str(lost["kind"]), int(lost["amount"])
    wanted, brought = tenders.due(here, row), None
    if kind == "credit":
        wanted = min(int(lost["credits"]), sum(one != MEMBERSHIP for one in row.types))
        brought = promises.by_credit(here, row, wanted)
    elif kind == PROMO:
        brought = _types_by_promo(here, row, types)
        wanted = sum(a != b for a, b in zip(brought, row.types, strict=True))
    if wanted < 1:
        return ""
    answer = promises.ask(device, row, "again", str(lost["id"]), wanted)
    match answer:
        case Refusal(key="tender.offline"):
            return "unheard"
        case Refusal():
            return kind if kind in {"credit", PROMO} else "voucher"
    device.store.write(promises.keep, order, answer, brought)
    return "part" if brought is None and answer.amount < min(before, wanted) else ""


def _types_by_promo(here: Evening, row: OrderRow, before: list[str]) -> list[str]:
    """Give the price types with the code's own, where it is still cheaper."""
    known = (here.prices.type(kind) for kind in before)
    promo = next((kind for kind in known if kind is not None and kind.counted), None)
    cheaper = tenders.with_type(here, row, promo) if promo is not None else None
    return cheaper or list(row.types)


def _note(session: Session, order: str, gone: str, lost: Mapping[str, Any] | None) -> None:
    row = session.get_one(OrderRow, order)
    basket.put(row, gone=gone or None, lost=lost)
