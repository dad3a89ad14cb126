"""Device logs arrive: once, in order, whatever happened to them. Source: sync.md §2.4."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from boxoffice import failpoints, log, wire
from ledger import intake, journal
from ledger.effects import EFFECTS
from ledger.tables.devices import DeviceEventRow, DeviceLogRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.doors import RefusedScanRow
from ledger.tables.money import JournalEntryRow, JournalLineRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.records import AuditRow
from tests.parts.ledger.device import new_id

STARTED = {"software": "0.1.0", "boot": "b", "trust": "trusted"}


def count(ledger, row, *where):
    with ledger.store.read() as session:
        return session.scalar(select(func.count()).select_from(row).where(*where))


def noted(ledger, kind=None):
    with ledger.store.read() as session:
        found = session.scalars(select(DiscrepancyRow).order_by(DiscrepancyRow.noted_ms))
        return [row for row in found if kind in (None, row.kind)]


def sold(kiosk, theatre, *seats, **how):
    """Own seats and sell them; gives the lines of the sale."""
    epochs = kiosk.own(theatre.tonight, *seats)
    lines = [kiosk.line(theatre.tonight, seat, epoch) for seat, epoch in epochs.items()]
    kiosk.happened("sale", kiosk.sale(*lines, **how))
    return lines


def test_an_upload_is_acknowledged_up_to_its_last_event(kiosk):
    for _ in range(3):
        kiosk.happened("device.started", STARTED)

    answer = kiosk.upload().ok()

    last = kiosk.events[-1]
    assert answer["acked"] == {"seq": 3, "hash": log.encoded(last.hash)}
    assert wire.cursor(kiosk.get("/api/events").ok()).hash == last.hash


def test_an_upload_that_comes_twice_changes_nothing(kiosk, theatre, ledger):
    sold(kiosk, theatre, "A1", "A2")
    first = kiosk.upload().ok()

    again = kiosk.upload().ok()

    assert again["acked"] == first["acked"]
    assert count(ledger, OrderRow) == 1
    assert count(ledger, TicketRow) == 2
    assert count(ledger, DeviceEventRow) == 1
    assert noted(ledger) == []


def test_uploads_that_overlap_are_each_taken_once(kiosk, ledger):
    for _ in range(5):
        kiosk.happened("device.started", STARTED)
    kiosk.upload(kiosk.events[:3]).ok()

    assert kiosk.upload(kiosk.events[1:]).ok()["acked"]["seq"] == 5
    assert count(ledger, DeviceEventRow) == 5


def test_a_gap_is_answered_with_the_cursor_and_nothing_is_taken(kiosk, ledger):
    for _ in range(3):
        kiosk.happened("device.started", STARTED)
    kiosk.upload(kiosk.events[:1]).ok()

    answer = kiosk.upload(kiosk.events[2:])

    assert (answer.status, answer.body["error"]) == (409, "gap")
    assert wire.cursor(answer.body["cursor"]).seq == 1
    assert count(ledger, DeviceEventRow) == 1
    assert kiosk.upload(kiosk.events[1:]).ok()["acked"]["seq"] == 3


def test_a_log_that_splits_is_kept_on_both_sides(kiosk, ledger):
    kiosk.happened("device.started", STARTED)
    trunk = list(kiosk.events)
    kiosk.happened("device.started", STARTED)
    kiosk.upload().ok()
    other = kiosk.event(2, trunk[0].hash, "staff.action", {"staff": "tom", "action": "x"})
    after = kiosk.event(3, other.hash, "staff.action", {"staff": "tom", "action": "y"})

    answer = kiosk.upload([*trunk, other, after]).ok()

    assert answer["acked"] == {"seq": 2, "hash": log.encoded(kiosk.events[-1].hash)}
    assert count(ledger, DeviceEventRow, DeviceEventRow.forked.is_(True)) == 2
    assert count(ledger, AuditRow) == 2  # What happened on the other side counts, too.
    [fork] = noted(ledger, "log_forked")
    assert fork.subject == f"{kiosk.id}/1"
    assert kiosk.get("/api/events").ok()["state"] == "forked"


def test_a_device_whose_log_split_may_only_upload(kiosk, theatre):
    kiosk.happened("device.started", STARTED)
    kiosk.upload().ok()
    genesis = log.genesis(kiosk.id, 1)
    kiosk.upload([kiosk.event(1, genesis, "device.started", STARTED)]).ok()

    assert kiosk.hold(theatre.tonight, "A1").status == 403
    assert kiosk.upload().status == 200


def test_what_a_fork_repeats_is_not_applied_again(kiosk, theatre, ledger):
    [line] = sold(kiosk, theatre, "A1")
    kiosk.upload().ok()
    before = kiosk.events[0]
    twin = kiosk.event(
        1, before.prev, "sale", before.body, event_id=before.event_id, trust="plausible"
    )

    kiosk.upload([twin]).ok()

    assert count(ledger, OrderRow) == 1
    assert count(ledger, TicketRow, TicketRow.id == line["ticket"]) == 1
    assert [row.kind for row in noted(ledger)] == ["log_forked"]


def test_a_device_that_lost_the_beginning_of_its_log_is_heard(kiosk, ledger):
    genesis = log.digest(b"pruned long ago")
    first = kiosk.event(40, genesis, "device.started", STARTED)
    second = kiosk.event(41, first.hash, "device.started", STARTED)

    assert kiosk.upload([first, second]).status == 409
    answer = kiosk.upload([first, second], oldest_kept=40).ok()

    assert answer["acked"]["seq"] == 0
    assert count(ledger, DeviceEventRow, DeviceEventRow.applied.is_(True)) == 2
    assert [row.kind for row in noted(ledger)] == ["log_forked"]


def test_an_event_of_tomorrow_is_kept_acknowledged_and_blocks_nobody(kiosk, ledger):
    kiosk.happened("hologram.shown", {"of": "the ghost"})
    kiosk.happened("device.started", STARTED)

    assert kiosk.upload().ok()["acked"]["seq"] == 2
    [row] = noted(ledger, "event_unreadable")
    assert json.loads(row.facts)["type"] == "hologram.shown"


def test_a_newer_version_of_an_event_waits_for_an_upgrade(kiosk, ledger, monkeypatch):
    newer = kiosk.event(1, log.genesis(kiosk.id, 1), "staff.action", {"who": "tom"}, ver=2)
    kiosk.upload([newer]).ok()
    assert count(ledger, AuditRow) == 0

    monkeypatch.setattr(intake, "VERSION", 2)
    monkeypatch.setitem(EFFECTS, "staff.action", lambda *_: None)
    assert ledger.store.write(intake.apply_waiting, ledger.means()) == 1

    assert noted(ledger, "event_unreadable")[0].state == "settled"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("sale", {}),
        ("sale", {"order": 7}),
        ("sale", {"order": "X", "currency": "EUR", "lines": "none"}),
        ("sale", {"order": "X", "currency": "EUR", "lines": [{"ticket": "t"}]}),
        ("admission", {"ticket": "t"}),
        ("admission", {"ticket": "t", "performance": "p", "count": 1 << 60}),
        ("ticket.printed", {"ticket": "nobody's", "issue": 1}),
        ("payment.started", {"intent": "i", "amount": "much", "currency": "EUR"}),
        ("payment.captured", {"intent": "i", "amount": 1.5}),
        ("allotment.returned", {"seats": [{"performance": "p"}]}),
        ("admission.undone", {"admission": "never"}),
        ("staff.action", "[]"),
        ("staff.action", "not JSON"),
        ("staff.action", '{"action": "a\\u0000b"}'),
        ("payment.started", {"intent": "i", "amount": 1, "currency": "Euro"}),
    ],
)
def test_an_event_that_cannot_be_read_is_set_aside_and_the_rest_flows(
    kiosk, ledger, type, body
):
    bad = kiosk.happened(type, body)
    kiosk.happened("staff.action", {"staff": "tom", "action": "waved"})

    assert kiosk.upload().ok()["acked"]["seq"] == 2

    readable = type == "payment.started" and body.get("currency") == "Euro"
    unreadable = [row.subject for row in noted(ledger, "event_unreadable")]
    assert unreadable == ([] if readable else [bad])
    assert count(ledger, AuditRow) == 1
    with ledger.store.read() as session:
        assert journal.total(session) == 0


def test_a_sale_that_cannot_be_written_is_set_aside(kiosk, theatre, ledger):
    if ledger.store.on_sqlite:
        pytest.skip("SQLite keeps a text with the character NUL.")
    epochs = kiosk.own(theatre.tonight, "A1")
    line = kiosk.line(theatre.tonight, "A1", epochs["A1"]) | {"payload": "a\x00b"}
    bad = kiosk.happened("sale", kiosk.sale(line))

    assert kiosk.upload().ok()["acked"]["seq"] == 1

    assert [row.subject for row in noted(ledger, "event_unreadable")] == [bad]
    assert count(ledger, TicketRow) == count(ledger, OrderRow) == 0


def test_a_disk_that_ends_the_transaction_is_no_events_fault(kiosk, ledger, monkeypatch):
    # SQLite rolls everything back by itself on a full disk; the next word of it is that the
    # savepoint is not there. Found by `scripts/test kills --fault enospc`.
    if not ledger.store.on_sqlite:
        pytest.skip("PostgreSQL keeps a transaction that failed until it is rolled back.")

    def ends(session, *_):
        session.connection().exec_driver_sql("ROLLBACK")

    with monkeypatch.context() as full:
        full.setitem(EFFECTS, "staff.action", ends)
        kiosk.happened("staff.action", {"staff": "tom", "action": "waved"})
        assert kiosk.upload().status >= 500
    assert count(ledger, DeviceEventRow) == count(ledger, DiscrepancyRow) == 0

    assert kiosk.upload().ok()["acked"]["seq"] == 1
    assert count(ledger, AuditRow) == 1
    assert noted(ledger, "event_unreadable") == []


@pytest.mark.slow
def test_a_bad_event_leaves_nothing_of_itself_behind(kiosk, theatre, ledger):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    good = kiosk.line(theatre.tonight, "A1", epoch)
    twice = kiosk.sale(good, good)  # One ticket on two lines cannot be.
    kiosk.happened("sale", twice)

    kiosk.upload().ok()

    assert count(ledger, OrderRow) == count(ledger, TicketRow) == 0
    assert kiosk.documents(f"perf:{theatre.tonight}", "ticket") == {}
    assert f"{theatre.tonight}/A1" in kiosk.allotments()
    assert [row.kind for row in noted(ledger)] == ["event_unreadable"]


def test_an_event_whose_hash_is_not_its_own_is_refused_whole(kiosk, ledger):
    kiosk.happened("device.started", STARTED)
    kiosk.events[0] = replace(kiosk.events[0], body='{"software":"forged"}')

    answer = kiosk.upload()

    assert (answer.status, answer.body["error"]) == (400, "malformed")
    assert count(ledger, DeviceEventRow) == 0


def test_a_head_that_the_device_did_not_sign_proves_nothing(kiosk, door, ledger):
    kiosk.happened("device.started", STARTED)
    said = log.head_text(kiosk.id, 1, 1, kiosk.events[0].hash)

    answer = kiosk.upload(head_signature=door.key.sign(said))

    assert answer.status == 400
    assert count(ledger, DeviceEventRow) == 0


def test_another_device_may_carry_a_log_that_its_owner_signed(kiosk, door, ledger):
    kiosk.happened("device.started", STARTED)

    carried = door.post("/api/events", wire.batch_document(kiosk.batch()))

    assert carried.ok()["acked"]["seq"] == 1
    assert kiosk.get("/api/events").ok()["seq"] == 1


def test_a_courier_cannot_add_to_what_the_owner_signed(kiosk, door):
    kiosk.happened("device.started", STARTED)
    kiosk.happened("device.started", STARTED)
    batch = kiosk.batch()

    cut = replace(batch, events=batch.events[:1])

    assert door.post("/api/events", wire.batch_document(cut)).status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b'{"device": 1, "incarnation": "x", "events": {}, "head": []}',
        b'{"device": "d", "incarnation": 1, "events": [{}], "head": {}}',
        b'{"device": "d", "incarnation": 1, "events": [], "head": {"seq": 1}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_an_upload_that_is_no_upload_is_malformed(kiosk, body):
    answer = kiosk.raw("POST", "/api/events", body)

    assert (answer.status, answer.body["error"]) == (400, "malformed")


def test_more_than_five_hundred_events_are_too_many(kiosk):
    genesis = log.genesis(kiosk.id, 1)
    events = [kiosk.event(1, genesis, "device.started", STARTED)] * 501

    assert kiosk.upload(events).status == 400


def test_an_upload_over_a_megabyte_is_too_large(kiosk):
    answer = kiosk.raw("POST", "/api/events", b"x" * (2 << 20))

    assert (answer.status, answer.body["error"]) == (413, "too_large")


def test_a_power_cut_before_the_commit_takes_nothing(kiosk, theatre, ledger):
    sold(kiosk, theatre, "A1")

    class Cut(BaseException):
        pass

    def cut(name):
        if name == "intake: applied, not committed":
            raise Cut

    failpoints.watch(cut)
    try:
        with pytest.raises(Cut):
            kiosk.upload()
    finally:
        failpoints.watch(None)

    assert count(ledger, DeviceEventRow) == count(ledger, OrderRow) == 0
    assert kiosk.upload().ok()["acked"]["seq"] == 1
    assert count(ledger, OrderRow) == 1


def test_refusals_at_the_door_are_kept_whatever_they_say(door, ledger):
    door.happened(
        "scan.refused", {"code_hash": "h", "verdict": "UNKNOWN", "door": "Door A"}
    )
    door.happened("scan.refused", {"verdict": "NEVER_HEARD_OF", "door": "Door A"})
    door.happened("scan.refused", {})

    door.upload().ok()
    door.upload().ok()

    assert count(ledger, RefusedScanRow) == 3


def test_the_cursor_is_one_row_a_log(kiosk, lobby, ledger):
    kiosk.happened("device.started", STARTED)
    kiosk.upload().ok()
    newer = lobby.device("Kiosk 1", "kiosk")
    newer.happened("device.started", STARTED)
    newer.upload().ok()

    assert count(ledger, DeviceLogRow, DeviceLogRow.device == kiosk.id) == 2


def test_one_event_id_in_two_logs_is_applied_once(kiosk, door, ledger):
    shared = new_id()
    kiosk.happened("staff.action", {"staff": "t", "action": "a"}, event_id=shared)
    door.happened("staff.action", {"staff": "t", "action": "b"}, event_id=shared)

    kiosk.upload().ok()
    door.upload().ok()

    assert count(ledger, AuditRow) == 1
    assert [row.subject for row in noted(ledger, "event_unreadable")] == [shared]


@pytest.mark.parametrize("apart", [False, True])
def test_what_follows_the_end_of_a_log_is_a_fork(kiosk, ledger, apart):
    kiosk.happened("device.closed", {"seats": []})
    if apart:
        kiosk.upload().ok()
    kiosk.happened("scan.refused", {"code_hash": "x", "verdict": "UNKNOWN", "door": "A"})
    kiosk.upload().ok()

    told = kiosk.get("/api/events").ok()

    assert told["seq"] == len(kiosk.events) - 1
    assert told["state"] == "forked"
    assert [one.kind for one in noted(ledger)] == ["log_forked"]


def test_cash_in_a_drawer_is_booked_and_a_difference_is_for_staff(kiosk, ledger):
    kiosk.happened("cash.opened", {"drawer": "d1", "amount": 10_000, "currency": "EUR"})
    kiosk.happened("cash.moved", {"drawer": "d1", "amount": -2_000, "currency": "EUR"})
    right = {"drawer": "d1", "amount": 8_000, "expected": 8_000, "currency": "EUR"}
    kiosk.happened("cash.counted", right)
    kiosk.happened("cash.counted", {**right, "amount": 7_950})
    kiosk.upload().ok()
    kiosk.upload().ok()

    with ledger.store.read() as session:
        assert journal.total(session) == 0
        in_drawer = session.scalar(
            select(func.sum(JournalLineRow.amount)).where(
                JournalLineRow.account == "tender:cash",
                JournalLineRow.entry.in_(
                    select(JournalEntryRow.id).where(JournalEntryRow.source.is_not(None))
                ),
            )
        )
    assert in_drawer == 8_000
    [one] = noted(ledger)
    assert one.kind == "cash_differs"
    facts = json.loads(one.facts)
    assert (facts["counted"], facts["expected"]) == (7_950, 8_000)


def test_a_cash_event_that_makes_no_sense_is_set_aside(kiosk, ledger):
    kiosk.happened("cash.moved", {"drawer": "d1", "amount": "much"})
    kiosk.upload().ok()

    assert [one.kind for one in noted(ledger)] == ["event_unreadable"]


@pytest.mark.parametrize("wall_ms", [0, 4_102_444_800_000, (1 << 63) - 1], ids=str)
def test_a_sale_of_1970_or_2100_is_a_sale(kiosk, theatre, ledger, wall_ms):
    epochs = kiosk.own(theatre.tonight, "A1")
    [line] = [kiosk.line(theatre.tonight, seat, epoch) for seat, epoch in epochs.items()]
    kiosk.happened("sale", kiosk.sale(line), trust="untrusted", wall_ms=wall_ms)
    before = count(ledger, OrderRow)

    kiosk.upload().ok()

    assert count(ledger, OrderRow) == before + 1
    assert not noted(ledger, "event_unreadable")
    assert not noted(ledger, "seat_conflict")


def test_events_out_of_order_are_a_gap_and_in_order_they_are_taken(kiosk, ledger):
    for _ in range(3):
        kiosk.happened("device.started", STARTED)
    first, second, third = kiosk.events

    kiosk.upload([first, third, second]).ok(409)
    kiosk.upload([first, second, third]).ok()

    assert count(ledger, DeviceEventRow) == 3
