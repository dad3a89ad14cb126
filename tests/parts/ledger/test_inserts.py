"""Rows of several tables are written together; straight statements stay as they were."""

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from ledger import inserts, rows
from ledger.inserts import Rows
from ledger.prepared import Prepared
from ledger.tables.feed import FeedDocRow, StreamHeadRow
from ledger.tables.records import LookupMissRow

several = pytest.mark.parametrize("count", [1, 8, 9, 200])
on_postgresql = pytest.mark.parametrize(
    "prepared", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def misses(count):
    return Rows(
        LookupMissRow, [{"id": str(n), "place": "", "at_ms": n} for n in range(count)]
    )


def heads(*positions):
    entries = [
        {"stream": f"s{n}", "pos": pos, "digest": "0"} for n, pos in enumerate(positions)
    ]
    return Rows(StreamHeadRow, entries, inserts.replace)


def moments(session):
    return sorted(session.scalars(select(LookupMissRow.at_ms)))


def positions(session):
    ours = select(StreamHeadRow.pos).where(StreamHeadRow.stream.in_(["s0", "s1"]))
    return sorted(session.scalars(ours))


@several
def test_rows_of_several_tables_are_all_there_however_many(store, count):
    store.write(inserts.write, misses(count), heads(7, 8))

    with store.read() as session:
        assert moments(session) == list(range(count))
        assert positions(session) == [7, 8]


def test_a_row_that_meets_another_takes_its_place(store):
    store.write(inserts.write, heads(1, 2))
    store.write(inserts.write, heads(3, 4), misses(1))

    with store.read() as session:
        assert positions(session) == [3, 4]


def test_a_table_without_rows_is_left_alone(store):
    store.write(inserts.write, misses(1), Rows(FeedDocRow, []))

    with store.read() as session:
        assert moments(session) == [0]


@on_postgresql
def test_a_text_that_postgresql_cannot_keep_is_trouble_and_is_not_cut_short(store):
    cut = Rows(LookupMissRow, [{"id": "a\x00b", "place": "", "at_ms": 1}])

    with pytest.raises(DBAPIError):
        store.write(inserts.write, misses(1), cut)

    with store.read() as session:
        assert moments(session) == []


@on_postgresql
def test_values_come_back_as_they_were_written(store):
    asked = Prepared(
        select(
            bindparam("text", type_=FeedDocRow.id.type).label("text"),
            bindparam("none", type_=FeedDocRow.id.type).label("none"),
            (bindparam("number", type_=FeedDocRow.ver.type) + 1).label("number"),
        )
    )
    row = store.look(asked, {"text": "% æ \\ ' \" $1", "none": None, "number": -5})[0]

    assert (row.text, row.none, row.number) == ("% æ \\ ' \" $1", None, -4)


@on_postgresql
def test_a_server_that_hung_up_meanwhile_is_called_again(store):
    known = Prepared(select(rows.table(LookupMissRow).c.id))
    store.write(inserts.write, misses(1))
    assert len(store.look(known, {})) == 1
    hang_up(store)

    assert len(store.look(known, {})) == 1
    store.write(inserts.write, heads(1))
    with store.read() as session:
        assert moments(session) == [0]


@on_postgresql
def test_a_server_that_hangs_up_in_the_middle_is_trouble_that_passes(store):
    def use_case(session):
        inserts.write(session, misses(1))
        hang_up(store)
        inserts.write(session, misses(2))

    with pytest.raises(OperationalError):
        store.write(use_case)

    store.write(inserts.write, misses(3))
    with store.read() as session:
        assert moments(session) == [0, 1, 2]


def hang_up(store):
    """Stop all of the server's processes but one, and wait until they are gone."""
    with store._writing.connect() as other:
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
