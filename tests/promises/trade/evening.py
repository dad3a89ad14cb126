"""Guests, ushers and bad weather; afterwards the books of everybody are compared."""

import random
import threading
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from lobby import invariants
from lobby.network import Condition
from tests.promises.trade.buyers import GUEST_S, Buyers
from tests.promises.trade.house import DOORS, KIOSKS, House, apart

DAY_MS: Final = 24 * 3_600_000
ONLINE: Final = 2
SETTLED_S: Final = 90.0
UNDER_WAY: Final = {"created", "sent", "approved", "unknown"}
WEATHER: Final = {
    "cut": Condition(up=False),
    "vanishing": Condition(up=False, refuse=False),
    "deaf": Condition(back=False),
    "dumb": Condition(there=False),
    "slow": Condition(delay_ms=120),
    "fair": Condition(),
}


@dataclass
class Report:
    """What happened, counted, and what should not have."""

    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


class Trade:
    """One run. seed: of the weather and of what guests do."""

    def __init__(self, house: House, seed: int, *, seconds: float) -> None:
        self._house, self._seed, self._seconds = house, seed, seconds
        self._over = threading.Event()
        self.report = Report()
        self._buyers = Buyers(house, seed, self._over)
        self._before = int(house.get("ledger", "/demo/figures")["tickets"])

    def run(self) -> Report:
        """Trade until the time is over, let everything heal, and compare the books."""
        work: list[tuple[str, Any]] = [(name, self._buyers.at) for name in KIOSKS]
        work += [(f"buyer {n}", self._buyers.online) for n in range(ONLINE)]
        work += [(name, self._admit) for name in DOORS]
        work.append(("weather", self._blow))
        threads = apart([(name, self._watched(act)) for name, act in work])
        began = time.monotonic()
        while (passed := time.monotonic() - began) < self._seconds:
            # Slowly at first, so that tonight's doors have their guests; then to tomorrow.
            self._house.pass_to(int(DAY_MS * (passed / self._seconds) ** 3))
            self._house.supervisor.restart_fallen()
            time.sleep(0.5)
        self._over.set()
        for thread in threads:
            thread.join(GUEST_S + 10)
        self._house.mend()
        self._house.wait_until_ready()
        self.report.counts += self._buyers.counts
        self.report.broken += self._buyers.broken
        self._compare()
        return self.report

    def _watched(self, act: Callable[[str], None]) -> Callable[[str], None]:
        """A day whose weather stopped unnoticed would prove nothing."""

        def live(name: str) -> None:
            try:
                act(name)
            except Exception as why:
                self.report.broken.append(f"{name} fell over: {why!r}")

        return live

    # --- who is about -----------------------------------------------------------------

    def _admit(self, door: str) -> None:
        chance = random.Random(f"{self._seed} {door}")
        address = f"http://127.0.0.1:{self._house.devices[door]}/scans"
        while not self._over.wait(0.3):
            codes = self._house.codes()
            if not codes:
                continue
            # Each ticket at one door, sometimes twice: somebody comes out for a smoke.
            code = chance.choice(codes)
            if DOORS[zlib.crc32(code.encode()) % len(DOORS)] != door:
                continue
            with suppress(httpx.HTTPError, OSError):
                answer = httpx.post(
                    address,
                    json={"scan": str(uuid.uuid4()), "text": code, "source": "qr"},
                    headers={"X-Scanner-Secret": self._house.secret(door)},
                    timeout=5,
                    trust_env=False,
                )
                self.report.counts[f"{door}: {answer.json().get('answer')}"] += 1

    def _blow(self, _name: str) -> None:
        chance = random.Random(f"{self._seed} weather")
        names, kinds = list(self._house.devices), list(WEATHER)
        while not self._over.wait(chance.uniform(0.5, 2.5)):
            if chance.random() < 0.07:
                fallen = chance.choice(["ledger", *KIOSKS])
                self._house.supervisor.pull(fallen)
                self.report.counts[f"plug of {fallen}"] += 1
                self._over.wait(chance.uniform(0.2, 2.0))
                self._house.supervisor.start(fallen)
                continue
            kind = "fair" if chance.random() < 0.5 else chance.choice(kinds)
            try:
                self._house.network.set(chance.choice(names), WEATHER[kind])
            except TimeoutError:  # A machine that is busy makes it later.
                kind = "late"
            self.report.counts[f"weather {kind}"] += 1

    # --- what must be so ----------------------------------------------------------------

    def _compare(self) -> None:
        until = time.monotonic() + SETTLED_S
        found: dict[str, dict[str, Any]] = {}
        while not self._settled(found):
            if time.monotonic() > until:
                self.report.broken.append(f"not settled after {SETTLED_S:.0f} s: {found}")
                return
            time.sleep(0.3)
        ledger = found["ledger"]
        for kiosk in KIOSKS:
            charges = self._house.foyers[kiosk].terminal.charges()
            for lamp in invariants.lamps(
                kiosk=found[kiosk], ledger=ledger, charges=charges, unsent=0
            ):
                if lamp.state is not invariants.Face.OK:
                    self.report.broken.append(f"{kiosk}: {lamp.words} ({lamp.first})")
        sold = sum(len(found[kiosk]["paid_tickets"]) for kiosk in KIOSKS)
        told, online = ledger["tickets"] - self._before, self._house.sold_online()
        if told != sold + online:
            self.report.broken.append(
                f"the ledger has {told} tickets of {sold} from kiosks and {online} online"
            )
        codes = self._house.codes()
        if len(codes) != len(set(codes)):
            self.report.broken.append("a ticket came out twice")
        if not sold or not online:
            self.report.broken.append("too little was sold to prove anything")
        self.report.counts |= Counter(
            {
                "tickets": sold,
                "tickets online": online,
                "discrepancies": int(ledger["discrepancies"]),
            }
        )

    def _settled(self, found: dict[str, dict[str, Any]]) -> bool:
        self._house.supervisor.restart_fallen()
        try:
            for name in ("ledger", *self._house.devices):
                found[name] = self._house.get(name, "/demo/figures")
        except (httpx.HTTPError, ValueError):
            return False
        return not any(
            found[name]["unsent_events"]
            or any(intent["state"] in UNDER_WAY for intent in found[name]["intents"])
            for name in self._house.devices
        )
