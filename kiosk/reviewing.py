"""Review an order before Pay: every line, what covers it, what is left to pay."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from kiosk import allotment, basket, holds
from kiosk.basket import PROMO
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.orders import look
from kiosk.payments import terminals
from kiosk.printing import spool
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import MemberShown, OtherShown, Review, ReviewLine, TenderShown
from kiosk.store.tables.orders import OrderRow


def review(device: Device, order: str) -> Review | Refusal:
    """Give everything that is paid for. Refuses: hold.ended (`seats` still free)."""
    here, row = look(device, order)
    if isinstance(here, Refusal):
        return here
    if row.stage not in {"held", "paying"}:
        return Refusal("hold.ended")
    with device.store.read() as session:
        owned = allotment.epochs(session, row.performance, row.seats) is not None
    if row.stage == "held" and holds.over(device, row, owned=owned):
        return holds.ended(device, row)
    lines = here.lines(row.seats, row.types)
    if lines is None:
        return Refusal("sale.closed")
    others = basket.others(row, here.house.extras)
    total = sum(line.charge for line in lines) + sum(one.priced.charge for one in others)
    left = {one.tender: one.amount for one in basket.left(row, total)}
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
            OtherShown(one.kind, one.priced.price, one.priced.fee_outside, one.count)
            for one in others
        ),
        tenders=tuple(
            TenderShown(one.kind, one.amount, one.credits, left.get(one.id, 0))
            for one in basket.tenders(row, total)
            if one.kind != PROMO
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
        exchange_rule=here.house.rule_for(
            here.performance.starts_ms, device.clock.now_ms()
        ),
        linked=device.up,
        terminal=terminals.state(device),
        paper=spool.paper(device),
        gone=str(row.extras.get("gone") or ""),
    )


def _member_shown(row: OrderRow) -> MemberShown | None:
    found = basket.member(row)
    if found is None:
        return None
    used = sum(one.credits for one in basket.tenders(row, 0) if one.kind != PROMO)
    return MemberShown(found.number, found.left, used)


def retype(device: Device, order: str, price_types: Sequence[str]) -> Review | Refusal:
    """Give the seats other price types, in the order of the seats."""
    here, row = look(device, order)
    if isinstance(here, Refusal):
        return here
    known = all(here.prices.type(kind) is not None for kind in price_types)
    if row.stage != "held" or len(price_types) != len(row.seats) or not known:
        return Refusal("hold.ended")
    if here.lines(row.seats, list(price_types)) is None:
        return Refusal("counts.none")
    device.store.write(_retype, order, list(price_types))
    return review(device, order)


def _retype(session: Session, order: str, types: list[str]) -> None:
    row = session.get_one(OrderRow, order)
    row.types = types
    row.counts = {kind: types.count(kind) for kind in dict.fromkeys(types)}


def _type_name(here: Evening, id: str) -> str:
    kind = here.prices.type(id)
    return kind.name if kind else id


def _level_name(here: Evening, id: str) -> str:
    level = here.prices.level(id)
    return level.name if level and len(here.prices.levels) > 1 else ""
