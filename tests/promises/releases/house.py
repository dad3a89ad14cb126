"""A house in which each program has the release that it has been given."""

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import httpx

from lobby import invariants
from lobby.network import Condition
from lobby.scenarios.screen import Screen
from lobby.supervisor import Program, Supervisor
from tests.promises.trade.buyers import PATIENT_S, visit
from tests.promises.trade.house import House

SETTLED_S: Final = 180.0
PAUSE_S: Final = 0.2
# A kiosk that is cut off sells what it owns.
OWN: Final = 4
CUT: Final = Condition(up=False)
UNDER_WAY: Final = {"created", "sent", "approved", "unknown"}


class Lost(AssertionError):
    """Something did not survive; the text says what."""


class Releases(Supervisor):
    """Starts each program from the tree that it belongs to just now."""

    def __init__(self, *programs: Any, checkout: Path, folder: Path) -> None:
        super().__init__(*programs, checkout=checkout, folder=folder)
        self.trees: dict[str, Path] = {}
        self._first = checkout

    def _start(self, program: Program) -> Any:
        self._checkout = self.trees.get(program.name, self._first)
        return super()._start(program)


class Changing:
    """The house, what was ever written in its devices' logs, and the guests."""

    def __init__(
        self,
        folder: Path,
        base: int,
        kiosks: list[str],
        doors: list[str],
        checkout: Path,
        *,
        supervisor: type[Supervisor] = Releases,
    ) -> None:
        """checkout: the release that everything begins with. A house in folder goes on."""
        self.house = House(
            folder, base, kiosks, doors, supervisor=supervisor, checkout=checkout
        )
        self.kiosks = kiosks
        # By device: what its log ever held, by event id.
        self.written: dict[str, dict[str, tuple[int, bytes]]] = {}

    def change(self, name: str, tree: Path) -> None:
        """Stop a program, put another release in its place, start that."""
        supervisor = self.house.supervisor
        assert isinstance(supervisor, Releases)
        self.remember()
        supervisor.stop(name)
        supervisor.trees[name] = tree
        if name == "ledger":
            self.house.command(tree, "migrate")
        supervisor.start(name)

    def went_back(self, name: str, tree: Path) -> bool:
        """Put an earlier release in; False if it cannot open what is there, and ends."""
        supervisor = self.house.supervisor
        self.change(name, tree)
        self.until(
            lambda: not supervisor.alive(name) or self._ready(name), f"end of {name}"
        )
        return supervisor.alive(name)

    def ready(self, *names: str) -> None:
        """Wait until these devices have read the house."""
        self.until(lambda: all(map(self._ready, names)), f"readiness of {names}")

    def _ready(self, name: str) -> bool:
        return bool(self.health(name).get("ready"))

    def health(self, name: str) -> dict[str, Any]:
        """Give what a device says of itself; nothing while it does not answer."""
        with suppress(httpx.HTTPError, ValueError):
            return self.house.get(name, "/health")
        return {}

    def cut(self, *names: str, how: Condition = CUT) -> None:
        for name in names:
            self.house.network.set(name, how)

    def join(self, *names: str) -> None:
        for name in names:
            self.house.network.set(name, Condition())

    def own(self, *kiosks: str) -> None:
        """Wait until kiosks can sell without a line."""

        def enough(kiosk: str) -> bool:
            return bool(self.house.get(kiosk, "/demo/figures")["own_seats"] >= OWN)

        self.until(lambda: all(map(enough, kiosks)), "seats of their own")

    def buy(self, kiosk: str) -> None:
        """Let a guest buy two tickets. Raises Lost when that leads to none."""
        screen = Screen(self.house.address(kiosk))
        try:
            end = visit(screen, threading.Event(), most_s=PATIENT_S)
        finally:
            screen.close()
        if end != "sold":
            raise Lost(f"a guest at {kiosk}: {end}, {screen.words[:200]}")
        self.remember()

    def scan(self, code: str, door: str = "door-a") -> str:
        """Show a code at a door and give its answer."""
        answer = httpx.post(
            f"{self.house.address(door)}/scans",
            json={"scan": str(uuid.uuid4()), "text": code, "source": "qr"},
            headers={"X-Scanner-Secret": self.house.secret(door)},
            timeout=60,
            trust_env=False,
        )
        answer.raise_for_status()
        return str(answer.json()["answer"])

    # --- the books ----------------------------------------------------------------------

    def remember(self) -> None:
        """Note what the logs hold. Raises Lost if something of before is gone."""
        for name in self.house.devices:
            now = {
                str(id): (int(seq), bytes(hash))
                for id, seq, hash in self.rows(name, "SELECT event_id, seq, hash FROM log")
            }
            before = self.written.setdefault(name, {})
            if gone := before.items() - now.items():
                raise Lost(f"{name} has lost {len(gone)} events of its log")
            before.update(now)

    def unsent(self, name: str) -> int:
        """Count what the ledger has not acknowledged."""
        ((count,),) = self.rows(
            name,
            "SELECT count(*) FROM log"
            " WHERE seq > coalesce((SELECT acked_seq FROM log_state), 0)",
        )
        return int(count)

    def uploaded(self, *names: str) -> None:
        """Wait until the ledger has acknowledged all."""
        self.until(
            lambda: not any(self.unsent(name) for name in names),
            "upload",
            lambda: str({name: self.unsent(name) for name in names}),
        )

    def compare(self) -> Mapping[str, int]:
        """Wait until all books agree, and give what they hold. Raises Lost."""
        found: dict[str, Any] = {}
        self.until(lambda: self._agree(found), "agreement", lambda: str(found))
        self.kept()
        codes = self.house.codes()
        if len(codes) != len(set(codes)):
            raise Lost("a ticket came out twice")
        return {
            "events": sum(map(len, self.written.values())),
            "tickets": len(codes),
        }

    def kept(self) -> None:
        """Raise Lost unless the book has every event that a device ever wrote, once."""
        self.remember()
        for name, events in self.written.items():
            self._kept(name, events)

    def _kept(self, name: str, events: Mapping[str, tuple[int, bytes]]) -> None:
        ((device, incarnation),) = self.rows(
            name, "SELECT device, incarnation FROM identity"
        )
        query = (
            "SELECT event_id, seq, hash, applied, forked FROM device_event"
            f" WHERE device = '{device}' AND incarnation = {int(incarnation)}"
        )
        there = [
            (str(id), (int(seq), bytes(hash)), bool(applied), bool(forked))
            for id, seq, hash, applied, forked in self.rows("ledger", query)
        ]
        if sorted(events.items()) != sorted((id, where) for id, where, *_ in there):
            raise Lost(f"{name}: {len(events)} events in its log, {len(there)} recorded")
        if unread := [id for id, _, applied, forked in there if forked or not applied]:
            raise Lost(f"{name}: {len(unread)} events have no effect, first {unread[0]}")

    def _agree(self, found: dict[str, Any]) -> bool:
        try:
            ledger = self.house.get("ledger", "/demo/figures")
            figures = {name: self.house.get(name, "/demo/figures") for name in self.kiosks}
        except (httpx.HTTPError, ValueError) as why:
            found["why"] = repr(why)
            return False
        found.clear()
        for name, kiosk in figures.items():
            for lamp in invariants.lamps(
                kiosk=kiosk,
                ledger=ledger,
                charges=self.house.foyers[name].terminal.charges(),
                unsent=int(kiosk["unsent_events"]),
            ):
                if lamp.state is not invariants.Face.OK:
                    found[f"{name} {lamp.name}"] = f"{lamp.words} ({lamp.first})"
            if any(intent["state"] in UNDER_WAY for intent in kiosk["intents"]):
                found[name] = "an attempt to pay is under way"
        sold = {ticket for kiosk in figures.values() for ticket in kiosk["paid_tickets"]}
        booked = {str(id) for (id,) in self.rows("ledger", "SELECT id FROM ticket")}
        if missing := sold - booked:
            found["tickets"] = f"{len(missing)} of {len(sold)} are not in the book"
        if ledger["discrepancies"]:
            found["discrepancies"] = ledger["discrepancies"]
        return not found

    def rows(self, whose: str, query: str) -> list[tuple[Any, ...]]:
        name = "ledger.sqlite" if whose == "ledger" else "store.sqlite"
        file = self.house.folder / whose / name
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as book:
            return book.execute(query).fetchall()

    def until(
        self,
        holds: Callable[[], bool],
        what: str,
        otherwise: Callable[[], str] = lambda: "",
    ) -> None:
        """Wait for something. Raises Lost when it does not come."""
        until = time.monotonic() + SETTLED_S
        while not holds():
            if time.monotonic() > until:
                raise Lost(f"no {what} within {SETTLED_S:.0f} s {otherwise()}".strip())
            time.sleep(PAUSE_S)
