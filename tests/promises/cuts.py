"""A sale at a kiosk whose ledger goes away before each step: `scripts/test cuts`.

The ledger goes in four ways: its process is killed, its process hangs, the line is cut, or
the line takes what is sent and gives nothing back. Whatever is asked next at the kiosk must
come within 2 s more than it takes with the ledger, be no error, and the tickets must come
out; afterwards all books agree. Source: P4.
"""

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from lobby.scenarios.screen import NotFound, Screen
from tests.lobby_running import Lobby, lobby

PORT_BASE = 8900
MOST_MORE_S = 2.0
MOST_WAIT_S = 60.0
# What the kiosk must own, of all shows of tonight, before the ledger goes.
OWN = 8
# The first of these that a page offers is what the guest presses.
TOUCHES = ("Continue without extras", "Take these", "Move for me", "Pay", "Find seats")
TOUCHES += ("Buy",)
STEPS = ("open", "Buy", "Find seats", "Take these", "Continue without extras")
STEPS += ("Pay", "card", "paper")


@dataclass
class Sale:
    """How one sale went. touches: each step, and after how many s its page was there."""

    touches: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    paper: int = 0


def sell(opened: Lobby, before: Mapping[str, Callable[[], None]]) -> Sale:
    """Buy two tickets at the kiosk. before: what happens before a step."""
    sale, screen = Sale(), Screen(opened.device("kiosk"))
    slips = _slips(opened)
    happened: set[str] = set()

    def timed(step: str, act: Callable[[], None]) -> None:
        if step in before and step not in happened:
            happened.add(step)
            before[step]()
        began = time.perf_counter()
        act()
        sale.touches.append((step, time.perf_counter() - began))
        if screen.status >= 400 or not screen.title:
            sale.errors.append(f"after {step}: {screen.status} {screen.words[:120]}")

    timed("open", lambda: screen.open("/"))
    until = time.monotonic() + MOST_WAIT_S
    paid = False
    while sale.paper < 2 and time.monotonic() < until:
        offered = [one.name for one in screen.controls()]
        wanted = next((t for t in TOUCHES if any(o.startswith(t) for o in offered)), None)
        if wanted is not None and not (paid and wanted == "Buy"):
            try:
                timed(wanted, lambda name=wanted: screen.press(name))
            except (NotFound, httpx.HTTPError) as trouble:
                sale.errors.append(f"{wanted}: {trouble or type(trouble).__name__}")
                break
            paid = wanted == "Pay"
            continue
        # The card is being read, or paper comes: the page asks again by itself.
        timed("paper" if "paid" in screen.words.lower() else "card", screen.reload)
        sale.paper = _slips(opened) - slips
        time.sleep(0.1)
    screen.close()
    if sale.paper < 2:
        sale.errors.append(f"{sale.paper} tickets came out; it says {screen.words[:200]!r}")
    return sale


def ways(opened: Lobby) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """How a ledger goes away, and how it comes back."""

    def signalled(number: int) -> Callable[[], None]:
        return lambda: os.kill(_ledger_process(opened), number)

    def line(**condition: object) -> Callable[[], None]:
        return lambda: _say(opened, "/network/kiosk-ledger", condition)

    return {
        "killed": (
            lambda: _say(opened, "/plug/ledger/pull", {}),
            lambda: _say(opened, "/plug/ledger/back", {}),
        ),
        "hangs": (signalled(signal.SIGSTOP), signalled(signal.SIGCONT)),
        "cut": (line(up=False), line(up=True)),
        "answers lost": (line(back=False), line(back=True)),
    }


def main() -> int:
    """Give 0 when each sale went on within its time, 1 when one did not."""
    parser = argparse.ArgumentParser(prog="scripts/test cuts", description=__doc__)
    parser.add_argument("--port-base", type=int, default=PORT_BASE)
    parser.add_argument("--way", action="append", help="one of the four ways alone")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        lobby(Path(folder) / "house", asked.port_base) as opened,
    ):
        return _all(opened, asked.way)


def _all(opened: Lobby, only: list[str] | None) -> int:
    _say(opened, "/terminal/next", {"outcome": "approve", "tap_s": 0.5})
    _settled(opened)
    usual: dict[str, list[float]] = {}
    for _ in range(3):
        for step, took in sell(opened, {}).touches:
            usual.setdefault(step, []).append(took)
    broken = 0
    for way, (go, back) in ways(opened).items():
        if only and way not in only:
            continue
        for step in STEPS:
            _settled(opened)
            sale = sell(opened, {step: go})
            back()
            more, slowest = max(
                (took - statistics.median(usual.get(name, [0.0])), name)
                for name, took in sale.touches
            )
            good = not sale.errors and more <= MOST_MORE_S
            broken += not good
            row = {
                "ledger": way,
                "before": step,
                "tickets": sale.paper,
                "most_more_ms": round(more * 1000),
                "at": slowest,
                "errors": sale.errors,
            }
            _tell(row)
    trouble = _settled(opened)
    _tell({"sales": "done", "broken": broken, "books": trouble})
    return 1 if broken or trouble else 0


def _tell(row: Mapping[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(row)}\n")
    sys.stdout.flush()


def _settled(opened: Lobby) -> list[str]:
    """Wait until all agrees and the kiosk has seats of its own; give what does not."""
    until = time.monotonic() + MOST_WAIT_S
    while True:
        try:
            found = httpx.get(f"{opened.address}/figures", timeout=60).json()
            off = [lamp["name"] for lamp in found["lamps"] if lamp["state"] != "ok"]
            if not found["kiosk"] or found["kiosk"]["own_seats"] < OWN:
                off.append("seats of its own")
        except httpx.HTTPError as trouble:
            off = [type(trouble).__name__]
        if not off or time.monotonic() > until:
            return off
        time.sleep(0.2)


def _say(opened: Lobby, path: str, body: Mapping[str, object]) -> None:
    httpx.post(f"{opened.address}{path}", json=dict(body), timeout=60).raise_for_status()


def _slips(opened: Lobby) -> int:
    return len(httpx.get(f"{opened.address}/printer/slips", timeout=60).json()["slips"])


def _ledger_process(opened: Lobby) -> int:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # It ended meanwhile.
        if parent == opened.process.pid and b"ledger" in command:
            return int(folder.name)
    raise LookupError("the lobby has no process of the ledger")


if __name__ == "__main__":
    sys.exit(main())
