"""Claims and movements: one admission a ticket while the ledger answers. Source: §5."""

import json
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from boxoffice import tickets
from boxoffice.pricing import Seller
from ledger import catalogue, claims, devices, discrepancies, facts, orders, prices
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.devices import DeviceEventRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.doors import ClaimRow, MovementRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.seats import SeatStateRow
from tests.parts.ledger.device import new_id
from tests.parts.ledger.theatre import price_list


def claim(door, theatre, ticket, *, id=None, name="Door A", **how):
    wish = {
        "claim": id or new_id(),
        "kind": "admission",
        "ticket": ticket,
        "issue": 1,
        "performance": theatre.tonight,
        "space": "auditorium",
        "door": name,
    } | how
    return door.post("/api/claims", wish).ok()


def admitted(device, theatre, ticket, *, id=None, after=None, type="admission", **how):
    body = {
        "ticket": ticket,
        "issue": 1,
        "performance": theatre.tonight,
        "space": "auditorium",
        "count": 1,
        "seat": "",
        "door": "Door A",
        "mode": "alone",
        "after": after,
        "verdict": "ADMIT",
        "override": None,
        "marks": [],
        "answers": {},
    } | how
    return device.happened(type, body, event_id=id)


def noted(ledger, kind, *, state="open"):
    with ledger.store.read() as session:
        return list(
            session.scalars(
                select(DiscrepancyRow).where(
                    DiscrepancyRow.kind == kind, DiscrepancyRow.state == state
                )
            )
        )


def evidence(ledger, found):
    with ledger.store.read() as session:
        return set(discrepancies.evidence_of(session, found.id))


def test_a_good_ticket_is_granted_and_the_movement_spends_the_claim(door, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    id = new_id()

    assert claim(door, theatre, ticket, id=id) == {"granted": True, "after": None}
    admitted(door, theatre, ticket, id=id, mode="ledger")
    door.upload().ok()

    with ledger.store.read() as session:
        assert session.get(MovementRow, id).verdict == "ADMIT"
        assert session.get(ClaimRow, (id, ticket)).state == "spent"
    told = door.documents(f"perf:{theatre.tonight}", "ticket")[ticket]
    assert [movement["id"] for movement in told["movements"]] == [id]


def test_a_second_scan_is_refused_with_the_door_and_time_of_the_first(
    door, other_door, theatre, clock
):
    ticket = theatre.sell("A2").tickets[0].id
    id = new_id()
    claim(door, theatre, ticket, id=id)
    admitted(door, theatre, ticket, id=id)
    door.upload().ok()
    then = clock()
    clock.passes(minutes=5)

    answer = claim(other_door, theatre, ticket, name="Door B")

    assert answer["granted"] is False
    assert answer["refused"] == "ALREADY_ADMITTED"
    assert (answer["by"], answer["at_ms"]) == ("Door A", then)


def test_while_a_door_is_at_it_the_other_is_asked_to_wait(door, other_door, theatre):
    ticket = theatre.sell("A2").tickets[0].id
    claim(door, theatre, ticket)

    answer = claim(other_door, theatre, ticket, name="Door B")

    assert (answer["refused"], answer["by"]) == ("BEING_CHECKED", "Door A")


def test_a_claim_that_is_asked_again_is_answered_alike_even_after_its_movement(
    door, theatre
):
    ticket = theatre.sell("A2").tickets[0].id
    id = new_id()
    first = claim(door, theatre, ticket, id=id)

    assert claim(door, theatre, ticket, id=id) == first
    admitted(door, theatre, ticket, id=id)
    door.upload().ok()
    assert claim(door, theatre, ticket, id=id) == first


def test_a_dropped_claim_frees_the_ticket(door, other_door, theatre):
    ticket = theatre.sell("A2").tickets[0].id
    id = new_id()
    claim(door, theatre, ticket, id=id)
    door.happened("claim.dropped", {"claim": id})
    door.upload().ok()

    assert claim(other_door, theatre, ticket, name="Door B")["granted"] is True


def test_a_claim_that_comes_after_its_own_movement_stands_in_nobodys_way(
    door, other_door, theatre
):
    # The door had waited long enough, admitted on its own and told so first.
    ticket = theatre.sell("A2").tickets[0].id
    id = new_id()
    admitted(door, theatre, ticket, id=id)
    door.upload().ok()

    assert claim(door, theatre, ticket, id=id) == {"granted": True, "after": None}

    out = admitted(door, theatre, ticket, after=id, type="exit", verdict="EXIT_OK")
    door.upload().ok()
    answer = claim(other_door, theatre, ticket, name="Door B")
    assert answer == {"granted": True, "after": out}


def test_a_claim_that_comes_after_it_was_dropped_stands_in_nobodys_way(
    door, other_door, theatre
):
    ticket = theatre.sell("A2").tickets[0].id
    id = new_id()
    door.happened("claim.dropped", {"claim": id})
    door.upload().ok()

    assert claim(door, theatre, ticket, id=id)["granted"] is False
    assert claim(other_door, theatre, ticket, name="Door B")["granted"] is True


def test_a_device_sold_ticket_whose_claim_comes_late_can_come_back_too(
    kiosk, door, other_door, theatre
):
    line, id = unseen(kiosk, theatre), new_id()
    code = {"payload": line["payload"]}
    admitted(door, theatre, line["ticket"], id=id, **code)
    door.upload().ok()
    claim(door, theatre, line["ticket"], id=id, **code)
    out = admitted(
        door, theatre, line["ticket"], after=id, type="exit", verdict="EXIT_OK", **code
    )
    door.upload().ok()

    answer = claim(other_door, theatre, line["ticket"], name="Door B", **code)

    assert (answer["granted"], answer["after"]) == (True, out)


def test_the_claims_of_a_revoked_door_stand_in_nobodys_way(
    door, other_door, theatre, ledger
):
    ticket = theatre.sell("A2").tickets[0].id
    claim(door, theatre, ticket)
    ledger.store.write(devices.revoke, ledger.means(), door.id)

    assert claim(other_door, theatre, ticket, name="Door B")["granted"] is True


def test_the_claims_of_a_door_that_is_paired_anew_stand_in_nobodys_way(
    lobby, door, other_door, theatre
):
    ticket = theatre.sell("A2").tickets[0].id
    claim(door, theatre, ticket)
    assert lobby.device("Door A", "door").id == door.id

    assert claim(other_door, theatre, ticket, name="Door B")["granted"] is True


def test_a_door_cannot_drop_the_claim_of_another(door, other_door, theatre):
    ticket = theatre.sell("A2").tickets[0].id
    id = new_id()
    claim(door, theatre, ticket, id=id)
    other_door.happened("claim.dropped", {"claim": id})
    other_door.upload().ok()

    assert claim(door, theatre, ticket, id=id)["granted"] is True


def test_an_undone_admission_frees_the_ticket(door, other_door, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    id = new_id()
    claim(door, theatre, ticket, id=id)
    admitted(door, theatre, ticket, id=id)
    door.happened("admission.undone", {"admission": id, "why": "wrong guest"})
    door.upload().ok()

    assert claim(other_door, theatre, ticket, name="Door B")["granted"] is True
    told = door.documents(f"perf:{theatre.tonight}", "ticket")[ticket]
    assert told["movements"][0]["undone"] is True


def test_of_many_doors_that_claim_at_once_one_is_granted(theatre, ledger, lobby):
    # Source: P14.
    ticket = theatre.sell("A2").tickets[0].id
    answers, start = [], threading.Barrier(8)

    def want(number):
        start.wait()
        asked = claims.Asked(
            claim=new_id(),
            device=f"door {number}",
            place="Door A",
            ticket=ticket,
            performance=theatre.tonight,
            issue=1,
            door="Door A",
        )
        answers.append(ledger.store.write(claims.admit, ledger.means(), asked))

    threads = [threading.Thread(target=want, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [type(a) for a in answers].count(claims.Granted) == 1
    assert {a.refused for a in answers if isinstance(a, claims.NotGranted)} == {
        "BEING_CHECKED"
    }


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"status": "refunded"}, "REFUNDED"),
        ({"status": "cancelled"}, "CANCELLED"),
        ({"issue": 2}, "REPLACED"),
        ({"blocked": True}, "BLOCKED"),
    ],
)
def test_a_ticket_that_is_no_good_here_is_refused(door, theatre, ledger, changed, refused):
    ticket = theatre.sell("A2").tickets[0].id
    ledger.store.write(
        lambda session: session.execute(
            update(TicketRow).where(TicketRow.id == ticket).values(**changed)
        )
    )

    assert claim(door, theatre, ticket)["refused"] == refused


def test_a_ticket_for_another_evening_is_refused(door, theatre):
    ticket = theatre.sell("S-001", performance=theatre.studio).tickets[0].id

    assert claim(door, theatre, ticket)["refused"] == "WRONG_PERFORMANCE"


def test_a_ticket_of_a_cancelled_evening_is_refused(door, theatre, ledger, clock):
    ticket = theatre.sell("A2").tickets[0].id
    ledger.store.write(
        lambda session: session.execute(update(PerformanceRow).values(cancelled_ms=clock()))
    )

    assert claim(door, theatre, ticket)["refused"] == "PERFORMANCE_CANCELLED"


def test_a_claim_for_an_evening_that_nobody_knows_is_not_found(door):
    wish = {"claim": new_id(), "kind": "admission", "ticket": "t", "performance": "p"}

    assert door.post("/api/claims", wish).status == 404


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"claim": "x", "kind": "admission"},
        {"claim": "01890000-0000-7000-8000-000000000000", "kind": "dance"},
        {"claim": "01890000-0000-7000-8000-000000000000", "kind": "admission", "count": 0},
        {"claim": "01890000-0000-7000-8000-000000000000", "kind": "admission", "ticket": 7},
        {"claim": "01890000-0000-7000-8000-000000000000", "kind": "pickup", "tickets": {}},
    ],
)
def test_a_claim_that_makes_no_sense_is_malformed(kiosk, wish):
    assert kiosk.post("/api/claims", wish).status == 400


def test_a_party_comes_in_parts_through_two_doors_and_never_more_than_it_is_for(
    door, other_door, theatre, ledger
):
    listed = replace(
        price_list(), types=(*price_list().types, prices.Type("class", "Class", admits=6))
    )
    levels = tuple(
        replace(one, prices={**one.prices, "class": 9000}) for one in listed.levels
    )
    means, write = ledger.means(), ledger.store.write
    write(catalogue.set_prices, means, theatre.tonight, replace(listed, levels=levels))
    how = {"performance": theatre.tonight, "seller": Seller.WINDOW, "tender": "cash"}
    ticket = write(orders.sell, means, seats=[("A2", "class")], **how).tickets[0].id
    first = new_id()
    assert claim(door, theatre, ticket, id=first, count=4)["granted"]
    admitted(door, theatre, ticket, id=first, mode="ledger", count=4)
    door.upload().ok()

    three = claim(other_door, theatre, ticket, name="Door B", count=3)
    assert (three["granted"], three["refused"]) == (False, "PARTY_FULL")
    assert claim(other_door, theatre, ticket, name="Door B", count=2) == {
        "granted": True,
        "after": first,
    }


def test_coming_back_after_an_exit_follows_the_exit(door, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    first = admitted(door, theatre, ticket)
    out = admitted(door, theatre, ticket, after=first, type="exit", verdict="EXIT_OK")
    door.upload().ok()

    answer = claim(door, theatre, ticket)

    assert answer == {"granted": True, "after": out}
    admitted(door, theatre, ticket, after=out, verdict="RE_ADMIT")
    door.upload().ok()
    assert noted(ledger, "admitted_twice") == []


# --- tickets whose sale has not come yet -------------------------------------------------


def unseen(kiosk, theatre, seat="A2", number=2):
    epoch = kiosk.own(theatre.tonight, seat)[seat]
    line = kiosk.line(theatre.tonight, seat, epoch)
    line["payload"] = kiosk.code(1, line["ticket"], number, seq=1)
    return line


def test_a_ticket_sold_offline_a_second_ago_is_granted_by_its_code(kiosk, door, theatre):
    line = unseen(kiosk, theatre)

    answer = claim(door, theatre, line["ticket"], payload=line["payload"])

    assert answer == {"granted": True, "after": None, "unseen": True}


def test_a_ticket_on_a_seat_that_was_never_the_devices_own_is_not(kiosk, door, theatre):
    ticket = new_id()
    code = kiosk.code(1, ticket, 7, seq=1)

    assert claim(door, theatre, ticket, payload=code)["refused"] == "UNVERIFIED"


def test_a_code_of_the_ledger_that_the_ledger_does_not_know_is_unknown(
    door, theatre, ledger
):
    ticket = new_id()
    code = ledger.keys.code(performance=1, ticket=ticket, seat=2)

    assert claim(door, theatre, ticket, payload=code)["refused"] == "UNKNOWN"


@pytest.mark.parametrize("payload", [None, "", "FOH:", "FOH:NONSENSE", "x" * 600])
def test_a_ticket_that_nobody_knows_is_unknown(door, theatre, payload):
    assert claim(door, theatre, new_id(), payload=payload)["refused"] == "UNKNOWN"


def test_a_code_under_a_revoked_key_is_never_granted(kiosk, door, theatre, ledger):
    line = unseen(kiosk, theatre)
    ledger.store.write(devices.revoke, ledger.means(), kiosk.id)

    answer = claim(door, theatre, line["ticket"], payload=line["payload"])

    assert answer["refused"] == "REVOKED"


def test_a_ticket_that_a_scan_had_told_of_is_printed_once_like_any_other(
    kiosk, door, theatre, ledger
):
    line = unseen(kiosk, theatre)
    admitted(door, theatre, line["ticket"], payload=line["payload"])
    door.upload().ok()

    kiosk.happened("sale", kiosk.sale(line))
    kiosk.happened(
        "ticket.printed",
        {"ticket": line["ticket"], "issue": 1, "job": new_id(), "proof": "ok"},
    )
    kiosk.upload().ok()

    assert noted(ledger, "printed_twice") == []


def test_a_ticket_that_a_scan_had_told_of_can_still_be_owed(kiosk, door, theatre, ledger):
    line = unseen(kiosk, theatre)
    admitted(door, theatre, line["ticket"], payload=line["payload"])
    door.upload().ok()

    kiosk.happened("sale", kiosk.sale(line))
    kiosk.happened(
        "ticket.uncertain",
        {"ticket": line["ticket"], "issue": 1, "job": new_id(), "reason": "restart"},
    )
    kiosk.upload().ok()

    assert [found.subject for found in noted(ledger, "ticket_owed")] == [line["ticket"]]


def test_a_scan_rebuilds_the_sale_and_the_sale_takes_its_place(
    kiosk, door, theatre, ledger
):
    # Source: DOR2, P26.
    line = unseen(kiosk, theatre)
    admitted(
        door, theatre, line["ticket"], payload=line["payload"], verdict="ADMIT_UNVERIFIED"
    )
    door.upload().ok()

    with ledger.store.read() as session:
        rebuilt = session.get(TicketRow, line["ticket"])
        assert rebuilt.unseen
        assert session.get(SeatStateRow, (theatre.tonight, "A2")).ticket == rebuilt.id
    assert len(noted(ledger, "sale_unseen")) == 1

    kiosk.happened("sale", kiosk.sale(line))
    kiosk.upload().ok()

    assert noted(ledger, "sale_unseen") == []
    with ledger.store.read() as session:
        sold = session.get(TicketRow, line["ticket"])
        assert (sold.unseen, sold.seated, sold.price) == (False, True, 2400)
        assert [o.number for o in session.scalars(select(OrderRow))] == ["K7Q4MX23"]
    told = door.documents(f"perf:{theatre.tonight}", "ticket")[line["ticket"]]
    assert len(told["movements"]) == 1


def test_what_a_restored_ledger_had_sold_is_taken_from_the_pool_by_a_scan(
    door, theatre, ledger
):
    # Source: P9. Its own sale was lost; a door that had heard of it let the guest in.
    ticket = new_id()
    code = ledger.keys.code(performance=1, ticket=ticket, seat=2)

    admitted(door, theatre, ticket, payload=code)
    door.upload().ok()

    with ledger.store.read() as session:
        seat = session.get(SeatStateRow, (theatre.tonight, "A2"))
    assert (seat.state, seat.ticket) == ("sold", ticket)
    assert [found.subject for found in noted(ledger, "sale_unseen")] == [ticket]


def test_what_was_collected_before_a_restore_is_written_down_from_its_code(
    kiosk, theatre, ledger
):
    # Source: P9. Its order was sold after the backup; its paper is out all the same.
    ticket = new_id()
    code = ledger.keys.code(performance=1, ticket=ticket, seat=2)
    pickup = {"claim": new_id(), "order": "K7Q4MX2N", "tickets": [ticket], "way": "code"}
    kiosk.happened("pickup", {**pickup, "payload": code})
    kiosk.happened(
        "ticket.printed", {"ticket": ticket, "issue": 1, "job": "j", "proof": "1"}
    )
    kiosk.upload().ok()

    with ledger.store.read() as session:
        row = session.get(TicketRow, ticket)
        applied = session.scalars(select(DeviceEventRow.applied)).all()
    assert (row.seat, row.print_state, row.unseen) == ("A2", "printed", True)
    assert all(applied)
    assert [found.subject for found in noted(ledger, "sale_unseen")] == [ticket]
    assert noted(ledger, "printed_twice") == []


def test_a_scan_that_is_heard_before_the_pickup_makes_no_second_paper_of_it(
    kiosk, lobby, door, theatre, ledger
):
    # Source: P9. The simulation found it (seed 30100): the door's log came first.
    ticket = new_id()
    code = ledger.keys.code(performance=1, ticket=ticket, seat=2)
    admitted(door, theatre, ticket, payload=code)
    door.upload().ok()

    def fetched(at):
        pickup = {"claim": new_id(), "order": "K7Q4MX2N", "tickets": [ticket]}
        at.happened("pickup", {**pickup, "way": "code", "payload": code})
        paper = {"ticket": ticket, "issue": 1, "job": "j", "proof": "1"}
        at.happened("ticket.printed", paper)
        at.upload().ok()

    fetched(kiosk)
    assert noted(ledger, "printed_twice") == []
    fetched(lobby.device("Kiosk 2", "kiosk"))
    assert [found.subject for found in noted(ledger, "printed_twice")] == [ticket]


def test_an_admission_with_a_code_that_is_no_good_is_kept_all_the_same(
    door, theatre, ledger
):
    ticket = new_id()
    id = admitted(door, theatre, ticket, payload="FOH:NONSENSE")
    door.upload().ok()

    with ledger.store.read() as session:
        assert session.get(MovementRow, id).ticket == ticket
        assert session.get(TicketRow, ticket) is None
        assert session.scalars(select(DeviceEventRow.applied)).all() == [True]


# --- doors that could not talk -----------------------------------------------------------


@pytest.mark.parametrize("first", ["Door A", "Door B"])
def test_two_doors_that_admit_one_ticket_are_one_discrepancy_that_names_both(
    door, other_door, theatre, ledger, first
):
    # Source: P16. The order in which logs arrive plays no part.
    ticket = theatre.sell("A2").tickets[0].id
    both = {
        admitted(door, theatre, ticket),
        admitted(other_door, theatre, ticket, door="Door B"),
    }
    order = [door, other_door] if first == "Door A" else [other_door, door]
    for device in order:
        device.upload().ok()
    for device in order:
        device.upload().ok()

    [found] = noted(ledger, "admitted_twice")
    assert evidence(ledger, found) == both
    assert {m["door"] for m in json.loads(found.facts)["admissions"]} == {
        "Door A",
        "Door B",
    }


def test_a_double_of_a_ticket_that_the_book_forgot_is_noted_too(
    door, other_door, theatre, ledger, bo
):
    # A restored book does not know what was sold after its backup. Source: P16, sync.md §8.
    ticket = new_id()
    both = {
        admitted(door, theatre, ticket),
        admitted(other_door, theatre, ticket, door="Door B"),
    }
    for device in (door, other_door):
        device.upload().ok()

    [found] = noted(ledger, "admitted_twice")
    assert evidence(ledger, found) == both
    assert "One ticket, two admissions" in bo.open("/staff/discrepancies").words


def test_a_guest_who_went_out_and_in_again_is_no_double(door, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    first = admitted(door, theatre, ticket)
    out = admitted(door, theatre, ticket, after=first, type="exit", verdict="EXIT_OK")
    admitted(door, theatre, ticket, after=out, verdict="RE_ADMIT")
    door.upload().ok()

    assert noted(ledger, "admitted_twice") == []


def test_a_second_admission_after_the_first_is_a_double_of_its_own(door, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    first = admitted(door, theatre, ticket)
    out = admitted(door, theatre, ticket, after=first, type="exit", verdict="EXIT_OK")
    doubles = {admitted(door, theatre, ticket, after=out) for _ in range(2)}
    door.upload().ok()

    [found] = noted(ledger, "admitted_twice")
    assert evidence(ledger, found) == doubles


def test_an_undo_settles_the_double_it_explains(door, other_door, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    admitted(door, theatre, ticket)
    second = admitted(other_door, theatre, ticket, door="Door B")
    door.upload().ok()
    other_door.upload().ok()
    other_door.happened("admission.undone", {"admission": second, "why": "looked again"})
    other_door.upload().ok()

    assert noted(ledger, "admitted_twice") == []
    assert len(noted(ledger, "admitted_twice", state="settled")) == 1


def test_a_guest_inside_on_a_refunded_ticket_is_for_a_manager(door, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    ledger.store.write(
        lambda session: session.execute(update(TicketRow).values(status="refunded"))
    )
    admitted(door, theatre, ticket)
    door.upload().ok()

    [found] = noted(ledger, "admitted_void")
    assert json.loads(found.facts)["why"] == "refunded"


def test_a_scan_that_arrives_twice_is_one_movement(door, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    admitted(door, theatre, ticket)
    door.upload().ok()
    door.upload().ok()

    with ledger.store.read() as session:
        assert len(session.scalars(select(MovementRow)).all()) == 1


# --- pickup and reissue ------------------------------------------------------------------


def pick_up(kiosk, *tickets, id=None, **how):
    wish = {"claim": id or new_id(), "kind": "pickup", "tickets": list(tickets)} | how
    return kiosk.post("/api/claims", wish).ok()


def test_a_pickup_gives_the_codes_and_keeps_others_out(kiosk, lobby, theatre):
    sold = theatre.sell("A2", "A3").tickets
    other = lobby.device("Kiosk 2", "kiosk")

    answer = pick_up(kiosk, sold[0].id, sold[1].id)

    assert answer["granted"] is True
    assert answer["payloads"] == {t.id: t.payload for t in sold}
    refused = pick_up(other, sold[1].id)
    assert (refused["refused"], refused["by"]) == ("PRINT_IN_PROGRESS", "Kiosk 1")


def test_a_pickup_of_one_ticket_may_name_just_that(kiosk, theatre):
    [sold] = theatre.sell("A2").tickets
    wish = {"claim": new_id(), "kind": "pickup", "ticket": sold.id, "issue": 1}

    assert kiosk.post("/api/claims", wish).ok()["payload"] == sold.payload


def test_a_pickup_may_name_the_order(kiosk, theatre):
    sold = theatre.sell("A2", "A3")
    wish = {"claim": new_id(), "kind": "pickup", "order": sold.number}

    assert set(kiosk.post("/api/claims", wish).ok()["payloads"]) == {
        t.id for t in sold.tickets
    }


def test_what_was_collected_is_not_collected_again(kiosk, lobby, theatre, clock, ledger):
    sold = theatre.sell("A2")
    ticket, id = sold.tickets[0].id, new_id()
    pick_up(kiosk, ticket, id=id)
    collected = {"claim": id, "order": sold.id, "tickets": [ticket], "way": "paper"}
    kiosk.happened("pickup", collected)
    kiosk.happened(
        "ticket.printed", {"ticket": ticket, "issue": 1, "job": "j", "proof": "p"}
    )
    kiosk.upload().ok()

    refused = pick_up(lobby.device("Kiosk 2", "kiosk"), ticket)

    assert (refused["refused"], refused["by"]) == ("ALREADY_PRINTED", "Kiosk 1")
    assert refused["at_ms"] == clock()
    assert noted(ledger, "printed_twice") == []


def test_paper_that_failed_at_one_kiosk_moves_at_one_other_only(kiosk, lobby, theatre):
    ticket = theatre.sell("A2").tickets[0].id
    second, third = (lobby.device(f"Kiosk {n}", "kiosk") for n in (2, 3))

    def fetches(at):
        id = new_id()
        assert pick_up(at, ticket, id=id)["granted"]
        fetched = {"claim": id, "order": "K7Q4MX2N", "tickets": [ticket], "way": "code"}
        at.happened("pickup", fetched)
        at.upload().ok()

    fetches(kiosk)
    failed = {"ticket": ticket, "issue": 1, "job": "j", "reason": "cover"}
    kiosk.happened("ticket.failed", failed)
    kiosk.upload().ok()
    fetches(second)

    assert pick_up(third, ticket)["refused"] == "PRINT_IN_PROGRESS"


def test_tickets_that_two_cut_off_kiosks_printed_are_noted(kiosk, lobby, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    for device in (kiosk, lobby.device("Kiosk 2", "kiosk")):
        printed = {"ticket": ticket, "issue": 1, "job": new_id(), "proof": "p"}
        device.happened("ticket.printed", printed)
        device.upload().ok()

    assert len(noted(ledger, "printed_twice")) == 1


@pytest.mark.parametrize(
    ("how", "refused"),
    [({"tender": None}, "AMOUNT_DUE"), ({"photo_id": True}, "SEE_STAFF_PHOTO_ID")],
)
def test_a_pickup_that_needs_somebody_is_refused(kiosk, theatre, how, refused):
    ticket = theatre.sell("A2", **how).tickets[0].id

    answer = pick_up(kiosk, ticket)

    assert answer["refused"] == refused
    if refused == "AMOUNT_DUE":
        assert (answer["due"], answer["currency"]) == (2400, "EUR")


def test_a_reissue_gives_the_next_code_and_voids_the_older_once_printed(
    kiosk, door, theatre, ledger
):
    ticket = theatre.sell("A2").tickets[0].id
    wish = {"claim": new_id(), "kind": "reissue", "ticket": ticket, "issue": 1}

    code = kiosk.post("/api/claims", wish).ok()["payload"]

    with ledger.store.read() as session:
        reading = tickets.read(code, facts.keys(session))
    assert reading.code.issue == 2
    reprint = {"ticket": ticket, "issue": 2, "why": "torn", "staff": "anna"}
    kiosk.happened("ticket.reprinted", reprint)
    kiosk.upload().ok()
    stream = f"perf:{theatre.tonight}"
    assert door.documents(stream, "revocation")[ticket]["issue"] == 1
    assert claim(door, theatre, ticket, issue=1)["refused"] == "REPLACED"
    assert claim(door, theatre, ticket, issue=2)["granted"] is True


def test_paper_that_waited_until_its_guest_had_gone_prints_at_any_kiosk(kiosk, theatre):
    ticket, id = theatre.sell("A2").tickets[0].id, new_id()
    assert pick_up(kiosk, ticket, id=id)["granted"]
    fetched = {"claim": id, "order": "K7Q4MX2N", "tickets": [ticket], "way": "code"}
    kiosk.happened("pickup", fetched)
    waited = {"ticket": ticket, "issue": 1, "job": "j", "reason": "waited"}
    kiosk.happened("ticket.owed", waited)
    kiosk.upload().ok()

    assert pick_up(kiosk, ticket)["granted"]


def test_a_ticket_that_did_not_print_is_owed_until_it_does(kiosk, theatre, ledger):
    ticket = theatre.sell("A2").tickets[0].id
    trouble = {"ticket": ticket, "issue": 1, "job": "j", "reason": "paper out"}
    kiosk.happened("ticket.uncertain", trouble)
    kiosk.upload().ok()
    assert len(noted(ledger, "ticket_owed")) == 1
    refused = pick_up(kiosk, ticket)
    assert refused["refused"] == "SEE_STAFF"

    kiosk.happened("ticket.delivered", {"ticket": ticket, "issue": 1, "way": "phone"})
    kiosk.upload().ok()

    assert noted(ledger, "ticket_owed") == []
