"""A small house for the device's tests: two rows of Stalls, one of Circle, and a studio.

It is always the same Friday. Ada buys; the doors open at 18:45, the curtain rises at 19:30.
"""

import shutil
from pathlib import Path
from typing import Any

from boxoffice import log, tickets
from kiosk import feed, pairing, recovery
from kiosk.clock import Clock
from kiosk.config import Config, Invite
from kiosk.device import Device
from kiosk.line import Line
from kiosk.payments.port import Terminal
from kiosk.printing.transport import Printer
from kiosk.store.store import Store
from tests.carried import Carried
from tests.parts.kiosk.ledger_double import LedgerDouble

SEVEN_PM = 1_793_984_400_000  # Friday 6 November 2026, 19:00 in Copenhagen
CURTAIN = SEVEN_PM + 30 * 60_000
HAMLET, STUDIO = "hamlet-friday", "improv-friday"
ORDER = "K7Q4MX2D"

ROWS = {"A": ("Stalls", 8), "B": ("Stalls", 8), "C": ("Circle", 6)}
TYPES = [
    {"id": "adult", "name": "Adult", "buyer": "guest", "default": True, "note": ""},
    {
        "id": "child",
        "name": "Child",
        "buyer": "guest",
        "default": False,
        "note": "under 15",
    },
]
FEES = [
    {"buyer": None, "seller": "kiosk", "fee": 175, "outside": 175, "on_zero_price": False}
]


class Time:
    """A clock that a test moves by hand; both clocks of the device show it."""

    def __init__(self, now_ms: int = SEVEN_PM) -> None:
        self.now = now_ms
        self.boot = 1_000_000

    def now_ms(self) -> int:
        return self.now

    def boot_ms(self) -> int:
        return self.boot

    def pass_ms(self, ms: int) -> None:
        """Let time go by everywhere."""
        self.now += ms
        self.boot += ms


def codes(row: str) -> list[str]:
    """The seats of a row, left to right."""
    return [f"{row}-{n}" for n in range(1, ROWS[row][1] + 1)]


def furnish(ledger: LedgerDouble) -> None:
    """Tell the house, an evening with seats and one without."""
    ledger.put(
        "venue:v1",
        "config",
        "house",
        {
            "name": "Royal Theatre",
            "address": "Stage Street 1",
            "currency": "EUR",
            "zone": "Europe/Copenhagen",
            "languages": ["en", "da"],
            "tax_number": "12345678",
            "max_seats": 8,
            "hold_minutes": 15,
            "idle_s": 45,
            "exchange_rule": "No exchange.",
            "box_office_words": "left of the stairs",
        },
    )
    ledger_key = {"key_id": 900, "kind": "ledger", "owner": "ledger", "state": "active"}
    ledger.put(
        "venue:v1",
        "key",
        "900",
        {**ledger_key, "public": ledger.public_key, "last_seq": None},
    )
    ledger.put("venue:v1", "performance", HAMLET, evening(1204, "Hamlet", "reserved"))
    ledger.put("venue:v1", "performance", STUDIO, evening(1205, "Improv", "ga"))
    _hamlet(ledger)
    _studio(ledger)


def evening(number: int, title: str, kind: str, **change: Any) -> dict[str, Any]:
    """A performance's document."""
    doors = [door("Door A", ["Stalls"]), door("Door B", ["Circle"])]
    return {
        "number": number,
        "production": title.lower(),
        "title": title,
        "starts_ms": CURTAIN,
        "ends_ms": CURTAIN + 9_000_000,
        "doors_open_ms": CURTAIN - 45 * 60_000,
        "kind": kind,
        "hall": "Main stage",
        "zone": "Europe/Copenhagen",
        "on_sale": {"from_ms": 0, "until_ms": CURTAIN + 600_000},
        "public": True,
        "cancelled": False,
        "price_from": 1200,
        "currency": "EUR",
        "seats_left": 22,
        "access": ["step-free"],
        "spaces": [{"space": "auditorium", "doors": doors}] if kind == "reserved" else [],
        "home_doors": {
            "Stalls": {"door": "Door A", "epoch": 1},
            "Circle": {"door": "Door B", "epoch": 1},
        },
        **change,
    }


def door(name: str, sections: list[str], **change: Any) -> dict[str, Any]:
    """A door's settings; lenient, so that both doors admit everybody."""
    return {
        "name": name,
        "performances": [],
        "opens_ms": None,
        "closes_ms": None,
        "late_hold": False,
        "hold_until_ms": None,
        "price_types": None,
        "reentry": "after_exit",
        "unpaid": "refuse",
        "strict": False,
        "takes_all": True,
        "addons": False,
        "clears_at": None,
        "rule": None,
        "sections": sections,
        "words": "",
        **change,
    }


def _hamlet(ledger: LedgerDouble) -> None:
    stream = f"perf:{HAMLET}"
    rows, names, coords, levels, types = [], {}, {}, {}, {}
    for y, (row, (section, _)) in enumerate(ROWS.items()):
        seats = codes(row)
        rows.append(
            {"row": row, "section": section, "seats": seats, "breaks_after": [seats[3]]}
        )
        for x, code in enumerate(seats):
            names[code] = {"section": section, "row": row, "seat": str(x + 1)}
            coords[code] = [x * 0.6, y * 1.0]
            levels[code] = "best" if section == "Stalls" else "usual"
    types["C-6"] = "accessible"
    order = [code for row in ROWS for code in codes(row)]
    ledger.put(
        stream,
        "chart",
        HAMLET,
        {
            "rows": rows,
            "rank": order,
            "types": types,
            "levels": levels,
            "coords": coords,
            "numbers": {code: n for n, code in enumerate(order, 1)},
            "names": names,
            "sections": [
                {"name": "Stalls", "doors": ["Door A"], "words": "straight on"},
                {"name": "Circle", "doors": ["Door B"], "words": "up the stairs"},
            ],
            "stage": {"x": 0, "y": -2, "width": 5, "depth": 1},
        },
    )
    prices = [
        {"id": "best", "name": "Premium", "prices": {"adult": 2400, "child": 1200}},
        {"id": "usual", "name": "Standard", "prices": {"adult": 1800, "child": 1200}},
    ]
    _prices(ledger, HAMLET, prices)
    for code in order:
        ledger.put(stream, "seat", code, FREE)


def _studio(ledger: LedgerDouble) -> None:
    units = [f"S-{n}" for n in range(1, 31)]
    chart = {"rows": [], "units": units, "numbers": {u: n for n, u in enumerate(units, 1)}}
    ledger.put(f"perf:{STUDIO}", "chart", STUDIO, chart)
    level = {"id": "all", "name": "All", "prices": {"adult": 1200, "child": 0}}
    _prices(ledger, STUDIO, [level])
    for unit in units:
        ledger.put(f"perf:{STUDIO}", "seat", unit, FREE)


FREE = {
    "state": "available",
    "device": None,
    "incarnation": None,
    "epoch": 0,
    "ticket": None,
}


def _prices(ledger: LedgerDouble, performance: str, levels: list[dict[str, Any]]) -> None:
    body = {"currency": "EUR", "levels": levels, "types": TYPES, "fees": FEES}
    ledger.put(f"perf:{performance}", "price", performance, body)


def list_ticket(ledger: LedgerDouble, ticket: str, seat: str, **change: Any) -> str:
    """List a paid ticket of tonight and give its code, signed by the ledger."""
    body = {
        "order": ORDER,
        "performance": HAMLET,
        "seat": seat,
        "seat_name": seat,
        "status": "active",
        "issue": 1,
        "price": 2400,
        "paid": 2400,
        "pays_later": False,
        "blocked": False,
        "valid_from_ms": None,
        "valid_until_ms": None,
        "price_type": "adult",
        "price_level": "best",
        "doors": ["Door A"],
        "admits": 1,
        "entries": None,
        "parent": None,
        "questions": [],
        "notes": [],
        "print_state": "not_printed",
        "movements": [],
        **change,
    }
    ledger.put(f"perf:{HAMLET}", "ticket", ticket, body)
    return ledger.sign(tickets.Code(900, 1204, ticket, seat=number_of(seat)))


def number_of(seat: str) -> int:
    """The number of a seat in codes."""
    order = [code for row in ROWS for code in codes(row)]
    return order.index(seat) + 1


def paid_order(ledger: LedgerDouble, **change: Any) -> dict[str, Any]:
    """A will-call order of Mrs Okafor: two seats, paid."""
    found = []
    for n, seat in enumerate(("A-5", "A-6"), 1):
        ticket = f"0199a2b4-6c1e-7a3f-8d52-4be1c09f770{n}"
        found.append(
            {
                "ticket": ticket,
                "seat": seat,
                "seat_name": f"Stalls {seat}",
                "price_type": "adult",
                "price": 2400,
                "paid": 2400,
                "issue": 1,
                "status": "active",
                "print_state": "not_printed",
                "payload": list_ticket(ledger, ticket, seat),
            }
        )
        ledger.set_seat(HAMLET, seat, state="sold")
    answer = {
        "order": ORDER,
        "state": "confirmed",
        "due": 0,
        "currency": "EUR",
        "performance": HAMLET,
        "tickets": found,
        "collected_at_ms": None,
        "collected_by": None,
        "photo_id": False,
        "note": "",
        **change,
    }
    ledger.orders[ORDER] = {"last_name": "okafor", "answer": answer}
    ledger.codes["FOHC:OKAFOR"] = ORDER
    return answer


class Rooms:
    """Devices in folders of their own, paired with one ledger; they can be unplugged."""

    def __init__(
        self, folder: Path, ledger: LedgerDouble, time: Time, *, empty: Path
    ) -> None:
        """empty: a migrated store without anything in it, to begin with."""
        self.folder, self.ledger, self.time = folder, ledger, time
        self._empty = empty
        self._open: list[Device] = []

    def device(
        self,
        name: str = "Kiosk 1",
        *,
        role: str = "kiosk",
        terminal: Terminal | None = None,
        printer: Printer | None = None,
        boot: str = "boot-1",
        hears: bool = True,
    ) -> Device:
        """Open a device as its process would; pair it the first time, and recover."""
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir()
            shutil.copy(self._empty, folder / "store.sqlite")
        config = Config(
            folder, "127.0.0.1", 0, "http://ledger.test", door=name, claim_wait_s=5.0
        )
        clock = Clock(
            wall_ms=self.time.now_ms,
            boot_ms=self.time.boot_ms,
            boot=boot,
            has_battery=False,
            synchronised=lambda: False,
        )
        device = Device(
            config, clock=clock, store=Store(folder), terminal=terminal, printer=printer
        )
        self._open.append(device)
        recovery.recall_clock(device)
        if not device.paired:
            self.ledger.invite(name, role=role, name=name)
            invite = Invite("http://ledger.test", name, "ledger-1", self.ledger.public_key)
            pairing.pair(device, invite, carrier=Carried(self.ledger))
        device.connect(self.line(device))
        recovery.recover(device)
        if hears:
            hear(device)
        return device

    def line(self, device: Device) -> Line:
        """A line to the double."""
        return Line(
            "http://ledger.test",
            clock=device.clock,
            key=device.key,
            identity=device.me,
            new_id=device.new_id,
            carrier=Carried(self.ledger),
        )

    def unplug(self, device: Device) -> None:
        """Close a device without a clean stop, as a power cut does."""
        device.store.close()
        self._open.remove(device)

    def close(self) -> None:
        """Close all of them."""
        for device in self._open:
            device.store.close()


def hear(device: Device) -> None:
    """Read all streams that matter, as the feed's loop does."""
    for _ in range(2):
        with device.store.read() as session:
            streams = feed.wanted(session, now_ms=device.clock.now_ms())
        feed.pull(device, streams)


def hash_of(text: str) -> str:
    """The hash of a scanned code, as events carry it."""
    return log.digest(text.encode()).hex()
