"""A day of trade while lines fall and processes die: `scripts/test trade`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.promises.trade.evening import Trade
from tests.promises.trade.house import house

PORT_BASE = 8800


def main() -> int:
    """Give 0 when all books agree, 1 when they do not."""
    parser = argparse.ArgumentParser(prog="scripts/test trade", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, metavar="N")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--port-base", type=int, default=PORT_BASE)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        house(Path(folder) / "house", asked.port_base) as opened,
    ):
        report = Trade(opened, asked.seed, seconds=asked.minutes * 60).run()
    for name, count in sorted(report.counts.items()):
        print(f"{count:6}  {name}")
    for one in report.broken:
        print(f"BROKEN: {one}")
    print(f"24 h in {asked.minutes:g} min, seed {asked.seed}: {len(report.broken)} broken")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
