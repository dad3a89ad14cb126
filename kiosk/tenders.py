"""Pay with something else than a card: promo codes, vouchers, gift cards, seat credits.

A promo code opens a price type of the performance's own list, so it works without a link.
The others are promised by the ledger to the order's hold, and end with it.
Source: sync.md §2.3, MEM2, MEM4.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from boxoffice import ids
from kiosk import basket, evening, requests
from kiosk.basket import MEMBERSHIP
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.line import LineDown, NotUnderstood, Refused
from kiosk.payments import codes
from kiosk.shown.named import Fact, Refusal
from kiosk.store.tables.orders import OrderRow

ASK_S: Final = 3.0
CARD_PREFIX: Final = "FOHM:"
LONGEST: Final = 100


def redeem(device: Device, order: str, code: str) -> Refusal | None:
    """Take a promo code, a voucher or a gift card for an order.

    Refuses: voucher.none, voucher.locked (`wait_s`), tender.offline, hold.ended.
    """
    here, row = _held(device, order)
    if isinstance(here, Refusal):
        return here
    typed = ids.clean_code(code[:LONGEST])
    opened = codes.hash_of(typed)
    promo = next((t for t in here.prices.types if t.code and t.code == opened), None)
    if promo is not None:
        cheaper = _with_type(here, row, promo.id)
        if cheaper is None:
            return Refusal("voucher.none")
        device.store.write(_retype, order, cheaper)
        return None
    due = _due(here, row)
    if not typed or due < 1:
        return Refusal("voucher.none")
    answer = _promise(device, row, "voucher", typed, due)
    if isinstance(answer, Refusal):
        return answer
    device.store.write(_add, order, answer, None)
    return None


def join(device: Device, order: str, **proof: str) -> Refusal | None:
    """Know the buyer as a member: by `card`, or by `number` and `password`.

    Refuses: member.none, member.locked (`wait_s`), tender.offline, hold.ended.
    """
    here, _ = _held(device, order)
    if isinstance(here, Refusal):
        return here
    asked = {name: text[:LONGEST] for name, text in proof.items()}
    try:
        answer = device.line.post("/api/members", asked, timeout_s=ASK_S)
        credits: Mapping[str, Any] = answer["credits"]
        known = {
            "id": str(answer["member"]),
            "number": str(answer["number"]),
            "left": int(credits.get(here.performance.production, 0)),
        }
    except Refused as why:
        return _no("member", why)
    except (LineDown, NotUnderstood, KeyError, TypeError, ValueError, AttributeError):
        return Refusal("tender.offline")
    device.store.write(_join, order, known)
    return None


def use_credits(device: Device, order: str, most: int | None = None) -> Refusal | None:
    """Pay seats with the member's credits, the dearest first; with most, at most so many.

    Refuses: member.credit (`left`, `needed`) when there are fewer than seats and `most` was
    not said, tender.offline, hold.ended.
    """
    here, row = _held(device, order)
    if isinstance(here, Refusal):
        return here
    found = basket.member(row)
    if found is None:
        return Refusal("member.none")
    open_seats = [n for n, kind in enumerate(row.types) if kind != MEMBERSHIP]
    needed = len(open_seats)
    if needed == 0:
        return None
    if most is None and found.left < needed:
        return _short(found.left, needed)
    count = min(needed, found.left if most is None else most)
    if count < 1:
        return None
    answer = _promise(device, row, "credit", found.id, count)
    if isinstance(answer, Refusal):
        return answer
    lines = here.lines(row.seats, row.types)
    assert lines is not None
    dearest = sorted(open_seats, key=lambda n: -lines[n].price)[:count]
    types = [MEMBERSHIP if n in dearest else kind for n, kind in enumerate(row.types)]
    device.store.write(_add, order, answer, types)
    return None


def _held(device: Device, order: str) -> tuple[Evening | Refusal, OrderRow]:
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        if row is None or row.stage != "held" or basket.debt(row) is not None:
            return Refusal("hold.ended"), row or OrderRow(number=order)
        here = evening.look(session, device, row.performance, order=order)
    return here or Refusal("sale.closed"), row


def _due(here: Evening, row: OrderRow) -> int:
    lines = here.lines(row.seats, row.types) or []
    extras = basket.others(row, here.house.extras)
    total = sum(line.charge for line in lines) + sum(o.priced.charge for o in extras)
    return total - basket.covered(row, total)


def _with_type(here: Evening, row: OrderRow, promo: str) -> list[str] | None:
    """Give each seat the promo's type where it is cheaper; None when it is nowhere."""
    now = here.lines(row.seats, row.types)
    found = []
    for seat, kind, line in zip(row.seats, row.types, now or (), strict=False):
        other = here.lines([seat], [promo])
        better = other is not None and other[0].charge < line.charge
        found.append(promo if better and kind != MEMBERSHIP else kind)
    return found if found and found != row.types else None


def _promise(
    device: Device, row: OrderRow, kind: str, code: str, amount: int
) -> basket.Tender | Refusal:
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
        )
    except Refused as why:
        return _no("member" if kind == "credit" else "voucher", why)
    except (LineDown, NotUnderstood, KeyError, TypeError, ValueError):
        return Refusal("tender.offline")


def _no(what: str, why: Refused) -> Refusal:
    match why.code:
        case "LOCKED":
            return Refusal(f"{what}.locked", facts={"wait_s": _number(why, "wait_s", 60)})
        case "NOT_ENOUGH_SEAT_CREDITS":
            return _short(_number(why, "left", 0), _number(why, "needed", 1))
        case "NOT_HELD":
            return Refusal("hold.ended")
        case _:
            return Refusal(f"{what}.none")


def _short(left: int, needed: int) -> Refusal:
    facts: dict[str, Fact] = {"left": left, "needed": needed}
    return Refusal("member.credit", facts=facts)


def _number(why: Refused, name: str, otherwise: int) -> int:
    value = why.facts.get(name)
    return value if isinstance(value, int) else otherwise


def _retype(session: Session, order: str, types: list[str]) -> None:
    row = session.get_one(OrderRow, order)
    row.types = types
    plain = [kind for kind in types if kind != MEMBERSHIP]
    if len(plain) == len(types):
        row.counts = {kind: plain.count(kind) for kind in dict.fromkeys(plain)}


def _add(
    session: Session, order: str, tender: basket.Tender, types: list[str] | None
) -> None:
    row = session.get_one(OrderRow, order)
    basket.add_tender(row, tender)
    if types is not None:
        basket.put(row, types_before=row.extras.get("types_before") or list(row.types))
        row.types = types


def _join(session: Session, order: str, known: Mapping[str, Any]) -> None:
    basket.put(session.get_one(OrderRow, order), member=dict(known))
