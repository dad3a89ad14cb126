"""P24: a disk that is full or read-only, on a real small file system of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
FILL = """
import sys
from pathlib import Path
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from kiosk.clock import Clock
from kiosk import identity, log
from kiosk.store.store import Store
from boxoffice import ids
import os

folder = Path(sys.argv[1])
clock = Clock()
store = Store(folder)
paired = {
    "device": "d1", "name": "Kiosk 1", "incarnation": 1, "role": "kiosk", "key_id": 2,
    "ledger_id": "l1", "ledger_key": "AAAA", "venue": "v1", "streams": [],
}
store.write(identity.take, clock, paired)

def note(session):
    if sys.argv[2] == "ORM":  # Its COMMIT fails elsewhere than ours.
        session.scalar(text("SELECT 1"))
    id = ids.uuid7(clock.wall_ms(), os.urandom(10))
    return log.append(session, clock, id, "staff.action", {"reason": "x" * 20_000})

written = 0
try:
    for _ in range(1000):
        store.write(note)
        written += 1
except DBAPIError as why:
    assert "full" in str(why.orig), why
filler = folder / "filler"
def count(session):
    return session.execute(text("SELECT count(*) FROM log")).scalar_one()
with store.read() as session:
    assert count(session) == written, "what was written is there, and nothing half"
filler.unlink()
store.write(note)  # Somebody made room: it heals without a restart.
store.close()
again = Store(folder)
with again.read() as session:
    assert count(session) == written + 1
    assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
again.close()
print("written", written)
"""


def on_small_disk(
    tmp_path: Path, *steps: str, size: str = "6m"
) -> subprocess.CompletedProcess[str]:
    """Run a shell on a small file system that only this process sees."""
    disk = tmp_path / "disk"
    disk.mkdir()
    begin = [f"mount -t tmpfs -o size={size} none {disk}", f"cd {CHECKOUT}"]
    return subprocess.run(
        ["unshare", "-m", "sh", "-e", "-c", "\n".join([*begin, *steps])],
        env={
            **os.environ,
            "FOH_KIOSK_DIR": f"{disk}/kiosk",
            "FOH_LEDGER_URL": "http://127.0.0.1:9",
            "FOH_LEDGER_DIR": f"{disk}/ledger",
            "DISK": str(disk),
            "PYTHONPATH": str(CHECKOUT),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def no_disk() -> str | None:
    """Say why no file system can be made here, or None."""
    tried = subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True,
        check=False,
    )
    return None if tried.returncode == 0 else "file systems may not be mounted here"


pytestmark = pytest.mark.skipif(no_disk() is not None, reason=str(no_disk()))


@pytest.mark.parametrize("program", ["kiosk", "ledger"])
def test_on_a_read_only_disk_a_program_says_so_and_starts_once_it_is_mended(
    tmp_path: Path, program: str
):
    run = f"{sys.executable} -m {program} migrate"
    ended = on_small_disk(
        tmp_path,
        "mount -o remount,ro $DISK",
        f"{run} && exit 3",
        "mount -o remount,rw $DISK",
        run,
        "mount -o remount,ro $DISK",
        f"{run} && exit 3",
        "mount -o remount,rw $DISK",
        run,
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("Read-only file system") == 2
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("through", ["driver", "ORM"])
def test_on_a_full_disk_nothing_is_half_written_and_room_heals_it(
    tmp_path: Path, through: str
):
    script = tmp_path / "fill.py"
    script.write_text(FILL)

    ended = on_small_disk(
        tmp_path,
        "mkdir $DISK/kiosk",
        "head -c 1000000 /dev/zero > $DISK/kiosk/filler",
        f"{sys.executable} {script} $DISK/kiosk {through}",
    )

    assert ended.returncode == 0, ended.stderr
    written = int(ended.stdout.split()[-1])
    assert 5 < written < 1000


def test_a_ledger_on_a_full_disk_acknowledges_nothing_until_there_is_room(tmp_path: Path):
    ended = on_small_disk(
        tmp_path, f"{sys.executable} -m tests.promises.full_ledger $DISK", size="24m"
    )

    assert ended.returncode == 0, ended.stderr
