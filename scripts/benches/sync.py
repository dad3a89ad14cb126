"""Sync: an upload after an outage, the first snapshot, and a change on its way."""

import argparse
import gzip
import itertools
import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select, update

from boxoffice import log, wire
from boxoffice.pricing import Seller
from ledger import allotments, book, journal, orders, seating
from ledger.allotments import Owner
from ledger.store import Store
from ledger.tables.devices import DeviceEventRow, DeviceLogRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.orders import OrderRow, TicketRow
from scripts.benches import _ledger
from scripts.benches._ledger import Device, Line, Servers, percentile, say

SEATS_A_ROW = 50
EVENTS_A_SALE = 6
LOST, KILLS = 0.2, (0.2, 0.5, 0.8)
CHANGES = 60


def main(argv: list[str]) -> int:
    """scripts/bench sync [options]; see --help."""
    parser = argparse.ArgumentParser(prog="scripts/bench sync", description=__doc__)
    parser.add_argument("--engine", choices=_ledger.ENGINES, action="append")
    parser.add_argument("--what", choices=("upload", "snapshot", "change"), action="append")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=wire.MOST_EVENTS)
    parser.add_argument("--tickets", type=int, action="append")
    parser.add_argument("--seed", type=int, default=7, help="of what is lost")
    parser.add_argument("--pull", choices=("ledger", "postgresql"), default="ledger")
    asked = parser.parse_args(argv)
    what = asked.what or ["upload", "snapshot", "change"]
    sound = True
    for engine in asked.engine or _ledger.ENGINES:
        if "upload" in what:
            sound &= _upload(engine, asked)
        if "snapshot" in what:
            for tickets in asked.tickets or (10_000, 100_000):
                _snapshot(engine, tickets)
        if "change" in what:
            _change(engine)
    return 0 if sound else 1


# --- a day offline comes back ---------------------------------------------------------


def _upload(engine: str, asked: argparse.Namespace) -> bool:
    """Upload a day's log while requests are lost and the ledger is killed three times.

    Or PostgreSQL below it: whatever it was that a device heard, must outlive that.
    """
    events, most, chance = asked.events, asked.batch, random.Random(asked.seed)
    sales = events // EVENTS_A_SALE
    with _ledger.opened(engine) as made:
        rows = sales * 2 // SEATS_A_ROW + 1
        evening = made.add_evening("Hamlet", _ledger.reserved(rows, SEATS_A_ROW))
        kiosk = made.pair("Kiosk 1")
        seats = own(made, kiosk, evening, sales * 2)
        with made.store.read() as session:
            epoch = book.first_epoch(book.read(session).timeline)
        happened = list(day(kiosk, evening, seats, epoch, events))
        servers = Servers(made)
        pull = servers.kill
        if asked.pull == "postgresql":
            assert made.cluster is not None, "SQLite has no server to be killed"
            made.cluster.write_late()
            pull = servers.kill_database
        lost = killed = told = forgotten = 0
        timers: list[threading.Timer] = []
        slowest_s, acked, began = 0.0, 0, time.perf_counter()
        line = servers.line()
        while acked < len(happened):
            if killed < len(KILLS) and acked >= KILLS[killed] * len(happened):
                killed += 1
                timers.append(threading.Timer(chance.random() * 0.5, pull))
                timers[-1].start()
            batch = happened[acked : acked + most]
            fate = chance.random()
            if fate < LOST / 2:
                lost += 1  # It never came to the ledger.
                time.sleep(0.05)
                continue
            asked_at = time.perf_counter()
            try:
                status, text, _ = line.ask(kiosk, "POST", "/api/events", kiosk.batch(batch))
            except OSError:
                line.close()
                time.sleep(0.2)
                line = servers.line()
                continue
            except Exception:
                line.close()
                line = servers.line()
                continue
            slowest_s = max(slowest_s, time.perf_counter() - asked_at)
            if fate < LOST:
                lost += 1  # The ledger has it, and its answer is lost.
                continue
            if status == 503:  # Its database is away.
                time.sleep(0.2)
                continue
            assert status in {200, 409}, (status, text)
            answer = json.loads(text)
            acked = int((answer.get("acked") or answer["cursor"])["seq"])
            forgotten += acked < told  # As the cursor proves: of what it had answered.
            told = max(told, acked)
        seconds = time.perf_counter() - began
        for timer in timers:
            timer.join()
        mb = servers.ledger_mb()
        servers.close()
        found = what_is_booked(made.database)
    say(
        bench="sync",
        what="upload",
        engine=engine,
        events=len(happened),
        seconds=round(seconds, 1),
        events_per_s=round(len(happened) / seconds),
        lost_requests=lost,
        kills=killed,
        pulled=asked.pull,
        forgotten=forgotten,
        slowest_batch_s=round(slowest_s, 2),
        ledger_mb=mb,
        **found,
    )
    return (
        found["recorded"] == found["applied"] == found["cursor"] == len(happened)
        and found["orders"] == sales
        and found["discrepancies"] == found["journal"] == 0
        and killed == len(KILLS)
        and not forgotten
    )


def own(made: _ledger.Book, kiosk: Device, evening: str, count: int) -> list[str]:
    """Make a kiosk the owner of seats, before it is cut off."""
    free = (f"R{row}-{seat}" for row in itertools.count() for seat in range(1, 51))
    seats = list(itertools.islice(free, count))
    owner = Owner(kiosk.id, kiosk.incarnation)
    for start in range(0, count, seating.MOST_SEATS_A_HOLD):
        held = made.store.write(
            seating.hold,
            made.means,
            performance=evening,
            order=_ledger.new_id(),
            seller=kiosk.id,
            wanted=seats[start : start + seating.MOST_SEATS_A_HOLD],
            box_office=True,
        )
        assert isinstance(held, seating.Held), held
        made.store.write(allotments.allot, made.means, owner, hold=held.hold)
    return seats


def day(
    kiosk: Device, evening: str, seats: Sequence[str], epoch: int, events: int
) -> Iterator[log.Event]:
    """Sales of two seats with their payment and their paper, as a kiosk writes them."""
    pairs = iter(zip(seats[::2], seats[1::2], strict=True))
    for _ in range(events // EVENTS_A_SALE):
        intent, order = _ledger.new_id(), _ledger.new_id()
        lines = [_line(evening, seat, epoch) for seat in next(pairs)]
        amount = sum(line["price"] + line["fee_outside"] for line in lines)
        told = {"intent": intent, "order": order, "terminal": "T1", "kind": "card"}
        yield kiosk.happened(
            "payment.started", told | {"amount": amount, "currency": "EUR"}
        )
        paid = {"kind": "card", "ref": "A1", "amount": amount, "intent": intent}
        yield kiosk.happened(
            "sale",
            {
                "order": order,
                "performance": evening,
                "currency": "EUR",
                "seller": "kiosk",
                "lines": lines,
                "other": [],
                "tenders": [paid],
                "member": None,
                "answers": [],
                "price_pos": 1,
            },
        )
        taken = {"intent": intent, "ref": "A1", "amount": amount, "why": ""}
        yield kiosk.happened("payment.captured", taken)
        for line in lines:
            paper = {"ticket": line["ticket"], "issue": 1, "job": order, "proof": "fence"}
            yield kiosk.happened("ticket.printed", paper)
        yield kiosk.happened("admission", _admission(evening, lines[0]))
    for _ in range(events % EVENTS_A_SALE):
        yield kiosk.happened("device.clock", {"trust": "trusted"})


def _line(evening: str, seat: str, epoch: int) -> dict[str, Any]:
    return {
        "ticket": _ledger.new_id(),
        "performance": evening,
        "seat": seat,
        "epoch": epoch,
        "level": None,
        "price_type": "adult",
        "price": 2400,
        "fee_outside": 175,
        "fee_inside": 25,
        "payload": "",
    }


def _admission(evening: str, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "ticket": line["ticket"],
        "issue": 1,
        "performance": evening,
        "space": "auditorium",
        "count": 1,
        "seat": line["seat"],
        "door": "Door A",
        "mode": "alone",
        "after": None,
        "verdict": "ADMIT",
        "override": None,
        "marks": [],
        "answers": None,
    }


def what_is_booked(database: str) -> dict[str, int]:
    """Count what the book has recorded, and give the sum of its journal."""
    store = Store(database, only_read=True)
    try:
        with store.read() as session:
            count = func.count()
            event = DeviceEventRow
            different = select(func.count(event.event_id.distinct()))
            asked = {
                "recorded": select(count).select_from(event),
                "different": different,
                "applied": select(count).select_from(event).where(event.applied),
                "cursor": select(func.max(DeviceLogRow.seq)),
                "orders": select(count).select_from(OrderRow),
                "tickets": select(count).select_from(TicketRow),
                "discrepancies": select(count).select_from(DiscrepancyRow),
            }
            found = {name: session.scalar(query) or 0 for name, query in asked.items()}
            return found | {"journal": journal.total(session)}
    finally:
        store.close()


# --- a new device learns the evening --------------------------------------------------


def _snapshot(engine: str, tickets: int) -> None:
    """Read everything a new door must know of evenings that are sold out."""
    evenings = max(1, tickets // 10_000)
    with _ledger.opened(engine) as made:
        rows = tickets // evenings // SEATS_A_ROW
        for number in range(evenings):
            evening = made.add_evening(
                f"Hamlet {number}", _ledger.reserved(rows, SEATS_A_ROW)
            )
            for row in range(rows):
                made.store.write(
                    orders.sell,
                    made.means,
                    performance=evening,
                    seats=[(f"R{row}-{n}", "adult") for n in range(1, SEATS_A_ROW + 1)],
                    seller=Seller.WINDOW,
                    tender="cash",
                )
        # What was printed needs no copies, which would be sealed beside what is measured.
        made.store.write(lambda session: session.execute(_PRINTED))
        door = made.pair("Door A", "door")
        with made.store.read() as session:
            from ledger import devices

            streams = devices.streams(session, door.id, made.means.now_ms)
        servers = Servers(made)
        try:
            line = servers.line()
            _read_all(line, door, streams[:1])  # Connected, and the ledger is awake.
            cpu_s, began = servers.cpu_s(), time.perf_counter()
            documents, wire_bytes, plain_bytes = _read_all(line, door, streams)
            seconds = time.perf_counter() - began
            say(
                bench="sync",
                what="snapshot",
                engine=engine,
                tickets=tickets,
                documents=documents,
                seconds=round(seconds, 2),
                wire_mb=round(wire_bytes / 1e6, 2),
                plain_mb=round(plain_bytes / 1e6, 2),
                ledger_cpu_s=round(servers.cpu_s() - cpu_s, 2),
                ledger_mb=servers.ledger_mb(),
            )
        finally:
            servers.close()


_PRINTED = update(TicketRow).values(print_state="printed")


def _read_all(line: Line, door: Device, streams: Sequence[str]) -> tuple[int, int, int]:
    """Give how many documents, and their bytes packed and plain."""
    documents = packed = plain = 0
    for stream in streams:
        page: int | None = 0
        while page is not None:
            target = f"/api/snapshot?s={stream}&page={page}"
            status, body, headers = line.ask(door, "GET", target)
            if status == 429:  # Twenty a second for a device, as everywhere.
                time.sleep(float(headers.get("Retry-After", 1)))
                continue
            assert status == 200, body[:200]
            packed += len(body)
            if headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            plain += len(body)
            answer = json.loads(body)
            documents += len(answer["docs"])
            page = answer["next"]
    return documents, packed, plain


# --- a change reaches a device --------------------------------------------------------


def _change(engine: str) -> None:
    """Measure from the answer to a hold until a waiting door has read of it."""
    with _ledger.opened(engine) as made:
        evening = made.add_evening("Hamlet", _ledger.reserved(10, SEATS_A_ROW))
        kiosk, door = made.pair("Kiosk 1"), made.pair("Door A", "door")
        servers = Servers(made)
        held_at: dict[str, float] = {}
        took_ms: list[float] = []
        stream = f"perf:{evening}"

        def watch() -> None:
            line = servers.line()
            _, body, _ = line.ask(door, "GET", f"/api/snapshot?s={stream}&page=0")
            cursor = json.loads(_plain(body))["until"]
            while len(took_ms) < CHANGES:
                target = f"/api/feed?s={stream}@{cursor}&wait=20"
                _, body, _ = line.ask(door, "GET", target)
                now = time.perf_counter()
                part = json.loads(_plain(body))["streams"][0]
                cursor = part["cursor"]
                took_ms.extend(
                    (now - held_at[row["id"]]) * 1000
                    for row in part["rows"]
                    if row["id"] in held_at
                )
            line.close()

        watching = threading.Thread(target=watch)
        watching.start()
        time.sleep(0.5)
        line, chance = servers.line(), random.Random(7)
        for number in range(CHANGES):
            seat = f"R{number // SEATS_A_ROW}-{number % SEATS_A_ROW + 1}"
            wanted = {"performance": evening, "order": seat, "seats": [seat]}
            held_at[seat] = time.perf_counter()
            line.ask(kiosk, "POST", "/api/holds", json.dumps(wanted).encode())
            time.sleep(0.1 + chance.random() * 0.2)
        watching.join(30)
        line.close()
        servers.close()
    say(
        bench="sync",
        what="change",
        engine=engine,
        changes=len(took_ms),
        p50_ms=percentile(took_ms, 0.50),
        p99_ms=percentile(took_ms, 0.99),
    )


def _plain(body: bytes) -> bytes:
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
