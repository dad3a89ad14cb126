"""Seats that devices ask for: holds, allotments, returns, breaks. Source: spec 4.1, §4."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from boxoffice.refusals import Code
from ledger import allotments, book, catalogue, evenings, halls, news, seating
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.house import BookRow
from ledger.tables.records import AuditRow
from ledger.tables.seats import SeatStateRow
from tests.parts.ledger.device import new_id


def state(ledger, performance, seat):
    with ledger.store.read() as session:
        return session.get(SeatStateRow, (performance, seat))


def test_held_seats_are_held_for_everybody_until_they_run_out(
    kiosk, door, theatre, ledger, clock
):
    held = kiosk.hold(theatre.tonight, "A1", "A2").ok(201)

    assert held["seats"] == ["A1", "A2"]
    assert held["expires_ms"] == clock() + 15 * 60_000
    told = door.documents(f"perf:{theatre.tonight}", "seat")
    assert told["A1"]["state"] == "held"
    clock.passes(minutes=15)
    ledger.store.write(seating.sweep, ledger.means())
    assert state(ledger, theatre.tonight, "A1").state == "available"
    assert door.documents(f"perf:{theatre.tonight}", "seat")["A1"]["state"] == "available"


def test_seats_are_held_all_or_none_and_the_ones_that_went_are_named(
    kiosk, lobby, theatre, ledger
):
    other = lobby.device("Kiosk 2", "kiosk")
    other.hold(theatre.tonight, "B2").ok(201)

    answer = kiosk.hold(theatre.tonight, "B1", "B2", "B3")

    assert answer.status == 409
    assert answer.body["error"] == "SEAT_UNAVAILABLE"
    assert answer.body["seats"] == ["B2"]
    assert answer.body["message"] == "That seat has just gone. Please choose another."
    assert state(ledger, theatre.tonight, "B1").state == "available"


@pytest.mark.parametrize(
    ("seats", "code"),
    [
        ([], "NO_TICKETS_REQUESTED"),
        ([f"D{n}" for n in range(1, 10)], "TOO_MANY_SEATS"),
        (["Z99"], "SEAT_UNAVAILABLE"),
        (["A1", "A1"], "SEAT_UNAVAILABLE"),
        (["F9"], "SEAT_UNAVAILABLE"),  # The box office keeps it.
    ],
)
def test_a_hold_that_cannot_be_is_refused(kiosk, theatre, seats, code):
    answer = kiosk.hold(theatre.tonight, *seats)

    assert answer.status == 409
    assert answer.body["error"] == code


def test_nothing_is_held_once_public_selling_has_ended(kiosk, theatre, clock):
    clock.passes(minutes=120)

    assert kiosk.hold(theatre.tonight, "A1").body["error"] == "SELLING_CLOSED"


def test_the_best_seats_are_held_side_by_side(kiosk, theatre):
    wish = {"performance": theatre.tonight, "order": "o", "best": {"quantity": 2}}

    first = kiosk.post("/api/holds", wish).ok(201)
    second = kiosk.post("/api/holds", wish).ok(201)

    assert not set(first["seats"]) & set(second["seats"])
    assert first["seats"][0][0] == first["seats"][1][0]


def test_the_best_seats_of_a_level_are_of_that_level(kiosk, theatre):
    best = {"quantity": 2, "levels": ["standard"]}
    wish = {"performance": theatre.tonight, "order": "o", "best": best}

    assert kiosk.post("/api/holds", wish).ok(201)["seats"][0][0] in "DEF"


def test_a_party_that_does_not_fit_hears_how_many_would(kiosk, theatre, ledger):
    def sell_out(session):
        session.execute(
            update(SeatStateRow)
            .where(SeatStateRow.performance == theatre.tonight, SeatStateRow.number > 3)
            .values(state="killed", prior="available")
        )

    ledger.store.write(sell_out)
    best = {"quantity": 4}
    wish = {"performance": theatre.tonight, "order": "o", "best": best}

    answer = kiosk.post("/api/holds", wish)

    assert answer.body["error"] == "INSUFFICIENT_SEATS"
    assert answer.body["available"] == 2  # A1 is for wheelchairs.


def test_places_without_seats_are_held_by_quantity(kiosk, theatre):
    wish = {"performance": theatre.studio, "order": "o", "best": {"quantity": 8}}
    for _ in range(5):
        kiosk.post("/api/holds", wish).ok(201)

    answer = kiosk.post("/api/holds", wish)

    assert answer.body["error"] == "NOT_ENOUGH_TICKETS"
    assert answer.body["left"] == 0


def test_more_time_is_given_once(kiosk, theatre, clock):
    held = kiosk.hold(theatre.tonight, "A1").ok(201)
    clock.passes(minutes=14)

    longer = kiosk.post(f"/api/holds/{held['hold']}/extend", {}).ok()

    assert longer["expires_ms"] == held["expires_ms"] + 15 * 60_000
    again = kiosk.post(f"/api/holds/{held['hold']}/extend", {})
    assert (again.status, again.body["error"]) == (409, "NOT_HELD")


def test_a_hold_is_let_go_even_twice_and_by_nobody_else(kiosk, lobby, theatre, ledger):
    other = lobby.device("Kiosk 2", "kiosk")
    held = kiosk.hold(theatre.tonight, "A1").ok(201)

    assert other.delete(f"/api/holds/{held['hold']}").status == 204
    assert state(ledger, theatre.tonight, "A1").state == "held"
    assert kiosk.delete(f"/api/holds/{held['hold']}").status == 204
    assert kiosk.delete(f"/api/holds/{held['hold']}").status == 204
    assert state(ledger, theatre.tonight, "A1").state == "available"


def test_a_reserved_seat_that_was_held_goes_back_to_the_box_office(theatre, ledger, clock):
    held = ledger.store.write(
        seating.hold,
        ledger.means(),
        performance=theatre.tonight,
        order="o",
        seller="staff",
        wanted=["F9"],
        box_office=True,
    )
    assert isinstance(held, seating.Held)
    clock.passes(minutes=15)

    assert ledger.store.write(seating.sweep, ledger.means()) == 1
    assert state(ledger, theatre.tonight, "F9").state == "reserved"


def test_a_request_that_comes_again_gets_the_answer_of_the_first(kiosk, theatre, ledger):
    request = new_id()
    wish = {"performance": theatre.tonight, "order": "o", "best": {"quantity": 2}}

    first, again = (kiosk.post("/api/holds", wish, request=request) for _ in range(2))

    assert first.ok(201) == again.ok(201)
    with ledger.store.read() as session:
        assert seating.left(session, theatre.tonight) == 56


def test_a_retry_of_a_hold_is_not_told_that_its_own_seats_went(kiosk, theatre):
    request = new_id()
    first = kiosk.hold(theatre.tonight, "A1", request=request).ok(201)

    assert kiosk.hold(theatre.tonight, "A1", request=request).ok(201) == first


def test_a_request_id_with_another_body_is_refused(kiosk, theatre):
    request = new_id()
    kiosk.hold(theatre.tonight, "A1", request=request).ok(201)

    answer = kiosk.hold(theatre.tonight, "A2", request=request)

    assert (answer.status, answer.body["error"]) == (422, "request_reused")


@pytest.mark.slow
@pytest.mark.parametrize("seats", [["C3"], ["C3", "C4"]])
def test_of_a_hundred_who_want_the_same_seat_one_gets_it(store, ledger, theatre, seats):
    # Source: INV5.
    answers, start = [], threading.Barrier(20)

    def want(number):
        start.wait()
        for turn in range(5):
            answers.append(
                store.write(
                    seating.hold,
                    Means(ledger.clock()),
                    performance=theatre.tonight,
                    order=f"{number}-{turn}",
                    seller=f"device {number}",
                    wanted=seats,
                )
            )

    threads = [threading.Thread(target=want, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 100
    assert sum(isinstance(a, seating.Held) for a in answers) == 1
    assert {a.code for a in answers if isinstance(a, Refused)} == {Code.SEAT_UNAVAILABLE}


def test_buyers_of_overlapping_seats_never_share_one(store, ledger, theatre):
    row = [f"D{n}" for n in range(1, 11)]
    held, start = [], threading.Barrier(10)

    def want(number):
        start.wait()
        wanted = [row[(number + step) % 10] for step in range(3)]
        answer = store.write(
            seating.hold,
            Means(ledger.clock()),
            performance=theatre.tonight,
            order=str(number),
            seller="device",
            wanted=wanted if number % 2 else list(reversed(wanted)),
        )
        if isinstance(answer, seating.Held):
            held.append(answer.seats)

    threads = [threading.Thread(target=want, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = [seat for seats in held for seat in seats]
    assert held
    assert len(taken) == len(set(taken))


# --- allotments -------------------------------------------------------------------------


def test_pay_makes_the_device_the_owner_and_only_the_feed_says_so(kiosk, theatre, ledger):
    held = kiosk.hold(theatre.tonight, "A1", "A2").ok(201)

    answer = kiosk.allot(held["hold"]).ok()

    assert set(answer) == {"stream", "pos"}
    assert answer["stream"] == f"dev:{kiosk.id}"
    with ledger.store.read() as session:
        assert news.position(session, answer["stream"], 0).pos == answer["pos"]
        timeline = book.read(session).timeline
    owned = kiosk.allotments()
    assert set(owned) == {f"{theatre.tonight}/A1", f"{theatre.tonight}/A2"}
    first = owned[f"{theatre.tonight}/A1"]
    assert first["epoch"] >= timeline << 20
    assert first["incarnation"] == 1


def test_a_hold_that_ran_out_is_allotted_to_nobody(kiosk, theatre, clock):
    held = kiosk.hold(theatre.tonight, "A1").ok(201)
    clock.passes(minutes=15)

    answer = kiosk.allot(held["hold"])

    assert (answer.status, answer.body["error"]) == (409, "NOT_HELD")


def test_a_device_cannot_have_another_ones_hold_allotted(kiosk, lobby, theatre):
    held = kiosk.hold(theatre.tonight, "A1").ok(201)

    assert lobby.device("Kiosk 2", "kiosk").allot(held["hold"]).status == 409


def test_no_time_out_takes_an_allotted_seat_back(kiosk, theatre, ledger, clock):
    kiosk.own(theatre.tonight, "A1")
    clock.passes(minutes=60 * 24 * 30)
    ledger.store.write(seating.sweep, ledger.means())

    assert state(ledger, theatre.tonight, "A1").state == "allotted"


def test_nor_does_it_take_a_seat_back_that_may_no_longer_be_sold(
    kiosk, theatre, ledger, clock
):
    wish = {"performance": theatre.tonight, "quantity": 4}
    kiosk.post("/api/allotments", wish).ok()
    mine = [name.partition("/")[2] for name in kiosk.allotments()]
    clock.passes(minutes=60 * 24 * 30)
    ledger.store.write(seating.sweep, ledger.means())

    assert mine
    for seat in mine:
        assert state(ledger, theatre.tonight, seat).state == "allotted"


def test_a_lost_answer_to_pay_costs_nothing(kiosk, theatre):
    request = new_id()
    held = kiosk.hold(theatre.tonight, "A1").ok(201)

    first = kiosk.allot(held["hold"], request=request).ok()

    assert kiosk.allot(held["hold"], request=request).ok() == first
    assert len(kiosk.allotments()) == 1


def test_a_device_keeps_a_few_seats_side_by_side(kiosk, theatre):
    wish = {"performance": theatre.tonight, "quantity": 4}

    kiosk.post("/api/allotments", wish).ok()

    seats = [id.split("/")[1] for id in kiosk.allotments()]
    assert len(seats) == 4
    assert len({seat[0] for seat in seats}) == 1
    again = kiosk.post("/api/allotments", wish)
    assert again.body["error"] == "NOT_ENOUGH_TICKETS"


def test_all_devices_together_keep_a_tenth_of_what_is_left(kiosk, lobby, theatre):
    other = lobby.device("Kiosk 2", "kiosk")
    wish = {"performance": theatre.tonight, "quantity": 12}
    kiosk.post("/api/allotments", wish).ok()

    other.post("/api/allotments", wish).ok()

    assert len(kiosk.allotments()) + len(other.allotments()) == 6  # Of sixty.


def test_of_the_last_seats_nobody_keeps_any(kiosk, theatre, ledger):
    def nearly_sold_out(session):
        session.execute(
            update(SeatStateRow)
            .where(SeatStateRow.performance == theatre.tonight, SeatStateRow.number > 19)
            .values(state="killed", prior="available")
        )

    ledger.store.write(nearly_sold_out)

    wish = {"performance": theatre.tonight, "quantity": 4}
    assert kiosk.post("/api/allotments", wish).body["error"] == "NOT_ENOUGH_TICKETS"


def test_places_without_seats_are_kept_by_number(kiosk, theatre):
    kiosk.post("/api/allotments", {"performance": theatre.studio, "quantity": 3}).ok()

    assert len(kiosk.allotments()) == 3


def test_returned_seats_are_free_again_under_a_new_epoch(kiosk, theatre, ledger):
    epochs = kiosk.own(theatre.tonight, "A1", "A2")
    seats = [
        {"performance": theatre.tonight, "seat": seat, "epoch": epoch}
        for seat, epoch in epochs.items()
    ]
    kiosk.happened("allotment.returned", {"seats": seats, "why": "declined"})

    kiosk.upload().ok()

    row = state(ledger, theatre.tonight, "A1")
    assert (row.state, row.device) == ("available", None)
    assert row.epoch > epochs["A1"]
    assert kiosk.allotments() == {}


@pytest.mark.parametrize("off", [-1, 1])
def test_a_return_under_another_epoch_changes_nothing(kiosk, theatre, ledger, off):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    seat = {"performance": theatre.tonight, "seat": "A1", "epoch": epoch + off}
    kiosk.happened("allotment.returned", {"seats": [seat], "why": "idle"})

    kiosk.upload().ok()

    assert state(ledger, theatre.tonight, "A1").state == "allotted"
    assert len(kiosk.allotments()) == 1


def test_a_new_incarnation_inherits_no_seats(kiosk, lobby, theatre):
    kiosk.own(theatre.tonight, "A1")

    newer = lobby.device("Kiosk 1", "kiosk")

    assert {body["incarnation"] for body in newer.allotments().values()} == {1}
    answer = newer.hold(theatre.tonight, "A1")
    assert answer.body["error"] == "SEAT_UNAVAILABLE"


@pytest.mark.parametrize(
    ("seat", "people", "reason", "code"),
    [
        ("A2", ["anna", "tom"], "silent", Code.NOT_ALLOTTED),
        ("A1", ["anna", "anna"], "silent", Code.TWO_PEOPLE_NEEDED),
        ("A1", ["anna", "tom"], " ", Code.REASON_NEEDED),
    ],
)
def test_an_allotment_is_broken_only_by_two_people_who_say_why(
    kiosk, theatre, ledger, seat, people, reason, code
):
    kiosk.own(theatre.tonight, "A1")

    refused = ledger.store.write(
        allotments.break_off,
        ledger.means(),
        performance=theatre.tonight,
        seat=seat,
        people=people,
        reason=reason,
    )

    assert refused == Refused(code)
    assert state(ledger, theatre.tonight, "A1").state == "allotted"


def test_a_broken_allotment_is_loud_and_frees_the_seat(kiosk, theatre, ledger):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]

    ledger.store.write(
        allotments.break_off,
        ledger.means(),
        performance=theatre.tonight,
        seat="A1",
        people=["anna", "tom"],
        reason="the kiosk was stolen",
    )

    row = state(ledger, theatre.tonight, "A1")
    assert row.state == "available"
    assert row.epoch > epoch
    assert kiosk.allotments() == {}
    with ledger.store.read() as session:
        noted = session.scalars(select(DiscrepancyRow)).one()
        assert noted.kind == "allotment_broken"
        assert json.loads(noted.facts)["reason"] == "the kiosk was stolen"
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 2


def test_no_epoch_of_an_older_timeline_is_used_again(kiosk, theatre, ledger, clock):
    before = kiosk.own(theatre.tonight, "A1")["A1"]
    timeline = clock() // 1000 + 100

    def restored(session):
        session.execute(update(BookRow).values(timeline=timeline))
        session.execute(
            update(SeatStateRow)
            .where(SeatStateRow.seat == "A1")
            .values(state="available", device=None, incarnation=None, epoch=0)
        )

    ledger.store.write(restored)

    after = kiosk.own(theatre.tonight, "A1")["A1"]
    assert after >= timeline << 20
    assert after > before


def test_seats_are_counted_for_everybody_from_time_to_time(kiosk, theatre, ledger):
    kiosk.hold(theatre.tonight, "A1", "A2").ok(201)
    venue = f"venue:{theatre.house}"
    assert kiosk.documents(venue, "performance")[theatre.tonight]["seats_left"] == 58

    changed = ledger.store.write(catalogue.count_seats, now_ms=ledger.clock())

    assert changed == 1
    assert kiosk.documents(venue, "performance")[theatre.tonight]["seats_left"] == 56


def test_of_many_who_want_a_chart_first_one_thread_reads_it(theatre, ledger, monkeypatch):
    """A large chart takes some 25 MB while it is read."""
    monkeypatch.setattr(evenings, "_plans", {})
    reads, begun = [], threading.Barrier(8)
    read = halls.read

    def slowly(document):
        reads.append(threading.current_thread().name)
        time.sleep(0.2)  # Long enough for the others to come and want it, too.
        return read(document)

    monkeypatch.setattr(halls, "read", slowly)

    def want(_):
        with ledger.store.read() as session:
            begun.wait()
            return evenings.plan_of(session, theatre.tonight)

    with ThreadPoolExecutor(8) as threads:
        plans = list(threads.map(want, range(8)))

    assert len(reads) == 1, reads
    assert all(plan is plans[0] for plan in plans)
