"""Ask the ledger to promise what pays besides a card, and keep its promise.

A promise belongs to a hold and ends with it. Source: sync.md §2.3.
"""

from typing import Final

import structlog
from sqlalchemy.orm import Session

from kiosk import basket, requests
from kiosk.basket import MEMBERSHIP
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.shown.named import Fact, Refusal
from kiosk.shown.reviewing import Balance
from kiosk.store.tables.orders import OrderRow

ASK_S: Final = 3.0
_words = structlog.get_logger()


def ask(
    device: Device, row: OrderRow, kind: str, code: str, amount: int
) -> basket.Tender | Refusal:
    """Have a tender promised to the order's hold; what it covers may be less.

    Refuses: voucher.none, voucher.locked (`wait_s`), member.none, member.credit (`left`,
    `needed`), tender.offline, hold.ended.
    """
    if row.hold is None:
        return Refusal("tender.offline")
    body = {"hold": row.hold, "kind": kind, "code": code, "amount": amount}
    try:
        answer = requests.post(
            device, f"tender {row.number} {kind}", "/api/tenders", body, timeout_s=ASK_S
        )
        return basket.Tender(
            str(answer["tender"]),
            str(answer["kind"]),
            int(answer["amount"]),
            int(answer["credits"]),
            # An earlier ledger does not say what is left.
            int(answer["left"]) if "left" in answer else None,
            str(answer.get("card", "")),
        )
    except Refused as why:
        return refusal("member" if kind == "credit" else "voucher", why)
    except (LineDown, NotUnderstood, KeyError, TypeError, ValueError):
        return Refusal("tender.offline")


def balance(device: Device, code: str) -> Balance | Refusal:
    """Ask what a voucher or gift card has left; nothing is taken from it.

    Refuses: voucher.none, voucher.locked (`wait_s`), tender.offline.
    """
    try:
        answer = device.line.post("/api/balances", {"code": code}, timeout_s=ASK_S)
        until = answer["until_ms"]
        return Balance(
            str(answer["kind"]),
            int(answer["left"]),
            str(answer["currency"]),
            None if until is None else int(until),
        )
    except Refused as why:
        return refusal("voucher", why)
    except (LineDown, NotUnderstood, KeyError, TypeError, ValueError):
        return Refusal("tender.offline")


def refusal(what: str, why: Refused) -> Refusal:
    """Give the ledger's refusal as the guest reads it. what: voucher or member."""
    match why.code:
        case "LOCKED":
            return Refusal(f"{what}.locked", facts={"wait_s": _number(why, "wait_s", 60)})
        case "NOT_ENOUGH_SEAT_CREDITS":
            return short(_number(why, "left", 0), _number(why, "needed", 1))
        case "NOT_HELD":
            return Refusal("hold.ended")
        case _:
            return Refusal(f"{what}.none")


def short(left: int, needed: int) -> Refusal:
    """Say that a member has fewer credits than seats."""
    facts: dict[str, Fact] = {"left": left, "needed": needed}
    return Refusal("member.credit", facts=facts)


def _number(why: Refused, name: str, otherwise: int) -> int:
    value = why.facts.get(name)
    return value if isinstance(value, int) else otherwise


def keep(
    session: Session, order: str, tender: basket.Tender, types: list[str] | None
) -> None:
    """Keep a promise with its order; types: the price types that it brings, if any."""
    row = session.get_one(OrderRow, order)
    basket.add_tender(row, tender)
    if types is not None:
        basket.put(row, types_before=row.extras.get("types_before") or list(row.types))
        row.types = types


def give_back(device: Device, order: str) -> bool:
    """Tell the ledger what the guest took off; say whether it knows of all.

    Unheard, it stays noted and is told before the seats, and with them all that was
    promised, come to this device; otherwise it ends with the hold. Where they came before,
    the sale tells it, or their return ends it.
    """
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        unwanted = list(row.extras.get("unwanted") or ()) if row is not None else []
    for one in unwanted:
        if not _told_off(device, one):
            return False
        device.store.write(_given_back, order, one)
    return True


def _told_off(device: Device, promise: str) -> bool:
    """Have the ledger take one promise back, once or again; say whether it answered."""
    try:
        device.line.request("DELETE", f"/api/tenders/{promise}", None, timeout_s=ASK_S)
    except Refused as why:
        # An earlier ledger knows no such call: the promise is its box office's matter.
        _words.warning("tender not taken back", tender=promise, why=str(why))
    except (LineDown, NotUnderstood):
        return False
    return True


def _given_back(session: Session, order: str, promise: str) -> None:
    row = session.get_one(OrderRow, order)
    left = [one for one in row.extras.get("unwanted") or () if one != promise]
    basket.put(row, unwanted=left or None)


def by_credit(here: Evening, row: OrderRow, count: int) -> list[str]:
    """Give the price types with so many more seats on credit, the dearest first."""
    lines = here.lines(row.seats, row.types)
    assert lines is not None
    places = [at for at, kind in enumerate(row.types) if kind != MEMBERSHIP]
    dearest = sorted(places, key=lambda at: -lines[at].price)[:count]
    return [MEMBERSHIP if at in dearest else kind for at, kind in enumerate(row.types)]
