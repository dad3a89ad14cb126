"""The door: what it says, what it writes, and that it never says it before."""

import json

import pytest
from sqlalchemy import select

from boxoffice import tickets
from kiosk import door as doors
from kiosk import feed, log, second_look, sync
from kiosk.device import Device
from kiosk.shown.door import Class, Shown
from kiosk.store.tables.door import ClaimRow, MovementRow
from kiosk.store.tables.orders import SaleLineRow
from tests.parts.kiosk import theatre
from tests.parts.kiosk.conftest import Plug, PulledPlug
from tests.parts.kiosk.guests import buy
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import (
    CURTAIN,
    HAMLET,
    SEVEN_PM,
    Rooms,
    Time,
    evening,
    hash_of,
    hear,
    list_ticket,
)

ONE, TWO = "0199a2b4-6c1e-7a3f-8d52-4be1c09f0001", "0199a2b4-6c1e-7a3f-8d52-4be1c09f0002"


@pytest.fixture
def code(ledger: LedgerDouble) -> str:
    """A good ticket for A-5, listed."""
    return list_ticket(ledger, ONE, "A-5")


def show(device: Device, text: str | None, scan: str | None = None, **added) -> Shown:
    hear_if_up(device)
    return doors.scan(device, scan or device.new_id(), text, **added)


def hear_if_up(device: Device) -> None:
    ledger = device.line._carrier._transport
    if ledger.up:
        hear(device)


def written(device: Device) -> list[str]:
    """The types of this device's events, without its start."""
    with device.store.read() as session:
        return [event.type for event in log.after(session, 0)][1:]


def body(device: Device, type: str) -> dict:
    with device.store.read() as session:
        found = [e for e in log.after(session, 0) if e.type == type]
    return json.loads(found[-1].body)


def movements(device: Device) -> int:
    with device.store.read() as session:
        return len(session.scalars(select(MovementRow)).all())


def test_a_good_ticket_goes_in(door: Device, ledger: LedgerDouble, code: str):
    shown = show(door, code)

    assert (shown.answer, shown.shape, shown.admit, shown.link) == (
        "ADMIT",
        Class.GO,
        True,
        "ledger",
    )
    assert (shown.seat_name, shown.inside, shown.of) == ("A-5", 1, 1)
    assert written(door) == ["admission"]
    told = body(door, "admission")
    assert (told["ticket"], told["space"], told["count"], told["door"], told["mode"]) == (
        ONE,
        "auditorium",
        1,
        "Door A",
        "ledger",
    )
    assert "payload" not in told
    with door.store.read() as session:
        assert session.scalars(select(ClaimRow)).all() == []


def test_the_event_has_the_id_of_the_scan_and_of_the_claim(
    door: Device, ledger: LedgerDouble, code: str
):
    scan = door.new_id()

    show(door, code, scan)

    with door.store.read() as session:
        assert session.scalars(select(MovementRow.event_id)).one() == scan
        assert log.after(session, 1)[0].event_id == scan
    assert list(ledger.claims) == [scan]


def test_the_same_ticket_again_is_asked_about_with_time_and_door(
    door: Device, ledger: LedgerDouble, code: str, time: Time
):
    show(door, code)
    time.pass_ms(60_000)

    again = show(door, code)

    assert (again.answer, again.shape) == ("ALREADY_ADMITTED", Class.ASK)
    assert (again.since_ms, again.since_door) == (SEVEN_PM, "Door A")
    assert movements(door) == 1


def test_the_second_scan_is_refused_after_a_restart_too(
    rooms: Rooms, door: Device, ledger: LedgerDouble, code: str
):
    show(door, code)
    rooms.unplug(door)
    ledger.up = False

    again = rooms.device("Door A", role="door", hears=False)

    assert show(again, code).answer == "ALREADY_ADMITTED"


def test_the_same_scan_gets_the_same_answer_and_writes_nothing(
    rooms: Rooms, door: Device, ledger: LedgerDouble, code: str
):
    scan = door.new_id()
    first = show(door, code, scan)
    second = show(door, code, scan)
    rooms.unplug(door)
    third = show(rooms.device("Door A", role="door"), code, scan)

    assert first.answer == second.answer == third.answer == "ADMIT"
    assert (second.repeat, third.repeat) == (True, True)
    assert movements(rooms._open[-1]) == 1


def test_the_answer_comes_only_after_it_is_written(
    door: Device, ledger: LedgerDouble, code: str, plug: Plug
):
    plug.at("door: written, not yet shown")
    scan = door.new_id()
    with pytest.raises(PulledPlug):
        show(door, code, scan)
    plug.back()

    assert doors.last(door) is None
    assert movements(door) == 1
    assert show(door, code, scan).answer == "ADMIT"
    assert movements(door) == 1


def test_a_claim_that_was_saved_and_never_asked_is_dropped_at_boot(
    rooms: Rooms, door: Device, ledger: LedgerDouble, code: str, plug: Plug
):
    plug.at("door: claim saved")
    with pytest.raises(PulledPlug):
        show(door, code)
    plug.back()
    rooms.unplug(door)

    again = rooms.device("Door A", role="door")

    with again.store.read() as session:
        assert session.scalars(select(ClaimRow)).all() == []
    assert "claim.dropped" in written(again)
    assert show(again, code).answer == "ADMIT"


@pytest.mark.parametrize(
    "text",
    [
        "FOH:GARBAGE",
        "FOH:",
        "hello",
        "\x00\x1b[2J",
        "x" * 5000,
        "4006381333931",
        ONE,
        "ＦＯＨ：",
        " ",
    ],
)
def test_what_is_no_ticket_of_ours_is_refused_and_tallied(door: Device, text: str):
    shown = show(door, text)

    assert (shown.answer, shown.shape) == ("UNKNOWN", Class.NO)
    assert written(door) == ["scan.refused"]
    assert body(door, "scan.refused") == {
        "code_hash": hash_of(text),
        "verdict": "UNKNOWN",
        "door": "Door A",
        "performance": HAMLET,
    }


def test_a_forged_code_is_told(door: Device, ledger: LedgerDouble, code: str):
    thief = tickets.write(
        tickets.Code(900, 1204, TWO, seat=3), lambda _message: b"\x01" * 64
    )

    assert show(door, thief).answer == "FORGED"


@pytest.mark.parametrize(
    ("change", "answer", "shape"),
    [
        ({"status": "refunded"}, "REFUNDED", Class.NO),
        ({"status": "cancelled"}, "CANCELLED", Class.NO),
        ({"status": "exchanged"}, "EXCHANGED", Class.ASK),
        ({"blocked": True}, "BLOCKED", Class.NO),
        ({"issue": 2}, "REPLACED", Class.NO),
        ({"paid": 0}, "UNPAID", Class.ASK),
        ({"valid_until_ms": SEVEN_PM}, "EXPIRED", Class.NO),
        ({"valid_from_ms": SEVEN_PM + 1}, "NOT_YET_VALID", Class.ASK),
    ],
)
def test_a_ticket_that_lives_no_more_is_refused_by_name(
    door: Device, ledger: LedgerDouble, change: dict, answer: str, shape: Class
):
    code = list_ticket(ledger, ONE, "A-5", **change)

    shown = show(door, code)

    assert (shown.answer, shown.shape) == (answer, shape)
    assert movements(door) == 0


def test_a_ticket_for_another_night_names_it(door: Device, ledger: LedgerDouble):
    later = evening(1300, "The Tempest", "reserved", starts_ms=CURTAIN + 86_400_000)
    ledger.put("venue:v1", "performance", "tempest", {**later, "ends_ms": None})
    code = ledger.sign(tickets.Code(900, 1300, TWO, seat=3))

    shown = show(door, code)

    assert (shown.answer, shown.title, shown.starts_ms) == (
        "WRONG_PERFORMANCE",
        "The Tempest",
        CURTAIN + 86_400_000,
    )


def test_before_the_doors_open_guests_wait(
    door: Device, ledger: LedgerDouble, code: str, time: Time
):
    opens = evening(1204, "Hamlet", "reserved", doors_open_ms=SEVEN_PM + 1)
    ledger.put("venue:v1", "performance", HAMLET, opens)

    early = show(door, code)
    time.pass_ms(1)

    assert (early.answer, early.opens_ms) == ("NOT_OPEN_YET", SEVEN_PM + 1)
    assert show(door, code).answer == "ADMIT"


@pytest.mark.parametrize(
    "astray_ms",
    [
        pytest.param(-CURTAIN, id="1970, after a flat battery"),
        pytest.param(-400 * 86_400_000, id="400 days behind"),
        pytest.param(3650 * 86_400_000, id="ten years ahead"),
    ],
)
def test_a_clock_that_nobody_trusts_refuses_nobody(
    rooms: Rooms,
    door: Device,
    ledger: LedgerDouble,
    code: str,
    time: Time,
    astray_ms: int,
):
    hear(door)
    rooms.unplug(door)
    ledger.up = False
    time.now += astray_ms

    lost = rooms.device("Door A", role="door", boot="boot-2", hears=False)
    shown = show(lost, code)

    assert shown.answer == "ADMIT"
    assert "alone" in shown.marks


# --- alone ------------------------------------------------------------------------------


def test_without_the_ledger_a_good_ticket_goes_in_and_says_alone(
    door: Device, ledger: LedgerDouble, code: str
):
    hear(door)
    ledger.up = False

    shown = show(door, code)

    assert (shown.answer, shown.link) == ("ADMIT", "alone")
    assert shown.marks == ("alone",)
    ledger.up = True
    sync.everything(door)
    (told,) = ledger.events("door-a", "admission")
    assert (told["mode"], told["marks"]) == ("alone", ["alone"])


def test_an_answer_that_gets_lost_admits_under_the_same_id(
    door: Device, ledger: LedgerDouble, code: str
):
    hear(door)
    ledger.answers_lost = 1
    scan = door.new_id()

    shown = doors.scan(door, scan, code)

    assert (shown.answer, shown.link) == ("ADMIT", "alone")
    assert list(ledger.claims) == [scan]  # The ledger had granted it, under our id.


def test_a_claim_of_which_nobody_knows_is_dropped_when_we_do_not_admit(
    door: Device, ledger: LedgerDouble, code: str
):
    show(door, code)
    ledger.up = False

    again = show(door, code)

    assert again.answer == "ALREADY_ADMITTED"
    assert written(door) == ["admission", "claim.dropped", "scan.refused"]


def test_alone_a_code_of_others_cannot_be_checked(door: Device, ledger: LedgerDouble):
    hear(door)
    ledger.up = False
    with pytest.raises(Exception, match="Connect"):
        sync.upload(door)

    shown = show(door, "ORDER-12345")

    assert (shown.answer, shown.shape) == ("CANNOT_CHECK", Class.CANT_CHECK)


def test_two_doors_that_hear_the_ledger_admit_once(
    rooms: Rooms, door: Device, ledger: LedgerDouble, code: str
):
    other = rooms.device("Door B", role="door")

    first, second = show(door, code), show(other, code)

    assert first.answer == "ADMIT"
    assert (second.answer, second.since_door, second.admit) == (
        "ALREADY_ADMITTED",
        "Door A",
        False,
    )
    assert movements(other) == 0


def test_two_doors_that_are_cut_off_both_admit_and_say_what_they_followed(
    rooms: Rooms, door: Device, ledger: LedgerDouble, code: str
):
    other = rooms.device("Door B", role="door")
    hear(door)
    hear(other)
    ledger.up = False

    assert show(door, code).answer == show(other, code).answer == "ADMIT"
    assert body(door, "admission")["after"] is body(other, "admission")["after"] is None


def test_a_rescan_asks_under_the_claim_that_is_open(
    door: Device, ledger: LedgerDouble, code: str, plug: Plug
):
    plug.at("door: claim saved")
    with pytest.raises(PulledPlug):  # The scan ends there; the device goes on.
        show(door, code)
    plug.back()
    with door.store.read() as session:
        [opened] = session.scalars(select(ClaimRow.claim)).all()

    assert show(door, code).answer == "ADMIT"

    assert list(ledger.claims) == [opened]
    with door.store.read() as session:
        assert session.scalars(select(MovementRow.event_id)).one() == opened


@pytest.mark.parametrize("word", ["BEING_CHECKED", "claimed"])
def test_being_checked_elsewhere_is_never_red(
    word: str,
    door: Device,
    ledger: LedgerDouble,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
):
    answer = {"granted": False, "refused": word, "why": "", "by": "Door B"}
    monkeypatch.setattr(ledger, "_claim", lambda *_: (200, {**answer, "at_ms": None}))

    shown = show(door, code)

    assert (shown.answer, shown.shape, shown.since_door) == (
        "BEING_CHECKED",
        Class.ASK,
        "Door B",
    )


def test_a_ticket_that_another_door_was_checking_is_asked_about_again_by_itself(
    door: Device, ledger: LedgerDouble, code: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(second_look, "PAUSES_S", (0.01,) * 3)
    busy = {"granted": False, "refused": "BEING_CHECKED", "by": "Door B", "at_ms": None}
    inside = {**busy, "refused": "ALREADY_ADMITTED", "at_ms": SEVEN_PM}
    answers = [busy, busy, inside]
    monkeypatch.setattr(ledger, "_claim", lambda *_: (200, answers.pop(0)))
    first = show(door, code)

    seen = second_look.turn(door, first.id - 1)

    assert (seen, answers) == (first.id, [])
    now = doors.last(door, first.id)
    assert now is not None
    assert (now.answer, now.scan, now.since_door) == (
        "ALREADY_ADMITTED",
        first.scan,
        "Door B",
    )
    assert written(door) == ["scan.refused", "scan.refused"]


def test_the_next_guest_ends_the_second_look(
    door: Device, ledger: LedgerDouble, code: str, monkeypatch: pytest.MonkeyPatch
):
    answers = [{"granted": False, "refused": "claimed", "by": "Door B", "at_ms": None}]
    monkeypatch.setattr(ledger, "_claim", lambda *_: (200, answers.pop()))
    monkeypatch.setattr(second_look, "PAUSES_S", (0.01,) * 3)
    first = show(door, code)
    monkeypatch.setattr(door.stopping, "wait", lambda _: bool(show(door, "nonsense")) < 1)

    assert second_look.turn(door, first.id - 1) == first.id

    assert [shown.answer for shown in doors.recent(door)] == ["UNKNOWN", "BEING_CHECKED"]


def test_a_strict_door_admits_only_its_own_in_every_mode(
    door: Device, ledger: LedgerDouble
):
    strict = evening(
        1204,
        "Hamlet",
        "reserved",
        spaces=[
            {
                "space": "auditorium",
                "doors": [theatre.door("Door A", ["Stalls"], strict=True)],
            }
        ],
    )
    ledger.put("venue:v1", "performance", HAMLET, strict)
    stalls = list_ticket(ledger, ONE, "A-5")
    circle = list_ticket(ledger, TWO, "C-2", doors=["Door B"])

    online = show(door, circle)
    assert (online.answer, online.go_to) == ("WRONG_DOOR", ("Door B",))
    assert ledger.claims == {}
    ledger.up = False
    assert show(door, circle).answer == "WRONG_DOOR"
    assert show(door, stalls).answer == "ADMIT"


def test_the_ledger_knows_better_about_an_exit_we_did_not_hear_of(
    door: Device, ledger: LedgerDouble, code: str
):
    show(door, code)
    sync.everything(door)
    ledger.claims.clear()  # Out by another door; our copy says inside.

    shown = show(door, code)

    assert shown.admit
    assert movements(door) == 2


def test_what_this_door_did_counts_as_long_as_the_ledger_has_not_heard_of_it(
    door: Device, ledger: LedgerDouble, code: str
):
    ledger.up = False
    assert show(door, code).admit
    ledger.up = True  # It grants what it knows nothing about.

    shown = show(door, code)

    assert shown.answer == "ALREADY_ADMITTED"
    assert movements(door) == 1
    sync.everything(door)
    assert len(ledger.events("door-a", "claim.dropped")) == 1


# --- tickets that nobody has heard of -----------------------------------------------------


def sold(kiosk: Device) -> str:
    """The code of A-1, as the kiosk has just signed it."""
    with kiosk.store.read() as session:
        query = select(SaleLineRow.payload).where(SaleLineRow.seat == "A-1")
        return session.scalars(query).one()


@pytest.mark.slow
def test_a_sale_of_a_second_ago_admits_at_a_door_that_never_heard_of_it(
    rooms: Rooms, kiosk: Device, door: Device, ledger: LedgerDouble
):
    hear(door)
    buy(kiosk)
    payload = sold(kiosk)
    ledger.up = False

    shown = show(door, payload)

    # The door heard of the kiosk's key, and not of the seat.
    assert (shown.answer, shown.shape) == ("ADMIT_UNVERIFIED", Class.NOTE)
    assert shown.admit
    assert body(door, "admission")["payload"] == payload


@pytest.mark.slow
def test_a_seat_known_as_the_signers_own_is_simply_good(
    kiosk: Device, door: Device, ledger: LedgerDouble
):
    buy(kiosk)
    payload = sold(kiosk)
    hear(door)  # The seats are allotted to the kiosk; the sale has not arrived.
    ledger.up = False

    assert show(door, payload).answer == "ADMIT"


@pytest.mark.slow
def test_a_seat_on_hold_is_nobodys_yet(kiosk: Device, door: Device, ledger: LedgerDouble):
    buy(kiosk)
    payload = sold(kiosk)
    ledger.set_seat(HAMLET, "A-1", state="held", device=None)
    hear(door)  # The hold was heard of; that it became the kiosk's was not.
    ledger.up = False

    assert show(door, payload).answer == "ADMIT_UNVERIFIED"


def test_a_ticket_of_the_box_office_is_good_at_a_door_that_never_heard_of_it(
    door: Device, ledger: LedgerDouble
):
    code = ledger.sign(tickets.Code(900, 1204, TWO, seat=3))
    ledger.set_seat(HAMLET, "A-3", state="sold", device=None, ticket="somebody-else")
    hear(door)
    ledger.up = False

    assert show(door, code).answer == "ADMIT_UNVERIFIED"


@pytest.mark.slow
def test_what_only_our_copy_says_against_a_seat_is_asked_of_the_ledger(
    kiosk: Device, door: Device, ledger: LedgerDouble
):
    buy(kiosk)
    payload = sold(kiosk)
    ledger.set_seat(HAMLET, "A-1", state="allotted", device="another-kiosk")

    shown = show(door, payload)

    assert (shown.answer, shown.link) == ("ADMIT", "ledger")
    assert body(door, "admission")["payload"] == payload


@pytest.mark.slow
def test_a_seat_that_is_anothers_is_for_the_usher_to_decide(
    kiosk: Device, door: Device, ledger: LedgerDouble
):
    buy(kiosk)
    payload = sold(kiosk)
    ledger.set_seat(HAMLET, "A-1", state="sold", device=None, ticket="somebody-else")
    hear(door)
    ledger.up = False

    shown = show(door, payload)
    assert (shown.answer, shown.shape, shown.may_admit) == ("UNVERIFIED", Class.ASK, True)

    accepted = doors.again(door, shown.id, accept=["UNVERIFIED"])
    assert accepted is not None
    assert accepted.admit


def test_a_ledger_ticket_that_the_ledger_denies_is_unknown(
    door: Device, ledger: LedgerDouble, monkeypatch: pytest.MonkeyPatch
):
    code = ledger.sign(tickets.Code(900, 1204, TWO, seat=3))
    monkeypatch.setattr(ledger, "_claim", lambda *_: (404, {"error": "not_found"}))

    assert show(door, code).answer == "UNKNOWN"


def test_a_ledger_ticket_that_only_we_have_not_heard_of_goes_in(
    door: Device, ledger: LedgerDouble
):
    code = ledger.sign(tickets.Code(900, 1204, TWO, seat=3))

    shown = show(door, code)

    assert shown.answer == "ADMIT"
    assert body(door, "admission")["payload"] == code


@pytest.mark.slow
def test_a_ticket_under_a_revoked_key_is_not_green(
    kiosk: Device, door: Device, ledger: LedgerDouble
):
    buy(kiosk)
    payload = sold(kiosk)
    key = ledger.doc("venue:v1", "key", "1")
    assert key is not None
    ledger.put("venue:v1", "key", "1", {**key, "state": "revoked", "last_seq": 1})

    shown = show(door, payload)

    assert (shown.answer, shown.shape) == ("REVOKED", Class.NO)


def test_a_code_of_another_system_stands_for_its_ticket(
    door: Device, ledger: LedgerDouble, code: str
):
    foreign = "AB+12 -34/5="
    ledger.put(f"perf:{HAMLET}", "foreign_code", hash_of(foreign), {"tickets": [ONE]})

    assert show(door, foreign).answer == "ADMIT"


# --- in and out, undo -------------------------------------------------------------------


def test_out_and_in_again(door: Device, ledger: LedgerDouble, code: str):
    show(door, code)

    out = show(door, code, mode="exit")
    ledger.claims.clear()
    back = show(door, code)

    assert (out.answer, back.answer) == ("EXIT_OK", "RE_ADMIT")
    assert written(door) == ["admission", "exit", "admission"]
    with door.store.read() as session:
        found = session.scalars(select(MovementRow)).all()
    after = {row.event_id: row.after for row in found}
    left = next(row.event_id for row in found if row.kind == "exit")
    assert left in after.values()  # The ledger has yet to hear of it.


def test_the_mode_of_the_door_stays_until_it_is_turned(
    rooms: Rooms, door: Device, ledger: LedgerDouble, code: str
):
    doors.set_mode(door, "exit")
    assert show(door, code).answer == "NOT_INSIDE"
    rooms.unplug(door)

    again = rooms.device("Door A", role="door")

    assert show(again, code).mode == "exit"
    doors.set_mode(again, "entry")
    assert show(again, code).mode == "entry"


def test_undo_takes_an_admission_back_at_a_touch(
    door: Device, ledger: LedgerDouble, code: str, time: Time
):
    scan = door.new_id()
    show(door, code, scan)
    time.pass_ms(10_000)

    undone = doors.undo(door, scan)

    assert (undone.answer, undone.admit) == ("UNDONE", False)
    assert body(door, "admission.undone") == {"admission": scan, "why": ""}
    retry = show(door, code, scan)
    assert (retry.answer, retry.admit) == ("UNDONE", False)
    ledger.claims.clear()
    assert show(door, code).answer == "ADMIT"


@pytest.mark.parametrize(
    ("after_ms", "reason", "answer", "why"),
    [
        (10_001, "", "UNDO_REFUSED", "REASON_NEEDED"),
        (10_001, "wrong guest", "UNDONE", None),
        (900_001, "wrong guest", "UNDO_REFUSED", "TOO_LATE"),
    ],
)
def test_later_undo_needs_a_reason_and_much_later_a_supervisor(
    door: Device, code: str, time: Time, after_ms: int, reason: str, answer: str, why
):
    scan = door.new_id()
    show(door, code, scan)
    time.pass_ms(after_ms)

    shown = doors.undo(door, scan, reason=reason)

    assert shown.answer == answer
    assert [entry["op"] for entry in shown.why] == ([why] if why else [])


def test_an_unknown_scan_cannot_be_undone(door: Device):
    assert doors.undo(door, "nothing").answer == "UNDO_REFUSED"


def test_a_party_comes_in_in_parts(door: Device, ledger: LedgerDouble):
    code = list_ticket(ledger, ONE, "A-5", admits=6)
    hear(door)
    ledger.up = False
    first = show(door, code, count=4)

    too_many = show(door, code, count=3)
    rest = show(door, code, count=2)

    assert (first.inside, first.of, first.left) == (4, 6, 2)
    assert (too_many.answer, too_many.left) == ("PARTY_FULL", 2)
    assert (rest.answer, rest.inside) == ("ADMIT", 6)


# --- screens ----------------------------------------------------------------------------


def test_a_door_that_nobody_has_set_up_says_so(
    rooms: Rooms, ledger: LedgerDouble, code: str
):
    lost = rooms.device("Door X", role="door")

    shown = show(lost, code)

    assert (shown.answer, shown.shape) == ("NOT_SET_UP", Class.CANT_CHECK)
    assert written(lost) == []


def test_before_the_feed_was_heard_nothing_can_be_checked(
    rooms: Rooms, ledger: LedgerDouble, code: str
):
    fresh = rooms.device("Door A", role="door", hears=False)
    feed.pull(fresh, ["venue:v1"])

    shown = doors.scan(fresh, fresh.new_id(), code)

    assert (shown.answer, shown.shape) == ("CANNOT_CHECK", Class.CANT_CHECK)


def test_a_store_in_trouble_cannot_check_and_never_says_no(
    rooms: Rooms, door: Device, code: str
):
    hear(door)
    door.store._writer.is_broken = True

    shown = doors.scan(door, door.new_id(), code)

    assert (shown.answer, shown.shape) == ("CANNOT_CHECK", Class.CANT_CHECK)
    door.store._writer.is_broken = False


def test_a_ticket_whose_status_nobody_has_defined_cannot_be_checked(
    door: Device, ledger: LedgerDouble, code: str
):
    """Nothing is guessed: it is neither let in nor called bad, and the others count."""
    odd = list_ticket(ledger, TWO, "C-2", status="lapsed")

    shown = show(door, odd)

    assert (shown.answer, shown.shape) == ("CANNOT_CHECK", Class.CANT_CHECK)
    assert movements(door) == 0
    assert show(door, code).answer == "ADMIT"
    counters = doors.counters(door)
    assert counters is not None
    assert (counters.inside, counters.expected) == (1, 1)


def test_screens_hear_of_every_verdict_in_order(door: Device, code: str):
    first = show(door, code)
    second = show(door, "nonsense")

    assert second.id == first.id + 1
    newest = doors.last(door)
    assert newest is not None
    assert newest.id == second.id
    assert recent(door) == [second.id, first.id]
    assert newer(door, second.id) is None


def recent(device: Device) -> list[int]:
    return [shown.id for shown in doors.recent(device)]


def newer(device: Device, after: int) -> Shown | None:
    return doors.last(device, after, 0.01)


def test_the_header_counts_who_is_in(
    door: Device, ledger: LedgerDouble, code: str, time: Time
):
    list_ticket(ledger, TWO, "C-2", doors=["Door B"])
    show(door, code)

    counters = doors.counters(door)

    assert counters is not None
    assert (counters.inside, counters.expected, counters.this_door) == (1, 2, 1)
    assert (counters.last_minute, counters.at_least, counters.title) == (1, False, "Hamlet")
    time.pass_ms(61_000)
    later = doors.counters(door)
    assert later is not None
    assert later.last_minute == 0


def test_the_badge_says_how_the_line_is(door: Device, ledger: LedgerDouble, code: str):
    hear(door)
    assert doors.link(door).up
    ledger.up = False
    show(door, code)

    down = doors.link(door)

    assert not down.up
    assert down.unsent == 2
    assert down.home_sections == ("Stalls",)


MEAL = {
    "id": "meal",
    "words": "Which meal?",
    "kind": "choice",
    "required": True,
    "options": [{"id": "1", "words": "Fish"}, {"id": "2", "words": "Mushrooms"}],
}
SHY = {"id": "shy", "words": "May we take your photograph?", "kind": "yes_no"}


def test_answers_go_out_with_the_admission_and_say_what_was_left_open(door, ledger):
    code = list_ticket(ledger, ONE, "A-5", questions=[MEAL, SHY])
    asked = show(door, code)
    assert (asked.answer, asked.ask) == ("QUESTIONS", ("meal", "shy"))

    shown = doors.again(door, asked.id, answers={"meal": "2", "shy": ""})

    assert shown is not None
    assert shown.admit
    told = body(door, "admission")
    assert told["answers"] == {"meal": "2"}
    assert sorted(told["settled"]) == ["meal", "shy"]


@pytest.mark.parametrize(("names", "guest"), [(True, "Bea Holm"), (False, "")])
def test_whose_ticket_it_is_is_shown_where_the_house_shows_names_and_never_kept(
    door, ledger, code, names, guest
):
    stands = theatre.door("Door A", ["Stalls"], names=names)
    tonight = evening(
        1204, "Hamlet", "reserved", spaces=[{"space": "auditorium", "doors": [stands]}]
    )
    ledger.put("venue:v1", "performance", HAMLET, tonight)
    door.names = {ONE: "Bea Holm"}

    shown = show(door, code)

    assert doors.guest(door, shown) == guest
    with door.store.read() as session:
        row = session.scalars(select(MovementRow)).one()
    assert "Bea" not in json.dumps(row.shown)


def test_half_a_character_is_no_ticket_and_stops_no_door(door, ledger, code):
    assert show(door, "FOH:\ud800").answer == "UNKNOWN"
    assert written(door) == ["scan.refused"]
    assert show(door, code).answer == "ADMIT"


def test_a_ticket_held_up_again_is_answered_again_and_counts_once(
    door: Device, ledger: LedgerDouble, code: str
):
    first = show(door, code, "01a1b1cd-8a80-7db4-b9b5-848726225901")
    again = show(door, code, "01a1b1cd-8a80-7db4-b9b5-848726225901")

    assert (again.answer, again.repeat) == ("ADMIT", True)
    assert again.id > first.id  # The page hears of it.
    assert written(door) == ["admission"]


def test_a_code_refused_is_refused_again_without_a_sound_or_an_event(door: Device):
    scan = "01a1b1cd-8a80-7db4-b9b5-848726225902"

    shown = [show(door, "https://example.org", scan) for _ in range(3)]

    assert [one.answer for one in shown] == ["UNKNOWN"] * 3
    assert [one.repeat for one in shown] == [False, True, True]
    assert written(door) == ["scan.refused"]
