"""A small house in memory, for looking at pages in states that are hard to reach.

It answers the questions of the pages as the real use cases do, and is put in their place by
`move_in`. What it shows is set on it: `house.outcome = Outcome.DECLINED`. Tests of what the
routes do with real use cases stand beside it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask import Flask

from kiosk import (
    breaks,
    calls,
    door,
    door_history,
    extras,
    last_pages,
    orders,
    reviewing,
    sales,
    staff,
    tenders,
    web,
    will_call,
)
from kiosk.config import Config
from kiosk.documents import House
from kiosk.introduction import Introduction
from kiosk.payments import attempts, box_office, terminals
from kiosk.printing import spool
from kiosk.shown.choosing import (
    Alternative,
    Choices,
    MapSeat,
    Offer,
    PriceChoice,
    Tonight,
)
from kiosk.shown.collecting import Collecting, Found, FoundTicket
from kiosk.shown.door import Class, Counters, LinkShown, Shown
from kiosk.shown.help import CallShown
from kiosk.shown.houses import HouseMap, Level, Proposal
from kiosk.shown.named import Refusal, SeatShown
from kiosk.shown.parts import MapSection, Part
from kiosk.shown.paying import Intent, Outcome, PayState
from kiosk.shown.printing import Done, Paper, PhoneTicket, Progress, Status, TicketProgress
from kiosk.shown.reviewing import (
    ExtrasShown,
    Held,
    OrderShown,
    Review,
    ReviewLine,
    Stage,
    TenderShown,
)
from kiosk.sight import Sight
from kiosk.web import house as web_house
from kiosk.web import scans

ROOT = Path(__file__).parents[4]
ZONE = "Europe/Copenhagen"
# It is always the same Friday.
NOW_MS = int(datetime(2026, 3, 13, 18, 5, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)
HOUR_MS = 3_600_000
CURTAIN_MS = NOW_MS + 85 * 60_000
TICKET = (
    "FOH:V50$*04001YM0JJI MH%3O187IACOS87K6K6K2R000000+20EL9ZTFBKA*QQ9J3Y FMFF/$LA5H%5A2"
    ".M3FK2LF83MRM9$+MRCN6DNCS9JN1E.C84FP I/PQ%QIKCD3N1OCO/LCQ6SG:ED0"
)


def seat(section: str, row: str, number: int, x: float = 0.0, y: float = 0.0) -> SeatShown:
    level = {"Stalls": "a", "Circle": "b"}.get(section, "c")
    return SeatShown(f"{section}-{row}-{number}", section, row, str(number), level, x, y)


def plan(taken: Callable[[int], bool] = lambda n: n % 7 in {2, 3}) -> list[MapSection]:
    """Three levels of curved rows, some 620 seats."""
    sections, n = [], 0
    for name, rows, wide, first_y in (
        ("Stalls", "ABCDEFGHJKLM", 22, 4.0),
        ("Circle", "ABCDEFG", 26, 18.0),
        ("Balcony", "ABCDEFG", 26, 29.0),
    ):
        seats, free = [], set()
        for index, row in enumerate(rows):
            count = wide + index % 3 * 2
            for place in range(count):
                across = place - (count - 1) / 2
                block = 0 if place < count // 3 else 1 if place < count - count // 3 else 2
                x = 0.55 * across + (block - 1) * 1.1
                y = first_y + index * 0.95 - 2.2 * (math.cos(across / 16) - 1)
                shown = seat(name, row, place + 1, round(x, 2), round(y, 2))
                kind = (
                    "accessible" if row == "M" and place in {0, count - 1} else "standard"
                )
                n += 1
                seats.append(MapSeat(shown, kind, False, False, block, index))
                if not taken(n):
                    free.add(shown.code)
        sections.append(MapSection(Part(name, "", tuple(seats)), frozenset(free)))
    return sections


class PretendHouse:
    """Answers pages; every public attribute may be set to see another state."""

    def __init__(self, *, role: str = "kiosk", port: int = 18500) -> None:
        self.role = role
        self.config = Config(
            folder=Path("/nonexistent"),
            host="127.0.0.1",
            port=port,
            ledger_url="http://127.0.0.1:1",
        )
        self.settings = House(
            name="Royal Theatre",
            zone=ZONE,
            languages=("en", "da"),
            exchange_rule="Tickets can be exchanged until 24 hours before the show.",
            box_office_words="left of the stairs",
        )
        self.paired = True
        self.now_ms = NOW_MS
        self.sight = Sight()
        self.stage: Stage | None = None
        self.counts: Mapping[str, int] = {"adult": 2}
        self.kind = "reserved"
        self.refuse: dict[str, Refusal] = {}
        self.outcome = Outcome.IDLE
        self.pay = PayState("o-1", Outcome.IDLE, 4800, "EUR", "K7Q4MX")
        self.tickets = ["printed", "sending"]
        self.trouble: Status | None = None
        self.programmes = 0
        self.receipt: Literal["none", "queued", "printed", "failed"] = "none"
        self.paper = Paper(Status.READY, True, 41)
        self.left_s = 14 * 60
        self.sections = plan()
        self.yours = [self.find("Stalls-F-12"), self.find("Stalls-F-13")]
        self.offered = Offer(
            "o-1", tuple(self.yours), 2, "together", 4800, "EUR", False, "centre"
        )
        self.verdict: Shown | None = None
        # What was shown before it, newest first.
        self.before: list[Shown] = []
        # What the door makes of whatever is shown to it next.
        self.judges: tuple[str, Class, dict[str, Any]] = ("ADMIT", Class.GO, {})
        self.text: str | None = None
        self.paper_waits: bool | None = None
        self.slot_boot_ms = 0
        self.linked = True
        self.call: CallShown | None = None
        self.rest: breaks.Break | None = None
        self.calls: list[calls.Waiting] = []
        self.found = Found(
            "r-1",
            "K7Q4MX23",
            "p-1",
            "Hamlet",
            CURTAIN_MS,
            ZONE,
            (
                FoundTicket("t-1", "Stalls F 12", "Adult", 0, False, True),
                FoundTicket("t-2", "Stalls F 13", "Adult", 0, False, True),
            ),
            0,
            "EUR",
            "",
            True,
        )
        self.collected: list[str] = []
        self.extras: ExtrasShown | None = None
        # What a gift card pays of an order, in minor units.
        self.gift = 0
        # How the review finds the card terminal.
        self.terminal = "ready"
        self.programme = self._programme()

    def find(self, code: str) -> SeatShown:
        every = (seat for part in self.sections for seat in part.seats)
        return next(seat.shown for seat in every if seat.shown.code == code)

    def _programme(self) -> list[Tonight]:
        def one(id: str, title: str, in_h: float, **other: Any) -> Tonight:
            facts = {
                "kind": "reserved",
                "hall": "Main stage",
                "price_from": 1800,
                "seats_left": 320,
                "sale": "open",
                "access": ("Audio loop",),
                **other,
            }
            starts = CURTAIN_MS + int(in_h * HOUR_MS)
            return Tonight(
                id, title, starts, starts + 160 * 60_000, ZONE, currency="EUR", **facts
            )

        return [
            one("p-1", "Hamlet", 0),
            one(
                "p-2",
                "Improv Night",
                0.5,
                hall="Studio",
                kind="ga",
                price_from=1200,
                sale="few",
            ),
            one("p-3", "The Tempest", 24),
            one("p-4", "The Tempest", 42, sale="sold_out"),
            one("p-5", "The Tempest", 48),
            one(
                "p-6", "Much Ado About Nothing", 72, access=("Sign language", "Audio loop")
            ),
            one("p-7", "A Midsummer Night's Dream", 96),
        ]

    @property
    def device(self) -> Any:
        """What pages take for the device."""
        house = self

        class Linked(SimpleNamespace):
            @property
            def up(self) -> bool:
                return house.linked

            @property
            def paper_waits(self) -> bool | None:
                return house.paper_waits

            @property
            def slot_boot_ms(self) -> int:
                return house.slot_boot_ms

        return Linked(
            config=self.config,
            paired=self.paired,
            me=SimpleNamespace(role=self.role, name="Kiosk 1"),
            names={},
            clock=SimpleNamespace(
                now_ms=lambda: self.now_ms,
                wall_ms=lambda: self.now_ms,
                boot_ms=lambda: self.now_ms,
            ),
            sight=self.sight,
            introduction=Introduction(),
            terminal=None,
            measured_mm=self.config.mm or 0.0,
            sounds={},
            chance=lambda n: bytes(n),
        )

    def move_in(self, put: Callable[[Any, str, Any], None]) -> None:
        """Take the place of the use cases. put: `monkeypatch.setattr`, or `setattr`."""
        put(web_house, "read", lambda _device: self.settings)
        for module, names in (
            (sales, "performances choices start offer proposal party_from price"),
            (sales, "house_map hold extend release"),
            (orders, "order"),
            (reviewing, "review"),
            (last_pages, "done"),
            (attempts, "pay state cancel"),
            (box_office, "park"),
            (spool, "paper progress receipt on_phone"),
            (will_call, "find find_code found collect"),
            (staff, "call called"),
            (door, "scan again undo last recent set_mode mode counters link text_of found"),
        ):
            for name in names.split():
                put(
                    module, name, getattr(self, f"_{module.__name__.split('.')[-1]}_{name}")
                )
        put(breaks, "now", lambda _device: self.rest)
        put(tenders, "redeem", lambda *_: self._no("redeem"))
        put(tenders, "join", lambda *_, **__: self._no("join"))
        put(will_call, "done", self._last_pages_done)
        put(orders, "may_go_on", lambda _device, _order: False)
        put(calls, "waiting", lambda _device: self.calls)
        put(door_history, "totals", lambda _device: None)
        put(terminals, "state", lambda _device: "ready")
        put(extras, "offered", lambda _device, _order: self.extras)

    def app(self) -> Flask:
        """Give the pages of this house."""
        app = Flask(
            "kiosk", template_folder=ROOT / "templates", static_folder=ROOT / "static"
        )
        app.secret_key = "a pretend house"
        app.extensions["foh"] = self.device
        self._app = app
        web.install(app)
        for blueprint in web.blueprints():
            app.register_blueprint(blueprint)
        return app

    def become(self, role: str) -> None:
        """Be a kiosk, or a door, from the next page on."""
        self.role = role
        self._app.extensions["foh"] = self.device

    def place_terminal(self, where: str) -> None:
        """Have the card terminal left, right or below, from the next page on."""
        self.config = replace(self.config, terminal_at=where)
        self._app.extensions["foh"] = self.device

    def be_shown(self, text: str) -> None:
        """Have the kiosk's camera read a code."""
        with self._app.app_context(), self._app.test_request_context():
            scans._collect(f"scan-{text}", text)

    def see(self, **said: str) -> None:
        """Have the scanner say how its camera is, or what would help."""
        self.sight.hear(said, self.now_ms)

    # --- sales ------------------------------------------------------------------------

    def _no(self, what: str) -> Refusal | None:
        return self.refuse.get(what)

    def _sales_performances(self, _device: Any) -> list[Tonight]:
        return self.programme

    def _tonight(self, id: str) -> Tonight:
        return next(
            (one for one in self.programme if one.performance == id), self.programme[0]
        )

    def _sales_choices(self, _device: Any, performance: str) -> Choices | Refusal:
        tonight = self._tonight(performance)
        types = (
            PriceChoice("adult", "Adult", "", "guest", True, 1800, 2400),
            PriceChoice(
                "student",
                "Student",
                "With a valid student card",
                "guest",
                False,
                1400,
                1800,
            ),
            PriceChoice("senior", "Senior", "From 67 years", "guest", False, 1600, 2000),
            PriceChoice("child", "Child", "Up to 15 years", "guest", False, 900, 1200),
        )
        return self._no("choices") or Choices(tonight, types, 8, tonight.seats_left)

    def _sales_start(
        self, _device: Any, performance: str, counts: Mapping[str, int], **_: Any
    ) -> str | Refusal:
        if refusal := self._no("start"):
            return refusal
        self.counts, self.stage = counts, Stage.CHOOSING
        return f"o-{performance}"

    def _orders_order(self, _device: Any, order: str) -> OrderShown | None:
        if self.stage is None:
            return None
        held = self.stage is Stage.HELD
        until = self.now_ms + self.left_s * 1000 if held else None
        performance = order.removeprefix("o-") if order.startswith("o-p-") else "p-1"
        return OrderShown(
            order, self.stage, performance, self.counts, False, tuple(self.yours), until
        )

    def _sales_offer(self, _device: Any, _order: str) -> Offer | Refusal:
        return self._no("offer") or self.offered

    def _sales_proposal(self, device: Any, order: str) -> Proposal | Refusal:
        best = self._sales_offer(device, order)
        if isinstance(best, Refusal):
            return best
        house = self._sales_house_map(device, order)
        drawn = house if isinstance(house, HouseMap) else None
        return Proposal(self.programme[0], best, self._alternatives(), drawn)

    def _alternatives(self) -> tuple[Alternative, ...]:
        def other(kind: Any, codes: Sequence[str], total: int) -> Alternative:
            seats = tuple(self.find(code) for code in codes)
            return Alternative(kind, replace(self.offered, seats=seats, total=total))

        return (
            other("closer", ("Stalls-B-11", "Stalls-B-12"), 4800),
            other("further", ("Stalls-M-13", "Stalls-M-14"), 4400),
            other("cheaper", ("Circle-B-12", "Circle-B-13"), 3600),
            other("aisle", ("Stalls-F-1", "Stalls-F-2"), 4800),
            other("step_free", ("Stalls-M-1", "Stalls-M-2"), 4800),
        )

    def _sales_party_from(self, _device: Any, _order: str, seat: str) -> Offer | Refusal:
        section, row, number = seat.split("-")
        size = sum(self.counts.values())
        seats = tuple(self.find(f"{section}-{row}-{int(number) + n}") for n in range(size))
        return self._no("party_from") or replace(self.offered, seats=seats)

    def _sales_price(
        self, _device: Any, _order: str, seats: Sequence[str]
    ) -> Offer | Refusal:
        shown = tuple(
            sorted((self.find(code) for code in seats), key=lambda s: int(s.seat))
        )
        return self._no("price") or replace(self.offered, seats=shown)

    def _sales_house_map(self, _device: Any, order: str) -> HouseMap | Refusal:
        levels = (
            Level("a", "Stalls", 2400),
            Level("b", "Circle", 1800),
            Level("c", "Balcony", 1400),
        )
        stage = (-7.0, -2.0, 14.0, 4.0)
        return self._no("house_map") or HouseMap(
            order, tuple(self.sections), levels, stage, "EUR", 2
        )

    def _sales_hold(
        self, _device: Any, order: str, _seats: Sequence[str] = ()
    ) -> Held | Refusal:
        if refusal := self._no("hold"):
            return refusal
        self.stage = Stage.HELD
        return Held(order, tuple(self.yours), 2, self.now_ms + self.left_s * 1000)

    def _sales_extend(self, device: Any, order: str) -> Held | Refusal:
        self.left_s += 15 * 60
        return self._sales_hold(device, order)

    def _reviewing_review(self, _device: Any, order: str) -> Review | Refusal:
        lines = tuple(
            ReviewLine(seat, "adult", "Adult", "Stalls", 2225, 175) for seat in self.yours
        )
        return self._no("review") or Review(
            order,
            self._tonight(order.removeprefix("o-")),
            lines,
            4450,
            350,
            4800,
            "EUR",
            self.now_ms + self.left_s * 1000,
            self.left_s,
            True,
            self.settings.exchange_rule,
            self.linked,
            self.terminal,
            self.paper,
            due=4800 - self.gift,
            tenders=(TenderShown("gift_card", self.gift, 0),) if self.gift else (),
        )

    def _sales_release(self, _device: Any, _order: str) -> None:
        self.stage = Stage.RELEASED

    def _last_pages_done(self, _device: Any, order: str) -> Done:
        return Done(
            order,
            self.programme[0],
            tuple(self.yours),
            2,
            ("Door A",),
            CURTAIN_MS - 45 * 60_000,
            self.receipt,
            programmes=self.programmes,
        )

    # --- paying, printing -------------------------------------------------------------

    def _attempts_pay(self, _device: Any, order: str, **_: Any) -> Intent | Refusal:
        if refusal := self._no("pay"):
            return refusal
        self.stage, self.outcome = Stage.PAYING, Outcome.WAITING_FOR_CARD
        return Intent("i-1", order, 4800, "EUR", "K7Q4MX")

    def _attempts_state(self, _device: Any, order: str) -> PayState:
        choice = {
            Outcome.DECLINED,
            Outcome.CANCELLED,
            Outcome.REMOVED_EARLY,
            Outcome.UNREACHABLE,
            Outcome.PART,
        }
        waits = {
            Outcome.STARTING,
            Outcome.WAITING_FOR_CARD,
            Outcome.ENTER_PIN,
            Outcome.CARD_REMOVED,
        }
        return replace(
            self.pay,
            order=order,
            outcome=self.outcome,
            may_cancel=self.outcome in waits,
            may_retry=self.outcome in choice,
            may_park=self.outcome in choice and self.linked,
        )

    def _attempts_cancel(self, device: Any, order: str) -> PayState:
        self.outcome = Outcome.CANCELLED
        return self._attempts_state(device, order)

    def _box_office_park(self, device: Any, order: str) -> PayState:
        self.outcome, self.stage = Outcome.THIRD_DECLINE, Stage.PARKED
        self.pay = replace(
            self.pay,
            code="K7Q4MX",
            pickup="FOHC:K7Q4MX23ABCDEFGH",
            kept_until_ms=CURTAIN_MS - 10 * 60_000,
        )
        return self._attempts_state(device, order)

    def _spool_paper(self, _device: Any) -> Paper:
        return self.paper

    def _spool_progress(self, _device: Any, order: str) -> Progress:
        tickets = tuple(
            TicketProgress(f"t-{n}", 1, seat, state)  # type: ignore[arg-type]
            for n, (seat, state) in enumerate(
                zip(self.yours, self.tickets, strict=False), 1
            )
        )
        return Progress(order, tickets, self.trouble, "K7Q4MX", "FOHC:K7Q4MX23ABCDEFGH")

    def _spool_receipt(self, _device: Any, _order: str) -> None:
        return None

    def _spool_on_phone(
        self, _device: Any, _order: str, _tickets: Sequence[str] | None = None
    ) -> list[PhoneTicket] | Refusal:
        return [
            PhoneTicket(f"t-{n}", 1, seat, TICKET) for n, seat in enumerate(self.yours, 1)
        ]

    # --- collecting, help -------------------------------------------------------------

    def _will_call_find(self, _device: Any, _number: str, _name: str) -> Found | Refusal:
        return self._no("find") or self.found

    def _will_call_find_code(self, _device: Any, _text: str) -> Found | Refusal:
        return self._no("find") or self.found

    def _will_call_found(self, _device: Any, _ref: str) -> Found | Refusal:
        return self._no("found") or self.found

    def _will_call_collect(
        self, _device: Any, ref: str, tickets: Sequence[str], **_: Any
    ) -> Collecting | Refusal:
        if refusal := self._no("collect"):
            return refusal
        self.stage, self.collected = Stage.COLLECTING, list(tickets)
        return Collecting(ref, "o-p-1", tuple(tickets))

    def _staff_call(self, _device: Any, _page: str) -> CallShown:
        self.call = self.call or CallShown("c-1", self.linked, self.now_ms)
        return self.call

    def _staff_called(self, _device: Any) -> CallShown | None:
        return self.call

    # --- the door ---------------------------------------------------------------------

    def show(self, answer: str, shape: Class, **facts: Any) -> None:
        """Have the door show a verdict."""
        standard: dict[str, Any] = {
            "id": (self.verdict.id if self.verdict else 0) + 1,
            "scan": "s-1",
            "answer": answer,
            "shape": shape,
            "admit": shape in {Class.GO, Class.NOTE},
            "mode": "entry",
            "at_ms": self.now_ms,
            "link": "ledger",
            "seat": self.yours[0],
            "seat_name": "Stalls, F 12",
            "zone": ZONE,
        }
        self.verdict = Shown(**{**standard, **facts})

    def _door_scan(self, _device: Any, scan: str, _text: str | None, **_: Any) -> Shown:
        answer, shape, facts = self.judges
        self.show(answer, shape, **{"scan": scan, **facts})
        assert self.verdict
        return self.verdict

    def _door_again(self, _device: Any, _shown: int, **_: Any) -> Shown | None:
        self.show("ADMIT", Class.GO)
        return self.verdict

    def _door_undo(self, _device: Any, _scan: str, **_: Any) -> Shown:
        self.show("UNDONE", Class.ASK)
        assert self.verdict
        return self.verdict

    def _door_last(self, _device: Any, after: int = 0, *_wait: Any) -> Shown | None:
        return self.verdict if self.verdict and self.verdict.id > after else None

    def _door_recent(self, _device: Any, most: int = 20) -> list[Shown]:
        return [self.verdict, *self.before][:most] if self.verdict else []

    def _door_text_of(self, _device: Any, _shown: int) -> str | None:
        return self.text

    def _door_found(self, _device: Any, shown: int) -> Shown | None:
        return self.verdict if self.verdict and self.verdict.id == shown else None

    def _door_set_mode(self, _device: Any, mode: str) -> None:
        self.door_mode = mode

    def _door_mode(self, _device: Any) -> str:
        return getattr(self, "door_mode", "entry")

    def _door_counters(self, _device: Any) -> Counters | None:
        return Counters(
            "Door A", "p-1", "Hamlet", CURTAIN_MS, ZONE, 212, 340, 96, 14, False, "trusted"
        )

    def _door_link(self, _device: Any) -> LinkShown:
        return LinkShown(self.linked, NOW_MS - 20 * 60_000, 38)
