"""A house whose kiosk or ledger is killed again and again, and who looks at its books.

What fell is started again, as systemd would. Afterwards books that know nothing of each
other are compared: paper with sales, the terminal's charges with the kiosk's attempts, the
seats that the kiosk owns with those that the ledger gave it, the journal.
Source: sync.md §6, P3, P5, P6.
"""

import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx

from ledger import voucher_balances
from ledger.clock import Means
from ledger.store import Store
from lobby import invariants
from lobby.scenarios.screen import NotFound, Screen
from tests.promises.kills.tracing import KILL, Place, Recording, Trap
from tests.promises.trade.buyers import GUEST_S, PATIENT_S, visit
from tests.promises.trade.house import House
from tests.warm import Warm

KIOSK: Final = "kiosk-1"
SETTLED_S: Final = 180.0
PAUSE_S: Final = 0.05
# Seats run out, and books grow: after so many guests the prepared house is set up again.
GUESTS: Final = 40
UNDER_WAY: Final = {"created", "sent", "approved", "unknown"}
# As the tables of kiosk and ledger name them: what is ours, and what it was given.
OWNED: Final = """
    SELECT performance, seat, epoch FROM allotted
    EXCEPT SELECT performance, seat, epoch FROM spent
    EXCEPT SELECT performance, seat, epoch FROM pledged
"""
GIVEN: Final = "SELECT performance, seat, epoch FROM seat_state WHERE state = 'allotted'"
# Gift cards of the guests, in minor units: what is on them, and what waits for a sale.
GIFT: Final = 1_900
BEFOREHAND: Final = 4
LEFT_ON_CARDS: Final = "SELECT sum(balance), count(*) FROM voucher WHERE balance <= 1900"
PROMISED: Final = """
    SELECT coalesce(sum(amount), 0) FROM promised_tender
    WHERE state IN ('held', 'allotted') AND kind <> 'credit'
"""
SOLD: Final = "SELECT document, id FROM intent WHERE state = 'sold'"


class Broken(AssertionError):
    """A promise did not hold; the text says which."""


class Evening:
    """One house, and guests who buy two seats each."""

    def __init__(
        self,
        folder: Path,
        base: int,
        *,
        supervisor: type[Warm] = Warm,
        two_tenders: bool = False,
    ) -> None:
        """Prepare a house: furnished, paired, with seats of its own, and closed again.

        two_tenders: each guest pays a part with a gift card.
        """
        self._supervisor = supervisor
        self._live, self._prepared, self._base = folder / "house", folder / "prepared", base
        self._never = threading.Event()
        self._guests = 0
        self._gifts: list[str] = []
        self._house = self._open()
        self._until(self._agree, "settled books")
        self._house.close()
        self._gifts = self._sell_gift_cards() if two_tenders else []
        shutil.copytree(self._live, self._prepared)
        self._house = self._open()

    def close(self) -> None:
        self._house.close()

    @staticmethod
    def end() -> None:
        """Close what all houses were started from."""
        Warm.cool()

    def keep(self, folder: Path) -> None:
        """Keep a copy of all books and logs."""
        shutil.copytree(self._live, folder, dirs_exist_ok=True)

    def address(self) -> str:
        """Where the kiosk has its pages."""
        return self._house.address(KIOSK)

    def begin_again(self) -> None:
        """Put the prepared house in the place of this one."""
        self._house.close()
        shutil.rmtree(self._live)
        shutil.copytree(self._prepared, self._live)
        self._house = self._open()
        self._guests = 0

    def _sell_gift_cards(self) -> list[str]:
        """One for each guest until the house is set up again; none pays for two seats."""
        store = Store(f"sqlite:///{self._live / 'ledger/ledger.sqlite'}")
        means = Means(time.time_ns() // 1_000_000)
        try:
            return [
                store.write(
                    voucher_balances.issue,
                    means,
                    kind="gift_card",
                    currency="EUR",
                    amount=GIFT,
                )
                for _ in range(GUESTS + 2 * BEFOREHAND)
            ]
        finally:
            store.close()

    def _open(self) -> House:
        house = House(self._live, self._base, [KIOSK], [], supervisor=self._supervisor)
        house.open()
        # What the house had sold before the first of our guests came.
        self._before = int(house.get("ledger", "/demo/figures")["tickets"])
        self._unused = list(self._gifts)
        return house

    # --- what happens -------------------------------------------------------------------

    def record(self, program: str) -> list[Place]:
        """Let guests buy, undisturbed, and give every call that a program makes for one."""
        self._buy(PATIENT_S)  # The first one finds everything still to be read.
        self.check()
        recording = Recording(self.process(program))
        try:
            self._buy(PATIENT_S)
            self._until(self._agree, "settled books")
        finally:
            places = recording.stop()
        self.check()
        return places

    def kill(self, program: str, place: Place, fault: str = KILL) -> bool:
        """Kill a program at a place while a guest buys, and check all books afterwards.

        fault: what strace does there. Gives False when nobody got there. Raises Broken.
        """
        if self._guests >= GUESTS:
            self.begin_again()
        self._guests += 1
        try:
            trap = Trap(self.process(program), place, fault)
        except IndexError:
            return False
        try:
            with self.electrician(), suppress(httpx.HTTPError, NotFound):
                self._buy()
            if not trap.sprung:  # What is uploaded comes after the guest has gone.
                with suppress(Broken):
                    self._until(lambda: trap.sprung or self._agree(), "end", most_s=5)
        finally:
            sprung = trap.open()
        self.check()
        return sprung

    @contextmanager
    def electrician(self) -> Iterator[None]:
        """Start again what falls, at once."""
        gone = threading.Event()

        def watch() -> None:
            while not gone.wait(PAUSE_S):
                self._house.supervisor.restart_fallen()

        electrician = threading.Thread(target=watch)
        electrician.start()
        try:
            yield
        finally:
            gone.set()
            electrician.join()

    def _buy(self, most_s: float = GUEST_S) -> None:
        screen = Screen(self._house.address(KIOSK))
        code = self._unused.pop() if self._unused else ""
        try:
            visit(screen, self._never, code=code, most_s=most_s)
        finally:
            screen.close()

    # --- what must be so ------------------------------------------------------------------

    def check(self) -> None:
        """Wait until nothing is under way any more, then judge. Raises Broken."""
        found: dict[str, Any] = {}

        def settled() -> bool:
            self._house.supervisor.restart_fallen()
            return self._agree(found)

        self._until(settled, "settled books", lambda: str(found.get("differ")))
        codes = self._house.codes()
        if len(codes) != len(set(codes)):
            raise Broken("a ticket came out twice")

    def _agree(self, found: dict[str, Any] | None = None) -> bool:
        """Whether all books say the same by now. Raises Broken if they never will.

        found: gets what differs.
        """
        found = {} if found is None else found
        try:
            kiosk = self._figures()
            ledger = self._house.get("ledger", "/demo/figures")
        except (httpx.HTTPError, ValueError) as why:
            found["differ"] = repr(why)
            return False
        lamps = invariants.lamps(
            kiosk=kiosk,
            ledger=ledger,
            charges=self._house.foyers[KIOSK].terminal.charges(),
            unsent=int(kiosk["unsent_events"]),
        )
        under_way = any(intent["state"] in UNDER_WAY for intent in kiosk["intents"])
        # Paper without proof is owed, a charge without seats goes back: both loudly.
        loud = len(kiosk["owed"]) + sum(x["state"] == "reversed" for x in kiosk["intents"])
        told, sold = int(ledger["tickets"]) - self._before, len(kiosk["paid_tickets"])
        owned, given = self._rows(KIOSK, OWNED), self._rows("ledger", GIVEN)
        found["differ"] = {
            "lamps": [f"{x.words} ({x.first})" for x in lamps if x.state != "ok"],
            "under way": under_way,
            "tickets": None if told == sold else f"{told} of {sold}",
            "seats": sorted(owned ^ given),
            "discrepancies": max(0, int(ledger["discrepancies"]) - loud),
            "gift cards": self._gift_cards(),
        }
        return not any(found["differ"].values())

    def _gift_cards(self) -> str | None:
        """Say so unless what is gone from gift cards was spent here, or is promised."""
        if not self._gifts:
            return None
        ((left, cards),) = self._rows("ledger", LEFT_ON_CARDS)
        ((promised,),) = self._rows("ledger", PROMISED)
        spent = [
            tender["amount"]
            for (document, _) in self._rows(KIOSK, SOLD)
            for tender in json.loads(document).get("tenders", ())
            if tender["kind"] == "gift_card"
        ]
        gone = cards * GIFT - left
        if gone == sum(spent) + promised:
            return None
        return f"{gone} gone, {sum(spent)} spent, {promised} promised"

    # --- means ---------------------------------------------------------------------

    def _figures(self) -> dict[str, Any]:
        return self._house.get(KIOSK, "/demo/figures")

    def _rows(self, whose: str, query: str) -> set[tuple[Any, ...]]:
        name = "ledger.sqlite" if whose == "ledger" else "store.sqlite"
        book = sqlite3.connect(f"file:{self._live / whose / name}?mode=ro", uri=True)
        with closing(book):
            return set(book.execute(query))

    def process(self, program: str) -> int:
        """Give the process id of a program, which is started if it does not run."""
        name = "ledger" if program == "ledger" else KIOSK
        supervisor = self._house.supervisor
        if not supervisor.alive(name):
            supervisor.start(name)
        number = supervisor.process_id(name)
        assert number is not None
        return number

    def _until(
        self,
        holds: Callable[[], bool],
        what: str,
        otherwise: Callable[[], str] = lambda: "",
        most_s: float = SETTLED_S,
    ) -> None:
        until = time.monotonic() + most_s
        while not holds():
            if time.monotonic() > until:
                raise Broken(f"no {what} within {most_s:.0f} s {otherwise()}".strip())
            time.sleep(PAUSE_S)
