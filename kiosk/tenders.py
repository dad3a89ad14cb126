"""Pay with something else than a card: promo codes, vouchers, gift cards, seat credits.

A promo code opens a price type of the performance's own list, so it works without a link,
unless the ledger counts its uses. That, and the others, the ledger promises to the order's
hold; they end with it. Source: sync.md §2.3, MEM2, MEM4, docs/decisions/0023.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from boxoffice import ids
from kiosk import basket, evening, promises
from kiosk.basket import MEMBERSHIP, PROMO
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.payments import codes
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import Balance
from kiosk.store.tables.orders import OrderRow
from kiosk.told import PriceType

CARD_PREFIX: Final = "FOHM:"
LONGEST: Final = 100


def redeem(device: Device, order: str, code: str) -> Refusal | None:
    """Take a promo code, a voucher or a gift card for an order.

    Refuses: voucher.none, voucher.subscribers, voucher.locked (`wait_s`), tender.offline,
    hold.ended.
    """
    here, row = held(device, order)
    if isinstance(here, Refusal):
        return here
    typed = ids.clean_code(code[:LONGEST])
    opened = codes.hash_of(typed)
    promo = next((t for t in here.prices.types if t.code and t.code == opened), None)
    if promo is not None and promo.asks_who:
        return Refusal("voucher.subscribers")
    if promo is not None:
        return _open_price(device, here, row, promo, typed)
    left = due(here, row)
    if not typed or left < 1:
        return Refusal("voucher.none")
    promises.give_back(device, order)  # It may be the one that was taken off unheard.
    answer = promises.ask(device, row, "voucher", typed, left)
    if isinstance(answer, Refusal):
        return answer
    device.store.write(promises.keep, order, answer, None)
    return None


def balance(device: Device, order: str, code: str) -> Balance | Refusal:
    """Say what a voucher or gift card has left, for an order that it could pay.

    Refuses: voucher.none, voucher.locked (`wait_s`), tender.offline, hold.ended.
    """
    here, _ = held(device, order)
    if isinstance(here, Refusal):
        return here
    typed = ids.clean_code(code[:LONGEST])
    return promises.balance(device, typed) if typed else Refusal("voucher.none")


def take_off(device: Device, order: str) -> Refusal | None:
    """Pay without the vouchers and gift cards of an order, heard or not.

    From here on none of them pays for it, whatever becomes of the call.
    Refuses: hold.ended.
    """
    here, _ = held(device, order)
    if isinstance(here, Refusal):
        return here
    device.store.write(_take_off, order)
    promises.give_back(device, order)
    return None


def join(device: Device, order: str, **proof: str) -> Refusal | None:
    """Know the buyer as a member: by `card`, or by `number` and `password`.

    Refuses: member.none, member.locked (`wait_s`), tender.offline, hold.ended.
    """
    here, _ = held(device, order)
    if isinstance(here, Refusal):
        return here
    asked = {name: text[:LONGEST] for name, text in proof.items()}
    try:
        answer = device.line.post("/api/members", asked, timeout_s=promises.ASK_S)
        credits: Mapping[str, Any] = answer["credits"]
        known = {
            "id": str(answer["member"]),
            "number": str(answer["number"]),
            "left": int(credits.get(here.performance.production, 0)),
        }
    except Refused as why:
        return promises.refusal("member", why)
    except (LineDown, NotUnderstood, KeyError, TypeError, ValueError, AttributeError):
        return Refusal("tender.offline")
    device.store.write(_join, order, known)
    return None


def use_credits(device: Device, order: str, most: int | None = None) -> Refusal | None:
    """Pay seats with the member's credits, the dearest first; with most, at most so many.

    Refuses: member.credit (`left`, `needed`) when there are fewer than seats and `most` was
    not said, tender.offline, hold.ended.
    """
    here, row = held(device, order)
    if isinstance(here, Refusal):
        return here
    found = basket.member(row)
    if found is None:
        return Refusal("member.none")
    needed = sum(kind != MEMBERSHIP for kind in row.types)
    if needed == 0:
        return None
    if most is None and found.left < needed:
        return promises.short(found.left, needed)
    count = min(needed, found.left if most is None else most)
    if count < 1:
        return None
    answer = promises.ask(device, row, "credit", found.id, count)
    if isinstance(answer, Refusal):
        return answer
    types = promises.by_credit(here, row, count)
    device.store.write(promises.keep, order, answer, types)
    return None


def held(device: Device, order: str) -> tuple[Evening | Refusal, OrderRow]:
    """Give the evening and the order, which must have seats. Refuses: hold.ended."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        if row is None or row.stage != "held" or basket.debt(row) is not None:
            return Refusal("hold.ended"), row or OrderRow(number=order)
        here = evening.look(session, device, row.performance, order=order)
    return here or Refusal("sale.closed"), row


def due(here: Evening, row: OrderRow) -> int:
    """Give what is left to pay by card, in minor units."""
    lines = here.lines(row.seats, row.types) or []
    extras = basket.others(row, here.house.extras)
    total = sum(line.charge for line in lines) + sum(o.priced.charge for o in extras)
    return total - basket.covered(row, total)


def _open_price(
    device: Device, here: Evening, row: OrderRow, promo: PriceType, typed: str
) -> Refusal | None:
    """Take the price of a promo code; one that is counted is promised by the ledger."""
    cheaper = with_type(here, row, promo)
    if cheaper is None:
        return Refusal("voucher.none")
    if not promo.counted:
        device.store.write(_retype, row.number, cheaper)
        return None
    if any(one["kind"] == PROMO for one in row.extras.get("tenders") or ()):
        return Refusal("voucher.none")  # One such code an order.
    answer = promises.ask(device, row, PROMO, typed, cheaper.count(promo.id))
    if isinstance(answer, Refusal):
        return answer
    device.store.write(promises.keep, row.number, answer, cheaper)
    return None


def with_type(here: Evening, row: OrderRow, promo: PriceType) -> list[str] | None:
    """Give seats the promo's type where it is cheaper, where that saves most first, as many
    as it opens; None when it is nowhere.
    """
    now = here.lines(row.seats, row.types)
    saved: dict[int, int] = {}
    for place, line in enumerate(now or ()):
        other = here.lines([row.seats[place]], [promo.id])
        if other is not None and row.types[place] != MEMBERSHIP:
            saved[place] = line.charge - other[0].charge
    taken = row.types.count(promo.id)
    best = sorted((at for at in saved if saved[at] > 0), key=lambda at: (-saved[at], at))
    chosen = best if promo.most is None else best[: max(0, promo.most - taken)]
    if not chosen:
        return None
    return [promo.id if at in chosen else kind for at, kind in enumerate(row.types)]


def _retype(session: Session, order: str, types: list[str]) -> None:
    row = session.get_one(OrderRow, order)
    row.types = types
    plain = [kind for kind in types if kind != MEMBERSHIP]
    if len(plain) == len(types):
        row.counts = {kind: plain.count(kind) for kind in dict.fromkeys(plain)}


def _take_off(session: Session, order: str) -> None:
    row = session.get_one(OrderRow, order)
    if row.stage == "held":
        basket.take_off(row, basket.money(row))


def _join(session: Session, order: str, known: Mapping[str, Any]) -> None:
    basket.put(session.get_one(OrderRow, order), member=dict(known))
