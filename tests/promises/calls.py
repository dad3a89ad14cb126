"""Calls and events of devices with bad will, for as long as one likes."""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from ledger import backup
from ledger.app import create_app
from ledger.tables.catalogue import PerformanceRow
from tests.demo_house import NOW, furnish
from tests.parts.ledger.device import Device
from tests.parts.ledger.hostile_calls import attack


def main() -> int:
    """Throw for some seconds, then look at the book; 1 if something broke."""
    said = argparse.ArgumentParser()
    said.add_argument("--seconds", type=float, default=60)
    said.add_argument("--seed", type=int, default=1)
    options = said.parse_args()
    ends = time.monotonic() + options.seconds
    now_ms = [NOW]
    with tempfile.TemporaryDirectory() as folder:
        house = furnish(Path(folder))
        running = replace(house.running, clock=lambda: now_ms[0])
        app = create_app(running)
        kiosk, door, spare = (
            Device.paired(app, running, name, role)
            for name, role in (("A", "kiosk"), ("B", "door"), ("C", "kiosk"))
        )
        with house.store.read() as session:
            evening = select(PerformanceRow.id).where(PerformanceRow.kind == "reserved")
            soonest = evening.order_by(PerformanceRow.starts_ms)
            performance = session.scalars(soonest).first()
        assert performance

        def pause() -> None:
            now_ms[0] += 1_000

        chance = random.Random(options.seed)
        statuses: Counter[int] = Counter()
        broken: set[str] = set()
        while time.monotonic() < ends:
            for device in (kiosk, door):
                *_, found = attack(
                    chance,
                    performance,
                    device,
                    kiosk,
                    spare=spare,
                    rounds=50,
                    pause=pause,
                )
                statuses += found.statuses
                broken |= set(found.broken)
        with house.store.read() as session:
            faults = backup.faults(session)
        house.store.close()
    found_all = {"answers": dict(statuses), "book": faults, "broken": sorted(broken)}
    print(json.dumps(found_all))  # noqa: T201
    return 1 if broken or faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
