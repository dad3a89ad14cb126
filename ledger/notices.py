"""What devices are told, document by document: see docs/api.md, Streams.

Each builder takes ids and gives their documents as they are now, many at a time. The feed
calls it once at the end of a transaction, however often something was touched.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import log
from ledger import distances, door_answers, evenings, feed, prices
from ledger.evenings import Evening
from ledger.tables.catalogue import (
    HallRow,
    PerformanceRow,
    PriceRow,
    ProductionRow,
)
from ledger.tables.devices import DeviceRow, KeyRow
from ledger.tables.doors import MovementRow
from ledger.tables.house import HouseRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.seats import SeatStateRow

Bodies = Mapping[str, Mapping[str, Any] | None]
_AT_ONCE = 500


def seat(
    *,
    state: str,
    epoch: int,
    device: str | None = None,
    incarnation: int | None = None,
    ticket: str | None = None,
) -> dict[str, Any]:
    """Give a seat's document from what a use case has just written."""
    return {
        "state": state,
        "device": device,
        "incarnation": incarnation,
        "epoch": epoch,
        "ticket": ticket,
    }


def seats(session: Session, performance: str, codes: Sequence[str], now_ms: int) -> None:
    """Tell devices how these seats are now, and buffer seats that come or go with them."""
    stream = feed.performance(performance)
    codes, buffers = distances.told(session, performance, codes)
    for found in _many(
        session,
        select(
            SeatStateRow.seat,
            SeatStateRow.state,
            SeatStateRow.epoch,
            SeatStateRow.device,
            SeatStateRow.incarnation,
            SeatStateRow.ticket,
        ).where(SeatStateRow.performance == performance),
        SeatStateRow.seat,
        codes,
    ):
        code, state, epoch, device, incarnation, ticket = found
        if code in buffers and state == "available":
            state = "reserved"
        body = seat(
            state=state, epoch=epoch, device=device, incarnation=incarnation, ticket=ticket
        )
        feed.publish(session, stream, "seat", code, body, now_ms=now_ms)


def ticket(session: Session, performance: str, id: str, now_ms: int) -> None:
    """Say that a ticket, or who went in on it, has changed."""
    feed.touch(session, feed.performance(performance), "ticket", id, tickets, now_ms=now_ms)


def performance(session: Session, id: str, now_ms: int) -> None:
    """Say that a performance has changed."""
    house = session.scalar(select(HouseRow.id))
    assert house, "no house is set up"
    feed.touch(session, feed.venue(house), "performance", id, performances, now_ms=now_ms)


def device(session: Session, id: str, now_ms: int) -> None:
    """Say that a device or its keys have changed."""
    house = session.scalar(select(HouseRow.id))
    if house:
        feed.touch(session, feed.venue(house), "device", id, devices, now_ms=now_ms)


def key(session: Session, key_id: int, now_ms: int) -> None:
    """Say that a key has changed."""
    house = session.scalar(select(HouseRow.id))
    if house:
        feed.touch(session, feed.venue(house), "key", str(key_id), keys, now_ms=now_ms)


def everything(session: Session, now_ms: int) -> None:
    """Tell a new house's stream about the devices and keys that were there before it."""
    for id in session.scalars(select(DeviceRow.id)):
        device(session, id, now_ms)
    for key_id in session.scalars(select(KeyRow.key_id)):
        key(session, key_id, now_ms)


def tickets(session: Session, ids: Sequence[str]) -> Bodies:
    """Build tickets with their live movements."""
    moved: dict[str, list[dict[str, Any]]] = {}
    for row in _many(session, select(MovementRow), MovementRow.ticket, ids, then=_IN_ORDER):
        found: MovementRow = row[0]
        moved.setdefault(found.ticket, []).append(_movement(found))
    rows = _many(
        session,
        select(TicketRow, OrderRow.note, OrderRow.number).join(
            OrderRow, OrderRow.id == TicketRow.order
        ),
        TicketRow.id,
        ids,
    )
    known: dict[str, Evening] = {}
    asked: dict[str, list[door_answers.Question]] = {}
    settled: dict[str, set[str]] | None = None
    built: dict[str, Mapping[str, Any] | None] = {}
    for row, note, number in rows:
        if row.performance not in known:
            known[row.performance] = evenings.read(session, row.performance)
            asked[row.performance] = (
                door_answers.questions(session, row.performance)
                if known[row.performance].asks
                else []
            )
        questions = asked[row.performance]
        if questions and settled is None:
            settled = door_answers.settled(session, ids)
        body = ticket_body(
            row,
            known[row.performance],
            order=number,
            note=note,
            questions=questions,
            settled=(settled or {}).get(row.id, ()),
        )
        built[row.id] = body | {"movements": moved.get(row.id, [])}
    return built


def performances(session: Session, ids: Sequence[str]) -> Bodies:
    """Build performances."""
    house = session.scalars(select(HouseRow)).one()
    rows = _many(
        session,
        select(PerformanceRow, ProductionRow.title, HallRow.name, PriceRow.body)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .join(HallRow, HallRow.id == PerformanceRow.hall)
        .join(PriceRow, PriceRow.performance == PerformanceRow.id),
        PerformanceRow.id,
        ids,
    )
    built: dict[str, Mapping[str, Any] | None] = {}
    for row, title, hall, body in rows:
        listed = prices.read(json.loads(body))
        built[row.id] = {
            "number": row.number,
            "production": row.production,
            "title": title,
            "starts_ms": row.starts_ms,
            "ends_ms": row.ends_ms,
            "doors_open_ms": row.doors_open_ms,
            "kind": row.kind,
            "hall": hall,
            "zone": house.zone,
            "on_sale": {"from_ms": row.on_sale_from_ms, "until_ms": row.on_sale_until_ms},
            "public": row.public,
            "cancelled": row.cancelled_ms is not None,
            "price_from": listed.lowest,
            "currency": listed.currency,
            "seats_left": row.seats_left,
            "access": json.loads(row.access),
            "spaces": json.loads(row.spaces),
            "home_doors": json.loads(row.home_doors),
        }
    return built


def devices(session: Session, ids: Sequence[str]) -> Bodies:
    """Build devices with the public key of each incarnation."""
    owned: dict[str, list[KeyRow]] = {}
    for (found,) in _many(session, select(KeyRow), KeyRow.device, ids):
        owned.setdefault(found.device, []).append(found)
    built: dict[str, Mapping[str, Any] | None] = {}
    for (row,) in _many(session, select(DeviceRow), DeviceRow.id, ids):
        own = sorted(owned.get(row.id, []), key=lambda found: found.incarnation or 0)
        revoked = row.revoked_ms is not None
        built[row.id] = {
            "name": row.name,
            "role": row.role,
            "place": row.place,
            "revoked": revoked,
            "last_seq": own[-1].last_seq if own and revoked else None,
            "keys": {str(k.incarnation): _text(k.public) for k in own},
        }
    return built


def keys(session: Session, ids: Sequence[str]) -> Bodies:
    """Build keys."""
    wanted = [int(id) for id in ids]
    return {
        str(row.key_id): {
            "key_id": row.key_id,
            "kind": row.kind,
            "owner": row.owner,
            "state": row.state,
            "public": _text(row.public),
            "last_seq": row.last_seq,
        }
        for row in session.scalars(select(KeyRow).where(KeyRow.key_id.in_(wanted)))
    }


def config(row: HouseRow) -> dict[str, Any]:
    """Give the house's settings as devices see them."""
    return {
        "name": row.name,
        "address": row.address,
        "currency": row.currency,
        "zone": row.zone,
        "languages": json.loads(row.languages),
        "tax_number": row.tax_number,
        "max_seats": row.max_seats,
        "hold_minutes": row.hold_minutes,
        "idle_s": row.idle_s,
        "exchange_rule": row.exchange_rule,
        "exchange_until": row.exchange_until,
        "box_office_words": row.box_office_words,
        "mail_from": row.mail_from,
        "extras": json.loads(row.extras),
        "own_words": json.loads(row.own_words or "{}"),
    }


def allotment(
    *, performance: str, seat: str, incarnation: int, epoch: int, sell_by_ms: int | None
) -> dict[str, Any]:
    """Give the document that makes a device the owner of a seat."""
    return {
        "performance": performance,
        "seat": seat,
        "incarnation": incarnation,
        "epoch": epoch,
        "sell_by_ms": sell_by_ms,
    }


def _many(
    session: Session,
    query: Any,
    column: Any,
    ids: Sequence[str],
    *,
    then: Sequence[Any] = (),
) -> Iterator[Any]:
    for start in range(0, len(ids), _AT_ONCE):
        wanted = query.where(column.in_(ids[start : start + _AT_ONCE]))
        yield from session.execute(wanted.order_by(*then) if then else wanted)


_IN_ORDER = (MovementRow.recorded_ms, MovementRow.device, MovementRow.seq)


def _movement(row: MovementRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "at_ms": row.at_ms,
        "after": row.after,
        "door": row.door,
        "space": row.space,
        "count": row.count,
        "device": row.device,
        "issue": row.issue,
        "verdict": row.verdict,
        "undone": row.undone is not None,
    }


def ticket_body(
    row: TicketRow,
    evening: Evening,
    *,
    order: str,
    note: str,
    questions: Sequence[door_answers.Question],
    settled: Iterable[str] = (),
) -> dict[str, Any]:
    """Give a ticket's document before anybody went in on it.

    order: its number. questions: of its performance; settled: those answered, by id.
    """
    plan = evening.plan
    kind = evening.prices.type_of(row.price_type or "")
    notes = [{"from": "order", "text": note, "attention": False}] if note else []
    if kind and kind.check:
        words = kind.note or kind.name
        notes.append({"from": "price_type", "text": words, "attention": True})
    known = row.seat in plan.places
    return {
        "order": order,
        "performance": row.performance,
        "seat": row.seat,
        "seat_name": str(plan.name(row.seat)) if known else row.seat,
        "status": row.status,
        "issue": row.issue,
        "price": row.price,
        "paid": row.paid,
        "pays_later": row.pays_later,
        "blocked": row.blocked,
        "valid_from_ms": row.valid_from_ms,
        "valid_until_ms": row.valid_until_ms,
        "price_type": row.price_type,
        "price_level": row.level,
        "doors": list(plan.doors_of(row.seat)) if known else [],
        "admits": row.admits,
        "entries": row.entries,
        "parent": row.parent,
        "questions": door_answers.documents(questions, row.price_type, settled),
        "notes": notes,
        "print_state": row.print_state,
        "movements": [],
    }


def _text(public: bytes) -> str:
    return log.encoded(public)
