"""What ushers and supervisors add: names, reasons, answers, parties, hours."""

from typing import Any

import pytest
from sqlalchemy import select

from boxoffice.answers import Answer
from boxoffice.scans import Override
from kiosk import door as doors
from kiosk import (
    door_history,
    door_movements,
    door_search,
    door_touches,
    feed,
    log,
)
from kiosk.device import Device
from kiosk.shown.door import Class
from kiosk.store.tables.door import MovementRow
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.test_door import ONE, TWO, body, movements, show, written
from tests.parts.kiosk.test_pins import ANNA, TOM, employ
from tests.parts.kiosk.theatre import (
    CURTAIN,
    HAMLET,
    Rooms,
    Time,
    evening,
    hash_of,
    hear,
    list_ticket,
)

FORCE = Override(by=ANNA, reason="The box office has confirmed it")
MEAL = {"id": "meal", "words": "Supper?", "kind": "yes_no", "required": True}


def force(device: Device, shown: Any) -> Any:
    return doors.again(device, shown.id, override=FORCE)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"status": "refunded"}, "REFUNDED"),
        ({"status": "cancelled"}, "CANCELLED"),
        ({"blocked": True}, "BLOCKED"),
        ({"paid": 0}, "UNPAID"),
        ({"status": "unconfirmed"}, "UNCONFIRMED"),
        ({"questions": [MEAL]}, "QUESTIONS"),
    ],
)
def test_a_supervisor_lets_in_anyway_and_it_is_written_down(
    door: Device, ledger: LedgerDouble, change: Any, refused: str
):
    stopped = show(door, list_ticket(ledger, ONE, "A-5", **change))
    assert stopped.answer == refused

    let_in = force(door, stopped)

    assert (let_in.answer, let_in.admit) == ("ADMIT", True)
    told = body(door, "admission")
    assert told["override"] == {"by": ANNA, "reason": FORCE.reason, "lifted": [refused]}
    assert "override" in told["marks"]
    assert movements(door) == 1


def test_a_used_ticket_is_let_in_again_by_a_supervisor_although_the_ledger_refuses(
    door: Device, ledger: LedgerDouble, time: Time
):
    code = list_ticket(ledger, ONE, "A-5")
    show(door, code)
    time.pass_ms(60_000)

    let_in = force(door, show(door, code))

    assert (let_in.answer, let_in.overrode) == ("ADMIT", ("ALREADY_ADMITTED",))
    assert movements(door) == 2


def test_no_supervisor_makes_a_ticket_of_what_is_none(door: Device):
    stopped = show(door, "https://example.org")

    assert force(door, stopped).answer == "UNKNOWN"
    assert movements(door) == 0


def test_the_same_override_twice_lets_in_once(door: Device, ledger: LedgerDouble):
    stopped = show(door, list_ticket(ledger, ONE, "A-5", paid=0))

    first, second = force(door, stopped), force(door, stopped)

    assert (first.answer, second.answer, second.repeat) == ("ADMIT", "ADMIT", True)
    assert movements(door) == 1


def test_an_override_that_was_not_needed_says_so(door: Device, ledger: LedgerDouble):
    shown = doors.scan(door, door.new_id(), list_ticket_heard(door, ledger), override=FORCE)

    assert (shown.answer, shown.overrode) == ("ADMIT", ())
    assert body(door, "admission")["override"] is None


def list_ticket_heard(door: Device, ledger: LedgerDouble) -> str:
    code = list_ticket(ledger, ONE, "A-5")
    hear(door)
    return code


def test_answers_are_saved_with_the_admission_and_never_before(
    door: Device, ledger: LedgerDouble
):
    stopped = show(door, list_ticket(ledger, ONE, "A-5", questions=[MEAL]))
    assert (stopped.answer, stopped.ask) == ("QUESTIONS", ("meal",))
    asked = door_search.questions(door, stopped.ticket, stopped.ask)
    assert [(one.words, one.required) for one in asked] == [("Supper?", True)]

    wrong = doors.again(door, stopped.id, answers={"meal": "perhaps"})
    assert wrong is not None
    assert wrong.answer == "QUESTIONS"
    assert movements(door) == 0
    right = doors.again(door, stopped.id, answers={"meal": "yes"})

    assert right is not None
    assert right.answer == "ADMIT"
    assert body(door, "admission")["answers"] == {"meal": "yes"}


def test_a_party_that_comes_in_parts(door: Device, ledger: LedgerDouble, time: Time):
    code = list_ticket(ledger, ONE, "A-5", admits=6)
    first = show(door, code, count=4)
    time.pass_ms(60_000)
    too_many = show(door, code, count=3)

    assert (first.inside, first.of) == (4, 6)
    assert (too_many.answer, too_many.left) == ("PARTY_FULL", 2)
    rest = doors.again(door, too_many.id, count=2)
    assert rest is not None
    assert (rest.answer, rest.inside) == ("ADMIT", 6)


def test_guests_are_found_by_order_and_seat_and_by_name_for_supervisors_alone(
    door: Device, ledger: LedgerDouble
):
    list_ticket(ledger, ONE, "A-5", order="K7Q4MX2D")
    list_ticket(ledger, TWO, "B-2", order="ZZZZZZZZ", paid=1400)
    ledger.names = {ONE: "Søren Lindqvist", TWO: "Mrs Okafor"}
    hear(door)
    door_search.hear_names(door)

    def found(words: str, *, by_name: bool = False) -> list[str]:
        return [hit.seat_name for hit in door_search.find(door, words, by_name=by_name)]

    assert found("k7q4-mx2d") == ["A-5"]
    assert found("a5") == ["A-5"]
    assert found("row A, seat 5") == ["A-5"]
    assert found("lindqvist") == []
    assert found("LINDQ", by_name=True) == found("soren", by_name=True) == ["A-5"]
    assert found("soeren", by_name=True) == ["A-5"]
    assert found("x", by_name=True) == found(" ", by_name=True) == []
    hit = door_search.find(door, "okafor", by_name=True)[0]
    assert (hit.name, hit.due, hit.inside, hit.of) == ("Mrs Okafor", 1000, 0, 1)


def test_a_guest_who_was_found_goes_in_without_a_code(door: Device, ledger: LedgerDouble):
    list_ticket(ledger, ONE, "A-5")
    hear(door)

    shown = doors.scan(door, door.new_id(), None, source="search", ticket=ONE)

    assert shown.answer == "ADMIT"
    assert door_search.find(door, "a5", by_name=False)[0].inside == 1


def test_names_stay_in_memory(door: Device, ledger: LedgerDouble):
    list_ticket(ledger, ONE, "A-5")
    ledger.names = {ONE: "Søren Lindqvist"}
    hear(door)
    door_search.hear_names(door)
    doors.scan(door, door.new_id(), None, ticket=ONE)
    door.store.close()

    kept = b"".join(file.read_bytes() for file in door.config.folder.iterdir())
    assert b"Lindqvist" not in kept


def test_a_door_is_opened_early_and_the_ledger_agrees(
    door: Device, ledger: LedgerDouble, time: Time
):
    ledger.put(
        "venue:v1",
        "performance",
        HAMLET,
        evening(1204, "Hamlet", "reserved", doors_open_ms=CURTAIN - 60_000),
    )
    code = list_ticket(ledger, ONE, "A-5")
    early = show(door, code)
    assert early.answer == "NOT_OPEN_YET"

    assert door_touches.open_now(door, ANNA)

    again = doors.again(door, early.id)
    assert again is not None
    assert again.answer == "ADMIT"
    assert ledger.last_claim["opened_ms"] == time.now_ms()
    assert body(door, "staff.action")["action"] == "door.opened"


def test_latecomers_wait_until_they_are_let_in(door: Device, ledger: LedgerDouble):
    code = list_ticket(ledger, ONE, "A-5")
    door_touches.hold(door, ANNA, CURTAIN + 720_000)

    waiting = show(door, code)
    assert (waiting.answer, waiting.hold_until_ms, waiting.may_admit) == (
        "LATE_HOLD",
        CURTAIN + 720_000,
        True,
    )
    door_touches.lift(door, ANNA)

    assert show(door, code).answer == "ADMIT"


def test_the_last_scans_outlive_a_restart(
    rooms: Rooms, door: Device, ledger: LedgerDouble, time: Time
):
    show(door, list_ticket(ledger, ONE, "A-5"))
    time.pass_ms(1000)
    show(door, "https://example.org")
    assert [(one.kind, one.mine) for one in door_history.past(door)] == [
        ("refused", False),
        ("entry", True),
    ]
    rooms.unplug(door)

    again = rooms.device("Door A", role="door")

    (kept,) = door_history.past(again)
    assert (kept.kind, kept.shown.seat_name, kept.mine) == ("entry", "A-5", True)
    time.pass_ms(15 * 60_000)
    assert not door_history.past(again)[0].mine


def test_an_old_scan_is_undone_by_a_supervisor_with_a_reason(
    door: Device, ledger: LedgerDouble, time: Time
):
    shown = show(door, list_ticket(ledger, ONE, "A-5"))
    time.pass_ms(20 * 60_000)
    assert doors.undo(door, shown.scan, reason="Wrong").answer == "UNDO_REFUSED"

    assert doors.undo(door, shown.scan, override=FORCE).answer == "UNDONE"

    assert ANNA in body(door, "admission.undone")["why"]


def test_the_evening_adds_up(door: Device, ledger: LedgerDouble):
    show(door, list_ticket(ledger, ONE, "A-5"))
    list_ticket(ledger, TWO, "B-2", price_type="child", admits=2)
    show(door, "https://example.org")

    found = door_history.totals(door)

    assert found is not None
    assert (found.total.expected, found.total.inside, found.total.to_come) == (3, 1, 2)
    assert [(kind, tally.expected) for kind, tally in found.by_type] == [
        ("Adult", 1),
        ("Child", 2),
    ]
    assert dict(found.by_door) == {"Door A": 1}
    assert dict(found.refused) == {"UNKNOWN": 1}


def test_a_refund_while_inside_stops_the_second_scan_and_counts_the_way_out(
    door: Device, ledger: LedgerDouble, time: Time
):
    code = list_ticket(ledger, ONE, "A-5")
    show(door, code)
    movement = body_movement(door)
    list_ticket(ledger, ONE, "A-5", status="refunded", movements=[movement])
    void = {"ticket": ONE, "issue": 1, "why": "refunded", "at_ms": door.clock.now_ms()}
    ledger.put(f"perf:{HAMLET}", "revocation", ONE, void)
    time.pass_ms(60_000)

    refused = show(door, code)
    assert refused.answer == "REFUNDED"
    assert refused.since_ms == void["at_ms"]
    assert not refused.left_house
    leaving = show(door, code, mode="exit")
    assert leaving.answer == "REFUNDED"
    assert leaving.left_house
    # The way out is listed once, as the movement that it is.
    listed = [one.kind for one in door_history.past(door)]
    assert sorted(listed) == ["entry", "exit", "refused"]
    assert written(door)[-1] == "exit"
    with door.store.read() as session:
        kinds = session.scalars(select(MovementRow.kind)).all()
    assert sorted(kinds) == ["admission", "exit"]


def body_movement(door: Device) -> dict[str, Any]:
    with door.store.read() as session:
        row = session.scalars(select(MovementRow)).one()
        mine = door_movements.own_movement(door, row)
    return {
        "id": mine.id,
        "kind": mine.kind,
        "at_ms": row.at_ms,
        "after": mine.after,
        "door": mine.door,
        "space": mine.space,
        "count": mine.count,
        "device": mine.device,
        "issue": mine.issue,
        "verdict": Answer.ADMIT.value,
        "undone": False,
    }


@pytest.mark.parametrize("jump_ms", [-3 * 86_400_000, 86_400_000])
def test_a_clock_that_jumps_turns_nobody_away_and_forgets_nothing(
    rooms: Rooms, ledger: LedgerDouble, time: Time, jump_ms: int
):
    one, two = list_ticket(ledger, ONE, "A-5"), list_ticket(ledger, TWO, "A-6")
    door = rooms.device("Door A", role="door")
    assert show(door, one).answer == "ADMIT"
    ledger.up = False
    time.now += jump_ms  # The wall clock alone: boot time goes on as ever.

    assert show(door, one).answer == "ALREADY_ADMITTED"
    assert show(door, two).answer == "ADMIT"


def test_who_did_what_at_the_door_is_in_the_log(door: Device, ledger: LedgerDouble):
    employ(ledger)
    hear(door)
    door_touches.hold(door, TOM, None)

    with door.store.read() as session:
        told = [e for e in log.after(session, 0) if e.type == "staff.action"]
    assert len(told) == 1
    assert body(door, "staff.action")["staff"] == TOM


def other_system(ledger: LedgerDouble, text: str, *tickets: str) -> str:
    ledger.put(f"perf:{HAMLET}", "foreign_code", hash_of(text), {"tickets": list(tickets)})
    return text


def test_a_refusal_and_the_admission_after_it_are_both_kept(
    door: Device, ledger: LedgerDouble
):
    stopped = show(door, list_ticket(ledger, ONE, "A-5", paid=0))
    force(door, stopped)

    with door.store.read() as session:
        events = [(e.type, e.event_id) for e in log.after(session, 0)][1:]
    assert [type for type, _ in events] == ["scan.refused", "admission"]
    assert events[0][1] != events[1][1] == stopped.scan


@pytest.mark.parametrize("text", ["AB+C/D=", "12-34 56", " 77 ", "k/=+-"])
def test_codes_of_other_systems_may_hold_any_sign(
    door: Device, ledger: LedgerDouble, text: str
):
    list_ticket(ledger, ONE, "A-5")

    assert show(door, other_system(ledger, text, ONE)).answer == "ADMIT"


def test_the_id_of_a_ticket_is_no_code(door: Device, ledger: LedgerDouble):
    list_ticket(ledger, ONE, "A-5")

    assert show(door, ONE).answer == "UNKNOWN"


def test_a_code_of_another_system_that_is_in_no_table_is_unknown(
    door: Device, ledger: LedgerDouble
):
    other_system(ledger, "CARD-1", ONE)

    assert show(door, "CARD-2").answer == "UNKNOWN"
    assert show(door, "CARD-1").answer == "UNKNOWN"  # Its ticket is not listed.


def test_an_order_of_two_is_taken_whole_or_in_part(door: Device, ledger: LedgerDouble):
    list_ticket(ledger, ONE, "A-5")
    list_ticket(ledger, TWO, "A-6")
    text = other_system(ledger, "K7Q4-MX2D", ONE, TWO)

    asked = show(door, text)
    assert (asked.answer, asked.candidates) == ("AMBIGUOUS", (ONE, TWO))
    one = doors.again(door, asked.id, ticket=ONE)
    retry = doors.again(door, asked.id, ticket=ONE)
    two = doors.again(door, asked.id, ticket=TWO)

    assert one is not None
    assert retry is not None
    assert two is not None
    assert (one.answer, retry.repeat, two.answer) == ("ADMIT", True, "ADMIT")
    assert movements(door) == 2
    assert show(door, text).answer == "ALREADY_ADMITTED"


def test_an_unlisted_ticket_scanned_again_is_known(
    rooms: Rooms, door: Device, ledger: LedgerDouble, time: Time
):
    code = list_ticket(ledger, ONE, "A-5")
    hear(door)
    ledger.put(f"perf:{HAMLET}", "ticket", ONE, None)
    hear(door)
    ledger.up = False
    assert show(door, code).answer == "ADMIT_UNVERIFIED"
    time.pass_ms(60_000)

    assert show(door, code).answer == "ALREADY_ADMITTED"


def test_a_scan_in_the_middle_of_a_snapshot_is_not_forgotten(
    door: Device, ledger: LedgerDouble, time: Time
):
    code = list_ticket(ledger, ONE, "A-5")
    show(door, code)
    feed.snapshot(door, f"perf:{HAMLET}")  # It was made before the ledger heard of us.
    ledger.up = False
    time.pass_ms(60_000)

    assert show(door, code).answer == "ALREADY_ADMITTED"


def test_two_tickets_in_one_frame_are_two_verdicts_in_order(
    door: Device, ledger: LedgerDouble
):
    one, two = list_ticket(ledger, ONE, "A-5"), list_ticket(ledger, TWO, "A-6")

    first, second = show(door, one), show(door, two)

    assert (first.answer, second.answer, second.id) == ("ADMIT", "ADMIT", first.id + 1)


@pytest.mark.parametrize(
    "text",
    [
        "Q" * 3000,
        "\x00\x01\x1b[2J",
        "https://example.org/" + "a" * 100,
        "WIFI:T:WPA;S:Foyer;P:secret;;",
        "FOH:",
        "FOH:\x00",
        "🎭" * 40,
    ],
)
def test_whatever_is_shown_gets_a_verdict_and_only_its_hash_is_kept(
    door: Device, text: str
):
    shown = show(door, text)

    assert (shown.answer, shown.shape) == ("UNKNOWN", Class.NO)
    assert body(door, "scan.refused")["code_hash"] == hash_of(text)
    door.store.close()
    kept = b"".join(file.read_bytes() for file in door.config.folder.iterdir())
    if len(text) > 10:
        assert text.encode() not in kept
