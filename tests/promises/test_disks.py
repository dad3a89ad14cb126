"""P24: a disk that is full or read-only, on a real small file system of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from lobby.scenarios.screen import Screen
from tests.promises.full_ledger import Kiosk, serving
from tests.promises.kills import tracing
from tests.promises.releases import samples

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
        timeout=600,
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


@pytest.mark.slow
def test_a_kiosk_whose_disk_fills_while_a_card_is_asked_says_so_and_takes_it_once(
    tmp_path: Path,
):
    """The page says FH-D2 and not to pay again; room heals it. Source: lobby.md §2, §5."""
    ended = on_small_disk(
        tmp_path,
        f"{sys.executable} -m tests.promises.full_kiosk $DISK {tmp_path}/house",
        size="170m",  # With less than 128 MiB to spare it would not sell.
    )

    assert ended.returncode == 0, ended.stderr


@pytest.mark.slow
@pytest.mark.skipif(
    tracing.missing() is not None, reason=f"no call is refused here: {tracing.missing()}"
)
def test_a_ledger_whose_disk_turns_read_only_says_so_and_goes_on_once_it_is_mended(
    tmp_path: Path,
):
    """Source: P24. It is never started again."""
    book = tmp_path / "ledger/ledger.sqlite"
    with ExitStack() as open_:
        port, process = open_.enter_context(serving(tmp_path, tmp_path / "ledger"))
        kiosk = Kiosk(tmp_path / samples.KIOSK, port)
        screens = [Screen(f"http://127.0.0.1:{port}") for _ in range(2)]
        office, patron = (open_.enter_context(closing(one)) for one in screens)
        office.open("/login")
        office.type("Name", "anna")
        office.type("Password", "lobby-demo")
        office.press("Log in")
        patron.open("/shop/")
        patron.press("Hamlet")
        before = kiosk.ask("GET")

        with refused(process, [book, book.with_name("ledger.sqlite-wal")], "EROFS"):
            status, said, later = kiosk.upload()
            assert (status, said["error"], bool(later)) == (503, "busy", True), said
            assert kiosk.ask("GET") == before, "nothing of it is acknowledged"
            patron.press("Find the best seats")
            assert (patron.status, patron.title) == (503, "Please try again later")
            office.open("/staff/orders")
            assert office.status == 200, "what is in the book can be read"
            office.open("/staff/settings")
            office.press("Change the settings")
            assert (office.status, office.title) == (503, "The book cannot be written")
            assert "Nothing was changed" in office.words

        status, said, _ = kiosk.upload()
        assert (status, said["acked"]["seq"]) == (200, kiosk.events[-1].seq), said
        patron.open("/shop/")
        patron.press("Hamlet")
        patron.press("Find the best seats")
        assert "Held for you" in patron.words, patron.words


@contextmanager
def refused(process: int, files: list[Path], why: str) -> Iterator[None]:
    """Let the storage refuse a process every change of these files; they can be read."""
    trap = tracing.attached(
        [
            *("-f", "-o", "/dev/null", "-e", "trace=pwrite64,ftruncate"),
            *("-e", f"inject=pwrite64,ftruncate:error={why}"),
            *(word for file in files for word in ("-P", str(file))),
        ],
        process,
    )
    try:
        yield
    finally:
        tracing.detach(trap)
