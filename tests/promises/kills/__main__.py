"""Kill kiosk and ledger at every system call of a purchase: `scripts/test kills`.

A run goes on where the last one stopped, as long as the program is the same (`.kills`).
"""

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.promises.kills import tracing
from tests.promises.kills.evening import Broken, Evening
from tests.promises.kills.notebook import NEVER, PLAYED, Notebook
from tests.promises.kills.tracing import Place

PORT_BASE = 8600
PORTS = 100
PROGRAMS = ("kiosk", "ledger")
FAULTS = {"kill": tracing.KILL, "eio": "error=EIO", "enospc": "error=ENOSPC"}
# Which of several threads takes a request is chance; a place is looked for so often.
TRIES = 3


def main() -> int:
    """Give 0 when every promise held, 1 when one did not, 3 when nothing can be traced."""
    asked = _arguments()
    if why := tracing.missing():
        print(f"Nothing was killed: {why}.", file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory() as folder:
        try:
            return max([Run(asked, name, Path(folder)).play() for name in asked.programs])
        finally:
            Evening.end()


class Run:
    """All places of one program."""

    def __init__(self, asked: argparse.Namespace, program: str, folder: Path) -> None:
        self._asked, self._program, self._folder = asked, program, folder
        self._fault = FAULTS[asked.fault]
        more = (" all" * asked.all) + (" two tenders" * asked.two_tenders)
        self._notes = Notebook(f"{program} {asked.fault}{more}")
        self._until = time.monotonic() + (asked.minutes or 10**6) * 60
        self._lock = threading.Lock()

    def play(self) -> int:
        """Play what is left with several houses at a time; give the exit status."""
        first = self._house(0)
        if self._asked.again or not self._notes.places:
            passed = first.record(self._program)
            chosen = passed if self._asked.all else tracing.distinct(passed)
            if self._asked.fault != "kill":
                chosen = [place for place in chosen if tracing.may_fail(place)]
            self._notes.begin(chosen)
            print(f"{self._program}: {len(passed)} calls in all", flush=True)
        self._left = self._notes.left()
        print(
            f"{self._program}, {self._asked.fault}: {len(self._left)} of"
            f" {len(self._notes.places)} places are left",
            flush=True,
        )
        others = [
            threading.Thread(target=self._work, args=(number,))
            for number in range(1, self._asked.houses)
        ]
        for other in others:
            other.start()
        self._work(0, first)
        for other in others:
            other.join()
        notes = self._notes
        print(
            f"{self._program}, {self._asked.fault}: {notes.count(PLAYED)} of"
            f" {len(notes.places)} places played, {notes.count(NEVER)} never reached,"
            f" {len(notes.broken)} promises broken"
        )
        for broken in notes.broken:
            print(f"  {broken}")
        return 1 if notes.broken else 0

    def _house(self, number: int) -> Evening:
        base = self._asked.port_base + number * PORTS
        folder = self._folder / f"{self._program}-{number}"
        return Evening(folder, base, two_tenders=self._asked.two_tenders)

    def _work(self, number: int, evening: Evening | None = None) -> None:
        evening = evening or self._house(number)
        try:
            while time.monotonic() < self._until and (place := self._next()) is not None:
                end = self._end(evening, place)
                with self._lock:
                    self._notes.end(place, end)
                if end not in {PLAYED, NEVER}:
                    print(f"{self._program}, {place} ({place.target}): {end}", flush=True)
                    if self._asked.keep:
                        evening.keep(self._asked.keep / f"{self._program}-{place}")
                    evening.begin_again()  # What follows would blame others.
        finally:
            evening.close()

    def _next(self) -> Place | None:
        with self._lock:
            return self._left.pop() if self._left else None

    def _end(self, evening: Evening, place: Place) -> str:
        try:
            reached = any(
                evening.kill(self._program, place, self._fault) for _ in range(TRIES)
            )
        except Broken as why:
            return str(why)
        return PLAYED if reached else NEVER


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/test kills", description=__doc__)
    parser.add_argument(
        "--all", action="store_true", help="also calls that repeat the one before"
    )
    parser.add_argument("--again", action="store_true", help="begin with the first place")
    parser.add_argument(
        "--fault", choices=FAULTS, default="kill", help="fail the call instead"
    )
    parser.add_argument("--houses", type=int, default=2, metavar="N", help="at a time")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep books that broke")
    parser.add_argument("--minutes", type=float, metavar="M", help="stop after M minutes")
    parser.add_argument(
        "--two-tenders", action="store_true", help="a gift card pays a part"
    )
    parser.add_argument("--port-base", type=int, default=PORT_BASE)
    parser.add_argument("programs", nargs="*", default=PROGRAMS, metavar="kiosk|ledger")
    return parser.parse_args()


def spread(places: list[Place], count: int) -> list[Place]:
    """Choose some places, evenly from first to last."""
    step = max(1, len(places) // count)
    return places[step // 2 :: step][:count]


if __name__ == "__main__":
    sys.exit(main())
