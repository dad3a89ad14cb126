"""A kiosk whose disk fills while a card is asked: run by test_disks on a small disk.

Everything else of the house is kept elsewhere; the guest's page is a real browser's.
"""

import sqlite3
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from lobby.scenarios.screen import Screen
from lobby.terminal.charges import WAITING
from lobby.terminal.plan import Plan, Tap
from tests.chromium import LAUNCH, go, patient
from tests.promises.trade.house import House
from tests.warm import Warm

KIOSK: Final = "kiosk-1"
PORT_BASE: Final = 9060
LOOK_S: Final = 0.2
BUYS: Final = ("Buy for tonight", "Find seats", "Take these", "Continue without", "Pay ")


def main(disk: Path, folder: Path) -> None:
    """disk: the small one, where the kiosk keeps its store; folder: of the house."""
    folder.mkdir()
    (folder / KIOSK).symlink_to(disk)
    house = House(folder, PORT_BASE, [KIOSK], [], supervisor=Warm)
    gone = threading.Event()

    def electrician() -> None:
        while not gone.wait(LOOK_S):
            house.supervisor.restart_fallen()

    try:
        house.open()
        threading.Thread(target=electrician, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**LAUNCH)
            _buys(patient(browser.new_page(viewport={"width": 800, "height": 480})), house)
            browser.close()
    finally:
        gone.set()
        house.close()
        Warm.cool()


def _buys(page: Page, house: House) -> None:
    terminal = house.foyers[KIOSK].terminal
    terminal.set_plan(Plan(tap=Tap.BUTTON))
    go(page, house.address(KIOSK))
    for words in BUYS:
        page.get_by_role("link", name=words).or_(
            page.get_by_role("button", name=words)
        ).first.click()
    page.get_by_role("button", name="Cancel payment").wait_for()
    while (charge := terminal.attempt()) is None or charge.state not in WAITING:
        time.sleep(LOOK_S)

    filler = house.folder / KIOSK / "filler"
    fill(filler)
    assert terminal.tap()
    cover = page.locator("dialog.gone", has_text="FH-D2 · Kiosk 1")
    cover.wait_for()
    said = cover.inner_text()
    assert "Please do not pay again. Staff are coming." in said, said
    assert called(house) == ("Kiosk 1", "FH-D2")
    with closing(Screen(house.address(KIOSK))) as other:
        other.open("/")
        assert other.status == 503
        assert "This kiosk is taking a break." in other.words, other.words
        assert "Denne automat holder pause." in other.words, other.words

    filler.unlink()
    page.get_by_text("went through").wait_for()
    (charge,) = terminal.charges()
    assert charge.amount == charge.captured > 0, charge


def fill(file: Path) -> None:
    """Leave no byte on the disk of this file."""
    for size in (1 << 20, 1):
        with file.open("ab", buffering=0) as out, suppress(OSError):
            while True:
                out.write(b"x" * size)


def called(house: House) -> tuple[str, str]:
    """Whom the ledger has heard calling: where, and why."""
    book = sqlite3.connect(
        f"file:{house.folder / 'ledger/ledger.sqlite'}?mode=ro", uri=True
    )
    with closing(book):
        ((place, page),) = book.execute("SELECT place, page FROM staff_call").fetchall()
    return str(place), str(page)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
