"""Releases of before beside this one, over the wire: `scripts/test releases`.

A house begins with an earlier release, taken from this repository's history. One kiosk is
changed first, its log full and its line cut; then the ledger; then the door; the other
kiosk stays as it was until the end. Guests buy before and after each change. Whatever was
ever written in a device's log must be in the book once, in order and applied, and all books
must agree. Where the earlier program can open a later store, the kiosk goes back to it
once, with a full log; where it cannot, it must refuse and harm nothing. Source: P22, P23.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.promises.releases import samples
from tests.promises.releases.house import Changing, Lost
from tests.promises.releases.trees import CHECKOUT, RELEASES, NotHere, Release, unpack

PORT_BASE: Final = 8900
FIRST, LAST = "kiosk-1", "kiosk-2"


def main() -> int:
    """Give 0 when nothing was lost, 1 when something was, 3 without the releases."""
    asked = _arguments()
    releases = [Release(commit, opens_later=False) for commit in asked.commits]
    worst = 0
    for release in releases or RELEASES:
        with tempfile.TemporaryDirectory() as folder:
            try:
                tree = unpack(release.commit, Path(folder) / "tree")
            except NotHere as why:
                print(f"Not tried: {why}.", file=sys.stderr)
                worst = max(worst, 3)
                continue
            if asked.freeze:
                samples.freeze(tree, asked.freeze, Path(folder), asked.port_base)
                continue
            try:
                play(release, tree, Path(folder) / "house", asked.port_base)
            except Lost as why:
                print(f"{release.commit}: LOST: {why}")
                worst = 1
                if asked.keep:
                    shutil.copytree(folder, asked.keep / release.commit)
    return worst


def play(release: Release, old: Path, folder: Path, base: int) -> None:
    """Change a house from an earlier release to this one, program by program.

    Raises Lost.
    """
    say = _teller(release.commit)
    changing = Changing(folder, base, [FIRST, LAST], ["door-a"], checkout=old)
    house = changing.house
    try:
        house.open()
        for kiosk in (FIRST, LAST):
            changing.buy(kiosk)
        changing.own(FIRST, LAST)
        say("all is as it was; both kiosks have sold")

        changing.cut(FIRST)
        changing.buy(FIRST)
        full = changing.unsent(FIRST)
        changing.change(FIRST, CHECKOUT)
        changing.ready(FIRST)
        if changing.unsent(FIRST) < full:
            raise Lost(f"{FIRST} had {full} events to send before its program changed")
        changing.buy(FIRST)
        say(f"{FIRST} is new, cut off, and has sold; its log held {full} events")

        changing.join(FIRST)
        changing.uploaded(FIRST)
        changing.buy(FIRST)
        changing.uploaded(FIRST)
        code, other, *_ = house.codes()
        _let_in(changing, code)
        say("the old ledger has taken the new kiosk's log, and sold to it")

        changing.own(FIRST, LAST)
        changing.cut(FIRST, LAST)
        for kiosk in (FIRST, LAST):
            changing.buy(kiosk)
        changing.change("ledger", CHECKOUT)
        went = changing.went_back(FIRST, old)
        if release.opens_later and not went:
            raise Lost(f"{FIRST} cannot go back: {house.supervisor.last_words(FIRST)}")
        if went:
            changing.buy(FIRST)
            say(f"{FIRST} went back with a full log, and has sold")
        else:
            say(f"{FIRST} cannot go back: {house.supervisor.last_words(FIRST)[:80]}")
            changing.change(FIRST, CHECKOUT)
            changing.ready(FIRST)
        changing.join(FIRST, LAST)
        changing.uploaded(FIRST, LAST)
        for kiosk in (FIRST, LAST):
            changing.buy(kiosk)
        changing.uploaded(FIRST, LAST)
        _let_in(changing, other)
        say("the new ledger has taken both logs; the old kiosk and the old door go on")

        for name in ("door-a", FIRST, LAST):
            changing.change(name, CHECKOUT)
        changing.ready("door-a", FIRST, LAST)
        for used in (code, other):
            if (answer := changing.scan(used)) in {"ADMIT", "ADMIT_UNVERIFIED"}:
                raise Lost(f"the new door let a ticket in again: {answer}")
        for kiosk in (FIRST, LAST):
            changing.buy(kiosk)
        changing.uploaded(FIRST, LAST, "door-a")
        counts = changing.compare()
        house.command(CHECKOUT, "verify")
        say(f"all is new; {counts['events']} events and {counts['tickets']} tickets kept")
    finally:
        house.close()


def _let_in(changing: Changing, code: str) -> None:
    if (answer := changing.scan(code)) != "ADMIT":
        raise Lost(f"a ticket of a minute ago is not let in: {answer}")


def _teller(commit: str) -> Callable[[str], None]:
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{commit[:7]} {time.monotonic() - began:5.0f} s  {words}", flush=True)

    return say


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/test releases", description=__doc__)
    parser.add_argument("--port-base", type=int, default=PORT_BASE)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep houses that lost")
    parser.add_argument(
        "--freeze", type=Path, metavar="FILE", help="only keep a release's full log in FILE"
    )
    parser.add_argument(
        "commits", nargs="*", metavar="COMMIT", help="others than those written down"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
