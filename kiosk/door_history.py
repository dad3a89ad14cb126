"""What this door did tonight: the last scans, and how they add up.

Movements are in the store and outlive a restart; refusals are counted from the device log.
Source: lobby.md §4, checkin.md §11.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from boxoffice import figures
from boxoffice.figures import Tally
from kiosk import documents, door_facts, door_movements, verdicts
from kiosk.device import Device
from kiosk.shown.door import Class, Past
from kiosk.store.tables.device import LogRow
from kiosk.store.tables.door import MovementRow
from kiosk.told import Prices

UNDO_MS: Final = 15 * 60_000
_EVENING_MS: Final = 12 * 3_600_000


@dataclass(frozen=True)
class Totals:
    """How an evening adds up, in people; refused: scans by verdict, most first."""

    total: Tally
    unlisted: Tally
    by_type: tuple[tuple[str, Tally], ...]
    by_door: tuple[tuple[str, int], ...]
    refused: tuple[tuple[str, int], ...]
    at_least: bool


def past(device: Device, most: int = 40) -> list[Past]:
    """Give the last scans of this door, newest first: entries, exits and refusals."""
    now_ms = device.clock.now_ms()
    with device.store.read() as session:
        rows = session.scalars(
            select(MovementRow).order_by(MovementRow.at_ms.desc()).limit(most)
        ).all()
    moved = [
        Past(
            scan=row.scan,
            at_ms=row.at_ms,
            zone=str(row.shown.get("zone") or "UTC"),
            kind="exit" if row.kind == "exit" else "entry",
            shape=Class(row.shown["shape"]),
            shown=verdicts.as_it_was(row),
            undone=row.undone,
            mine=not row.undone
            and row.kind == "admission"
            and now_ms - row.at_ms < UNDO_MS,
        )
        for row in rows
    ]
    stopped = [
        Past(one.scan, one.at_ms, one.zone, "refused", one.shape, one, False, False)
        for one in device.board.recent(most)
        # An exit on a ticket that is no good is a movement already.
        if one.shape not in {Class.GO, Class.NOTE} and not (one.repeat or one.left_house)
    ]
    both = sorted([*moved, *stopped], key=lambda one: one.at_ms, reverse=True)
    return both[:most]


def totals(device: Device) -> Totals | None:
    """Add the evening up; None while this door is not set up."""
    now_ms = device.clock.now_ms()
    with device.store.read() as session:
        here = door_facts.post(session, device)
        if here is None:
            return None
        facts = door_facts.everything(session, device, here)
        refusals = session.scalars(
            select(LogRow.body).where(
                LogRow.type == "scan.refused", LogRow.wall_ms > now_ms - _EVENING_MS
            )
        ).all()
        prices = documents.prices(session, here.evening.id)
    found = figures.count(facts, door_movements.moment(now_ms))
    refused = Counter(
        str(body.get("verdict"))
        for body in map(json.loads, refusals)
        if body.get("performance") == here.evening.id
    )
    return Totals(
        total=found.total,
        unlisted=found.unlisted,
        by_type=_named(prices, found.by_price_type),
        by_door=tuple(sorted((door or "", n) for door, n in found.by_door.items())),
        refused=tuple(refused.most_common()),
        at_least=not device.up,
    )


def _named(
    prices: Prices | None, by_type: Mapping[str | None, Tally]
) -> tuple[tuple[str, Tally], ...]:
    """Call price types as the house does, in the order of its price list."""
    names = {kind.id: kind.name for kind in prices.types} if prices else {}
    places = {id: place for place, id in enumerate(names)}
    found = sorted(
        ((id or "", tally) for id, tally in by_type.items()),
        key=lambda one: (places.get(one[0], len(places)), one[0]),
    )
    return tuple((names.get(id, id), tally) for id, tally in found)
