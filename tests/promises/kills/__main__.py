"""Kill kiosk and ledger at every system call of a purchase: `scripts/test kills`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.lobby_running import lobby
from tests.promises.kills import tracing
from tests.promises.kills.evening import Broken, Evening
from tests.promises.kills.tracing import Place

PORT_BASE = 8600
PROGRAMS = ("kiosk", "ledger")


def main() -> int:
    """Give 0 when every promise held, 1 when one did not, 3 when nothing can be traced."""
    asked = _arguments()
    if why := tracing.missing():
        print(f"Nothing was killed: {why}.", file=sys.stderr)
        return 3
    tried = killed = 0
    broken: list[str] = []
    began = time.monotonic()
    for program in asked.programs:
        with (
            tempfile.TemporaryDirectory() as folder,
            lobby(Path(folder) / "house", asked.port_base) as house,
        ):
            evening = Evening(house)
            passed = evening.record(program)
            places = passed if asked.all else tracing.distinct(passed)
            chosen = places[asked.first :: asked.every]
            print(
                f"{program}: {len(passed)} calls, {len(places)} that differ,"
                f" {len(chosen)} to try",
                flush=True,
            )
            for place in chosen:
                if asked.minutes and time.monotonic() - began > asked.minutes * 60:
                    print("The time is over.")
                    break
                tried += 1
                try:
                    killed += evening.kill(program, place)
                except Broken as why_not:
                    broken.append(f"{program}, {place}: {why_not}")
                    print(broken[-1], flush=True)
                    break  # These books stay broken; what follows would blame others.
    print(
        f"{killed} times killed at {tried} places in {time.monotonic() - began:.0f} s,"
        f" {len(broken)} promises broken"
    )
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/test kills", description=__doc__)
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="only every Nth call"
    )
    parser.add_argument(
        "--all", action="store_true", help="also calls that repeat the one before"
    )
    parser.add_argument("--first", type=int, default=0, metavar="N", help="skip N calls")
    parser.add_argument("--minutes", type=float, metavar="M", help="stop after M minutes")
    parser.add_argument("--port-base", type=int, default=PORT_BASE)
    parser.add_argument("programs", nargs="*", default=PROGRAMS, metavar="kiosk|ledger")
    return parser.parse_args()


def spread(places: list[Place], count: int) -> list[Place]:
    """Choose some places, evenly from first to last."""
    step = max(1, len(places) // count)
    return places[step // 2 :: step][:count]


if __name__ == "__main__":
    sys.exit(main())
