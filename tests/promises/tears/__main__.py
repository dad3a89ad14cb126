"""Cut the power of kiosk, door and ledger at every write: `scripts/test tears`.

What they write while guests buy and go in is heard once; then every disk that a power cut
could have left is made, opened and judged.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import structlog

from kiosk.store.store import Damaged, Store
from ledger import backup
from ledger import store as book
from tests.promises.kills import tracing
from tests.promises.tears import oracle
from tests.promises.tears.disk import Disk, Files
from tests.promises.tears.evening import Heard, listen
from tests.promises.tears.oracle import LEDGER, Promise
from tests.promises.tears.tape import Left

PORT_BASE: Final = 8640
# Every so many disks are opened by the store itself, as a device does when it starts.
OPENED: Final = 25
SHORT_LIVED: Final = Path("/dev/shm")


@dataclass
class Judged:
    """What came of one program. left: how the power cuts left its disk."""

    program: str
    steps: int = 0
    promises: int = 0
    left: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def document(self) -> dict[str, object]:
        disks = sum(self.left.values())
        return vars(self) | {"left": dict(self.left), "disks": disks}


def judge(heard: Heard, *, seed: int, tries: int, every: int = 1) -> Judged:
    """Cut the power before every step on the disk, or before every so many, and after."""
    judged = Judged(heard.program, promises=len(heard.promises))
    bench = _Bench(judged, heard.database, Random(seed), tries)
    disk = Disk(heard.base)
    with tempfile.TemporaryDirectory(
        dir=SHORT_LIVED if SHORT_LIVED.is_dir() else None
    ) as at:
        for number, step in enumerate(heard.steps):
            if isinstance(step, Left):
                continue
            if judged.steps % every == 0:
                due = [promise for promise in heard.promises if promise.since < number]
                bench.cut(disk, due, Path(at), f"before step {number}")
            disk.take(step)
            judged.steps += 1
        bench.cut(disk, heard.promises, Path(at), "at the end")
    return judged


class _Bench:
    """Makes disks and looks at them. told: how many events the last one had."""

    def __init__(self, judged: Judged, database: str, chance: Random, tries: int) -> None:
        self._judged, self._database = judged, database
        self._chance, self._tries = chance, tries
        self._told = 0

    def cut(self, disk: Disk, due: Sequence[Promise], at: Path, place: str) -> None:
        least = None
        for how, files in disk.after_cuts(self._chance, self._tries):
            count = sum(self._judged.left.values())
            self._judged.left[how] += 1
            folder = at / str(count)
            _lay_out(files, folder)
            database = folder / self._database
            found, events = oracle.wrong(database, due, told=self._told)
            if count % OPENED == 0:
                found += _opened(database)
            self._judged.broken += [f"{place}, {how} kept: {why}" for why in found]
            least = events if least is None else least  # Nothing is kept of the first one.
            shutil.rmtree(folder)
        self._told = least or 0


def _lay_out(files: Files, folder: Path) -> None:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _opened(database: Path) -> list[str]:
    """Open it as the program does."""
    if database.name == LEDGER:
        with closing(book.Store(f"sqlite:///{database}")) as kept, kept.read() as session:
            return backup.faults(session)
    try:
        Store(database.parent).close()
    except Damaged as why:
        return [f"it does not open: {why}"]
    return []


def main() -> int:
    """Give 0 when every promise held, 1 when one did not, 3 when nothing can be heard."""
    parser = argparse.ArgumentParser(prog="scripts/test tears", description=__doc__)
    parser.add_argument("--guests", type=int, default=2, help="who buy and go in")
    parser.add_argument("--tries", type=int, default=2, help="disks by chance, of a kind")
    parser.add_argument("--every", type=int, default=1, help="of so many steps one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port-base", type=int, default=PORT_BASE)
    asked = parser.parse_args()
    if why := tracing.missing():
        print(f"Nothing was heard: {why}.", file=sys.stderr)
        return 3
    broken = False
    with tempfile.TemporaryDirectory() as folder:
        for heard in listen(Path(folder) / "house", asked.port_base, guests=asked.guests):
            judged = judge(heard, seed=asked.seed, tries=asked.tries, every=asked.every)
            print(json.dumps(judged.document()), flush=True)
            broken = broken or bool(judged.broken)
    return 1 if broken else 0


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    sys.exit(main())
