"""What the ledger told this device, as facts: performances, charts, prices, seats, keys.

Documents are read with care: one that cannot be read counts as not there and is written to
the log of the process, so that it harms nothing else. Source: sync.md §2.7, docs/api.md.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal, TypeVar, cast

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import charts, log, pricing, tickets
from boxoffice.charts import Chart, SeatType
from kiosk.shown import SeatShown
from kiosk.store.tables import CursorRow, DocRow, IdentityRow

_words = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True)
class House:
    """The house's settings."""

    name: str = ""
    address: str = ""
    currency: str = "EUR"
    zone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    tax_number: str = ""
    max_seats: int = 8
    hold_minutes: int = 15
    idle_s: int = 45
    exchange_rule: str = ""
    box_office_words: str = ""


@dataclass(frozen=True)
class DoorSettings:
    """A door's settings, checkin.md §2; fields are those of docs/api.md."""

    name: str
    space: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Performance:
    """A performance as devices know it. home_doors: section to its home door's name."""

    id: str
    number: int
    title: str
    starts_ms: int
    ends_ms: int | None
    doors_open_ms: int | None
    kind: Literal["reserved", "ga"]
    hall: str
    zone: str
    on_sale_from_ms: int | None
    on_sale_until_ms: int | None
    public: bool
    cancelled: bool
    price_from: int
    currency: str
    seats_left: int
    access: tuple[str, ...]
    doors: tuple[DoorSettings, ...]
    home_doors: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """A performance's seats: the chart that rules read, and what people read.

    chart: None for general admission, whose places are `units`. numbers: as in codes.
    """

    chart: Chart | None
    units: tuple[str, ...]
    numbers: Mapping[str, int]
    names: Mapping[str, SeatShown]
    sections: tuple[tuple[str, tuple[str, ...], str], ...]
    stage: tuple[float, float, float, float] | None
    by_number: Mapping[int, str] = field(default_factory=dict)

    @property
    def codes(self) -> tuple[str, ...]:
        """All places in chart order."""
        return self.chart.seats if self.chart else self.units

    def shown(self, seat: str) -> SeatShown:
        """Name a seat, even one that the plan does not have."""
        return self.names.get(seat) or SeatShown(seat, "", "", seat)

    def section_doors(self, section: str) -> tuple[tuple[str, ...], str]:
        """Give the doors of a section, the home door first, and words how to get there."""
        for name, doors, words in self.sections:
            if name == section:
                return doors, words
        return (), ""


@dataclass(frozen=True)
class PriceType:
    """One price type. check: somebody looks at this guest at the door."""

    id: str
    name: str
    buyer: pricing.Buyer
    default: bool
    note: str
    check: bool


@dataclass(frozen=True)
class Level:
    """One price level and what each type costs in it."""

    id: str
    name: str
    prices: Mapping[str, int]


@dataclass(frozen=True)
class Prices:
    """Levels, types and fees of a performance. pos: how new, for `price_pos` of a sale."""

    currency: str
    levels: tuple[Level, ...]
    types: tuple[PriceType, ...]
    fees: tuple[pricing.FeeRule, ...]
    ver: int = 0

    def level(self, id: str | None) -> Level | None:
        """Find a level; without an id, as in general admission, the first."""
        if not id:
            return self.levels[0] if self.levels else None
        return next((level for level in self.levels if level.id == id), None)

    def type(self, id: str) -> PriceType | None:
        """Find a price type."""
        return next((kind for kind in self.types if kind.id == id), None)


@dataclass(frozen=True)
class Seat:
    """Who owns a seat, as the ledger last said."""

    state: str
    device: str | None
    incarnation: int | None
    epoch: int
    ticket: str | None


@dataclass(frozen=True)
class Allotment:
    """A seat that the ledger gives to a device in one incarnation, under an epoch."""

    incarnation: int
    epoch: int
    sell_by_ms: int | None


FREE = Seat("available", None, None, 0, None)


@dataclass(frozen=True)
class KnownDevice:
    """Another device of the house, or this one."""

    id: str
    name: str
    role: str
    place: str
    revoked: bool
    last_seq: int | None


def house(session: Session) -> House:
    """Give the house's settings; bare ones before they were heard."""
    return _one(session, _venue(session), "config", "house", _house) or House()


def performances(session: Session) -> list[Performance]:
    """Give all performances that this device heard of, soonest first."""
    found = _all(session, _venue(session), "performance", _performance)
    return sorted(found.values(), key=lambda p: (p.starts_ms, p.id))


def performance(session: Session, id: str) -> Performance | None:
    """Give one performance."""
    return _one(session, _venue(session), "performance", id, _performance)


def plan(session: Session, performance: str) -> Plan | None:
    """Give the chart of a performance, or its units in general admission."""
    stream = stream_of(performance)
    return _kept(
        session, stream, "chart", lambda: _one(session, stream, "chart", performance, _plan)
    )


def prices(session: Session, performance: str) -> Prices | None:
    """Give the prices of a performance."""
    return _one(session, stream_of(performance), "price", performance, _prices)


def seats(session: Session, performance: str) -> Mapping[str, Seat]:
    """Give the owner of each seat that is not simply available from the beginning."""
    stream = stream_of(performance)
    return _kept(session, stream, "seat", lambda: _all(session, stream, "seat", _seat))


def seat(session: Session, performance: str, code: str) -> Seat | None:
    """Give the owner of one seat."""
    return _one(session, stream_of(performance), "seat", code, _seat)


def ticket(session: Session, performance: str, id: str) -> dict[str, Any] | None:
    """Give what is known of a ticket, as it travelled."""
    return _one(session, stream_of(performance), "ticket", id, _plain)


def tickets_of(session: Session, performance: str) -> Mapping[str, dict[str, Any]]:
    """Give all listed tickets of a performance, as they travelled."""
    stream = stream_of(performance)
    return _kept(session, stream, "ticket", lambda: _all(session, stream, "ticket", _plain))


def foreign(session: Session, performance: str, code_hash: str) -> tuple[str, ...]:
    """Give the tickets that a code of another system stands for."""
    found = _one(session, stream_of(performance), "foreign_code", code_hash, _plain)
    return tuple(str(id) for id in found.get("tickets", ())) if found else ()


def keys(session: Session) -> dict[int, tickets.Key]:
    """Give the keys under which tickets are read, by key id."""
    found = _all(session, _venue(session), "key", _key)
    return {key.id: key for key in found.values() if key is not None}


def key_owner(session: Session, key_id: int) -> str | None:
    """Say which device signs under a key id."""
    found = _one(session, _venue(session), "key", str(key_id), _plain)
    return str(found.get("owner") or "") or None if found else None


def devices(session: Session) -> dict[str, KnownDevice]:
    """Give the devices of the house."""
    return _all(session, _venue(session), "device", _device)


def resolutions(session: Session) -> dict[str, dict[str, Any]]:
    """Give what staff decided about our intents and tickets, by their id."""
    me = session.get_one(IdentityRow, 1)
    found = _all(session, f"dev:{me.device}", "resolution", _plain)
    return {str(one.get("subject") or id): one for id, one in found.items()}


def call(session: Session, id: str) -> dict[str, Any] | None:
    """Give an open call for staff as the house knows it."""
    return _one(session, _venue(session), "call", id, _plain)


def allotment(body: str) -> Allotment | None:
    """Read an allotment; None when it cannot be read, so that nothing is owned by it."""
    return _read("allotment", "", 0, body, _allotment)


def stream_of(performance: str) -> str:
    """Name the stream of a performance."""
    return f"perf:{performance}"


def heard(session: Session, performance: str) -> bool:
    """Whether this device has a copy of the performance at all."""
    return session.get(CursorRow, stream_of(performance)) is not None


def price_pos(session: Session, performance: str) -> int:
    """Give the position up to which the performance was read, for a sale's `price_pos`."""
    row = session.get(CursorRow, stream_of(performance))
    return row.pos if row else 0


# A stream's digest stands for exactly its documents, so what was made of them can be kept.
_MOST_KEPT: Final = 64
_made: dict[tuple[str, str, str], Any] = {}


def _kept(session: Session, stream: str, what: str, make: Callable[[], T]) -> T:
    """Give what was made of a stream as it stands, or make it. Not to be changed."""
    cursor = session.get(CursorRow, stream)
    if cursor is None:
        return make()
    key = (stream, what, f"{cursor.timeline}.{cursor.pos}.{cursor.digest}")
    found = _made.get(key)
    if found is None:
        found = make()
        for old in [k for k in list(_made) if k[:2] == key[:2]]:
            _made.pop(old, None)
        while len(_made) >= _MOST_KEPT:
            _made.pop(next(iter(_made)), None)
        _made[key] = found
    return cast(T, found)


def _venue(session: Session) -> str:
    return f"venue:{session.get_one(IdentityRow, 1).venue}"


def _one(
    session: Session, stream: str, entity: str, id: str, read: Callable[[str, str, int], T]
) -> T | None:
    row = session.get(DocRow, (stream, entity, id))
    return None if row is None else _read(row.entity, row.id, row.ver, row.body, read)


def _all(
    session: Session, stream: str, entity: str, read: Callable[[str, str, int], T]
) -> dict[str, T]:
    query = select(DocRow.id, DocRow.ver, DocRow.body).where(
        DocRow.stream == stream, DocRow.entity == entity
    )
    found = {}
    for id, ver, body in session.execute(query):
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


def _plain(_id: str, body: str, _ver: int) -> dict[str, Any]:
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


@lru_cache(maxsize=8)
def _house(_id: str, body: str, _ver: int) -> House:
    given = json.loads(body)
    return House(
        name=str(given.get("name", "")),
        address=str(given.get("address", "")),
        currency=str(given["currency"]),
        zone=str(given.get("zone") or "UTC"),
        languages=tuple(given.get("languages") or ("en",)),
        tax_number=str(given.get("tax_number") or ""),
        max_seats=int(given.get("max_seats") or 8),
        hold_minutes=int(given.get("hold_minutes") or 15),
        idle_s=int(given.get("idle_s") or 45),
        exchange_rule=str(given.get("exchange_rule") or ""),
        box_office_words=str(given.get("box_office_words") or ""),
    )


@lru_cache(maxsize=512)
def _performance(id: str, body: str, _ver: int) -> Performance:
    given = json.loads(body)
    on_sale = given.get("on_sale") or {}
    return Performance(
        id=id,
        number=int(given["number"]),
        title=str(given["title"]),
        starts_ms=int(given["starts_ms"]),
        ends_ms=_int(given.get("ends_ms")),
        doors_open_ms=_int(given.get("doors_open_ms")),
        kind="ga" if given["kind"] == "ga" else "reserved",
        hall=str(given.get("hall", "")),
        zone=str(given.get("zone") or "UTC"),
        on_sale_from_ms=_int(on_sale.get("from_ms")),
        on_sale_until_ms=_int(on_sale.get("until_ms")),
        public=bool(given.get("public", True)),
        cancelled=bool(given.get("cancelled", False)),
        price_from=int(given.get("price_from") or 0),
        currency=str(given["currency"]),
        seats_left=int(given.get("seats_left") or 0),
        access=tuple(str(word) for word in given.get("access") or ()),
        doors=tuple(_doors(given.get("spaces") or ())),
        home_doors={
            section: str(home["door"])
            for section, home in (given.get("home_doors") or {}).items()
        },
    )


def _doors(spaces: Any) -> Iterator[DoorSettings]:
    for space in spaces:
        for door in space["doors"]:
            yield DoorSettings(str(door["name"]), str(space["space"]), door)


@lru_cache(maxsize=32)
def _plan(_id: str, body: str, _ver: int) -> Plan:
    given = json.loads(body)
    rows = tuple(
        charts.Row(
            name=str(row["row"]),
            seats=tuple(row["seats"]),
            section=str(row["section"]),
            breaks_after=frozenset(row.get("breaks_after") or ()),
        )
        for row in given.get("rows") or ()
    )
    levels = given.get("levels") or {}
    coords = {
        code: (float(x), float(y)) for code, (x, y) in (given.get("coords") or {}).items()
    }
    numbers = {str(code): int(n) for code, n in (given.get("numbers") or {}).items()}
    names = {
        code: SeatShown(
            code,
            str(name.get("section") or ""),
            str(name.get("row") or ""),
            str(name.get("seat") or ""),
            str(levels.get(code) or ""),
            *coords.get(code, (None, None)),
        )
        for code, name in (given.get("names") or {}).items()
    }
    chart = None
    if rows:
        chart = Chart(
            rows=rows,
            best_first=tuple(given.get("rank") or ()),
            types={
                code: SeatType(kind) for code, kind in (given.get("types") or {}).items()
            },
            levels=levels,
            coords=coords,
        )
    stage = given.get("stage")
    return Plan(
        chart=chart,
        units=tuple(given.get("units") or ()),
        numbers=numbers,
        names=names,
        sections=tuple(
            (
                str(part["name"]),
                tuple(part.get("doors") or ()),
                str(part.get("words") or ""),
            )
            for part in given.get("sections") or ()
        ),
        stage=(
            cast(
                tuple[float, float, float, float],
                tuple(float(stage[key]) for key in ("x", "y", "width", "depth")),
            )
            if stage
            else None
        ),
        by_number={number: code for code, number in numbers.items()},
    )


@lru_cache(maxsize=64)
def _prices(_id: str, body: str, ver: int) -> Prices:
    given = json.loads(body)
    return Prices(
        currency=str(given["currency"]),
        levels=tuple(
            Level(
                str(level["id"]),
                str(level["name"]),
                {str(kind): int(amount) for kind, amount in level["prices"].items()},
            )
            for level in given["levels"]
        ),
        types=tuple(
            PriceType(
                str(kind["id"]),
                str(kind["name"]),
                pricing.Buyer(kind.get("buyer") or "guest"),
                bool(kind.get("default")),
                str(kind.get("note") or ""),
                bool(kind.get("check")),
            )
            for kind in given["types"]
        ),
        fees=tuple(
            pricing.FeeRule(
                pricing.Buyer(fee["buyer"]) if fee.get("buyer") else None,
                pricing.Seller(fee["seller"]) if fee.get("seller") else None,
                int(fee["fee"]),
                int(fee["outside"]),
                bool(fee.get("on_zero_price")),
            )
            for fee in given.get("fees") or ()
        ),
        ver=ver,
    )


def _seat(_id: str, body: str, _ver: int) -> Seat:
    return _seat_body(body)


@lru_cache(maxsize=20_000)
def _seat_body(body: str) -> Seat:
    given = json.loads(body)
    return Seat(
        str(given["state"]),
        given.get("device"),
        _int(given.get("incarnation")),
        int(given.get("epoch") or 0),
        given.get("ticket"),
    )


@lru_cache(maxsize=512)
def _key(_id: str, body: str, _ver: int) -> tickets.Key | None:
    given = json.loads(body)
    if given["kind"] not in ("ledger", "device"):
        return None
    if given["state"] not in ("active", "retired", "revoked"):
        raise ValueError(given["state"])
    return tickets.Key(
        int(given["key_id"]),
        given["kind"],
        given["state"],
        log.decoded(given["public"]),
        _int(given.get("last_seq")),
    )


def _allotment(_id: str, body: str, _ver: int) -> Allotment:
    given = json.loads(body)
    return Allotment(
        int(given["incarnation"]), int(given["epoch"]), _int(given.get("sell_by_ms"))
    )


def _device(id: str, body: str, _ver: int) -> KnownDevice:
    given = json.loads(body)
    return KnownDevice(
        id,
        str(given.get("name", "")),
        str(given.get("role", "")),
        str(given.get("place") or ""),
        bool(given.get("revoked")),
        _int(given.get("last_seq")),
    )


def _int(value: Any) -> int | None:
    return None if value is None else int(value)
