"""Have seats promised to an order: by the ledger, or because they are our own.

A refused wish changes nothing about what was promised before. Source: INV2, INV4, lobby.md
§2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.orm import Session

from boxoffice import wire
from kiosk import (
    allotment,
    basket,
    collecting,
    documents,
    evening,
    feed,
    offers,
    requests,
)
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.shown.choosing import Offer
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import Held
from kiosk.store.tables.orders import OrderRow

HOLD_S: Final = 1.5
_words = structlog.get_logger()


@dataclass(frozen=True)
class _Promise:
    """What the ledger has promised: its hold, the seats, and until when (ledger ms)."""

    hold: str
    seats: tuple[str, ...]
    until_ms: int


def hold(device: Device, order: str, seats: Sequence[str]) -> Held | Refusal:
    """Hold these seats, or a quantity in general admission; see `sales.hold`."""
    found = _hold(device, order, seats)
    if (
        isinstance(found, Refusal)
        and found.key == "seat.gone"
        and _ours_by_now(device, order, seats)
    ):
        # Our own spare tank was filled with them while the guest was choosing.
        return _hold(device, order, seats)
    return found


def _ours_by_now(device: Device, order: str, seats: Sequence[str]) -> bool:
    """Hear the ledger's newest, and say whether any of these seats is ours to sell."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
    if row is None or not _hear(device, row):
        return False
    with device.store.read() as session:
        return not allotment.owned(session, row.performance).keys().isdisjoint(seats)


def _hear(device: Device, row: OrderRow) -> bool:
    try:
        feed.pull(device, [f"dev:{device.me.device}", documents.stream_of(row.performance)])
    except (LineDown, NotUnderstood, Refused, wire.Malformed):
        return False
    return True


def _hold(device: Device, order: str, seats: Sequence[str]) -> Held | Refusal:
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        if row is None or row.stage not in {"choosing", "held"}:
            return Refusal("hold.ended")
        here = evening.look(session, device, row.performance, order=order)
        kept = _kept(session, device, row)
        if here is not None and _asked_before(session, here, row, seats):
            # The ledger may hold them for us already; its answer was lost.
            here = evening.with_free(here, seats)
    if here is None:
        return Refusal("sale.closed")
    if row.stage == "held" and seats and set(seats) == set(row.seats) and kept:
        return shown(here, row)
    if (refusal := here.refusal()) is not None:
        return refusal
    if here.plan.chart is None:
        return _hold_quantity(device, here, row)
    judged = offers.picked(_as_if_free(here, row), row, seats)
    if isinstance(judged, Refusal):
        return judged
    wanted = [seat.code for seat in judged.seats]
    pooled = [code for code in wanted if code not in here.own]
    if not pooled:
        return _hold_own(device, here, row, wanted)
    return _hold_pooled(device, here, row, wanted, pooled)


def extend(device: Device, order: str) -> Held | Refusal:
    """Ask the ledger for once more as long; our own seats need none."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        here = evening.look(session, device, row.performance, order=order) if row else None
    if row is None or here is None or row.stage != "held":
        return Refusal("hold.ended")
    if row.hold is None:
        return shown(here, row)
    try:
        answer = requests.post(
            device,
            f"extend {row.hold}",
            f"/api/holds/{row.hold}/extend",
            {},
            timeout_s=HOLD_S,
        )
        until_ms = int(answer["expires_ms"])
    except Refused:
        return Refusal("hold.ended", tuple(here.plan.shown(code) for code in row.seats))
    except (LineDown, NotUnderstood, KeyError, TypeError, ValueError):
        return shown(here, row)
    return device.store.write(_extended, here, order, until_ms)


def release(device: Device, order: str) -> None:
    """Give back what an order was promised; a paid order and one being paid stay."""
    given = device.store.write(let_go, device, order)
    if given is not None:
        drop(device, given)


def drop(device: Device, hold: str) -> None:
    """Tell the ledger to let a hold go; unheard, it runs out by itself."""
    try:
        device.line.request("DELETE", f"/api/holds/{hold}", None, timeout_s=HOLD_S)
    except (LineDown, NotUnderstood, Refused) as why:
        _words.info("hold runs out", hold=hold, why=str(why))


def lapsed(device: Device, row: OrderRow) -> bool:
    """Whether the hold of an order has run out, by the ledger's clock as we know it."""
    if row.hold is None or row.hold_until_ms is None:
        return False
    ledger_ms = device.clock.ledger_ms()
    return ledger_ms is not None and ledger_ms >= row.hold_until_ms


def over(device: Device, row: OrderRow, *, owned: bool) -> bool:
    """Whether the hold has run out before its seats, and what pays, came to this device.

    owned: whether all its seats are ours. They may have become so by the spare tank, long
    after the ledger had given back what was promised to the hold.
    """
    return lapsed(device, row) and not (owned and _came_whole(row))


def _came_whole(row: OrderRow) -> bool:
    return bool(row.extras.get("allotted") or not row.extras.get("tenders"))


def ended(device: Device, row: OrderRow) -> Refusal:
    """Say that a hold has run out, and give the seats if they are still free.

    The ledger is told to let go of it now, and its newest heard: it may be about to.
    """
    if row.hold is not None and device.up:
        drop(device, row.hold)
        _hear(device, row)
    with device.store.read() as session:
        here = evening.look(session, device, row.performance, order=row.number)
    if here is None or here.plan.chart is None or not here.free.issuperset(row.seats):
        return Refusal("hold.ended")
    return Refusal("hold.ended", tuple(here.plan.shown(seat) for seat in row.seats))


def allotted(session: Session, order: str) -> None:
    """The ledger has given us the held seats, and with them what was promised to them."""
    basket.put(session.get_one(OrderRow, order), allotted=True)


def shown(here: Evening, row: OrderRow) -> Held:
    """Give an order's promise as a page shows it."""
    seats = tuple(here.plan.shown(code) for code in row.seats) if here.plan.chart else ()
    return Held(row.number, seats, len(row.seats), row.hold_until_ms)


def _kept(session: Session, device: Device, row: OrderRow) -> bool:
    """Whether what the order has is still its own: held, or ours."""
    owned = allotment.epochs(session, row.performance, row.seats) is not None
    return owned if row.hold is None else not over(device, row, owned=owned)


def _asked_before(
    session: Session, here: Evening, row: OrderRow, seats: Sequence[str]
) -> bool:
    chart = here.plan.chart
    if chart is None or not all(code in chart.places for code in seats):
        return False
    pooled = [code for code in chart.in_order(seats) if code not in here.own]
    return requests.pending(session, f"hold {row.number}", _wish(row, pooled))


def _wish(row: OrderRow, pooled: Sequence[str]) -> dict[str, object]:
    return {"performance": row.performance, "order": row.number, "seats": list(pooled)}


def _as_if_free(here: Evening, row: OrderRow) -> Evening:
    """The order's own seats are no obstacle to choosing them again."""
    if row.hold is None:
        return here
    return evening.with_free(here, row.seats)


def _hold_quantity(device: Device, here: Evening, row: OrderRow) -> Held | Refusal:
    count = sum(row.counts.values())
    lapsed_ = lapsed(device, row)
    if row.stage == "held" and len(row.seats) == count and row.hold and not lapsed_:
        return shown(here, row)
    if not here.linked or len(here.pool) < count <= len(here.own):
        chosen = offers.units(here, row.counts)
        if isinstance(chosen, Refusal):
            return chosen
        return _hold_own(device, here, row, chosen)
    body = {
        "performance": row.performance,
        "order": row.number,
        "best": {"quantity": count},
    }
    promise = _ask(device, here, row, body)
    if isinstance(promise, Refusal):
        if promise.key == "link.pay":
            # Nobody chose these units: as many of our own are the same to the guest.
            alone = offers.alone(device, row)
            return promise if alone is None else _hold_quantity(device, alone, row)
        return promise
    return _take(device, here, row, promise.seats, promise)


def _hold_pooled(
    device: Device, here: Evening, row: OrderRow, wanted: list[str], pooled: list[str]
) -> Held | Refusal:
    body = _wish(row, pooled)
    overlaps = row.hold is not None and set(pooled) & set(row.seats)
    if overlaps and row.hold is not None:
        # The ledger promises a seat once, also to the same order: let go, then ask.
        drop(device, row.hold)
    promise = _ask(device, here, row, body, wanted)
    if isinstance(promise, Refusal):
        if overlaps:
            _hold_again(device, here, row)
        return promise
    return _take(device, here, row, wanted, promise)


def _hold_again(device: Device, here: Evening, row: OrderRow) -> None:
    """The new wish was refused: what was held before stays held."""
    before = [code for code in row.seats if code not in here.own]
    promise = _ask(device, here, row, _wish(row, before))
    if isinstance(promise, Refusal):
        device.store.write(lose, row.number)
    else:
        device.store.write(_keep, row.number, row.seats, promise)


def _ask(
    device: Device,
    here: Evening,
    row: OrderRow,
    body: Mapping[str, object],
    wanted: Sequence[str] = (),
) -> _Promise | Refusal:
    try:
        answer = requests.post(
            device, f"hold {row.number}", "/api/holds", body, timeout_s=HOLD_S
        )
        return _Promise(
            str(answer["hold"]),
            tuple(str(code) for code in answer["seats"]),
            int(answer["expires_ms"]),
        )
    except Refused as why:
        return _refusal(device, here, row, why)
    except (LineDown, NotUnderstood, KeyError, TypeError, ValueError):
        return offers.without_line(device, row, wanted)


def _refusal(device: Device, here: Evening, row: OrderRow, why: Refused) -> Refusal:
    match why.code:
        case "SEAT_UNAVAILABLE":
            gone = {str(code) for code in why.facts.get("seats") or ()}
            nearest = offers.find(evening.without(here, gone), row)
            return Refusal("seat.gone", nearest.seats if isinstance(nearest, Offer) else ())
        case "INSUFFICIENT_SEATS" | "NOT_ENOUGH_TICKETS" | "NOT_TOGETHER":
            left = why.facts.get("left", why.facts.get("available", here.left))
            return Refusal("seats.few", facts={"left": int(left)})
        case "TOO_MANY_SEATS":
            limit = int(why.facts.get("limit", here.house.max_seats))
            return Refusal("party.large", facts={"limit": limit})
        case _:
            return Refusal("sale.closed")


def _hold_own(
    device: Device, here: Evening, row: OrderRow, seats: Sequence[str]
) -> Held | Refusal:
    return _take(device, here, row, seats, None)


def _take(
    device: Device,
    here: Evening,
    row: OrderRow,
    seats: Sequence[str],
    promise: _Promise | None,
) -> Held | Refusal:
    """Write the promise down; then let the older one go."""
    kept = device.store.write(_keep, row.number, list(seats), promise)
    if kept is None:
        # Another guest of this kiosk, or the ledger's staff, was quicker.
        if promise is not None:
            drop(device, promise.hold)
        nearest = offers.find(evening.without(here, set(seats)), row)
        return Refusal("seat.gone", nearest.seats if isinstance(nearest, Offer) else ())
    if row.hold is not None and (promise is None or promise.hold != row.hold):
        drop(device, row.hold)
    return shown(here, kept)


def _keep(
    session: Session, order: str, seats: Sequence[str], promise: _Promise | None
) -> OrderRow | None:
    row = session.get(OrderRow, order)
    if row is None or row.stage not in {"choosing", "held"}:
        return None
    ours = [code for code in seats if promise is None or code not in promise.seats]
    if allotment.epochs(session, row.performance, ours) is None:
        return None
    if set(ours) & allotment.in_orders(session, row.performance, but=order):
        return None
    hold = promise.hold if promise else None
    if row.hold != hold:
        basket.forget_tenders(row)
        basket.put(row, allotted=None)
    row.stage, row.seats, row.hold = "held", list(seats), hold
    row.hold_until_ms = promise.until_ms if promise else None
    row.extended = False
    return row


def _extended(session: Session, here: Evening, order: str, until_ms: int) -> Held:
    row = session.get_one(OrderRow, order)
    row.extended, row.hold_until_ms = True, until_ms
    return shown(here, row)


def lose(session: Session, order: str) -> bool:
    """The ledger holds nothing for the order any more; its guest may ask again.

    False: it went on meanwhile, or its seats, and what pays, are this device's by now.
    """
    row = session.get(OrderRow, order)
    if row is None or row.stage != "held":
        return row is None
    ours = allotment.epochs(session, row.performance, row.seats) is not None
    if ours and _came_whole(row):
        return False
    row.stage, row.seats, row.hold, row.hold_until_ms = "choosing", [], None, None
    basket.forget_tenders(row)
    return True


def let_go(session: Session, device: Device, order: str) -> str | None:
    """Release the order; give the hold that the ledger still keeps for it, if any."""
    row = session.get(OrderRow, order)
    if row is None or row.stage not in {"choosing", "held"}:
        return None
    collecting.forgo(session, device, row)
    hold_id = row.hold
    owned = allotment.owned(session, row.performance)
    mine = {code: owned[code] for code in row.seats if code in owned}
    if hold_id is not None and mine:
        # Allotted when Pay was pressed: more than the tank, so back they go at once.
        allotment.give_back(session, device, row.performance, mine, why="abandoned")
    row.stage, row.seats, row.hold, row.hold_until_ms = "released", [], None, None
    basket.forget_tenders(row)
    return hold_id
