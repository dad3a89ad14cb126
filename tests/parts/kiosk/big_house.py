"""A kiosk in a large house: for measuring pages, not for rules."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from kiosk.app import create_app
from kiosk.store.store import Store
from tests.parts.kiosk import theatre
from tests.parts.kiosk.hardware import Card
from tests.parts.kiosk.ledger_double import LedgerDouble

SEATS_A_ROW = 40


@contextmanager
def open_kiosk(folder: Path, seats: int) -> Iterator[tuple[FlaskClient, str]]:
    """Give a browser in front of a kiosk whose evening has that many free seats."""
    small = dict(theatre.ROWS)
    # Row C stays: the small house has its accessible seat there.
    names = ["C", *(f"R{n}" for n in range(2, seats // SEATS_A_ROW + 1))]
    theatre.ROWS.clear()
    for n, name in enumerate(names):
        section = "Stalls" if n < len(names) / 2 else "Circle"
        theatre.ROWS[name] = (section, SEATS_A_ROW)
    time = theatre.Time()
    ledger = LedgerDouble(time.now_ms)
    empty = folder / "empty"
    empty.mkdir()
    Store(empty).close()
    rooms = theatre.Rooms(folder, ledger, time, empty=empty / "store.sqlite")
    try:
        theatre.furnish(ledger)
        device = rooms.device(terminal=Card())
        yield create_app(device).test_client(), theatre.HAMLET
    finally:
        rooms.close()
        theatre.ROWS.clear()
        theatre.ROWS.update(small)
