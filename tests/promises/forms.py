"""Every form of the staff pages, filled in with bad will, for as long as one likes."""

import argparse
import json
import random
import tempfile
from collections import Counter
from itertools import chain
from pathlib import Path

from bs4 import BeautifulSoup
from sqlalchemy import func, select

from ledger import backup
from ledger.tables.records import AuditRow
from tests.demo_house import furnish
from tests.parts.ledger.hostile import Walk

STARTS = (
    "/staff/orders",
    "/staff/performances",
    "/staff/worklist",
    "/staff/reports",
    "/staff/catalogue",
    "/staff/members",
    "/staff/memberships",
    "/staff/devices",
    "/staff/settings",
)


def main() -> int:
    """Walk, attack, and look at the book; 1 if something broke."""
    said = argparse.ArgumentParser()
    said.add_argument("--rounds", type=int, default=40)
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--bad", type=float, default=0.4, help="how many fields are bad")
    said.add_argument(
        "--nearly", type=int, default=5, help="then with one bad field, so often"
    )
    said.add_argument("--start", action="append", help="a page; only its forms")
    options = said.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        house = furnish(Path(folder))
        client = house.client()
        page = BeautifulSoup(client.get("/login").text, "html.parser")
        token = page.select_one("form[action='/login'] [name=csrf_token]")
        assert token is not None
        form = {"login": "anna", "password": "lobby-demo", "csrf_token": token["value"]}
        assert client.post("/login", data=form).status_code == 303
        walk = Walk(client)
        if options.start:
            walk.go(options.start, most=len(options.start))
        else:
            walk.go(STARTS)
        counts: Counter[int] = Counter()
        broken = []
        chance = random.Random(options.seed)
        for action, status in chain(
            walk.attack(chance, options.rounds, options.bad),
            walk.nearly_right(chance, options.nearly),
            walk.again(),
        ):
            counts[status] += 1
            if status >= 500:
                broken.append(action)
        with house.store.read() as session:
            faults = backup.faults(session)
            changes = session.scalar(select(func.count()).select_from(AuditRow))
        house.store.close()
    found = {
        "forms": len(walk.forms),
        "answers": dict(counts),
        "changes": changes,
        "book": faults,
    }
    print(json.dumps(found | {"broken": sorted(set(broken))}))  # noqa: T201
    return 1 if broken or faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
