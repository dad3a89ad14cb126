"""The device log and its way to the ledger: nothing lost, nothing twice."""

import pytest
from sqlalchemy import update

from boxoffice import log as chain
from boxoffice import wire
from kiosk import log, sync
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood
from kiosk.store.tables.device import LogRow, LogStateRow, StateRow
from tests.parts.kiosk.conftest import Plug, PulledPlug
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import Rooms, Time


@pytest.fixture
def device(rooms: Rooms) -> Device:
    return rooms.device(hears=False)


def write(device: Device, *words: str) -> None:
    """Log one event a word."""
    for word in words:
        device.store.write(
            log.append, device.clock, device.new_id(), "staff.action", {"action": word}
        )


def arrived(ledger: LedgerDouble) -> list[str]:
    return [body["action"] for body in ledger.events("kiosk-1", "staff.action")]


def unsent(device: Device) -> int:
    with device.store.read() as session:
        return log.unsent(session)


def test_what_happened_arrives_in_order(device: Device, ledger: LedgerDouble):
    write(device, "one", "two", "three")

    sync.everything(device)

    assert arrived(ledger) == ["one", "two", "three"]
    assert unsent(device) == 0


def test_while_the_line_is_down_nothing_is_marked_as_sent(
    device: Device, ledger: LedgerDouble
):
    ledger.up = False
    write(device, "one")
    with pytest.raises(LineDown):
        sync.upload(device)
    assert unsent(device) == 2
    assert not device.up

    ledger.up = True
    sync.everything(device)

    assert arrived(ledger) == ["one"]
    assert device.up


def test_a_lost_answer_makes_nothing_happen_twice(device: Device, ledger: LedgerDouble):
    write(device, "one")
    ledger.answers_lost = 1
    with pytest.raises(LineDown):
        sync.upload(device)
    write(device, "two")

    sync.everything(device)

    assert arrived(ledger) == ["one", "two"]


def test_a_plug_pulled_right_after_the_upload_loses_and_doubles_nothing(
    device: Device, ledger: LedgerDouble, plug: Plug
):
    write(device, "one")
    plug.at("upload: sent")
    with pytest.raises(PulledPlug):
        sync.upload(device)
    plug.back()

    sync.everything(device)

    assert arrived(ledger) == ["one"]


@pytest.mark.slow
def test_a_long_time_offline_goes_in_batches(device: Device, ledger: LedgerDouble):
    def many(session) -> None:
        for n in range(1200):
            log.append(
                session, device.clock, device.new_id(), "staff.action", {"action": str(n)}
            )

    device.store.write(many)
    first = sync.upload(device)
    sync.everything(device)

    assert first.sent == wire.MOST_EVENTS
    assert first.more
    assert arrived(ledger) == [str(n) for n in range(1200)]


def test_a_batch_stays_under_a_mebibyte(device: Device):
    write(device, *("x" * 30_000 for _ in range(60)))

    with device.store.read() as session:
        events = log.after(session, 1)

    assert 0 < len(events) < 60
    assert sum(len(event.body) for event in events) <= wire.MOST_BATCH_BYTES


def test_a_ledger_that_lost_what_it_had_is_refilled(device: Device, ledger: LedgerDouble):
    write(device, "one", "two", "three")
    sync.everything(device)
    del ledger.devices["kiosk-1"].events[2:]  # Restored from a backup.
    write(device, "four")

    sync.upload(device)
    sync.everything(device)

    assert arrived(ledger) == ["one", "two", "three", "four"]


def test_the_chain_has_no_gaps_and_the_head_is_signed(device: Device, ledger: LedgerDouble):
    write(device, "one", "two")
    sync.everything(device)

    events = ledger.devices["kiosk-1"].events
    genesis = chain.genesis("kiosk-1", 1)
    assert chain.first_break(events, after_seq=0, after_hash=genesis) is None


def test_a_store_that_was_rolled_back_only_uploads(
    rooms: Rooms, device: Device, ledger: LedgerDouble
):
    write(device, "one", "two")
    sync.everything(device)
    assert device.may_sell

    def roll_back(session) -> None:
        newest, _ = log.head(session)
        session.delete(session.get_one(LogRow, newest))

    device.store.write(roll_back)
    sync.cursor(device)

    assert not device.may_sell
    with device.store.read() as session:
        assert session.get_one(StateRow, 1).drains_only


def test_a_copied_store_that_went_its_own_way_only_uploads(
    device: Device, ledger: LedgerDouble
):
    write(device, "one")
    sync.everything(device)

    def another_past(session) -> None:
        newest, _ = log.head(session)
        session.execute(
            update(LogRow).where(LogRow.seq == newest).values(hash=b"\x01" * 32)
        )

    device.store.write(another_past)
    sync.cursor(device)

    assert not device.may_sell


def test_a_revoked_device_sells_no_more_and_keeps_its_log(
    device: Device, ledger: LedgerDouble
):
    write(device, "one")
    ledger.devices["kiosk-1"].revoked = True

    with pytest.raises(NotUnderstood, match="revoked"):
        sync.upload(device)

    assert not device.may_sell
    assert unsent(device) == 2


def test_a_broken_chain_is_found_at_boot(rooms: Rooms, device: Device):
    write(device, "one", "two", "three")
    device.store.write(
        lambda s: s.execute(update(LogRow).where(LogRow.seq == 2).values(body="{}"))
    )

    with device.store.read() as session, pytest.raises(log.Broken, match="event 2"):
        log.check(session)


def test_acknowledged_events_stay_thirty_days(
    device: Device, ledger: LedgerDouble, time: Time
):
    write(device, "one")
    sync.everything(device)
    write(device, "two")
    time.pass_ms(31 * 86_400_000)
    write(device, "three")

    gone = device.store.write(log.prune, now_ms=time.now_ms())

    with device.store.read() as session:
        kept = [event.seq for event in log.after(session, 0)]
    assert gone == 2
    assert kept == [3, 4]  # Not acknowledged: however old, it stays.


def test_what_a_clock_in_1970_wrote_is_kept_as_long_as_its_neighbours(
    device: Device, ledger: LedgerDouble, time: Time, monkeypatch: pytest.MonkeyPatch
):
    # Source: P9, P17. Such events are as young as those before and after them.
    write(device, "one")
    sync.everything(device)
    with monkeypatch.context() as boot:
        boot.setattr(type(device.clock), "trust", "untrusted")
        boot.setattr(device.clock, "now_ms", lambda: 86_400_000)
        write(device, "two")
    write(device, "three")
    sync.everything(device)

    assert device.store.write(log.prune, now_ms=time.now_ms()) == 0


def test_the_clock_of_the_device_says_nothing_in_a_request(
    device: Device, ledger: LedgerDouble, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(device.clock, "_wall_ms", lambda: 0)  # A boot in 1970.
    write(device, "one")

    sync.everything(device)

    assert arrived(ledger) == ["one"]


def test_a_device_whose_clock_is_wrong_reads_the_time_and_tries_again(
    device: Device, ledger: LedgerDouble, time: Time
):
    write(device, "one")
    time.now += (
        3_600_000  # The ledger's clock jumps; the device counts from the last answer.
    )

    sync.everything(device)

    assert arrived(ledger) == ["one"]
    assert device.clock.ledger_ms() == time.now


def test_a_time_that_another_signed_is_not_believed(device: Device, ledger: LedgerDouble):
    ledger.id = "another"

    with pytest.raises(LineDown, match="not signed by our ledger"):
        device.line.read_time()


def test_a_recovering_ledger_counts_as_no_line(device: Device, ledger: LedgerDouble):
    ledger.recovering = True

    with pytest.raises(LineDown, match="503"):
        device.line.post("/api/holds", {}, timeout_s=1)
    assert not device.up


def test_what_the_ledger_acknowledged_is_remembered_over_a_restart(
    rooms: Rooms, device: Device, ledger: LedgerDouble
):
    write(device, "one")
    sync.everything(device)
    rooms.unplug(device)

    again = rooms.device(hears=False)

    with again.store.read() as session:
        assert session.get_one(LogStateRow, 1).acked_seq == 2
    assert unsent(again) == 1  # That it started again.
