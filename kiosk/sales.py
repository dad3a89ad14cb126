"""Choose, hold, review: everything before Pay.

Each function is one step of the guest; all survive a reload and a restart, because the
order in progress is a row of the store. Answers are those of `kiosk/shown/`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from kiosk import allotment, basket, documents, evening, holds, house_maps, offers, told
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.payments import terminals
from kiosk.printing import spool
from kiosk.shown.choosing import Choices, HouseMap, Offer, PriceChoice, Proposal, Tonight
from kiosk.shown.named import Refusal
from kiosk.shown.printing import Done
from kiosk.shown.reviewing import (
    Held,
    MemberShown,
    OrderShown,
    OtherShown,
    Review,
    ReviewLine,
    Stage,
    TenderShown,
)
from kiosk.store.tables import OrderRow, SaleLineRow

# Nearer evenings are counted seat by seat, with our own.
NEAR_MS: Final = 24 * 3_600_000
# An order that nobody touches for so long is forgotten; its hold has run out long before.
FORGOTTEN_MS: Final = 2 * 3_600_000


def performances(device: Device) -> list[Tonight]:
    """Give what can be sold or is at least shown here, soonest first."""
    now_ms = device.clock.now_ms()
    found = []
    with device.store.read() as session:
        for performance in documents.performances(session):
            over_ms = performance.ends_ms or performance.starts_ms
            if not performance.public or over_ms < now_ms:
                continue
            if performance.starts_ms - now_ms > NEAR_MS:
                found.append(evening.far_off(device, performance))
                continue
            here = evening.look(session, device, performance.id)
            if here is not None:
                found.append(here.tonight())
    return found


def choices(device: Device, performance: str) -> Choices | Refusal:
    """Give the price types and limits for "How many". Refuses: sale.closed, link.empty."""
    with device.store.read() as session:
        here = evening.look(session, device, performance)
    if here is None:
        return Refusal("sale.closed")
    if (refusal := here.refusal()) is not None:
        return refusal
    levels = _levels_free(here)
    types = []
    for kind in here.prices.types:
        if kind.code:
            continue  # Its code is typed later; before, nobody reads of it.
        wholes = [here.prices.whole(level, kind) for level in levels]
        amounts = [whole for whole in wholes if whole is not None]
        if amounts:
            types.append(
                PriceChoice(
                    kind.id,
                    kind.name,
                    kind.note,
                    kind.buyer.value,
                    kind.default,
                    min(amounts),
                    max(amounts),
                )
            )
    return Choices(here.tonight(), tuple(types), _most(device, here), here.left)


def start(
    device: Device,
    performance: str,
    counts: Mapping[str, int],
    *,
    step_free: bool = False,
    order: str | None = None,
) -> str | Refusal:
    """Open an order (or change one that has not been paid) and give its number.

    counts: tickets by price type id. step_free: one of the seats must be step-free.
    Changing an order gives its seats back first. Refuses: party.large (`limit`), seats.few
    (`left`), sale.closed, link.empty, and `counts.none` when nothing was asked for.
    """
    with device.store.read() as session:
        here = evening.look(session, device, performance, order=order or "")
    if here is None:
        return Refusal("sale.closed")
    if (refusal := here.refusal()) is not None:
        return refusal
    wanted = {kind: count for kind, count in counts.items() if count > 0}
    known = {kind.id for kind in here.prices.types if not kind.code}
    if not wanted or not wanted.keys() <= known:
        return Refusal("counts.none")
    if (count := sum(wanted.values())) > (most := _most(device, here)):
        return Refusal("party.large", facts={"limit": most})
    if count > here.left and not step_free:
        return Refusal("seats.few", facts={"left": here.left})
    if order is not None:
        holds.release(device, order)
    number = ids.order_number(device.chance)
    types = here.types_of(wanted)
    device.store.write(_open, device, number, performance, wanted, types, step_free)
    return number


def order(device: Device, order: str) -> OrderShown | None:
    """Give the order as it stands, or None when this device does not know it."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        if row is None:
            return None
        plan = documents.plan(session, row.performance)
    seats = tuple(plan.shown(code) for code in row.seats) if plan and plan.chart else ()
    return OrderShown(
        row.number,
        Stage(row.stage),
        row.performance,
        dict(row.counts),
        row.step_free,
        seats,
        row.hold_until_ms,
        debt.ref if (debt := basket.debt(row)) else "",
    )


def may_go_on(device: Device, order: str) -> bool:
    """Whether an order that its guest left may be shown to whoever stands there now.

    Its seats are still held, and nobody's membership or voucher is on it.
    """
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        if row is None or row.stage != "held" or basket.debt(row) is not None:
            return False
        personal = basket.member(row) is not None or bool(row.extras.get("tenders"))
    return not personal and not holds.lapsed(device, row)


def offer(device: Device, order: str) -> Offer | Refusal:
    """Offer the best seats. Refuses: seats.few (`left`), link.empty, sale.closed."""
    here, row = _look(device, order)
    return here if isinstance(here, Refusal) else offers.find(here, row)


def proposal(device: Device, order: str) -> Proposal | Refusal:
    """Give the offer page: the best seats, other offers that differ, and the house.

    Refuses as `offer`. All of it is one look at the evening.
    """
    here, row = _look(device, order)
    if isinstance(here, Refusal):
        return here
    best = offers.find(here, row)
    if isinstance(best, Refusal):
        return best
    others = tuple(offers.alternatives(here, row, best))
    return Proposal(best, others, house_maps.draw(here, row) if here.plan.chart else None)


def party_from(device: Device, order: str, seat: str) -> Offer | Refusal:
    """Seat the whole party from a seat touched on the map. Refuses: seat.gone."""
    here, row = _look(device, order)
    return here if isinstance(here, Refusal) else offers.around(here, row, seat)


def price(device: Device, order: str, seats: Sequence[str]) -> Offer | Refusal:
    """Say what seats picked one by one would cost. Refuses: seat.gone, seat.single."""
    here, row = _look(device, order)
    return here if isinstance(here, Refusal) else offers.picked(here, row, seats)


def house_map(device: Device, order: str) -> HouseMap | Refusal:
    """Give the house with what is available to this order. Refuses: sale.closed."""
    here, row = _look(device, order)
    if isinstance(here, Refusal):
        return here
    return house_maps.draw(here, row)


def hold(device: Device, order: str, seats: Sequence[str] = ()) -> Held | Refusal:
    """Have the seats promised to this order; general admission names none.

    Refuses: seat.gone (`seats`: the nearest instead, if any), seats.few (`left`),
    seat.single, hold.ended, link.pay (`seats`: some of our own instead), link.empty,
    sale.closed. What was held before stays held when the new seats are refused.
    """
    return holds.hold(device, order, seats)


def extend(device: Device, order: str) -> Held | Refusal:
    """Hold once more as long; only once. Refuses: hold.ended."""
    return holds.extend(device, order)


def review(device: Device, order: str) -> Review | Refusal:
    """Give everything that is paid for. Refuses: hold.ended (`seats` still free)."""
    here, row = _look(device, order)
    if isinstance(here, Refusal):
        return here
    if row.stage not in {"held", "paying"}:
        return Refusal("hold.ended")
    with device.store.read() as session:
        owned = allotment.epochs(session, row.performance, row.seats) is not None
    if row.stage == "held" and holds.lapsed(device, row) and not owned:
        free = all(seat in here.free for seat in row.seats)
        seats = tuple(here.plan.shown(seat) for seat in row.seats) if free else ()
        return Refusal("hold.ended", seats if here.plan.chart else ())
    lines = here.lines(row.seats, row.types)
    if lines is None:
        return Refusal("sale.closed")
    others = basket.others(row, here.house.extras)
    total = sum(line.charge for line in lines) + sum(one.priced.charge for one in others)
    until_ms = None if owned else row.hold_until_ms
    ledger_ms = device.clock.ledger_ms()
    left_s = None
    if until_ms is not None and ledger_ms is not None:
        left_s = max(0, (until_ms - ledger_ms) // 1000)
    return Review(
        order=row.number,
        tonight=here.tonight(),
        lines=tuple(
            ReviewLine(
                seat=here.plan.shown(line.seat) if here.plan.chart and line.seat else None,
                price_type=line.price_type,
                price_type_name=_type_name(here, line.price_type),
                level_name=_level_name(here, line.level),
                price=line.price,
                fee=line.fee_outside,
            )
            for line in lines
        ),
        others=tuple(
            OtherShown(one.kind, one.priced.price, one.priced.fee_outside) for one in others
        ),
        tenders=tuple(
            TenderShown(one.kind, one.amount, one.credits)
            for one in basket.tenders(row, total)
        ),
        member=_member_shown(row),
        asked=basket.was_asked(row) or not here.house.extras.anything,
        price=sum(line.price for line in lines),
        fee=sum(line.fee_outside for line in lines)
        + sum(one.priced.fee_outside for one in others),
        total=total,
        due=total - basket.covered(row, total),
        currency=here.prices.currency,
        held_until_ms=until_ms,
        left_s=left_s,
        may_extend=row.hold is not None and not row.extended and not owned and device.up,
        exchange_rule=here.house.exchange_rule,
        linked=device.up,
        terminal=terminals.state(device),
        paper=spool.paper(device),
    )


def _member_shown(row: OrderRow) -> MemberShown | None:
    found = basket.member(row)
    if found is None:
        return None
    used = sum(tender.credits for tender in basket.tenders(row, 0))
    return MemberShown(found.number, found.left, used)


def retype(device: Device, order: str, price_types: Sequence[str]) -> Review | Refusal:
    """Give the seats other price types, in the order of the seats."""
    here, row = _look(device, order)
    if isinstance(here, Refusal):
        return here
    known = all(here.prices.type(kind) is not None for kind in price_types)
    if row.stage != "held" or len(price_types) != len(row.seats) or not known:
        return Refusal("hold.ended")
    if here.lines(row.seats, list(price_types)) is None:
        return Refusal("counts.none")
    device.store.write(_retype, order, list(price_types))
    return review(device, order)


def release(device: Device, order: str) -> None:
    """Start over: give seats back at once. A paid order and one being paid stay."""
    holds.release(device, order)


def done(device: Device, order: str) -> Done | None:
    """Give the last page of a sale; None before it is paid."""
    with device.store.read() as session:
        query = select(SaleLineRow).where(SaleLineRow.order == order)
        lines = session.scalars(query.order_by(SaleLineRow.place)).all()
        if not lines:
            return None
        seats = [line.seat for line in lines]
        return last_page(session, device, order, lines[0].performance, seats)


def last_page(
    session: Session, device: Device, order: str, performance: str, seats: Sequence[str]
) -> Done | None:
    """Give the last page of a sale or a collection: where to go with which seats."""
    here = evening.look(session, device, performance)
    if here is None:
        return None
    named = [here.plan.shown(seat) for seat in seats] if here.plan.chart else []
    sections = {seat.section for seat in named} or {""}
    doors = {here.performance.entrance(here.plan, section) for section in sections}
    return Done(
        order=order,
        tonight=here.tonight(),
        seats=tuple(named),
        quantity=len(seats),
        doors=tuple(sorted(doors - {""})),
        doors_open_ms=here.performance.doors_open_ms,
        receipt=spool.receipt_state(session, order),
    )


def sweep(device: Device) -> int:
    """Forget orders whose guests have gone; give how many. The idle loop calls this."""
    lapsed = device.store.write(_sweep, device)
    for hold_id in lapsed:
        if hold_id:
            holds.drop(device, hold_id)
    return len(lapsed)


def _look(device: Device, order: str) -> tuple[Evening | Refusal, OrderRow]:
    """Gather what an order's page needs; its own held seats count as free."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        if row is None or row.stage == "released":
            return Refusal("hold.ended"), row or OrderRow(number=order, stage="released")
        here = evening.look(session, device, row.performance, order=order)
    if here is None:
        return Refusal("sale.closed"), row
    if row.stage == "held" and row.hold is not None and not holds.lapsed(device, row):
        here = evening.with_free(here, row.seats)
    return here, row


def _open(
    session: Session,
    device: Device,
    number: str,
    performance: str,
    counts: Mapping[str, int],
    types: list[str],
    step_free: bool,
) -> None:
    session.add(
        OrderRow(
            number=number,
            stage="choosing",
            performance=performance,
            counts=dict(counts),
            step_free=step_free,
            seats=[],
            types=types,
            opened_ms=device.clock.now_ms(),
            touched_boot_ms=device.clock.boot_ms(),
            boot_id=device.clock.boot_id,
        )
    )


def _retype(session: Session, order: str, types: list[str]) -> None:
    row = session.get_one(OrderRow, order)
    row.types = types
    row.counts = {kind: types.count(kind) for kind in dict.fromkeys(types)}


def _sweep(session: Session, device: Device) -> list[str]:
    query = select(OrderRow).where(OrderRow.stage.in_(("choosing", "held")))
    gone = []
    for row in session.scalars(query).all():
        age_ms = device.clock.boot_ms() - row.touched_boot_ms
        old = row.boot_id != device.clock.boot_id or age_ms > FORGOTTEN_MS
        if old or (row.stage == "held" and _long_lapsed(device, row)):
            gone.append(holds.let_go(session, device, row.number) or "")
    return gone


def _long_lapsed(device: Device, row: OrderRow) -> bool:
    # For a while the page still offers to hold the same seats again.
    ledger_ms = device.clock.ledger_ms()
    return (
        row.hold_until_ms is not None
        and ledger_ms is not None
        and ledger_ms > row.hold_until_ms + 120_000
    )


def _most(device: Device, here: Evening) -> int:
    return min(here.house.max_seats, device.config.most_seats)


def _levels_free(here: Evening) -> list[told.Level]:
    """Give the levels that still have seats; all of them when none has."""
    found = {here.level_of(seat) for seat in here.free}
    if None in found or not found:
        return list(here.prices.levels)
    return [level for level in here.prices.levels if level.id in found]


def _type_name(here: Evening, id: str) -> str:
    kind = here.prices.type(id)
    return kind.name if kind else id


def _level_name(here: Evening, id: str) -> str:
    level = here.prices.level(id)
    return level.name if level and len(here.prices.levels) > 1 else ""
