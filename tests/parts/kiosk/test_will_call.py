"""Collecting: found by QR or by number and name, printed once, kindly refused later."""

import random
from collections import Counter

import pytest

from boxoffice import copies, ids
from boxoffice import log as chain
from kiosk import collecting, figures, reprints, sync, will_call
from kiosk.device import Device
from kiosk.payments import codes
from kiosk.printing import spool
from kiosk.shown.collecting import Collecting, Found
from kiosk.shown.named import Refusal
from kiosk.store.tables.orders import CollectionRow
from tests.parts.kiosk.conftest import Plug, PulledPlug
from tests.parts.kiosk.guests import choose, pay, print_all, talk
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import (
    CURTAIN,
    HAMLET,
    ORDER,
    Rooms,
    Time,
    evening,
    hear,
    paid_order,
)

CODE = "FOHC:OKAFOR"
GUESSES = 2_000


@pytest.fixture
def kiosk(kiosk: Device) -> Device:
    spool.turn(kiosk)
    return kiosk


def found(kiosk: Device) -> Found:
    answer = will_call.find_code(kiosk, CODE)
    assert isinstance(answer, Found), answer
    return answer


def everything(kiosk: Device) -> Collecting | Refusal:
    order = found(kiosk)
    return will_call.collect(kiosk, order.ref, [t.ticket for t in order.tickets])


def key(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.key


def test_the_qr_of_a_paid_order_prints_at_once(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    paid_order(ledger)
    hear(kiosk)
    order = found(kiosk)
    assert order.at_once
    assert (order.title, len(order.tickets), order.due) == ("Hamlet", 2, 0)

    collecting = everything(kiosk)
    print_all(kiosk)

    assert isinstance(collecting, Collecting)
    assert spool.progress(kiosk, ORDER).done
    assert len(paper.codes) == 2
    done = will_call.done(kiosk, collecting.ref)
    assert done is not None
    assert done.doors == ("Door A",)
    sync.everything(kiosk)
    pickups = ledger.events("kiosk-1", "pickup")
    assert [event["way"] for event in pickups] == ["code", "code"]
    assert {event["claim"] for event in pickups} == set(ledger.claims)


@pytest.mark.parametrize("name", ["Okafor", "okafor", "OKAFOR"])
def test_number_and_last_name_find_the_order(
    kiosk: Device, ledger: LedgerDouble, name: str
):
    paid_order(ledger)
    number = a_number()
    ledger.orders[number] = ledger.orders[ORDER]

    answer = will_call.find(kiosk, f"{number[:4].lower()}-{number[4:]}", name)

    assert isinstance(answer, Found)
    assert not answer.at_once  # Whoever typed is asked once more.


def a_number() -> str:
    """An order number that nobody has, without a typing mistake."""
    return ids.order_number(lambda n: bytes(range(n)))


def test_a_typing_slip_is_caught_before_anybody_is_asked(
    kiosk: Device, ledger: LedgerDouble
):
    asked = len(ledger.asked)

    assert key(will_call.find(kiosk, "K7Q4MX22", "Okafor")) == "collect.typo"
    assert key(will_call.find(kiosk, "", "Okafor")) == "collect.typo"
    assert len(ledger.asked) == asked


def test_wrong_number_and_wrong_name_get_the_same_words(
    kiosk: Device, ledger: LedgerDouble
):
    number = a_number()
    ledger.orders[number] = {"last_name": "okafor", "answer": {}}

    wrong_name = will_call.find(kiosk, number, "Oka")
    del ledger.orders[number]
    wrong_number = will_call.find(kiosk, number, "Okafor")

    assert key(wrong_name) == key(wrong_number) == "collect.none"


def test_five_misses_lock_typing_and_the_camera_still_works(
    kiosk: Device, ledger: LedgerDouble, time: Time
):
    paid_order(ledger)
    hear(kiosk)
    for _ in range(5):
        assert key(will_call.find(kiosk, a_number(), "Nobody")) == "collect.none"

    locked = will_call.find(kiosk, a_number(), "Nobody")

    assert key(locked) == "collect.locked"
    assert isinstance(found(kiosk), Found)
    time.pass_ms(60_000)
    assert key(will_call.find(kiosk, a_number(), "Nobody")) == "collect.none"


@pytest.mark.parametrize("text", ["", "x" * 600, "https://example.org", "4006381333931"])
def test_a_code_of_somebody_else_is_no_code_of_ours(kiosk: Device, text: str):
    assert key(will_call.find_code(kiosk, text)) == "scan.other"


def test_a_second_collection_is_refused_kindly_with_time_and_place(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, time: Time
):
    paid_order(ledger)
    hear(kiosk)
    everything(kiosk)
    print_all(kiosk)
    at_ms = time.now
    time.pass_ms(60_000)

    again = everything(kiosk)

    assert isinstance(again, Refusal)
    assert again.key == "collect.done"
    assert again.facts == {"at_ms": at_ms, "place": "Kiosk 1"}
    assert len(paper.codes) == 2


def test_tickets_collected_elsewhere_name_that_kiosk(kiosk: Device, ledger: LedgerDouble):
    answer = paid_order(ledger)
    hear(kiosk)
    order = found(kiosk)
    for ticket in answer["tickets"]:
        ticket["print_state"] = "printed"  # Meanwhile, at kiosk 2.

    refusal = will_call.collect(kiosk, order.ref, [t.ticket for t in order.tickets])

    assert isinstance(refusal, Refusal)
    assert refusal.key == "collect.done"
    assert refusal.facts["place"] == "Kiosk 2"
    sync.everything(kiosk)
    assert len(ledger.events("kiosk-1", "claim.dropped")) == 1


def test_the_late_friends_ticket_waits(kiosk: Device, ledger: LedgerDouble, paper: Paper):
    paid_order(ledger)
    hear(kiosk)
    order = found(kiosk)
    first, second = (ticket.ticket for ticket in order.tickets)

    will_call.collect(kiosk, order.ref, [first])
    print_all(kiosk)
    assert len(paper.codes) == 1
    again = will_call.found(kiosk, order.ref)
    assert isinstance(again, Found)
    assert [t.collectable for t in again.tickets] == [False, True]
    will_call.collect(kiosk, order.ref, [second])
    print_all(kiosk)

    assert len(paper.codes) == 2


def test_pressing_twice_prints_once(kiosk: Device, ledger: LedgerDouble, paper: Paper):
    paid_order(ledger)
    hear(kiosk)
    order = found(kiosk)
    tickets = [ticket.ticket for ticket in order.tickets]

    first = will_call.collect(kiosk, order.ref, tickets)
    second = will_call.collect(kiosk, order.ref, tickets)
    print_all(kiosk)

    assert first == second
    assert len(paper.codes) == 2


def test_a_claim_whose_answer_is_lost_is_given_back_and_asked_anew(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    paid_order(ledger)
    hear(kiosk)
    order = found(kiosk)
    tickets = [ticket.ticket for ticket in order.tickets]
    ledger.answers_lost = 1
    assert key(will_call.collect(kiosk, order.ref, tickets)) == "link.collect"
    # The ledger has not heard of it: nobody else prints them, whatever it says.
    assert key(will_call.collect(kiosk, order.ref, tickets)) == "link.collect"
    sync.everything(kiosk)
    assert ledger.claims == {}

    again = will_call.collect(kiosk, order.ref, tickets)
    print_all(kiosk)

    assert isinstance(again, Collecting)
    assert len(ledger.claims) == 2
    assert len(paper.codes) == 2


def test_what_was_given_back_is_told_before_it_is_claimed_anew(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    paid_order(ledger)
    hear(kiosk)
    order = found(kiosk)
    tickets = [ticket.ticket for ticket in order.tickets]
    ledger.answers_lost = 1
    will_call.collect(kiosk, order.ref, tickets)
    sync.cursor(kiosk)
    assert kiosk.up

    assert isinstance(will_call.collect(kiosk, order.ref, tickets), Collecting)


def test_claims_of_a_guest_whose_kiosk_lost_its_power_are_given_back(
    rooms: Rooms, kiosk: Device, ledger: LedgerDouble, card: Card, paper: Paper
):
    paid_order(ledger)
    hear(kiosk)
    order = found(kiosk)
    tickets = [ticket.ticket for ticket in order.tickets]
    with kiosk.store.read() as session:
        row = session.get_one(CollectionRow, order.ref)
    assert collecting.claim(kiosk, row, tickets) is None
    assert len(ledger.claims) == 2

    rooms.unplug(kiosk)
    sync.everything(rooms.device(terminal=card, printer=paper.line))

    assert ledger.claims == {}


def test_a_plug_pulled_while_collecting_prints_nothing_twice(
    rooms: Rooms, kiosk: Device, ledger: LedgerDouble, card: Card, paper: Paper, plug: Plug
):
    paid_order(ledger)
    hear(kiosk)
    everything(kiosk)
    plug.at("print: bytes sent")
    with pytest.raises(PulledPlug):
        print_all(kiosk)
    plug.back()
    rooms.unplug(kiosk)

    again = rooms.device(terminal=card, printer=paper.line)
    print_all(again)

    assert len(paper.codes) == len(set(paper.codes))
    books = figures.figures(again)
    assert len(books["printed"]) + len(books["owed"]) == 2


@pytest.mark.parametrize(
    ("change", "key_"),
    [
        ({"photo_id": True}, "collect.id"),
        ({"state": "cancelled"}, "collect.void"),
    ],
)
def test_what_stands_in_the_way_is_said(
    kiosk: Device, ledger: LedgerDouble, change: dict[str, object], key_: str
):
    paid_order(ledger, **change)
    hear(kiosk)

    assert not found(kiosk).at_once
    assert key(everything(kiosk)) == key_


def test_money_that_is_due_is_named_and_nothing_prints(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    answer = paid_order(ledger)
    answer["tickets"][1]["paid"] = 0
    hear(kiosk)
    order = found(kiosk)
    assert (order.at_once, order.due) == (False, 2400)

    refusal = everything(kiosk)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "collect.due"
    assert refusal.facts == {"due": 2400, "currency": "EUR"}
    first = will_call.collect(kiosk, order.ref, [order.tickets[0].ticket])
    assert isinstance(first, Collecting)  # What is paid prints.


def test_a_cancelled_performance_hands_out_nothing(kiosk: Device, ledger: LedgerDouble):
    paid_order(ledger)
    body = evening(1204, "Hamlet", "reserved", cancelled=True)
    ledger.put("venue:v1", "performance", HAMLET, body)
    hear(kiosk)

    assert key(everything(kiosk)) == "collect.off"


def test_tickets_of_another_week_are_collected_later(kiosk: Device, ledger: LedgerDouble):
    paid_order(ledger)
    body = evening(1204, "Hamlet", "reserved", starts_ms=CURTAIN + 5 * 86_400_000)
    ledger.put("venue:v1", "performance", HAMLET, {**body, "ends_ms": None})
    hear(kiosk)

    refusal = everything(kiosk)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "collect.later"
    assert refusal.facts["starts_ms"] == CURTAIN + 5 * 86_400_000


def test_a_ticket_that_may_have_printed_needs_a_colleague(
    kiosk: Device, ledger: LedgerDouble
):
    answer = paid_order(ledger)
    answer["tickets"][0]["print_state"] = "uncertain"
    hear(kiosk)

    assert key(everything(kiosk)) == "collect.uncertain"


def test_without_paper_nothing_is_claimed(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    paid_order(ledger)
    hear(kiosk)
    paper.fault(out=True)
    spool.turn(kiosk)

    assert key(everything(kiosk)) == "paper.before"
    assert ledger.claims == {}


def test_without_a_line_it_is_said_that_the_line_is_down(
    kiosk: Device, ledger: LedgerDouble
):
    ledger.up = False

    assert key(will_call.find_code(kiosk, CODE)) == "link.collect"
    assert key(will_call.find(kiosk, a_number(), "Okafor")) == "link.collect"


def copied(kiosk: Device, ledger: LedgerDouble, *ways: str, **change: object) -> str:
    """An order of which this kiosk keeps a sealed copy; then the line is cut."""
    answer = paid_order(ledger, **change)
    for ticket in answer["tickets"]:
        ticket["payloads"] = {"2": f"second {ticket['ticket']}"}
    pepper = b"\x05" * copies.PEPPER_BYTES
    ledger.put("venue:v1", "config", "willcall", {"pepper": chain.encoded(pepper)})
    for way in ways or (copies.by_code(codes.hash_of(CODE)),):
        stretched = copies.stretch(way, pepper)
        sealed = copies.seal(stretched, bytes(copies.NONCE_BYTES), answer)
        id = copies.index(stretched, pepper)
        ledger.put(f"perf:{HAMLET}", "willcall", id, {"sealed": sealed})
    hear(kiosk)
    ledger.up = False
    return answer["order"]


@pytest.mark.slow
def test_cut_off_a_paid_order_prints_from_our_sealed_copy(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    copied(kiosk, ledger)
    order = found(kiosk)
    assert order.at_once

    collecting = everything(kiosk)
    print_all(kiosk)

    assert isinstance(collecting, Collecting)
    assert len(paper.codes) == 2
    ledger.up = True
    sync.everything(kiosk)
    assert len(ledger.events("kiosk-1", "pickup")) == 2


@pytest.mark.slow
def test_cut_off_number_and_name_open_it_however_the_name_is_spelt(
    kiosk: Device, ledger: LedgerDouble
):
    number = a_number()
    copied(kiosk, ledger, *copies.by_name(number, "Møller"))

    assert isinstance(will_call.find(kiosk, number, "MOELLER"), Found)
    assert key(will_call.find(kiosk, number, "Okafor")) == "link.collect"


@pytest.mark.slow
def test_cut_off_guessing_is_slowed_down_all_the_same(kiosk: Device, ledger: LedgerDouble):
    copied(kiosk, ledger)
    number = a_number()

    for _ in range(5):
        assert key(will_call.find(kiosk, number, "Okafor")) == "link.collect"

    assert key(will_call.find(kiosk, number, "Okafor")) == "collect.locked"
    assert isinstance(found(kiosk), Found)  # The camera still works.


@pytest.mark.slow
def test_cut_off_thousands_of_guesses_are_told_nothing_and_hardly_looked_at(
    kiosk: Device, ledger: LedgerDouble, time: Time
):
    """Source: P28. Somebody types five numbers a second, and knows a name."""
    number, name = a_number(), "Okafor"
    copied(kiosk, ledger, *copies.by_name(number, name))
    chance, told = random.Random(1), Counter[str]()

    for _ in range(GUESSES):
        typed = ids.order_number(chance.randbytes), name
        if chance.random() < 0.5:
            typed = number, chance.choice(("Jensen", "Smith", "Müller", "Okafo"))
        told[key(will_call.find(kiosk, *typed))] += 1
        time.pass_ms(200)

    minutes = GUESSES * 0.2 / 60
    assert told.keys() == {"link.collect", "collect.locked"}
    assert told["link.collect"] <= 5 + minutes
    # Who knows both is let in once the lock is over.
    assert key(will_call.find(kiosk, number, name)) == "collect.locked"
    time.pass_ms(60_000)
    assert isinstance(will_call.find(kiosk, number, name), Found)


@pytest.mark.slow
def test_cut_off_money_that_is_due_is_not_taken(kiosk: Device, ledger: LedgerDouble):
    answer = paid_order(ledger)
    for ticket in answer["tickets"]:
        ticket["paid"] = 0
    copied(kiosk, ledger, tickets=answer["tickets"])

    assert key(everything(kiosk)) == "collect.due_offline"


@pytest.mark.slow
def test_cut_off_the_same_order_prints_once_here(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    copied(kiosk, ledger)
    everything(kiosk)

    assert key(everything(kiosk)) == "collect.busy"
    print_all(kiosk)

    assert [ticket.printed for ticket in found(kiosk).tickets] == [True, True]
    assert key(everything(kiosk)) == "collect.done"
    assert len(paper.codes) == 2


@pytest.mark.slow
def test_a_lost_claim_and_a_cut_line_leave_no_claim_behind(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    copied(kiosk, ledger)
    ledger.up, ledger.answers_lost = True, 0
    order = found(kiosk)
    ledger.answers_lost = 1
    tickets = [ticket.ticket for ticket in order.tickets]
    assert key(will_call.collect(kiosk, order.ref, tickets)) == "link.collect"
    ledger.up = False

    assert isinstance(everything(kiosk), Collecting)
    print_all(kiosk)
    ledger.up = True
    sync.everything(kiosk)

    told = {event["claim"] for event in ledger.events("kiosk-1", "pickup")}
    assert set(ledger.claims) <= told
    assert len(paper.codes) == 2


def test_a_new_issue_whose_signing_nobody_heard_of_is_given_back(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    paid_order(ledger)
    hear(kiosk)
    everything(kiosk)
    print_all(kiosk)
    ticket = reprints.recent(kiosk)[0].ticket
    ledger.answers_lost = 1
    assert key(reprints.again(kiosk, ticket, staff="anna", why="torn")) == "reprint.link"
    assert any(claim.get("reissue") for claim in ledger.claims.values())

    sync.everything(kiosk)

    assert not any(claim.get("reissue") for claim in ledger.claims.values())
    assert isinstance(
        reprints.again(kiosk, ticket, staff="anna", why="torn"), reprints.Paper
    )


@pytest.mark.slow
def test_cut_off_staff_print_again_the_issue_that_the_ledger_signed_before(
    kiosk: Device, ledger: LedgerDouble, paper: Paper
):
    copied(kiosk, ledger)
    everything(kiosk)
    print_all(kiosk)
    ticket = reprints.recent(kiosk)[0].ticket

    again = reprints.again(kiosk, ticket, staff="anna", why="torn")
    print_all(kiosk)

    assert isinstance(again, reprints.Paper)
    assert again.issue == 2
    assert paper.codes[-1] == f"second {ticket}"


@pytest.mark.parametrize("answer", [{}, {"order": "x"}, {"order": "x", "tickets": 7}])
def test_an_answer_that_cannot_be_read_finds_nothing(
    kiosk: Device, ledger: LedgerDouble, answer: dict[str, object]
):
    ledger.orders[ORDER] = {"last_name": "okafor", "answer": answer}
    ledger.codes[CODE] = ORDER

    assert key(will_call.find_code(kiosk, CODE)) == "link.collect"


@pytest.mark.parametrize("ref", ["", "nothing", "../x"])
def test_an_unknown_reference_finds_nothing(kiosk: Device, ref: str):
    assert key(will_call.found(kiosk, ref)) == "collect.none"
    assert key(will_call.collect(kiosk, ref, ["x"])) == "collect.none"
    assert will_call.done(kiosk, ref) is None


def test_tickets_of_another_order_cannot_be_smuggled_in(
    kiosk: Device, ledger: LedgerDouble
):
    paid_order(ledger)
    order = found(kiosk)

    assert key(will_call.collect(kiosk, order.ref, ["another"])) == "collect.none"
    assert key(will_call.collect(kiosk, order.ref, [])) == "collect.none"


@pytest.mark.slow
def test_owed_tickets_that_were_sold_here_are_fetched_without_a_line(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, time: Time
):
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)
    paper.fault(out=True)
    spool.turn(kiosk)
    pickup = spool.progress(kiosk, order).pickup
    time.pass_ms(120_000)
    ledger.up = False
    paper.fault(out=False)
    print_all(kiosk, 2)
    assert paper.codes == []

    answer = will_call.find_code(kiosk, pickup)
    assert isinstance(answer, Found)
    assert answer.at_once
    will_call.collect(kiosk, answer.ref, [t.ticket for t in answer.tickets])
    print_all(kiosk)

    assert len(paper.codes) == 2
    assert spool.progress(kiosk, order).done


@pytest.mark.slow
def test_paper_that_failed_here_is_fetched_here_as_well(
    kiosk: Device, ledger: LedgerDouble, paper: Paper, time: Time
):
    paid_order(ledger)
    hear(kiosk)
    paper.fault(out=True)
    everything(kiosk)
    print_all(kiosk)
    sync.everything(kiosk)
    time.pass_ms(120_000)
    paper.fault(out=False)
    print_all(kiosk, 2)
    sync.everything(kiosk)
    assert paper.codes == []

    again = everything(kiosk)
    print_all(kiosk)

    assert isinstance(again, Collecting)
    assert len(paper.codes) == 2
