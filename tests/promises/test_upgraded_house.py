"""What an earlier release left on its disks, under the programs of today; and it trades on.

`scripts/test releases` lets the earlier programs themselves run beside these.
"""

import json
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from ledger import bank_refunds, history, staff
from ledger import book as ledger_book
from ledger.app import create_app
from ledger.clock import Means
from ledger.config import Config
from ledger.running import Running
from ledger.store import Store
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.records import OutboxRow
from lobby.network import Condition
from lobby.scenarios.screen import Screen
from tests.pages import Guest
from tests.parts.ledger.clerk import clerk
from tests.promises.releases import samples, trees
from tests.promises.releases.house import Changing
from tests.promises.releases.samples import KIOSK
from tests.warm import Warm

pytestmark = pytest.mark.slow

PORT_BASE = 8920
PASSWORD = "lobby-demo"
DOOR, OTHER_DOOR = "door-a", "door-b"
LET_IN = {"ADMIT", "ADMIT_UNVERIFIED"}
DAY_MS = 86_400_000
SAMPLE = Path(__file__).parent / "releases/full-log-47ec028.tar.xz"


@dataclass(frozen=True)
class Upgraded:
    """A house whose kiosk had a full log when its programs changed.

    unsent, tickets: what the kiosk had to send, and what the book knew, before.
    behind_ms: how far its evening is from now; below zero.
    """

    changing: Changing
    unsent: int
    tickets: int
    behind_ms: int


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    folder = tmp_path_factory.mktemp("house")
    behind_ms = samples.thaw(SAMPLE, folder)
    changing = Changing(
        folder, PORT_BASE, [KIOSK], [DOOR, OTHER_DOOR], trees.CHECKOUT, supervisor=Warm
    )
    try:
        changing.house.pass_to(behind_ms)
        before = Upgraded(changing, changing.unsent(KIOSK), tickets(changing), behind_ms)
        database = f"sqlite:///{folder / 'ledger/ledger.sqlite'}"
        history.upgrade(database)
        _hire_a_second_supervisor(Store(database))
        changing.house.open()
        changing.remember()
        yield before
    finally:
        changing.house.close()
        Warm.cool()


def _hire_a_second_supervisor(store: Store) -> None:
    store.write(
        staff.hire,
        Means(time.time_ns() // 1_000_000),
        name="Vera Holt",
        login="vera",
        password=PASSWORD,
        pin=None,
        roles=("supervisor",),
    )
    store.close()


@pytest.fixture
def office(upgraded: Upgraded) -> Iterator[Screen]:
    """The staff pages before somebody who has logged in."""
    screen = Screen(upgraded.changing.house.address("ledger"))
    screen.open("/login")
    screen.type("Name", "anna")
    screen.type("Password", PASSWORD)
    screen.press("Log in")
    yield screen
    screen.close()


def tickets(changing: Changing) -> int:
    ((count,),) = changing.rows("ledger", "SELECT count(*) FROM ticket")
    return int(count)


def test_a_full_log_of_an_earlier_release_arrives_after_the_upgrade(upgraded: Upgraded):
    """Source: P22, P23."""
    upgraded.changing.uploaded(KIOSK)
    counts = upgraded.changing.compare()

    assert upgraded.unsent > 0
    assert tickets(upgraded.changing) == upgraded.tickets + 2
    assert counts["events"] > upgraded.unsent


def test_a_break_that_collides_is_on_the_staffs_page_once_its_log_has_arrived(
    upgraded: Upgraded, office: Screen
):
    """Source: P2. Of its five seconds none is used: who asks next sees it."""
    changing = upgraded.changing
    changing.uploaded(KIOSK)
    changing.own(KIOSK)
    changing.cut(KIOSK)
    changing.buy(KIOSK)
    query = "SELECT performance, seat FROM sale_line ORDER BY rowid DESC LIMIT 2"
    (performance, one), (_, other) = changing.rows(KIOSK, query)

    _break(office, performance, one, other)
    _sell(office, performance, one)
    assert "Two claims to one seat" not in _discrepancies(office)
    changing.join(KIOSK)
    changing.uploaded(KIOSK)
    said = _discrepancies(office)

    assert said.count("Two claims to one seat:") == 2
    assert "which is kept for it" in said


def _break(office: Screen, performance: str, *seats: str) -> None:
    office.open(f"/staff/performances/{performance}/chart")
    for seat in seats:
        office.tick("seat", seat)
    office.press("Take away")
    office.type("Reason", "the kiosk does not answer")
    office.type("Supervisor's name", "vera")
    office.type("Supervisor's password", PASSWORD)
    office.press("Take them away")
    assert "Taken away" in office.words, office.words


def _sell(office: Screen, performance: str, seat: str) -> None:
    office.open(f"/staff/performances/{performance}/chart")
    office.tick("seat", seat)
    office.press("Sell the chosen")
    office.choose("How, 1", "Cash")
    office.press("Sell for")
    assert "Confirmed" in office.title, office.words


def _discrepancies(office: Screen) -> str:
    office.open("/staff/discrepancies")
    return office.words


def test_what_two_doors_let_in_twice_is_noticed_once(upgraded: Upgraded):
    """Source: P16. One door has its line, the other is heard and hears nothing."""
    changing = upgraded.changing
    changing.ready(DOOR, OTHER_DOOR)
    changing.buy(KIOSK)
    changing.uploaded(KIOSK)
    one, other = changing.house.codes()[-2:]
    before = _admitted_twice(changing)
    changing.cut(OTHER_DOOR, how=Condition(back=False))
    said = [
        (changing.scan(one, DOOR), changing.scan(one, OTHER_DOOR)),
        (changing.scan(other, OTHER_DOOR), changing.scan(other, DOOR)),
    ]
    changing.join(OTHER_DOOR)
    changing.uploaded(DOOR, OTHER_DOOR)

    assert said[0][0] in LET_IN
    assert {said[0][1], said[1][0]} <= LET_IN  # It cannot know better.
    twice = sum(set(answers) <= LET_IN for answers in said)
    assert _admitted_twice(changing) == before + twice


def _admitted_twice(changing: Changing) -> int:
    query = "SELECT count(*) FROM discrepancy WHERE kind = 'admitted_twice'"
    ((count,),) = changing.rows("ledger", query)
    return int(count)


def _another_boot(folder: Path) -> None:
    """Let what a device has kept be of another start of its machine than this."""
    with closing(sqlite3.connect(folder / "store.sqlite")) as store, store:
        store.execute("UPDATE state SET boot_id = 'the one before'")
        store.execute("DELETE FROM setting WHERE name = 'steady'")


def _opens(changing: Changing, office: Screen, performance: str, time: str) -> None:
    """Let the doors of a performance open at a time of its day, or as ever, and hear it."""
    office.open(f"/staff/performances/{performance}/doors")
    office.type("Opens", time)
    office.press("Tell the doors")
    assert "The doors are told" in office.words, office.words
    query = f"SELECT body FROM doc WHERE entity = 'performance' AND id = '{performance}'"

    def heard(door: str) -> bool:
        told = [json.loads(body) for (body,) in changing.rows(door, query)]
        spaces = [space for body in told for space in body["spaces"]]
        hours = {door.get("opens_ms") for space in spaces for door in space["doors"]}
        return bool(hours) and (None not in hours) == bool(time)

    changing.until(lambda: heard(DOOR) and heard(OTHER_DOOR), "hours at the doors")


@pytest.mark.parametrize(
    "days_ahead", [None, -400, 3653], ids=["1970", "400 days behind", "in ten years"]
)
def test_a_door_that_boots_cut_off_with_a_wrong_clock_lets_guests_in(
    upgraded: Upgraded, office: Screen, days_ahead: int | None
):
    """Source: P17, P18. The tickets are sold after the door has lost its line.

    By its clock it opens later. Another door, whose clock is trusted, stops them.
    """
    changing, house = upgraded.changing, upgraded.changing.house
    changing.ready(DOOR, OTHER_DOOR)
    ((performance,),) = changing.rows(
        KIOSK, "SELECT performance FROM sale_line ORDER BY rowid DESC LIMIT 1"
    )
    _opens(changing, office, performance, "23:59")
    changing.cut(DOOR)
    house.supervisor.pull(DOOR)
    wrong_ms = -time.time_ns() // 1_000_000 if days_ahead is None else days_ahead * DAY_MS
    house.set_clock(DOOR, wrong_ms + (upgraded.behind_ms if days_ahead else 0))
    _another_boot(house.folder / DOOR)
    house.supervisor.start(DOOR)
    changing.buy(KIOSK)
    changing.uploaded(KIOSK)
    try:
        changing.until(lambda: bool(changing.health(DOOR).get("role")), "door")
        one, other = house.codes()[-2:]
        stopped = changing.scan(one, OTHER_DOOR)
        said = [changing.scan(code) for code in (one, other)]
        trust = changing.health(DOOR)["clock"]
    finally:
        changing.join(DOOR)
        house.set_clock(DOOR, upgraded.behind_ms)
        _opens(changing, office, performance, "")

    assert trust == "untrusted"
    assert stopped == "NOT_OPEN_YET"
    assert set(said) <= LET_IN, said


def test_no_patrons_name_is_on_the_kiosks_disk_once_it_has_collected(upgraded: Upgraded):
    """Source: P28. Searched byte by byte: the store and what the program said.

    Names of four or five letters stand in megabytes of drawn codes by chance; the same
    people's addresses are long enough.
    """
    changing = upgraded.changing
    changing.uploaded(KIOSK)
    folder = changing.house.folder
    facts = json.loads((folder / "ledger/demo.json").read_text())
    for wanted in facts["will_call"][:2]:
        kiosk = Screen(changing.house.address(KIOSK))
        kiosk.open("/")
        kiosk.press("Collect tickets")
        kiosk.type("Order number", wanted["order"])
        kiosk.type("Last name", wanted["last_name"])
        kiosk.press("Find")
        kiosk.press("Print these tickets")
        kiosk.close()
    changing.uploaded(KIOSK)

    query = "SELECT last_name, folded, email, phone FROM patron UNION ALL"
    query += " SELECT name, email, '', '' FROM member"
    told = {str(word) for row in changing.rows("ledger", query) for word in row if word}
    named = {word for word in told if len(word) >= 6}
    files = [*(folder / KIOSK).iterdir(), folder / f"log/{KIOSK}.log"]
    kept = b"".join(file.read_bytes() for file in files)
    book = b"".join(
        file.read_bytes() for file in (folder / "ledger").glob("ledger.sqlite*")
    )

    def in_it(there: bytes) -> set[str]:
        return {word for word in named if word.encode() in there}

    assert {"Okafor", "okafor", "Lindqvist", "lindqvist", "grace@example.org"} <= named
    assert in_it(book) == named
    assert facts["will_call"][0]["order"].encode() in kept
    assert in_it(kept) == set()


def test_a_book_of_29_days_ago_is_filled_again_by_the_devices(upgraded: Upgraded):
    """Source: P9. Last, for it is another month afterwards."""
    changing, house = upgraded.changing, upgraded.changing.house
    changing.ready(KIOSK, DOOR)
    changing.uploaded(KIOSK, DOOR, OTHER_DOOR)
    house.command(trees.CHECKOUT, "backup")
    (copy,) = (house.folder / "ledger/backups").glob("ledger-*.sqlite")
    changing.buy(KIOSK)
    changing.uploaded(KIOSK)
    changing.remember()
    sold = tickets(changing)

    house.pass_to(upgraded.behind_ms + 29 * DAY_MS)
    house.supervisor.stop("ledger")
    house.supervisor.pull(KIOSK)
    house.command(trees.CHECKOUT, "restore", str(copy))
    assert tickets(changing) == sold - 2
    for name in ("ledger", KIOSK):
        house.supervisor.start(name)
    changing.until(lambda: tickets(changing) == sold, "tickets of the last 29 days")
    changing.ready(KIOSK)
    changing.uploaded(KIOSK, DOOR, OTHER_DOOR)

    changing.kept()


def test_transfers_that_an_earlier_release_owed_are_asked_for_and_paid_once(
    tmp_path: Path,
):
    """Source: BNK1, migration 0039."""
    behind_ms = samples.thaw(SAMPLE, tmp_path)
    folder = tmp_path / "ledger"
    database = f"sqlite:///{folder / 'ledger.sqlite'}"
    history.upgrade(database, "0038")
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as book, book:
        owed = _owe_by_transfer(book)
    history.upgrade(database)
    store = Store(database)

    def now() -> int:
        return time.time_ns() // 1_000_000 + behind_ms

    running = Running(
        Config(directory=folder, database=database, port=0, demo=True),
        store,
        now,
        ledger_book.open_keys(store, folder, now),
    )
    app = create_app(running)
    app.testing = True
    anna = clerk(app, "anna")
    page = anna.open("/staff/bank-refunds")
    assert "nobody wrote to ada@example.org yet" in page.words
    assert page.words.count("no address: please ask by phone") == 1
    anna.press("Ask by letter")
    assert "asked at ada@example.org" in anna.page.words
    with store.read() as session:
        [letter] = session.scalars(
            select(OutboxRow).where(OutboxRow.kind == bank_refunds.LETTER)
        )
        link = json.loads(letter.facts)["link"]
    ada = Guest(app)
    ada.open(link)
    ada.type("Whose account it is", "Ada Holm")
    ada.type("IBAN", "DK50 0040 0440 1162 43")
    ada.press("Send the account")
    anna.open("/staff/bank-refunds")
    anna.press("Transferred")
    page = anna.press("Paid another way")

    assert "Nothing is to be paid." in page.words
    with store.read() as session:
        states = session.scalars(
            select(DiscrepancyRow.state).where(DiscrepancyRow.subject.in_(owed))
        ).all()
        assert states == ["settled", "settled", "settled"]
    store.close()


def _owe_by_transfer(book: sqlite3.Connection) -> list[str]:
    """Three refunds that no card took back: of a patron with an address, of one without,
    and one that was settled.
    """
    orders = book.execute(
        'SELECT "order", amount, id FROM tender ORDER BY id LIMIT 3'
    ).fetchall()
    owed = []
    for number, (_order, amount, paid) in enumerate(orders):
        id = f"transfer-{number}"
        owed.append(id)
        columns = [row[1] for row in book.execute("PRAGMA table_info(tender)")]
        values = dict(
            zip(
                columns,
                book.execute("SELECT * FROM tender WHERE id = ?", (paid,)).fetchone(),
                strict=True,
            )
        )
        values |= {"id": id, "amount": -amount, "refunds": paid}
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join(f":{name}" for name in columns)
        book.execute(f"INSERT INTO tender ({names}) VALUES ({marks})", values)
        book.execute(
            """INSERT INTO discrepancy (id, kind, subject, state, facts, noted_ms)
            VALUES (?, 'transfer_owed', ?, ?, '{}', 0)""",
            (f"case-{number}", id, "settled" if number == 2 else "open"),
        )
    for (order, *_), email in zip(orders, ("ada@example.org", ""), strict=False):
        book.execute(
            """UPDATE patron SET email = ?, name = 'Ada Holm'
            WHERE id = (SELECT patron FROM "order" WHERE id = ?)""",
            (email, order),
        )
    return owed


def test_a_clone_without_its_history_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    git = [
        "git",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "-C",
        str(tmp_path),
    ]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "one"]):
        subprocess.run([*git, *words], check=True)
    shallow = tmp_path / "shallow"
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", f"file://{tmp_path}", str(shallow)], check=True
    )

    for clone, said in (
        (tmp_path, "this history has no 47ec028"),
        (shallow, "--unshallow"),
    ):
        monkeypatch.setattr(trees, "CHECKOUT", clone)
        with pytest.raises(trees.NotHere, match=said):
            trees.unpack("47ec028b5bfd", tmp_path / "tree")
