"""What a kiosk owns of each performance, and staff giving all of it back.

What was given back is not asked for again until staff say so; a guest who pays still gets
the seats held for that order. Source: lobby.md §5, sync.md §4.
"""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy.orm import Session

from kiosk import allotment, documents, pins, settings
from kiosk.device import Device
from kiosk.store import statements
from kiosk.told import Performance

No = Literal["link", "purchase", "unknown"]


@dataclass(frozen=True)
class Own:
    """One performance: seats that are ours and free, and those of guests being served.

    given_back: staff gave them back, and none is asked for.
    """

    performance: str
    title: str
    starts_ms: int
    zone: str
    free: int
    in_orders: int
    given_back: bool


def every(device: Device) -> list[Own]:
    """List the performances that this kiosk hears of, soonest first."""
    now_ms = device.clock.now_ms()
    with device.store.read() as session:
        found = [_own(session, one) for one in _heard(session)]
    return [
        one
        for one in found
        if one.free or one.in_orders or one.given_back or one.starts_ms > now_ms
    ]


def find(device: Device, performance: str) -> Own | None:
    """Find one performance that this kiosk hears of."""
    return next((one for one in every(device) if one.performance == performance), None)


def why_not(device: Device, own: Own) -> No | None:
    """Say what stands in the way of giving back: nobody hears it, or a guest is served."""
    if not device.up:
        return "link"
    with device.store.read() as session:
        return _busy(session, own.performance)


def give_all_back(device: Device, performance: str, who: str) -> int | No:
    """Return every seat of a performance; give how many went back, or why none did."""
    own = find(device, performance)
    if own is None:
        return "unknown"
    if not device.up:
        return "link"
    return device.store.write(_give_all_back, device, own, who)


def keep_again(device: Device, performance: str, who: str) -> None:
    """Let this kiosk keep seats of its own again."""
    own = find(device, performance)
    if own is not None and own.given_back:
        device.store.write(_keep_again, device, own, who)


def _heard(session: Session) -> list[Performance]:
    return [
        one for one in documents.performances(session) if documents.heard(session, one.id)
    ]


def _own(session: Session, performance: Performance) -> Own:
    mine = allotment.owned(session, performance.id).keys()
    taken = allotment.in_orders(session, performance.id)
    (paying,) = statements.first(session, _PLEDGED, (performance.id,))
    return Own(
        performance.id,
        performance.title,
        performance.starts_ms,
        performance.zone,
        free=len(mine - taken),
        in_orders=len(mine & taken) + int(paying),
        given_back=performance.id in allotment.given_back(session),
    )


def _busy(session: Session, performance: str) -> No | None:
    (under_way,) = statements.first(session, _UNDER_WAY, (performance, performance))
    return "purchase" if under_way else None


def _give_all_back(session: Session, device: Device, own: Own, who: str) -> int | No:
    no = _busy(session, own.performance)
    if no is not None:
        return no
    seats = allotment.owned(session, own.performance)
    if seats:
        allotment.give_back(session, device, own.performance, seats, why="staff")
    _set(session, allotment.given_back(session) | {own.performance})
    pins.note(session, device, who, "own seats given back", own.title, str(len(seats)))
    return len(seats)


def _keep_again(session: Session, device: Device, own: Own, who: str) -> None:
    _set(session, allotment.given_back(session) - {own.performance})
    pins.note(session, device, who, "own seats kept again", own.title, "")


def _set(session: Session, performances: frozenset[str]) -> None:
    kept = {"performances": sorted(performances)} if performances else None
    settings.put(session, "given_back", kept)


_PLEDGED: Final = "SELECT count(*) FROM pledged WHERE performance = ?"
_UNDER_WAY: Final = (
    "SELECT (SELECT count(*) FROM open_order"
    " WHERE performance = ? AND stage IN ('held', 'paying'))"
    " + (SELECT count(*) FROM pledged WHERE performance = ?)"
)
