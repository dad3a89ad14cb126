"""What devices are told: every change once, in order. Source: sync.md §2.5; P20, P21."""

import gzip
import json
import threading
import time

import pytest
from sqlalchemy import delete, select, text, update

from boxoffice import wire
from ledger import feed
from ledger import news as reading
from ledger.tables.feed import FeedRow, StreamHeadRow
from ledger.waiting import MOST_WAIT_S, MOST_WAITING, Waiting

STREAM = "perf:x"
BEGINNING = wire.Position(7, 0, 0)


def tell(session, id, body, *, stream=STREAM, now_ms=1):
    feed.publish(session, stream, "seat", id, body, now_ms=now_ms)


def end(session, id, *, stream=STREAM):
    feed.end(session, stream, "seat", id, now_ms=1)


def news(store, after=BEGINNING, *, stream=STREAM):
    with store.read() as session:
        return reading.after(session, stream, after, timeline=7)


def digest_of(documents):
    digest = 0
    for (entity, id), (ver, body) in documents.items():
        part = wire.document_digest(entity, id, ver, body)
        digest = wire.digest_after(digest, old=None, new=part)
    return digest


def applied(rows, documents=None):
    """Apply rows as a device does."""
    documents = dict(documents or {})
    for row in rows:
        if row.op == "put":
            documents[row.entity, row.id] = (row.ver, row.body)
        else:
            documents.pop((row.entity, row.id), None)
    return documents


@pytest.mark.parametrize(
    "prepared", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_who_waits_for_a_stream_knows_what_was_told_of_a_document_meanwhile(store):
    store.write(tell, "A1", {"state": "available"})

    def second():
        store.write(tell, "A1", {"state": "sold"})

    def first(session):
        tell(session, "A1", {"state": "held"})
        feed.flush(session)
        waiting.start()
        waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        deadline = time.monotonic() + 30
        while not session.scalar(waits):
            assert time.monotonic() < deadline
            session.execute(text("SELECT pg_stat_clear_snapshot()"))

    waiting = threading.Thread(target=second)
    store.write(first)
    waiting.join(30)

    told = news(store)
    assert [row.ver for row in told.rows] == [1, 2, 3]
    assert told.position.digest == digest_of(applied(told.rows))


def test_changes_come_in_order_without_holes_and_add_up_to_the_digest(store):
    for number in range(3):
        store.write(tell, f"A{number}", {"state": "held"})
    store.write(tell, "A0", {"state": "sold"})
    store.write(end, "A1")

    told = news(store)

    assert [row.pos for row in told.rows] == [1, 2, 3, 4, 5]
    assert not wire.has_hole(told.rows, after=0)
    assert told.position.digest == digest_of(applied(told.rows))
    assert [row.ver for row in told.rows if row.id == "A0"] == [1, 2]


def test_a_document_that_is_as_it_was_is_not_told_again(store):
    store.write(tell, "A1", {"state": "held"})
    store.write(tell, "A1", {"state": "held"})

    assert len(news(store).rows) == 1


def test_of_several_versions_in_one_transaction_the_last_is_told(store):
    def twice(session):
        tell(session, "A1", {"state": "held"})
        tell(session, "A1", {"state": "sold"})

    store.write(twice)

    [row] = news(store).rows
    assert json.loads(row.body) == {"state": "sold"}


def test_a_document_that_comes_back_goes_on_counting(store):
    store.write(tell, "A1", {"state": "held"})
    store.write(end, "A1")
    store.write(tell, "A1", {"state": "held"})

    assert [(row.op, row.ver) for row in news(store).rows] == [
        ("put", 1),
        ("delete", 2),
        ("put", 3),
    ]


def test_what_is_rolled_back_is_never_told(store):
    def fails(session):
        tell(session, "A1", {"state": "sold"})
        raise LookupError

    with pytest.raises(LookupError):
        store.write(fails)

    assert news(store).rows == ()


def test_a_device_reads_on_from_where_it_was(store):
    store.write(tell, "A1", {"n": 1})
    first = news(store)
    store.write(tell, "A2", {"n": 2})

    told = news(store, first.position)

    assert [row.id for row in told.rows] == ["A2"]
    assert told.position.digest == digest_of(applied(told.rows, applied(first.rows)))


@pytest.mark.parametrize(
    ("cursor", "why"),
    [
        (wire.Position(6, 1, 0), "timeline"),
        (wire.Position(7, 1, 123), "drift"),
        (wire.Position(7, 9, 0), "drift"),
        (wire.Position(7, 0, 123), "drift"),
    ],
)
def test_a_cursor_that_cannot_be_is_gone(store, cursor, why):
    store.write(tell, "A1", {"n": 1})
    store.write(tell, "A2", {"n": 1})

    assert news(store, cursor) == reading.Gone(why)


def test_an_empty_stream_is_at_its_beginning(store):
    assert news(store) == reading.News((), BEGINNING)
    assert news(store, wire.Position(7, 0, 5)) == reading.Gone("drift")


def test_rows_older_than_two_weeks_are_forgotten_and_their_readers_start_anew(store):
    old, now_ms = news(store).position, 20 * 86_400_000
    store.write(tell, "A1", {"n": 1}, now_ms=1)
    store.write(tell, "A2", {"n": 1}, now_ms=2)
    store.write(tell, "A3", {"n": 1}, now_ms=now_ms)
    store.write(tell, "A4", {"n": 1}, now_ms=now_ms)
    with store.read() as session:
        third = session.scalars(
            select(FeedRow).where(FeedRow.stream == STREAM, FeedRow.pos == 3)
        ).one()

    assert store.write(feed.prune, now_ms=now_ms) == 2

    assert news(store, old) == reading.Gone("pruned")
    recent = wire.Position(7, 3, int(third.digest, 16))
    assert [row.id for row in news(store, recent).rows] == ["A4"]


def test_a_stream_that_was_quiet_keeps_its_last_row(store):
    store.write(tell, "A1", {"n": 1}, now_ms=1)
    store.write(tell, "A2", {"n": 1}, now_ms=1)
    head = news(store).position

    store.write(feed.prune, now_ms=30 * 86_400_000)

    assert news(store, head) == reading.News((), head)
    store.write(tell, "A3", {"n": 1}, now_ms=30 * 86_400_000)
    assert [row.id for row in news(store, head).rows] == ["A3"]


def test_at_most_five_hundred_rows_are_told_at_once(store):
    def many(session):
        for number in range(1203):
            tell(session, f"A{number}", {"n": number})

    store.write(many)
    documents, cursor, sizes = {}, BEGINNING, []
    while (told := news(store, cursor)).rows:
        documents, cursor = applied(told.rows, documents), told.position
        sizes.append(len(told.rows))
        assert told.position.digest == digest_of(documents)

    assert sizes == [500, 500, 203]


def test_a_snapshot_is_the_same_as_all_news(store, monkeypatch):
    monkeypatch.setattr(reading, "MOST_DOCUMENTS", 10)

    def many(session):
        for number in range(25):
            tell(session, f"A{number:02}", {"n": number})

    store.write(many)
    store.write(end, "A03")
    documents, page = {}, 0
    while page is not None:
        with store.read() as session:
            part = reading.snapshot(session, STREAM, page, timeline=7)
        documents |= {(d.entity, d.id): (d.ver, d.body) for d in part.documents}
        page = part.following

    assert documents == applied(news(store).rows)
    assert part.until.digest == digest_of(documents)


def test_no_document_slips_between_two_pages(store, monkeypatch):
    monkeypatch.setattr(reading, "MOST_DOCUMENTS", 2)
    for id in ("A1", "A2", "A3", "A4"):
        store.write(tell, id, {"n": 1})
    with store.read() as session:
        first = reading.snapshot(session, STREAM, 0, timeline=7)
    store.write(end, "A1")
    with store.read() as session:
        second = reading.snapshot(session, STREAM, 1, timeline=7)

    found = {d.id for d in (*first.documents, *second.documents)}
    assert {"A2", "A3", "A4"} <= found


@pytest.mark.slow
def test_many_writers_leave_no_hole_and_no_change_is_told_twice(store):
    # Source: P20.
    seen, done = [], threading.Event()

    def write(writer):
        for number in range(15):
            store.write(tell, f"{writer}-{number}", {"n": number})

    def read():
        cursor = BEGINNING
        while True:
            finished = done.is_set()
            told = news(store, cursor)
            assert not wire.has_hole(told.rows, after=cursor.pos)
            seen.extend(row.id for row in told.rows)
            cursor = told.position
            if finished and not told.rows:
                return

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    reader = threading.Thread(target=read)
    for thread in (*writers, reader):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()

    assert len(seen) == 8 * 15
    assert len(set(seen)) == 8 * 15


def test_writers_of_several_streams_never_wait_for_each_other_in_a_circle(store):
    def both(session, first, second, number):
        tell(session, "A", {"n": number}, stream=first)
        tell(session, "A", {"n": number}, stream=second)

    def write(first, second, offset):
        for number in range(20):
            store.write(both, first, second, offset + number)

    threads = [
        threading.Thread(target=write, args=("perf:a", "perf:b", 0)),
        threading.Thread(target=write, args=("perf:b", "perf:a", 100)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    stand = {"perf:a": 40, "perf:b": 40}
    with store.read() as session:
        assert {s: reading.position(session, s, 0).pos for s in stand} == stand
    assert not reading.moved(store.look, stand)
    assert reading.moved(store.look, stand | {"perf:b": 39})
    assert not reading.moved(store.look, {"perf:never heard of": 0})


# --- over HTTP ---------------------------------------------------------------------------


def ask(kiosk, stream, cursor="0.0.0", wait=0):
    return kiosk.get(f"/api/feed?s={stream}@{cursor}&wait={wait}").ok()


def start(kiosk, stream):
    return kiosk.get(f"/api/snapshot?s={stream}&page=0").ok()["until"]


def test_a_device_hears_of_a_hold_in_its_feed(kiosk, theatre):
    stream = f"perf:{theatre.tonight}"
    cursor = start(kiosk, stream)
    kiosk.hold(theatre.tonight, "A1").ok(201)

    [part] = ask(kiosk, stream, cursor)["streams"]

    [row] = part["rows"]
    assert (row["entity"], row["id"], row["op"]) == ("seat", "A1", "put")
    assert json.loads(row["body"])["state"] == "held"
    assert ask(kiosk, stream, part["cursor"])["streams"][0]["rows"] == []


def test_a_stream_of_another_timeline_is_gone(kiosk, theatre):
    [part] = ask(kiosk, f"perf:{theatre.tonight}", "1.0.0")["streams"]

    assert part == {"stream": f"perf:{theatre.tonight}", "gone": "timeline"}


def test_several_streams_are_asked_at_once(kiosk, theatre):
    streams = [f"venue:{theatre.house}", f"dev:{kiosk.id}", f"perf:{theatre.studio}"]
    asked = "&".join(f"s={stream}@{start(kiosk, stream)}" for stream in streams)

    answer = kiosk.get(f"/api/feed?{asked}&wait=0").ok()

    assert [part["stream"] for part in answer["streams"]] == streams


@pytest.mark.parametrize(
    "query",
    [
        "wait=1",
        "s=perf:x",
        "s=perf:x@",
        "s=perf:x@a.b.c",
        "s=perf:x@1.2",
        "s=@1.2.3&s=@1.-2.3",
    ],
)
def test_a_question_that_makes_no_sense_is_malformed(kiosk, query):
    assert kiosk.get(f"/api/feed?{query}").status == 400


def test_unknown_streams_are_not_told(kiosk):
    assert kiosk.get("/api/feed?s=perf:nowhere@0.0.0").status == 403
    assert kiosk.get("/api/snapshot?s=perf:nowhere").status == 403


def test_a_device_that_waits_hears_as_soon_as_something_happens(kiosk, theatre, ledger):
    stream = f"perf:{theatre.tonight}"
    cursor, answers = start(kiosk, stream), []
    waiting = threading.Thread(
        target=lambda: answers.append(ask(kiosk, stream, cursor, wait=20))
    )
    waiting.start()
    time.sleep(0.2)  # Most of it is spent waiting, which is what is tried here.
    theatre.sell("A1")
    waiting.join(timeout=60)

    assert answers[0]["streams"][0]["rows"]


def test_no_more_than_six_wait_and_the_others_are_asked_to_come_again(
    kiosk, theatre, ledger
):
    stream = f"perf:{theatre.tonight}"
    cursor = start(kiosk, stream)
    full, let_go = threading.Semaphore(0), threading.Event()

    def occupy():
        ledger.waiting.until(lambda: full.release() or let_go.wait(60), 120)

    waiters = [threading.Thread(target=occupy) for _ in range(MOST_WAITING)]
    for waiter in waiters:
        waiter.start()
    for _ in waiters:
        full.acquire()

    answer = ask(kiosk, stream, cursor, wait=20)

    let_go.set()
    for waiter in waiters:
        waiter.join()
    assert answer["poll_again_ms"] == 2000
    assert answer["streams"][0]["rows"] == []


def test_a_wait_ends_after_its_time():
    pauses = []
    room = Waiting(pause=pauses.append)

    assert room.until(lambda: False, 3)
    assert sum(pauses) == 3
    assert room.until(lambda: False, 500)
    assert sum(pauses) == 3 + MOST_WAIT_S


def test_those_who_wait_are_sent_away_when_the_process_stops():
    room = Waiting()
    room.close()

    assert room.until(lambda: pytest.fail("nobody looks any more"), 20)


def test_a_long_answer_travels_packed(kiosk, theatre):
    target = f"/api/snapshot?s=perf:{theatre.tonight}"
    headers = kiosk.headers("GET", target, b"") | {"Accept-Encoding": "gzip"}

    answer = kiosk.client.get(target, headers=headers)

    assert answer.headers["Content-Encoding"] == "gzip"
    plain = json.loads(gzip.decompress(answer.data))
    assert plain["docs"]
    assert len(answer.data) < len(json.dumps(plain)) / 4


def test_a_row_that_was_lost_here_is_told_as_drift_not_skipped(store):
    # Somebody meddled with the table: a reader must not pass over it.
    for id in ("A1", "A2", "A3"):
        store.write(tell, id, {"n": 1})
    store.write(lambda session: session.execute(delete(FeedRow).where(FeedRow.pos == 2)))

    told = news(store)

    assert wire.has_hole(told.rows, after=0)


def test_a_digest_that_was_spoiled_is_found(store):
    store.write(tell, "A1", {"n": 1})
    head = news(store).position
    store.write(
        lambda session: session.execute(update(StreamHeadRow).values(digest="0" * 31 + "1"))
    )

    assert news(store, head) == reading.Gone("drift")
