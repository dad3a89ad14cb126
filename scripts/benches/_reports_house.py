"""A house with years of orders behind it, written straight into its tables."""

import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from boxoffice.will_call import foldings
from ledger import halls, members, settling
from ledger.running import Running
from ledger.tables.catalogue import HallRow, PerformanceRow
from ledger.tables.devices import DeviceRow
from ledger.tables.members import MemberRow
from ledger.tables.money import JournalEntryRow, JournalLineRow, TenderRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.records import AuditRow
from ledger.tables.seats import SeatStateRow

DAY_MS = 86_400_000
TICKETS, AT_ONCE, COMING = 2, 2_000, 25
MEMBERS = 5_000
NAMES = ("Ada Holm", "Bea Lund", "Grace Okafor", "Tom Ruiz", "Eva Sørensen", "Jan Åberg")


def fill(ledger: Running, count: int) -> dict[str, Any]:
    """Write so many orders of two tickets each; give what a bench needs to know."""
    chance = random.Random(1)
    now_ms = ledger.clock()
    with ledger.store.read() as session:
        first = session.scalars(
            select(PerformanceRow).where(PerformanceRow.kind == halls.RESERVED)
        ).first()
        assert first is not None
        model, hall = first.id, first.hall
        seats = session.scalars(
            select(SeatStateRow.seat)
            .where(SeatStateRow.performance == model)
            .order_by(SeatStateRow.number)
        ).all()
    a_house = len(seats) * 3 // 4 // TICKETS
    evenings = [f"evening-{n:05}" for n in range(-(-count // a_house))]
    # Most of them have passed; the last ones are to come.
    starts = [now_ms + (n - len(evenings) + COMING) * DAY_MS for n in range(len(evenings))]
    ledger.store.write(lambda session: _copies(session, model, evenings, starts))
    for begin in range(0, count, AT_ONCE):
        numbers = range(begin, min(begin + AT_ONCE, count))
        ledger.store.write(
            lambda session, numbers=numbers: _orders(
                session, numbers, a_house, evenings, starts, seats, now_ms, chance
            )
        )
    ledger.store.write(lambda session: _members(session, now_ms))
    with ledger.store.read() as session:
        uncounted = settling.faults(session)
    ledger.store.write(settling.mend, uncounted)
    ledger.store.write(lambda session: session.execute(text("ANALYZE")) and None)
    with ledger.store.read() as session:
        device = session.scalars(select(DeviceRow.id)).first()
        default = session.get_one(HallRow, hall)
    coming = evenings[-COMING] if len(evenings) > COMING else evenings[-1]
    return {
        "performance": coming,
        "order": "BENCH000042",
        "sold_for": evenings[42 // a_house],
        "hall": default.id,
        "device": device,
        "seat": seats[0],
        "counts": {
            "orders": count,
            "tickets": count * TICKETS,
            "performances": len(evenings),
            "seats": len(evenings) * len(seats),
            "members": MEMBERS,
        },
    }


def _copies(session: Session, model: str, evenings: list[str], starts: list[int]) -> None:
    """Copy a performance with chart, prices and seats under other names."""
    highest = session.execute(text("SELECT max(number) FROM performance")).scalar_one()
    for table, key in (
        ("performance", "id"),
        ("chart", "performance"),
        ("price", "performance"),
        ("seat_state", "performance"),
    ):
        columns = [c.name for c in PerformanceRow.metadata.tables[table].columns]
        values = {
            key: ":evening",
            "number": ":number" if table == "performance" else "number",
            "starts_ms": ":at",
            "ends_ms": ":at + 7200000",
            "doors_open_ms": ":at - 3600000",
            "on_sale_until_ms": ":at",
            "state": "'available'",
            "prior": "NULL",
            "hold": "NULL",
            "ticket": "NULL",
            "device": "NULL",
            "incarnation": "NULL",
        }
        chosen = ", ".join(values.get(c, f'"{c}"') for c in columns)
        named = ", ".join(f'"{c}"' for c in columns)
        session.execute(
            text(
                f'INSERT INTO "{table}" ({named}) SELECT {chosen}'
                f' FROM "{table}" WHERE "{key}" = :model'
            ),
            [
                {"evening": evening, "model": model, "at": at, "number": highest + n}
                for n, (evening, at) in enumerate(zip(evenings, starts, strict=True), 1)
            ],
        )


def _orders(
    session: Session,
    numbers: range,
    a_house: int,
    evenings: list[str],
    starts: list[int],
    seats: Any,
    now_ms: int,
    chance: random.Random,
) -> None:
    made: dict[Any, list[dict[str, Any]]] = {}
    for number in numbers:
        evening, place = divmod(number, a_house)
        at = min(now_ms, starts[evening] - chance.randrange(1, 30) * DAY_MS)
        own = [seats[place * TICKETS + n] for n in range(TICKETS)]
        for row, values in _rows(number, evenings[evening], own, at, chance):
            made.setdefault(row, []).append(values)
    for row, values in made.items():
        session.execute(insert(row), values)
    session.execute(
        text(
            "UPDATE seat_state SET state = 'sold', ticket = :ticket"
            " WHERE performance = :evening AND seat = :seat"
        ),
        [
            {"ticket": t["id"], "evening": t["performance"], "seat": t["seat"]}
            for t in made[TicketRow]
        ],
    )


def _rows(
    number: int, evening: str, seats: list[str], at: int, chance: random.Random
) -> Iterator[tuple[Any, dict[str, Any]]]:
    order, patron = f"BENCH{number:06}", f"patron-{number:06}"
    name = chance.choice(NAMES)
    unpaid, amount = number % 20 == 0, 2_225
    charge = amount * len(seats)
    paid = 0 if unpaid else charge
    yield PatronRow, {
        "id": patron, "name": name, "last_name": name.split()[-1],
        "folded": " ".join(sorted(foldings(name.split()[-1]))),
        "email": f"p{number}@example.org", "phone": f"555 {number:06}", "added_ms": at,
    }  # fmt: skip
    yield OrderRow, {
        "id": order, "number": order, "state": "confirmed", "currency": "EUR",
        "seller": chance.choice(("window", "phone", "kiosk", "online")), "patron": patron,
        "delivery": chance.choice(("mail", "print", "email", "will_call")),
        "photo_id": False, "note": "", "answers": "[]", "charge": charge, "paid": paid,
        "made_ms": at,
    }  # fmt: skip
    for line, seat in enumerate(seats, 1):
        yield TicketRow, {
            "id": f"{order}-{line}", "order": order, "line": line, "performance": evening,
            "seat": seat, "epoch": 0, "seated": True, "level": "Standard",
            "price_type": "adult", "price": amount, "fee_outside": 0, "fee_inside": 0,
            "paid": 0 if unpaid else amount, "pays_later": False, "status": "active",
            "blocked": False, "issue": 1, "print_state": "not_printed", "admits": 1,
            "seq": 0, "payload": "", "unseen": False, "made_ms": at,
        }  # fmt: skip
    entries = [("sale", (("patrons", charge), ("theatre", -charge)))]
    if paid:
        kind = chance.choice(("card", "card", "cash"))
        yield TenderRow, {
            "id": f"tender-{number:06}", "order": order, "kind": kind, "ref": "",
            "amount": paid, "at_ms": at,
        }  # fmt: skip
        entries.append(("payment", ((f"tender:{kind}", paid), ("patrons", -paid))))
    for why, lines in entries:
        entry = f"{why}-{number:06}"
        yield JournalEntryRow, {"id": entry, "order": order, "why": why, "at_ms": at}
        for line, (account, sum_) in enumerate(lines, 1):
            yield JournalLineRow, {
                "entry": entry, "line": line, "account": account, "amount": sum_,
                "currency": "EUR",
            }  # fmt: skip
    yield AuditRow, {
        "id": f"audit-{number:06}", "at_ms": at, "staff": "nobody", "action": "sell",
        "subject": order, "reason": "", "facts": "{}",
    }  # fmt: skip


def _members(session: Session, now_ms: int) -> None:
    session.execute(
        insert(MemberRow),
        [
            {
                "id": f"member-{n}", "number": f"B-{n:05}", "name": NAMES[n % len(NAMES)],
                "email": f"m{n}@example.org", "credits_per_production": 2,
                "added_ms": now_ms,
            }
            for n in range(MEMBERS)
        ],
    )  # fmt: skip
    assert members.by_number(session, "B-00001") is not None
