"""The seats this device owns: allotted, neither spent nor pledged.

Ownership arrives through the feed and leaves through the log, in no other way. A small
standing allotment per performance keeps the kiosk selling while the line is down.
Source: design.md §3, sync.md §3.1, §4.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from boxoffice import allotments, moments, outage
from boxoffice.pricing import Seller
from kiosk import documents, feed, log, requests, settings
from kiosk.clock import Clock
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.store import statements
from kiosk.store.tables.seats import SpentRow
from kiosk.told import Performance

ANSWER_S: Final = 1.5
_HOUR_MS: Final = 3_600_000
# Only what is played within a day needs a spare tank; a cut-off kiosk sells nothing later.
_AHEAD_MS: Final = 24 * _HOUR_MS
_words = structlog.get_logger()


def owned(session: Session, performance: str) -> dict[str, int]:
    """Give every seat of ours with its epoch, whether it may be sold now or not."""
    return {seat: epoch for seat, epoch, _ in _owned(session, performance)}


def sellable(
    session: Session, clock: Clock, performance: Performance, *, order: str = ""
) -> dict[str, int]:
    """Give the seats of ours that may be sold without asking anybody, with their epochs.

    `sell_by` is judged by ledger time alone; without any, such seats are not sold. Seats
    that another open order has taken are left out. Source: EMG3, EMG4, sync.md §4.
    """
    ledger_ms = clock.ledger_ms()
    now = None if ledger_ms is None else _moment(ledger_ms)
    zone = ZoneInfo(performance.zone)
    here = _moment(clock.now_ms()).astimezone(zone)
    begins = _moment(performance.starts_ms).astimezone(zone)
    today = moments.theatre_day(here)
    night = today if moments.is_today(begins, here) else moments.theatre_day(begins)
    taken = in_orders(session, performance.id, but=order)
    found = {}
    for seat, epoch, sell_by_ms in _owned(session, performance.id):
        desk = outage.Desk(
            allotment=(seat,), sell_by=None if sell_by_ms is None else _moment(sell_by_ms)
        )
        allowed = outage.sell(
            desk, seat, seller=Seller.KIOSK, today=today, performance_date=night, now=now
        )
        if isinstance(allowed, outage.Risk) and seat not in taken:
            found[seat] = epoch
    return found


def given_back(session: Session) -> frozenset[str]:
    """Give the performances whose seats staff gave back: none are asked for."""
    return frozenset(settings.get(session, "given_back").get("performances", ()))


def in_orders(session: Session, performance: str, *, but: str = "") -> set[str]:
    """Give the seats of orders in progress here, so that no two guests are offered them."""
    found = statements.every(session, _IN_ORDERS, (performance, but))
    return {seat for (seats,) in found for seat in json.loads(seats)}


def epochs(
    session: Session, performance: str, seats: Collection[str]
) -> dict[str, int] | None:
    """Give the epochs under which these seats are ours to pledge; None if one is not."""
    mine = owned(session, performance)
    if not set(seats) <= mine.keys():
        return None
    return {seat: mine[seat] for seat in seats}


def overdue(
    session: Session, clock: Clock, performance: str, seats: Collection[str]
) -> bool:
    """Whether one of our seats may no longer be sold; they stay ours. Source: EMG4."""
    ledger_ms = clock.ledger_ms()
    return any(
        seat in seats
        and sell_by_ms is not None
        and (ledger_ms is None or ledger_ms >= sell_by_ms)
        for seat, _, sell_by_ms in _owned(session, performance)
    )


def give_back(
    session: Session,
    device: Device,
    performance: str,
    seats: Mapping[str, int],
    *,
    why: str,
) -> int:
    """Return seats: spent and reported, in the caller's transaction. Gives the event's seq.

    The log puts it after every earlier sale, so a return can never overtake one.
    """
    body = {
        "seats": [
            {"performance": performance, "seat": seat, "epoch": epoch}
            for seat, epoch in sorted(seats.items())
        ],
        "why": why,
    }
    seq = log.append(session, device.clock, device.new_id(), "allotment.returned", body)
    spend(session, performance, seats, how="returned", seq=seq)
    return seq


def spend(
    session: Session, performance: str, seats: Mapping[str, int], *, how: str, seq: int
) -> None:
    """Note that seats are no longer ours, for ever."""
    session.add_all(
        SpentRow(performance=performance, seat=seat, epoch=epoch, how=how, seq=seq)
        for seat, epoch in seats.items()
    )
    session.flush()


def pull_held(device: Device, hold: str) -> bool:
    """Have the held seats allotted to this device, and read the feed until they are.

    False: the ledger no longer holds them. Raises LineDown, NotUnderstood.
    """
    try:
        answer = requests.post(
            device, f"allot {hold}", "/api/allotments", {"hold": hold}, timeout_s=ANSWER_S
        )
    except Refused:
        return False
    return _pull(device, answer)


def tend(device: Device) -> None:
    """Keep the standing allotments at their size: ask for more, give back what is idle.

    Raises LineDown, NotUnderstood.
    """
    with device.store.read() as session:
        followed = _followed(session, device)
    for tank in followed:
        if tank.wanted and device.me.role == "kiosk" and device.up:
            _ask(device, tank.performance, tank.wanted)
        excess = allotments.give_back(
            owned=tank.owned, target=tank.target, idle=tank.idle, cut_off=tank.closed
        )
        performance = tank.performance.id
        if excess:
            device.store.write(_return_idle, device, performance, excess, tank.closed)
        device.store.write(_return_overdue, device, performance)


def wanted(session: Session, device: Device) -> int:
    """Count the seats that this device asks for as soon as it looks at its tanks."""
    return sum(tank.wanted for tank in _followed(session, device))


@dataclass(frozen=True)
class _Tank:
    """How the tank of one performance stands. idle: since it was last used."""

    performance: Performance
    owned: int
    target: int
    closed: bool
    idle: timedelta

    @property
    def wanted(self) -> int:
        asked = allotments.ask(owned=self.owned, target=self.target)
        return 0 if self.closed else asked


def _followed(session: Session, device: Device) -> list[_Tank]:
    return [
        _tank(session, device, performance)
        for performance in documents.performances(session)
        if documents.heard(session, performance.id)
    ]


def _tank(session: Session, device: Device, performance: Performance) -> _Tank:
    now_ms = device.clock.now_ms()
    mine = set(owned(session, performance.id)) - in_orders(session, performance.id)
    (sold,) = statements.first(session, _SOLD_SINCE, (performance.id, now_ms - _HOUR_MS))
    closed = (
        now_ms >= _closes_ms(performance)
        or performance.cancelled
        or performance.id in given_back(session)
    )
    far = performance.starts_ms - now_ms > _AHEAD_MS
    target = 0
    if performance.public and not far and not closed:
        left = _left(session, performance)
        target = allotments.target(sold_last_hour=sold, left=left)
    idle = timedelta(milliseconds=_idle_ms(device, performance.id))
    return _Tank(performance, len(mine), target, closed, idle)


def _left(session: Session, performance: Performance) -> int:
    plan = documents.plan(session, performance.id)
    if plan is None:
        return 0
    gone = sum(
        seat.state in {"sold", "killed"}
        for seat in documents.seats(session, performance.id).values()
    )
    return max(0, len(plan.codes) - gone)


def _idle_ms(device: Device, performance: str) -> int:
    """Time since the tank was last used, in this run of the program."""
    last = device.used_boot_ms.get(performance, device.started_boot_ms)
    return device.clock.boot_ms() - last


def _ask(device: Device, performance: Performance, quantity: int) -> None:
    try:
        answer = requests.post(
            device,
            f"standing {performance.id}",
            "/api/allotments",
            {"performance": performance.id, "quantity": quantity},
            timeout_s=ANSWER_S,
        )
    except Refused as why:
        _words.info("no allotment", performance=performance.id, why=why.code)
        return
    if _pull(device, answer):
        device.used_boot_ms[performance.id] = device.clock.boot_ms()


def _return_idle(
    session: Session, device: Device, performance: str, count: int, everything: bool
) -> None:
    mine = owned(session, performance)
    for seat in in_orders(session, performance):
        mine.pop(seat, None)
    plan = documents.plan(session, performance)
    chosen: Sequence[str]
    if everything or plan is None or count >= len(mine):
        chosen = list(mine)
    elif plan.chart is not None:
        known = [seat for seat in mine if seat in plan.chart.places]
        chosen = allotments.choose_to_return(plan.chart, known, min(count, len(known)))
    else:
        chosen = sorted(mine, reverse=True)[:count]
    if chosen:
        why = "closed" if everything else "idle"
        give_back(session, device, performance, {s: mine[s] for s in chosen}, why=why)


def _return_overdue(session: Session, device: Device, performance: str) -> None:
    """Give back what may not be sold here any more: staff have asked for it, say."""
    ledger_ms = device.clock.ledger_ms()
    if ledger_ms is None:
        return
    taken = in_orders(session, performance)
    late = {
        seat: epoch
        for seat, epoch, sell_by_ms in _owned(session, performance)
        if sell_by_ms is not None and ledger_ms >= sell_by_ms and seat not in taken
    }
    if late:
        give_back(session, device, performance, late, why="closed")


def _pull(device: Device, answer: object) -> bool:
    if not isinstance(answer, dict):
        raise NotUnderstood(0, "allotment")
    stream, pos = answer.get("stream"), answer.get("pos")
    if not isinstance(stream, str) or not isinstance(pos, int):
        raise NotUnderstood(0, "allotment")
    if not feed.pull_to(device, stream, pos):
        raise LineDown("the allotment has not come yet")
    return True


def _owned(session: Session, performance: str) -> list[tuple[str, int, int | None]]:
    return statements.every(session, _OWNED, (performance,))


# Asked again and again by every page and every look around, so it is not built each time.
_OWNED: Final = """
SELECT seat, epoch, sell_by_ms FROM allotted AS mine WHERE performance = ?
AND NOT EXISTS (SELECT 1 FROM spent AS gone WHERE gone.performance = mine.performance
AND gone.seat = mine.seat AND gone.epoch = mine.epoch)
AND NOT EXISTS (SELECT 1 FROM pledged AS paying WHERE paying.performance = mine.performance
AND paying.seat = mine.seat AND paying.epoch = mine.epoch)"""
_IN_ORDERS: Final = (
    "SELECT seats FROM open_order"
    " WHERE performance = ? AND stage IN ('held', 'paying') AND number <> ?"
)
_SOLD_SINCE: Final = (
    'SELECT count(*) FROM sale_line JOIN sale ON sale."order" = sale_line."order"'
    " WHERE sale_line.performance = ? AND sale.sold_ms > ?"
)


def _closes_ms(performance: Performance) -> int:
    return performance.on_sale_until_ms or performance.starts_ms


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
