"""What the ledger tells: whole, in order, and never half."""

import json

import pytest

from boxoffice import wire
from kiosk import allotment, documents, feed, sync
from kiosk.device import Device
from kiosk.outcomes import LineDown
from kiosk.store.tables.device import CursorRow, DocRow, StateRow
from kiosk.store.tables.seats import AllottedRow, SpentRow
from tests.parts.kiosk.conftest import Plug, PulledPlug
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import HAMLET, STUDIO, Rooms, Time, evening, hear

STREAM = f"perf:{HAMLET}"


@pytest.fixture
def device(rooms: Rooms) -> Device:
    return rooms.device()


def state(device: Device, seat: str = "A-1") -> str:
    with device.store.read() as session:
        return documents.seats(session, HAMLET)[seat].state


def position(device: Device, stream: str = STREAM) -> tuple[int, int]:
    with device.store.read() as session:
        row = session.get_one(CursorRow, stream)
        return row.pos, int(row.digest, 16)


def agrees(device: Device, ledger: LedgerDouble, stream: str = STREAM) -> bool:
    """Whether the copy is exactly the ledger's."""
    known = ledger.streams[stream]
    with device.store.read() as session:
        query = session.query(DocRow).filter_by(stream=stream)
        copy = {(row.entity, row.id): (row.ver, row.body) for row in query}
    here = position(device, stream)
    return copy == known.docs and here == (len(known.rows), known.digests[-1])


def test_a_new_device_takes_snapshots_of_what_matters(device: Device, ledger: LedgerDouble):
    with device.store.read() as session:
        found = [p.id for p in documents.performances(session)]
        plan = documents.plan(session, HAMLET)

    assert sorted(found) == [HAMLET, STUDIO]
    assert plan is not None
    assert plan.chart is not None
    assert len(plan.chart.seats) == 22
    assert all(agrees(device, ledger, s) for s in (STREAM, f"perf:{STUDIO}", "venue:v1"))


def test_changes_arrive_as_rows(device: Device, ledger: LedgerDouble):
    ledger.set_seat(HAMLET, "A-1", state="held")
    ledger.set_seat(HAMLET, "A-2", state="held")
    ledger.set_seat(HAMLET, "A-1", state="sold", ticket="t1")

    pulled = feed.pull(device, [STREAM])

    assert pulled.rows == 3
    assert (state(device, "A-1"), state(device, "A-2")) == ("sold", "held")
    assert agrees(device, ledger)


def test_many_changes_come_in_several_answers(device: Device, ledger: LedgerDouble):
    for n in range(1100):
        ledger.set_seat(HAMLET, f"A-{1 + n % 8}", epoch=n)

    while feed.pull(device, [STREAM]).rows:
        pass

    assert agrees(device, ledger)


def test_a_document_that_ends_is_gone(device: Device, ledger: LedgerDouble):
    ledger.put(STREAM, "ticket", "t1", {"seat": "A-1"})
    feed.pull(device, [STREAM])
    ledger.put(STREAM, "ticket", "t1", None)
    feed.pull(device, [STREAM])

    with device.store.read() as session:
        assert documents.ticket(session, HAMLET, "t1") is None
    assert agrees(device, ledger)


def test_a_copy_that_has_drifted_is_replaced_whole(device: Device, ledger: LedgerDouble):
    def spoil(session) -> None:
        row = session.get_one(DocRow, (STREAM, "seat", "A-1"))
        row.body = json.dumps({"state": "sold", "epoch": 7})
        session.add(DocRow(stream=STREAM, entity="seat", id="Z-9", ver=1, body="{}"))

    device.store.write(spoil)
    ledger.set_seat(HAMLET, "A-1", state="held")

    feed.pull(device, [STREAM])

    assert agrees(device, ledger)


def test_a_hole_in_the_rows_is_drift(
    device: Device, ledger: LedgerDouble, monkeypatch: pytest.MonkeyPatch
):
    ledger.set_seat(HAMLET, "A-1", state="held")
    ledger.set_seat(HAMLET, "A-2", state="held")
    honest = ledger._feed

    def with_hole(query):
        status, body = honest(query)
        del body["streams"][0]["rows"][0]
        return status, body

    monkeypatch.setattr(ledger, "_feed", with_hole)
    feed.pull(device, [STREAM])

    assert agrees(device, ledger)


def test_a_hole_is_drift_even_when_the_digest_agrees(
    device: Device, ledger: LedgerDouble, monkeypatch: pytest.MonkeyPatch
):
    ledger.set_seat(HAMLET, "A-1", state="held")
    ledger.set_seat(HAMLET, "A-1", state="sold")  # Whoever hears of this needs no other.
    honest, taken = ledger._feed, []

    def with_hole(query):
        status, body = honest(query)
        del body["streams"][0]["rows"][0]
        return status, body

    monkeypatch.setattr(ledger, "_feed", with_hole)
    monkeypatch.setattr(feed, "snapshot", lambda _device, stream: taken.append(stream))
    feed.pull(device, [STREAM])

    assert taken == [STREAM]


def test_rows_and_cursor_are_written_together(
    device: Device, ledger: LedgerDouble, plug: Plug
):
    before = position(device)
    ledger.set_seat(HAMLET, "A-1", state="held")
    plug.at("feed: rows written")
    with pytest.raises(PulledPlug):
        feed.pull(device, [STREAM])
    plug.back()
    assert (state(device), position(device)) == ("available", before)

    feed.pull(device, [STREAM])

    assert agrees(device, ledger)


def test_an_answer_that_comes_twice_changes_nothing(device: Device, ledger: LedgerDouble):
    ledger.set_seat(HAMLET, "A-1", state="held")
    rows = tuple(ledger.streams[STREAM].rows[-1:])
    after = wire.Position(
        1, len(ledger.streams[STREAM].rows), ledger.streams[STREAM].digests[-1]
    )

    first = device.store.write(feed._apply, STREAM, rows, after)
    second = device.store.write(feed._apply, STREAM, rows, after)

    assert first is None
    assert second is None
    assert agrees(device, ledger)


def test_one_bad_stream_does_not_keep_the_others_from_us(
    device: Device, ledger: LedgerDouble, monkeypatch: pytest.MonkeyPatch
):
    honest = ledger._feed

    def half_bad(query):
        status, body = honest(query)
        body["streams"][0]["rows"] = "nonsense"
        return status, body

    monkeypatch.setattr(ledger, "_feed", half_bad)
    ledger.set_seat(HAMLET, "A-1", state="held")

    with pytest.raises(wire.Malformed):
        feed.pull(device, ["venue:v1", STREAM])

    assert state(device) == "held"


def test_a_restored_ledger_first_gets_all_that_we_know(
    device: Device, ledger: LedgerDouble
):
    ledger.timeline = 2
    asked = len(ledger.asked)

    feed.pull(device, [STREAM])

    after = ledger.asked[asked:]
    assert after.index("POST /api/events") < after.index("GET /api/snapshot")
    with device.store.read() as session:
        assert session.get_one(CursorRow, STREAM).timeline == 2


def test_no_document_brings_back_a_seat_that_was_returned(
    device: Device, ledger: LedgerDouble
):
    ledger.allot("kiosk-1", HAMLET, ["A-1"])
    hear(device)
    with device.store.read() as session:
        epoch = session.get_one(AllottedRow, (HAMLET, "A-1")).epoch
    device.store.write(
        lambda s: s.add(
            SpentRow(performance=HAMLET, seat="A-1", epoch=epoch, how="sold", seq=9)
        )
    )

    feed.snapshot(device, "dev:kiosk-1")

    with device.store.read() as session:
        assert allotment.owned(session, HAMLET) == {}


def test_an_allotment_of_an_older_incarnation_is_not_ours(
    device: Device, ledger: LedgerDouble
):
    body = {"performance": HAMLET, "seat": "A-1", "incarnation": 0, "epoch": 5}
    ledger.put("dev:kiosk-1", "allotment", f"{HAMLET}/A-1", body)

    hear(device)

    with device.store.read() as session:
        assert session.get(AllottedRow, (HAMLET, "A-1")) is None


@pytest.mark.parametrize("body", ["not json", "[]", '{"state": 1}', "{}", '{"epoch": "x"}'])
def test_a_document_that_does_not_parse_counts_as_not_there(
    device: Device, ledger: LedgerDouble, body: str
):
    known = ledger.streams[STREAM]
    digest = known.digests[-1]
    ver, old = known.docs["seat", "A-1"]
    new = wire.digest_after(
        digest,
        old=wire.document_digest("seat", "A-1", ver, old),
        new=wire.document_digest("seat", "A-1", ver + 1, body),
    )
    known.rows.append(wire.Row(len(known.rows) + 1, "seat", "A-1", ver + 1, "put", body))
    known.docs["seat", "A-1"] = (ver + 1, body)
    known.digests.append(new)

    feed.pull(device, [STREAM])

    with device.store.read() as session:
        seats = documents.seats(session, HAMLET)
    assert "A-2" in seats
    assert agrees(device, ledger)


def test_an_unknown_optional_document_waits_for_an_upgrade(
    device: Device, ledger: LedgerDouble
):
    ledger.put(STREAM, "hologram", "h1", {"shape": "ghost"})

    feed.pull(device, [STREAM])

    assert agrees(device, ledger)
    with device.store.read() as session:
        assert not session.get_one(StateRow, 1).degraded


def test_a_door_follows_only_what_is_played_within_a_day(
    rooms: Rooms, ledger: LedgerDouble, time: Time
):
    later = evening(1300, "The Tempest", "reserved", starts_ms=time.now + 3 * 86_400_000)
    ledger.put("venue:v1", "performance", "tempest", {**later, "ends_ms": None})
    door = rooms.device("Door A", role="door", hears=False)
    kiosk = rooms.device("Kiosk 1", hears=False)
    hear(door)
    feed.pull(kiosk, ["venue:v1"])

    with door.store.read() as session:
        by_door = feed.wanted(session, now_ms=time.now)
    with kiosk.store.read() as session:
        by_kiosk = feed.wanted(session, now_ms=time.now)

    assert "perf:tempest" not in by_door
    assert "perf:tempest" in by_kiosk


def test_while_the_line_is_down_the_copy_stays(device: Device, ledger: LedgerDouble):
    ledger.up = False
    with pytest.raises(LineDown):
        feed.pull(device, [STREAM])

    assert state(device) == "available"


def test_what_a_restart_finds_is_the_same_copy(
    rooms: Rooms, device: Device, ledger: LedgerDouble
):
    ledger.set_seat(HAMLET, "A-1", state="sold")
    feed.pull(device, [STREAM])
    rooms.unplug(device)
    ledger.up = False

    again = rooms.device(hears=False)

    assert state(again) == "sold"
    assert not again.up
    ledger.up = True
    sync.everything(again)


def test_seats_that_follow_what_changed_are_those_of_the_whole_copy(
    device: Device, ledger: LedgerDouble
):
    def seats() -> dict[str, str]:
        with device.store.read() as session:
            return {
                seat: one.state for seat, one in documents.seats(session, HAMLET).items()
            }

    before = seats()
    ledger.set_seat(HAMLET, "A-1", state="held")
    hear(device)
    ledger.set_seat(HAMLET, "A-1", state="sold")
    ledger.put(STREAM, "seat", "A-2", None)
    ledger.put(STREAM, "seat", "A-3", {"seat": "sold"})  # It cannot be read.
    hear(device)
    followed = seats()
    documents._made.clear()

    assert followed == seats()
    assert followed == {
        **{seat: how for seat, how in before.items() if seat not in {"A-2", "A-3"}},
        "A-1": "sold",
    }
    assert agrees(device, ledger)
