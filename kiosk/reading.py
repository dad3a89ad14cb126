"""Read the ledger's documents into facts. A reader gets id, body and version.

Each raises ValueError, KeyError, TypeError or AttributeError for what is no such document;
`documents` then takes it as not there. Source: docs/api.md.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from boxoffice import charts, log, pricing, tickets
from boxoffice.charts import Chart, SeatType
from boxoffice.questions import Option, Question
from kiosk.plans import Plan
from kiosk.shown.named import SeatShown
from kiosk.told import (
    Allotment,
    DoorSettings,
    Extras,
    House,
    KnownDevice,
    Level,
    Member,
    Performance,
    Prices,
    PriceType,
    Seat,
)


def read_plain(_id: str, body: str, _ver: int) -> dict[str, Any]:
    """Read a document as it travelled."""
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


@lru_cache(maxsize=8)
def read_house(_id: str, body: str, _ver: int) -> House:
    """Read the house's settings."""
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
        exchange_until=str(given.get("exchange_until") or ""),
        box_office_words=str(given.get("box_office_words") or ""),
        extras=_extras(given.get("extras") or {}),
        own_words={
            str(language): {str(text): str(said) for text, said in words.items()}
            for language, words in (given.get("own_words") or {}).items()
        },
    )


def _extras(given: Mapping[str, Any]) -> Extras:
    asked = given.get("question")
    return Extras(
        round_to=int(given.get("round_to") or 0),
        donations=tuple(int(amount) for amount in given.get("donations") or ()),
        rate_bp=int(given.get("rate_bp") or 0),
        outside=bool(given.get("outside")),
        programme=_int(given.get("programme")),
        question=Question(
            str(asked["id"]),
            dict(asked["words"]),
            tuple(Option(str(o["id"]), dict(o["words"])) for o in asked["options"]),
        )
        if asked
        else None,
    )


@lru_cache(maxsize=512)
def read_performance(id: str, body: str, _ver: int) -> Performance:
    """Read a performance."""
    given = json.loads(body)
    on_sale = given.get("on_sale") or {}
    return Performance(
        id=id,
        number=int(given["number"]),
        production=str(given.get("production") or ""),
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
def read_plan(_id: str, body: str, _ver: int) -> Plan:
    """Read a chart, or the units of general admission."""
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
def read_prices(_id: str, body: str, ver: int) -> Prices:
    """Read levels, types and fees."""
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
                str(kind.get("code") or ""),
                bool(kind.get("counted")),
                None if kind.get("most") is None else int(kind["most"]),
            )
            for kind in given["types"]
            # A ticket for a party is the box office's to sell.
            if int(kind.get("admits") or 1) == 1
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


def read_seat(_id: str, body: str, _ver: int) -> Seat:
    """Read who owns a seat."""
    return _seat(body)


@lru_cache(maxsize=20_000)
def _seat(body: str) -> Seat:
    given = json.loads(body)
    return Seat(
        str(given["state"]),
        given.get("device"),
        _int(given.get("incarnation")),
        int(given.get("epoch") or 0),
        given.get("ticket"),
    )


@lru_cache(maxsize=512)
def read_key(_id: str, body: str, _ver: int) -> tickets.Key | None:
    """Read a key; None for one that signs no tickets of ours."""
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


def read_allotment(_id: str, body: str, _ver: int) -> Allotment:
    """Read an allotment."""
    given = json.loads(body)
    return Allotment(
        int(given["incarnation"]), int(given["epoch"]), _int(given.get("sell_by_ms"))
    )


def read_device(id: str, body: str, _ver: int) -> KnownDevice:
    """Read another device of the house."""
    given = json.loads(body)
    return KnownDevice(
        id,
        str(given.get("name", "")),
        str(given.get("role", "")),
        str(given.get("place") or ""),
        bool(given.get("revoked")),
        _int(given.get("last_seq")),
    )


def read_member(id: str, body: str, _ver: int) -> Member:
    """Read somebody who works here."""
    given = json.loads(body)
    roles = frozenset(str(role) for role in given.get("roles") or ())
    pin, code = str(given["pin"]), str(given.get("code") or "")
    return Member(id, str(given["name"]), roles, pin, code)


def _int(value: Any) -> int | None:
    return None if value is None else int(value)
