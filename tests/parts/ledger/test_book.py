"""The book itself: tables, timeline, backups, and what devices bring back. Source: §3.6."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, update

from boxoffice import log
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from ledger import backup, book, history, keys, orders, recovery
from ledger.clock import Means
from ledger.engines import InUse, lock
from ledger.refused import Refused
from ledger.store import Store
from ledger.tables.all import metadata
from ledger.tables.devices import DeviceEventRow, DeviceLogRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.house import BookRow
from ledger.tables.money import JournalLineRow
from ledger.tables.orders import TicketRow
from ledger.tables.seats import HoldRow, SeatStateRow

STARTED = {"software": "0.1.0", "boot": "b", "trust": "trusted"}


def test_the_newest_tables_are_those_of_the_code(database):
    engine = sqlalchemy.create_engine(database, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_revision_is_known_without_alembic():
    settings = AlembicConfig()
    settings.set_main_option("script_location", "ledger/migrations")
    settings.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(settings)

    (newest,) = scripts.get_heads()
    assert newest.partition("_")[0] == history.newest()
    assert [r.revision for r in scripts.walk_revisions()][-1] == "0001"


def test_a_filled_book_goes_to_the_newest_tables_and_stays_as_it_was(
    theatre, ledger, database
):
    theatre.sell("A2")

    history.upgrade(database)

    with ledger.store.read() as session:
        history.check(session.connection())
        assert backup.faults(session) == []


def test_a_book_without_tables_says_what_to_do(tmp_path):
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with (
        engine.connect() as connection,
        pytest.raises(history.NotMigrated, match="python -m ledger migrate"),
    ):
        history.check(connection)
    engine.dispose()


def test_a_book_of_a_newer_program_is_left_as_it_is(tmp_path):
    database = f"sqlite:///{tmp_path / 'newer.sqlite'}"
    history.upgrade(database)
    engine = sqlalchemy.create_engine(database)
    with engine.begin() as connection:
        connection.execute(
            sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'")
        )
    with engine.connect() as connection:
        with pytest.raises(history.NotMigrated, match="newer version"):
            history.check(connection)
        with pytest.raises(history.NotMigrated, match="newer version"):
            history.upgrade(database)
        asked = sqlalchemy.text("SELECT version_num FROM alembic_version")
        number = connection.scalar(asked)
    assert number == "9999"
    engine.dispose()


def test_a_ledger_has_one_id_and_one_timeline(ledger, clock):
    with ledger.store.read() as session:
        before = book.read(session)
    ledger.store.write(book.begin, Means(clock() + 5_000_000))

    with ledger.store.read() as session:
        assert book.read(session) == before


def test_a_new_ticket_key_is_made_every_month_and_older_ones_still_read(
    theatre, ledger, kiosk, clock
):
    sold = theatre.sell("A2")
    clock.passes(minutes=60 * 24 * 32)

    newer = book.open_keys(ledger.store, ledger.config.directory, clock)

    assert newer.key_id != ledger.keys.key_id
    assert newer.public == ledger.keys.public
    told = kiosk.documents(f"venue:{theatre.house}", "key")
    assert told[str(ledger.keys.key_id)]["state"] == "retired"
    found = kiosk.post("/api/lookups", {"code": sold.tickets[0].payload})
    assert found.ok()["order"] == sold.number


def test_private_keys_are_readable_by_the_ledger_alone(ledger):
    files = [
        keys.identity_file(ledger.config.directory),
        keys.ticket_file(ledger.config.directory, ledger.keys.key_id),
    ]

    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_book_without_its_key_says_where_it_should_be(ledger, tmp_path):
    with pytest.raises(keys.NoKey, match=r"ledger\.key is missing"):
        book.open_keys(ledger.store, tmp_path / "elsewhere", ledger.clock)


def test_the_key_of_another_ledger_is_not_taken(ledger, tmp_path):
    keys.make(keys.identity_file(tmp_path / "elsewhere"))

    with pytest.raises(keys.NoKey, match="not this ledger's"):
        book.open_keys(ledger.store, tmp_path / "elsewhere", ledger.clock)


def test_only_one_process_writes_in_a_folder(tmp_path):
    held = lock(tmp_path / "ledger.lock")

    with pytest.raises(InUse, match="Stop it first"):
        lock(tmp_path / "ledger.lock")

    held.close()
    lock(tmp_path / "ledger.lock").close()


# --- verify ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda: (
                update(SeatStateRow)
                .where(SeatStateRow.seat == "A2")
                .values(ticket="nobody's")
            ),
            "Seat A2",
        ),
        (
            lambda: update(TicketRow).values(seat="B9"),
            "sold to no ticket of its own",
        ),
        (
            lambda: sqlalchemy.text("UPDATE stream_head SET digest = 'f'"),
            "the digest is not that of its documents",
        ),
        (
            lambda: sqlalchemy.text("DELETE FROM feed WHERE pos = 2"),
            "rows are missing",
        ),
    ],
)
def test_a_book_that_somebody_spoiled_is_found_out(theatre, ledger, change, fault):
    theatre.sell("A2")
    ledger.store.write(lambda session: session.execute(change()))

    with ledger.store.read() as session:
        assert any(fault in said for said in backup.faults(session))


def test_a_journal_that_does_not_add_up_is_found_out(theatre, ledger):
    theatre.sell("A2")

    def spoil(session):
        entry = session.scalars(select(JournalLineRow.entry)).first()
        session.add(
            JournalLineRow(entry=entry, line=9, account="x", amount=1, currency="EUR")
        )

    ledger.store.write(spoil)

    with ledger.store.read() as session:
        assert backup.faults(session)[0] == "The journal adds up to 1, not 0."


# --- a ledger that went back -------------------------------------------------------------


def sold(kiosk, theatre, seat, **how):
    epoch = kiosk.own(theatre.tonight, seat)[seat]
    line = kiosk.line(theatre.tonight, seat, epoch)
    kiosk.happened("sale", kiosk.sale(line, **how))
    return line


def forget(ledger, kiosk):
    """Bring back the book of before the kiosk's first event: what a restore does."""

    def back(session):
        for row in (DeviceEventRow, TicketRow):
            session.execute(sqlalchemy.delete(row))
        session.execute(sqlalchemy.text("DELETE FROM tender"))
        session.execute(
            update(SeatStateRow).values(
                state="available", ticket=None, device=None, incarnation=None, prior=None
            )
        )
        session.execute(
            update(DeviceLogRow)
            .where(DeviceLogRow.device == kiosk.id)
            .values(seq=0, hash=log.genesis(kiosk.id, 1))
        )
        session.execute(sqlalchemy.text('DELETE FROM "order"'))

    ledger.store.write(back)
    ledger.store.write(recovery.begin, ledger.means(), why="restored from a backup")


def test_a_device_refills_a_restored_ledger(kiosk, theatre, ledger, clock):
    # Source: P9.
    line = sold(kiosk, theatre, "A2")
    kiosk.upload().ok()
    clock.passes(minutes=1)
    forget(ledger, kiosk)

    cursor = kiosk.get("/api/events?acked=1").ok()
    assert cursor["seq"] == 0
    assert cursor["timeline"] == clock() // 1000
    kiosk.upload().ok()

    with ledger.store.read() as session:
        assert session.get(SeatStateRow, (theatre.tonight, "A2")).ticket == line["ticket"]
        kinds = set(session.scalars(select(DiscrepancyRow.kind)))
    assert kinds == {"ledger_restored"}


@pytest.mark.parametrize("order", ["K7Q4MX23", "P3N8WT5R"])
def test_a_seat_that_only_the_older_book_holds_goes_to_the_sale_that_comes(
    kiosk, theatre, ledger, clock, order
):
    # Source: P9. Simulated, seeds 30104, 30142: backed up between hold and Pay.
    line = sold(kiosk, theatre, "A2")
    clock.passes(minutes=1)
    forget(ledger, kiosk)
    hold = ledger.store.write(older_hold, ledger.means(), kiosk.id, theatre.tonight, order)

    kiosk.upload().ok()

    with ledger.store.read() as session:
        seats = [session.get(SeatStateRow, (theatre.tonight, s)) for s in ("A2", "A3")]
        kinds = set(session.scalars(select(DiscrepancyRow.kind)))
    assert (seats[0].state, seats[0].ticket, seats[0].hold) == (
        "sold",
        line["ticket"],
        None,
    )
    assert (seats[1].state, seats[1].hold) == ("held", hold)
    assert kinds == {"ledger_restored"}


def older_hold(session, means, device, performance, order):
    """Two seats, as an older book has them held."""
    hold = HoldRow(
        id=means.new_id(),
        performance=performance,
        order=order,
        seller=device,
        made_ms=means.now_ms,
        expires_ms=means.now_ms + 600_000,
        extended=False,
    )
    session.add(hold)
    session.flush()
    held = {"state": "held", "prior": "available", "hold": hold.id}
    these = SeatStateRow.seat.in_(("A2", "A3"))
    session.execute(
        update(SeatStateRow)
        .where(SeatStateRow.performance == performance, these)
        .values(held)
    )
    return hold.id


def test_nothing_is_sold_until_every_kiosk_has_told_all_it_knows(
    kiosk, lobby, theatre, ledger, clock
):
    other = lobby.device("Kiosk 2", "kiosk")
    clock.passes(minutes=1)
    ledger.store.write(recovery.begin, ledger.means(), why="restored from a backup")

    answer = kiosk.hold(theatre.tonight, "A1")
    assert (answer.status, answer.body["error"]) == (503, "recovering")
    assert answer.headers["Retry-After"]
    acknowledge(kiosk)
    assert kiosk.hold(theatre.tonight, "A1").status == 503
    acknowledge(other)
    assert kiosk.hold(theatre.tonight, "A1").status == 201

    with ledger.store.read() as session:
        [noted] = session.scalars(select(DiscrepancyRow)).all()
    assert (noted.kind, noted.state) == ("ledger_restored", "settled")


def test_the_box_office_waits_too(theatre, ledger, kiosk, clock):
    clock.passes(minutes=1)
    ledger.store.write(recovery.begin, ledger.means(), why="restored from a backup")

    refused = ledger.store.write(
        orders.sell,
        ledger.means(),
        performance=theatre.tonight,
        seats=[("A2", "adult")],
        seller=Seller.WINDOW,
    )

    assert refused == Refused(Code.SELLING_CLOSED)


def test_a_kiosk_that_is_lost_is_struck_off_by_name(kiosk, theatre, ledger, clock):
    clock.passes(minutes=1)
    ledger.store.write(recovery.begin, ledger.means(), why="restored from a backup")
    with ledger.store.read() as session:
        assert recovery.missing(session) == ["Kiosk 1"]

    ledger.store.write(
        recovery.strike_off, ledger.means(), kiosk.id, staff="anna", reason="it burnt"
    )

    assert kiosk.hold(theatre.tonight, "A1").status == 201


def test_a_device_that_was_told_more_proves_that_the_ledger_went_back(
    kiosk, theatre, ledger, clock
):
    with ledger.store.read() as session:
        before = book.read(session).timeline
    clock.passes(minutes=1)

    cursor = kiosk.get("/api/events?acked=7").ok()

    assert cursor["timeline"] > before
    assert kiosk.hold(theatre.tonight, "A1").body["error"] == "recovering"
    again = kiosk.get("/api/events?acked=7").ok()
    assert again["timeline"] == cursor["timeline"]


def test_what_a_device_was_told_before_the_restore_does_not_stop_selling_again(
    kiosk, lobby, theatre, ledger, clock
):
    # A door that comes back hours later knows more than the backup; that was known.
    door = lobby.device("Door A", "door")
    before = kiosk.get("/api/events").ok()["timeline"]
    clock.passes(minutes=1)
    ledger.store.write(recovery.begin, ledger.means(), why="restored from a backup")
    acknowledge(kiosk)
    restored = kiosk.get("/api/events").ok()["timeline"]

    cursor = door.get(f"/api/events?acked=7&timeline={before}").ok()

    assert cursor["timeline"] == restored
    assert kiosk.hold(theatre.tonight, "A1").status == 201
    # Told in this timeline and not recorded: now the ledger went back once more.
    again = door.get(f"/api/events?acked=7&timeline={restored}").ok()
    assert again["timeline"] > restored


def acknowledge(device):
    """Take a snapshot and read on: the feed request is the acknowledgement."""
    stream = f"dev:{device.id}"
    until = device.get(f"/api/snapshot?s={stream}").ok()["until"]
    device.get(f"/api/feed?s={stream}@{until}").ok()


# --- copies ------------------------------------------------------------------------------


# PostgreSQL has tools of its own for copies.
on_sqlite = pytest.mark.parametrize("prepared", ["sqlite"], indirect=True)


@pytest.fixture
def file(database):
    return Path(sqlalchemy.make_url(database).database)


@on_sqlite
def test_a_copy_made_while_the_book_is_in_use_is_whole(theatre, ledger, file, tmp_path):
    theatre.sell("A2")
    copied = tmp_path / "copy.sqlite"

    backup.copy(file, copied)
    theatre.sell("A3")

    store = Store(f"sqlite:///{copied}", only_read=True)
    with store.read() as session:
        assert backup.faults(session) == []
        seats = session.scalars(select(TicketRow.seat)).all()
    store.close()
    assert seats == ["A2"]


@on_sqlite
def test_a_copy_is_put_back_and_the_older_book_stays_beside_it(
    theatre, ledger, file, tmp_path
):
    copied = tmp_path / "copy.sqlite"
    backup.copy(file, copied)
    theatre.sell("A2")
    ledger.store.close()

    backup.put_back(copied, file)

    with sqlite3.connect(file) as restored:
        assert restored.execute("SELECT count(*) FROM ticket").fetchone() == (0,)
    restored.close()
    before = sqlite3.connect(file.with_name("ledger.sqlite.before-restore"))
    assert before.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
    before.close()


@pytest.mark.parametrize("content", [b"", b"not a database at all", None])
def test_what_is_no_copy_is_not_put_back(tmp_path, content):
    file = tmp_path / "copy.sqlite"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(backup.NotACopy):
        backup.put_back(file, tmp_path / "ledger.sqlite")

    assert not (tmp_path / "ledger.sqlite").exists()


def test_the_timeline_only_grows(ledger, clock):
    first = ledger.store.write(recovery.begin, ledger.means(), why="once")
    second = ledger.store.write(recovery.begin, ledger.means(), why="twice")

    assert second > first
    with ledger.store.read() as session:
        row = session.scalars(select(BookRow)).one()
        subjects = session.scalars(select(DiscrepancyRow.subject)).all()
    assert row.timeline == second
    assert set(subjects) == {str(first), str(second)}
