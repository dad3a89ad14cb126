"""A house of an earlier release, frozen while its kiosk had a full log: thawed by ./test.

The sample holds what such a house really left on its disks: the ledger's book, the kiosk's
store with sales that nobody has heard of, the terminal's charges, and keys that were made
for it alone.
"""

import sqlite3
import tarfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from tests.promises.releases.house import Changing

KIOSK: Final = "kiosk-1"
FROZEN: Final = "frozen-ms"
KEPT: Final = ("ledger", KIOSK, f"terminal-{KIOSK}", FROZEN)


def freeze(tree: Path, file: Path, folder: Path, base: int) -> None:
    """Let a release trade, cut its kiosk off, let it sell, pull all plugs, keep the disks.

    tree: the release's programs; folder: where the house may stand.
    """
    changing = Changing(folder / "house", base, [KIOSK], [], checkout=tree)
    house = changing.house
    try:
        house.open()
        changing.buy(KIOSK)
        changing.own(KIOSK)
        changing.uploaded(KIOSK)
        changing.cut(KIOSK)
        changing.buy(KIOSK)
        for name in (KIOSK, "ledger"):
            house.supervisor.pull(name)
        # How the program left it, but without the room that nobody uses.
        with closing(sqlite3.connect(house.folder / "ledger/ledger.sqlite")) as book:
            book.execute("VACUUM")
        (house.folder / FROZEN).write_text(str(time.time_ns() // 1_000_000))
        with tarfile.open(file, "w:xz", preset=9) as sample:
            for name in KEPT:
                sample.add(house.folder / name, name)
    finally:
        house.close()


def thaw(file: Path, folder: Path) -> int:
    """Put the disks back, and give how far behind today's clock they are, in ms."""
    with tarfile.open(file) as sample:
        sample.extractall(folder, filter="data")
    return int((folder / FROZEN).read_text()) - time.time_ns() // 1_000_000
