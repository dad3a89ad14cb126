"""What the ledger told this device, looked up in its copy of the streams.

Documents are read with care: one that cannot be read counts as not there and is written to
the log of the process, so that it harms nothing else. Source: sync.md §2.7, docs/api.md.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

import structlog
from sqlalchemy.orm import Session

from boxoffice import tickets, wire
from kiosk import changes, reading
from kiosk.plans import Plan
from kiosk.store import statements
from kiosk.told import Allotment, KnownDevice, Member, Performance, Prices, Seat
from kiosk.told import House as House

_words = structlog.get_logger()
T = TypeVar("T")


def house(session: Session) -> House:
    """Give the house's settings; bare ones before they were heard."""
    venue = _venue(session)

    def make() -> House:
        return _one(session, venue, "config", "house", reading.read_house) or House()

    return _kept(session, venue, "house", make)


def performances(session: Session) -> list[Performance]:
    """Give all performances that this device heard of, soonest first."""
    venue = _venue(session)

    def make() -> tuple[Performance, ...]:
        found = _all(session, venue, "performance", reading.read_performance)
        return tuple(sorted(found.values(), key=lambda p: (p.starts_ms, p.id)))

    return list(_kept(session, venue, "performance", make))


def performance(session: Session, id: str) -> Performance | None:
    """Give one performance."""
    return next((one for one in performances(session) if one.id == id), None)


def plan(session: Session, performance: str) -> Plan | None:
    """Give the chart of a performance, or its units in general admission.

    It is kept, with what was worked out from it, until another version of it is heard.
    """
    stream = stream_of(performance)
    stands = _cursor(session, stream)
    ver = statements.noted(
        session,
        ("chart", performance),
        lambda: statements.first(
            session,
            "SELECT ver, length(body) FROM doc"
            " WHERE stream = ? AND entity = 'chart' AND id = ?",
            (stream, performance),
        ),
    )
    if stands is None or ver is None:
        return None
    return _made_once(
        (stream, "chart", f"{stands[0]}.{ver[0]}.{ver[1]}"),
        lambda: _one(session, stream, "chart", performance, reading.read_plan),
    )


def prices(session: Session, performance: str) -> Prices | None:
    """Give the prices of a performance."""
    return _one(session, stream_of(performance), "price", performance, reading.read_prices)


def seats(session: Session, performance: str) -> Mapping[str, Seat]:
    """Give the owner of each seat that is not simply available from the beginning."""
    stream = stream_of(performance)
    return _kept(session, stream, "seat", lambda: _owners(session, stream))


def _owners(session: Session, stream: str) -> dict[str, Seat]:
    """Follow what was read before by what has changed since, or read all of it."""
    for (of, what, before), kept in list(_made.items()):
        stands = cursor(session, stream)
        if (of, what) != (stream, "seat") or stands is None:
            continue
        changed = changes.between(stream, before, changes.stamp(stands))
        if changed is None:
            continue
        found = dict(kept)
        for (entity, id), document in changed.items():
            if entity != "seat":
                continue
            value = document and _read(entity, id, *document, reading.read_seat)
            if value is None:
                found.pop(id, None)
            else:
                found[id] = value
        return found
    return _all(session, stream, "seat", reading.read_seat)


def available(session: Session, performance: str, plan: Plan) -> frozenset[str]:
    """Give the places that anybody may still buy, as the ledger last said."""

    def look() -> frozenset[str]:
        owners = seats(session, performance)
        return plan.every.difference(
            code for code, seat in owners.items() if seat.state != "available"
        )

    return _kept(session, stream_of(performance), "available", look)


def seat(session: Session, performance: str, code: str) -> Seat | None:
    """Give the owner of one seat."""
    return _one(session, stream_of(performance), "seat", code, reading.read_seat)


def ticket(session: Session, performance: str, id: str) -> dict[str, Any] | None:
    """Give what is known of a ticket, as it travelled."""
    return _one(session, stream_of(performance), "ticket", id, reading.read_plain)


def revoked_ms(session: Session, performance: str, id: str) -> int | None:
    """Give the moment at which the ledger last voided a ticket, or an issue of it."""
    found = _one(session, stream_of(performance), "revocation", id, reading.read_plain)
    at_ms = found.get("at_ms") if found else None
    return at_ms if isinstance(at_ms, int) else None


def tickets_of(session: Session, performance: str) -> Mapping[str, dict[str, Any]]:
    """Give all listed tickets of a performance, as they travelled."""
    stream = stream_of(performance)
    return _kept(
        session,
        stream,
        "ticket",
        lambda: _all(session, stream, "ticket", reading.read_plain),
    )


def foreign(session: Session, performance: str, code_hash: str) -> tuple[str, ...]:
    """Give the tickets that a code of another system stands for."""
    found = _one(
        session, stream_of(performance), "foreign_code", code_hash, reading.read_plain
    )
    return tuple(str(id) for id in found.get("tickets", ())) if found else ()


def keys(session: Session) -> dict[int, tickets.Key]:
    """Give the keys under which tickets are read, by key id."""
    venue = _venue(session)

    def make() -> dict[int, tickets.Key]:
        found = _all(session, venue, "key", reading.read_key)
        return {key.id: key for key in found.values() if key is not None}

    return _kept(session, venue, "key", make)


def signing_device(session: Session, key_id: int) -> str | None:
    """Say which device signs under a key id; None for the ledger's keys and others'."""
    found = _one(session, _venue(session), "key", str(key_id), reading.read_plain)
    if not found or found.get("kind") != "device":
        return None
    return str(found.get("owner") or "") or None


def devices(session: Session) -> dict[str, KnownDevice]:
    """Give the devices of the house."""
    return _all(session, _venue(session), "device", reading.read_device)


def staff(session: Session) -> dict[str, Member]:
    """Give who may use this house's devices, by id."""
    return _all(session, _venue(session), "staff", reading.read_member)


def resolutions(session: Session) -> dict[str, dict[str, Any]]:
    """Give what staff decided about our intents and tickets, by their id."""
    (device,) = statements.first(session, "SELECT device FROM identity")
    found = _all(session, f"dev:{device}", "resolution", reading.read_plain)
    return {str(one.get("subject") or id): one for id, one in found.items()}


def call(session: Session, id: str) -> dict[str, Any] | None:
    """Give an open call for staff as the house knows it."""
    return _one(session, _venue(session), "call", id, reading.read_plain)


def calls(session: Session) -> dict[str, dict[str, Any]]:
    """Give all open calls for staff of the house, by id."""
    return _all(session, _venue(session), "call", reading.read_plain)


def allotment(body: str) -> Allotment | None:
    """Read an allotment; None when it cannot be read, so that nothing is owned by it."""
    return _read("allotment", "", 0, body, reading.read_allotment)


def plain(
    session: Session, entity: str, id: str, *, performance: str | None = None
) -> dict[str, Any] | None:
    """Give a document of the house, or of a performance, as it travelled."""
    stream = _venue(session) if performance is None else stream_of(performance)
    return _one(session, stream, entity, id, reading.read_plain)


def copies(session: Session, performance: str) -> list[str]:
    """Name the sealed copies of the evening's will-call orders that are kept here."""
    return sorted(_all(session, stream_of(performance), "willcall", reading.read_plain))


def stream_of(performance: str) -> str:
    """Name the stream of a performance."""
    return f"perf:{performance}"


def heard(session: Session, performance: str) -> bool:
    """Whether this device has a copy of the performance at all."""
    return _cursor(session, stream_of(performance)) is not None


def cursor(session: Session, stream: str) -> wire.Position | None:
    """Give where this device's copy of a stream stands."""
    found = _cursor(session, stream)
    return None if found is None else wire.Position(found[0], found[1], int(found[2], 16))


def price_pos(session: Session, performance: str) -> int:
    """Give the position up to which the performance was read, for a sale's `price_pos`."""
    found = _cursor(session, stream_of(performance))
    return found[1] if found else 0


# A stream's digest stands for exactly its documents, so what was made of them can be kept.
_MOST_KEPT: Final = 64
_made: dict[tuple[str, str, str], Any] = {}


def _kept(session: Session, stream: str, what: str, make: Callable[[], T]) -> T:
    """Give what was made of a stream as it stands, or make it. Not to be changed."""
    stands = _cursor(session, stream)
    if stands is None:
        return make()
    return _made_once((stream, what, f"{stands[0]}.{stands[1]}.{stands[2]}"), make)


def _made_once(key: tuple[str, str, str], make: Callable[[], T]) -> T:
    found = _made.get(key)
    if found is None:
        found = make()
        for old in [k for k in list(_made) if k[:2] == key[:2]]:
            _made.pop(old, None)
        while len(_made) >= _MOST_KEPT:
            _made.pop(next(iter(_made)), None)
        _made[key] = found
    return cast(T, found)


def _cursor(session: Session, stream: str) -> tuple[int, int, str] | None:
    """Give where a stream stands: timeline, position, digest.

    Readers ask once for all streams, as they stand.
    """
    if not session.info.get("reads"):
        row = statements.first(
            session,
            "SELECT timeline, pos, digest FROM cursor WHERE stream = ?",
            (stream,),
        )
        return None if row is None else (row[0], row[1], row[2])
    return statements.noted(session, "cursors", lambda: _cursors(session)).get(stream)


def _cursors(session: Session) -> dict[str, tuple[int, int, str]]:
    found = statements.every(session, "SELECT stream, timeline, pos, digest FROM cursor")
    return {row[0]: row[1:] for row in found}


def _venue(session: Session) -> str:
    def look() -> str:
        (venue,) = statements.first(session, "SELECT venue FROM identity")
        return f"venue:{venue}"

    return statements.noted(session, "venue", look)


def _one(
    session: Session, stream: str, entity: str, id: str, read: Callable[[str, str, int], T]
) -> T | None:
    row = statements.first(
        session,
        "SELECT ver, body FROM doc WHERE stream = ? AND entity = ? AND id = ?",
        (stream, entity, id),
    )
    return None if row is None else _read(entity, id, row[0], row[1], read)


def _all(
    session: Session, stream: str, entity: str, read: Callable[[str, str, int], T]
) -> dict[str, T]:
    rows = statements.every(
        session,
        "SELECT id, ver, body FROM doc WHERE stream = ? AND entity = ?",
        (stream, entity),
    )
    found = {}
    for id, ver, body in rows:
        value = _read(entity, id, ver, body, read)
        if value is not None:
            found[id] = value
    return found


def _read(
    entity: str, id: str, ver: int, body: str, read: Callable[[str, str, int], T]
) -> T | None:
    try:
        return read(id, body, ver)
    except (ValueError, KeyError, TypeError, AttributeError) as why:
        _words.warning("document unreadable", entity=entity, id=id, ver=ver, why=repr(why))
        return None
