"""A ledger whose disk is full hears a kiosk's full log: run by test_disks on a small disk.

The program is the real one, over HTTP; the log is that of the frozen house.
"""

import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from boxoffice import log, wire
from ledger import backup, history
from ledger.store import Store
from tests.promises.releases import samples
from tests.promises.releases.trees import CHECKOUT

SAMPLE: Final = Path(__file__).parent / "releases/full-log-47ec028.tar.xz"
EVENTS: Final = "/api/events"
FIELDS: Final = (
    "seq, event_id, type, ver, body, boot_id, boot_ms, wall_ms, trust, prev, hash"
)


class Kiosk:
    """What the frozen kiosk would send. port: the ledger's."""

    def __init__(self, folder: Path, port: int) -> None:
        self._port = port
        self._key = Ed25519PrivateKey.from_private_bytes(
            (folder / "device.key").read_bytes()
        )
        with closing(sqlite3.connect(folder / "store.sqlite")) as store:
            (self._device, self._incarnation, self._ledger) = store.execute(
                "SELECT device, incarnation, ledger_id FROM identity"
            ).fetchone()
            ((acked,),) = store.execute("SELECT acked_seq FROM log_state")
            rows = store.execute(
                f"SELECT {FIELDS} FROM log WHERE seq > ? ORDER BY seq", (acked,)
            ).fetchall()
        names = FIELDS.split(", ")
        self.acked = acked
        self.events = [log.Event(**dict(zip(names, row, strict=True))) for row in rows]

    def ask(self, method: str, document: Any = None) -> tuple[int, Any, str | None]:
        """Give status, answer, and when to come again."""
        body = b"" if document is None else json.dumps(document).encode()
        with closing(
            http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        ) as line:
            line.request("GET", "/api/time?nonce=a")
            now_ms = json.loads(line.getresponse().read())["now_ms"]
            headers = wire.request_headers(
                self._key.sign,
                method,
                EVENTS,
                body,
                ledger_id=self._ledger,
                device=self._device,
                incarnation=self._incarnation,
                time_ms=now_ms,
                request=str(uuid.uuid4()),
            )
            line.request(method, EVENTS, body=body or None, headers=headers)
            answer = line.getresponse()
            said = json.loads(answer.read())
            return answer.status, said, answer.getheader("Retry-After")

    def upload(self) -> tuple[int, Any, str | None]:
        last = self.events[-1]
        head = log.head_text(self._device, self._incarnation, last.seq, last.hash)
        batch = wire.Batch(
            self._device,
            self._incarnation,
            tuple(self.events),
            last.seq,
            last.hash,
            self._key.sign(head),
        )
        return self.ask("POST", wire.batch_document(batch))


def main(disk: Path) -> None:
    """Raise AssertionError when something of a full disk's time is acknowledged or lost."""
    with serving(disk.parent, disk / "ledger") as (port, _):
        _hear(Kiosk(disk.parent / samples.KIOSK, port), disk)


@contextmanager
def serving(home: Path, folder: Path) -> Iterator[tuple[int, int]]:
    """Serve the frozen house's book; give port and process id. It must be sound afterwards.

    home: where the other files of that house come; folder: where its ledger's come.
    """
    behind_ms = samples.thaw(SAMPLE, home)
    if folder != home / "ledger":
        shutil.move(home / "ledger", folder)
    (home / "clock").write_text(str(behind_ms))
    settings = {
        "FOH_DEMO": "1",
        "FOH_DEMO_CLOCK": str(home / "clock"),
        "FOH_LEDGER_DIR": str(folder),
        "FOH_LEDGER_PORT": "0",
    }
    database = f"sqlite:///{folder / 'ledger.sqlite'}"
    history.upgrade(database)
    served = subprocess.Popen(
        [sys.executable, "-m", "ledger", "serve"],
        cwd=CHECKOUT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stdout is not None
        yield json.loads(served.stdout.readline())["port"], served.pid
    finally:
        served.terminate()
        served.communicate()
    store = Store(database)
    with store.read() as session:
        assert backup.faults(session) == []
    store.close()


def _hear(kiosk: Kiosk, disk: Path) -> None:
    before = kiosk.ask("GET")
    assert before[0] == 200, before
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)

    full = kiosk.upload()
    assert full[0] == 503, full
    assert full[2] is not None, "it says when to come again"
    assert kiosk.ask("GET") == before, "nothing of it is acknowledged"

    filler.unlink()
    status, said, _ = kiosk.upload()
    assert (status, said["acked"]["seq"]) == (200, kiosk.events[-1].seq), said


if __name__ == "__main__":
    main(Path(sys.argv[1]))
