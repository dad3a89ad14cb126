"""How a payment can end, row by row of lobby.md §2."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from boxoffice import tickets
from kiosk import (
    allotment,
    documents,
    figures,
    orders,
    reviewing,
    sales,
    sync,
    will_call,
)
from kiosk.device import Device
from kiosk.payments import attempts, box_office, codes, conversation
from kiosk.payments.port import REMOVED_EARLY, Step, TerminalDown
from kiosk.printing import gauge, spool
from kiosk.shown.collecting import Found
from kiosk.shown.named import Refusal
from kiosk.shown.paying import Intent, Outcome
from kiosk.shown.reviewing import Stage
from kiosk.store.tables.orders import IntentRow, PledgedRow, SaleLineRow
from tests.parts.kiosk.guests import buy, choose, pay, print_all, talk
from tests.parts.kiosk.hardware import Card, Paper
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import CURTAIN, HAMLET, STUDIO, Rooms, Time, evening, hear


@pytest.fixture
def kiosk(kiosk: Device) -> Device:
    spool.turn(kiosk)
    return kiosk


def outcome(kiosk: Device, order: str) -> Outcome:
    return attempts.state(kiosk, order).outcome


def pledged(kiosk: Device) -> int:
    with kiosk.store.read() as session:
        return len(session.scalars(select(PledgedRow)).all())


def owned(kiosk: Device) -> list[str]:
    with kiosk.store.read() as session:
        return sorted(allotment.owned(session, HAMLET))


def told(kiosk: Device, ledger: LedgerDouble, type: str) -> list[dict]:
    sync.everything(kiosk)
    return ledger.events("kiosk-1", type)


def test_approved_is_a_sale_and_the_tickets_print(
    kiosk: Device, ledger: LedgerDouble, card: Card, paper: Paper
):
    order = buy(kiosk)

    state = attempts.state(kiosk, order)
    assert (state.outcome, state.amount, state.late) == (Outcome.APPROVED, 5150, False)
    assert len(card.charged) == 1
    assert len(paper.codes) == 2
    sales_told = told(kiosk, ledger, "sale")
    assert [line["seat"] for line in sales_told[0]["lines"]] == ["A-1", "A-2"]
    assert sales_told[0]["tenders"] == [
        {
            "kind": "card",
            "ref": "R1",
            "amount": 5150,
            "intent": card.charged[0],
            "brand": "VISA",
        }
    ]
    assert ledger.seat(HAMLET, "A-1")["state"] == "sold"
    found = orders.order(kiosk, order)
    assert found is not None
    assert found.stage is Stage.SOLD


def test_every_line_carries_its_fees_and_a_code_that_doors_can_read(
    kiosk: Device, ledger: LedgerDouble
):
    buy(kiosk, child=1, adult=1)

    (sale,) = told(kiosk, ledger, "sale")

    assert [(line["price"], line["fee_outside"]) for line in sale["lines"]] == [
        (2400, 175),
        (1200, 175),
    ]
    hear(kiosk)
    with kiosk.store.read() as session:
        keys = documents.keys(session)
    for n, line in enumerate(sale["lines"], 1):
        read = tickets.read(line["payload"], keys)
        assert isinstance(read, tickets.Valid)
        assert (read.code.ticket, read.code.seat, read.code.performance) == (
            line["ticket"],
            n,
            1204,
        )
        assert ledger.devices["kiosk-1"].events[read.code.seq - 1].type == "sale"


def test_what_was_approved_is_captured_once(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    buy(kiosk)
    talk(kiosk)

    assert len(card.captured) == 1
    assert len(told(kiosk, ledger, "payment.captured")) == 1


@pytest.mark.parametrize("presses", [2, 10])
def test_pressing_pay_again_is_the_same_attempt(kiosk: Device, card: Card, presses: int):
    order = choose(kiosk)

    intents = {pay(kiosk, order).id for _ in range(presses)}
    talk(kiosk)
    again = attempts.pay(kiosk, order)

    assert len(intents) == 1
    assert isinstance(again, Intent)
    assert again.id in intents
    assert len(card.charged) == 1


def test_ten_presses_of_pay_at_the_same_moment_are_one_attempt(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    # Source: P7.
    order, start = choose(kiosk), threading.Barrier(10)

    def press(_number: int) -> Intent | Refusal:
        start.wait()
        return attempts.pay(kiosk, order)

    with ThreadPoolExecutor(10) as hands:
        begun = list(hands.map(press, range(10)))
    talk(kiosk)

    assert len({one.id if isinstance(one, Intent) else one.key for one in begun}) == 1
    assert len(card.charged) == 1
    assert len(told(kiosk, ledger, "sale")) == 1


def test_a_press_that_another_overtook_while_it_asked_is_the_same_attempt(
    kiosk: Device, card: Card, monkeypatch: pytest.MonkeyPatch
):
    order, asking = choose(kiosk), allotment.pull_held
    quicker: list[Intent] = []

    def overtaken(device: Device, hold: str) -> bool:
        monkeypatch.setattr(allotment, "pull_held", asking)
        quicker.append(pay(device, order))
        return asking(device, hold)

    monkeypatch.setattr(allotment, "pull_held", overtaken)
    slower = attempts.pay(kiosk, order)
    talk(kiosk)

    assert slower == quicker[0]
    assert outcome(kiosk, order) is Outcome.APPROVED
    assert len(card.charged) == 1


def test_an_order_that_costs_nothing_needs_no_card(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    order = sales.start(kiosk, STUDIO, {"child": 2})
    assert isinstance(order, str)
    sales.hold(kiosk, order)

    pay(kiosk, order)

    assert outcome(kiosk, order) is Outcome.APPROVED
    assert card.book == {}
    assert told(kiosk, ledger, "sale")[0]["tenders"] == []


def test_declined_keeps_the_seats_and_may_be_tried_again(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    card.outcome = Step.DECLINED
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)
    state = attempts.state(kiosk, order)
    assert (state.outcome, state.may_retry, state.may_park) == (
        Outcome.DECLINED,
        True,
        True,
    )
    assert pledged(kiosk) == 0
    assert owned(kiosk) == ["A-1", "A-2"]

    card.outcome = Step.APPROVED
    pay(kiosk, order)
    talk(kiosk)

    assert outcome(kiosk, order) is Outcome.APPROVED
    assert len(card.charged) == 1
    assert [e["reason"] for e in told(kiosk, ledger, "payment.declined")] == ["no money"]


def test_the_third_decline_leads_to_the_box_office(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    card.outcome = Step.DECLINED
    order = choose(kiosk)
    for _ in range(3):
        pay(kiosk, order)
        talk(kiosk)

    state = attempts.state(kiosk, order)

    assert state.outcome is Outcome.THIRD_DECLINE
    assert (len(state.code), state.kept_until_ms) == (6, CURTAIN - 600_000)
    (parked,) = told(kiosk, ledger, "order.parked")
    assert [line["seat"] for line in parked["lines"]] == ["A-1", "A-2"]
    assert state.pickup.startswith("FOHC:")
    assert parked["pickup_hash"] == codes.hash_of(state.pickup)
    assert owned(kiosk) == []


def test_without_a_line_the_third_decline_gives_the_seats_back(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    card.outcome = Step.DECLINED
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)
    ledger.up = False
    with pytest.raises(Exception, match="Connect"):
        sync.upload(kiosk)
    for _ in range(2):
        pay(kiosk, order)
        talk(kiosk)

    assert attempts.state(kiosk, order).code == ""
    ledger.up = True
    assert len(told(kiosk, ledger, "allotment.returned")) == 1
    assert told(kiosk, ledger, "order.parked") == []
    assert ledger.seat(HAMLET, "A-1")["state"] == "available"


def test_cancelled_before_the_card_charges_nothing(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    card.outcome = Step.WAITING_FOR_CARD
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk, 3)
    assert attempts.state(kiosk, order).may_cancel

    attempts.cancel(kiosk, order)
    talk(kiosk)

    assert outcome(kiosk, order) is Outcome.CANCELLED
    assert card.charged == []
    assert owned(kiosk) == ["A-1", "A-2"]


def test_a_card_that_is_pulled_out_too_early_pays_in_the_same_attempt(
    kiosk: Device, card: Card
):
    card.outcome = Step.PROCESSING
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk, 3)
    card.book = dict.fromkeys(card.book, Step.CARD_REMOVED)
    talk(kiosk)
    assert outcome(kiosk, order) is Outcome.CARD_REMOVED
    assert attempts.state(kiosk, order).may_cancel
    assert card.charged == []

    card.book = dict.fromkeys(card.book, Step.APPROVED)
    talk(kiosk)

    assert outcome(kiosk, order) is Outcome.APPROVED
    assert len(card.charged) == len(card.book) == 1


def test_a_pulled_card_on_which_the_terminal_gives_up_is_no_decline(
    kiosk: Device, card: Card
):
    card.outcome = Step.DECLINED
    card.reason = REMOVED_EARLY
    order = choose(kiosk)
    for _ in range(4):
        pay(kiosk, order)
        talk(kiosk)
        assert outcome(kiosk, order) is Outcome.REMOVED_EARLY
    assert card.charged == []
    assert owned(kiosk) == ["A-1", "A-2"]


def test_what_the_card_answered_before_the_cancel_counts(kiosk: Device, card: Card):
    card.outcome = Step.WAITING_FOR_CARD
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk, 3)
    card.book = dict.fromkeys(card.book, Step.APPROVED)

    attempts.cancel(kiosk, order)
    talk(kiosk)

    assert outcome(kiosk, order) is Outcome.APPROVED
    assert len(card.charged) == 1


def test_a_terminal_that_nobody_reaches_charges_nothing(
    kiosk: Device, card: Card, time: Time
):
    card.gone = True
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk, 2)
    assert outcome(kiosk, order) is Outcome.STARTING
    time.pass_ms(3_000)
    talk(kiosk)

    assert outcome(kiosk, order) is Outcome.UNREACHABLE
    assert card.book == {}
    assert owned(kiosk) == ["A-1", "A-2"]


def test_a_part_amount_is_voided_before_anybody_says_nothing_was_charged(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    card.outcome, card.part = Step.PART, 1000
    order = choose(kiosk)
    pay(kiosk, order)
    for _ in range(2):
        conversation.turn(kiosk)
        if card.book:
            break
    assert outcome(kiosk, order) in {Outcome.STARTING, Outcome.ASKING}

    talk(kiosk)

    assert outcome(kiosk, order) is Outcome.PART
    assert card.charged == []
    assert told(kiosk, ledger, "payment.voided")[0]["amount"] == 1000
    assert told(kiosk, ledger, "sale") == []


def test_silence_is_never_declined(
    kiosk: Device, ledger: LedgerDouble, card: Card, time: Time
):
    order = choose(kiosk)
    card.outcome = Step.WAITING_FOR_CARD
    pay(kiosk, order)
    talk(kiosk, 3)
    card.silent = True
    talk(kiosk, 2)
    time.pass_ms(20_000)
    talk(kiosk, 1)
    asking = attempts.state(kiosk, order)
    assert (asking.outcome, asking.asking_s) == (Outcome.ASKING, 20)

    time.pass_ms(40_000)
    talk(kiosk, 2)

    assert outcome(kiosk, order) is Outcome.UNKNOWN
    assert pledged(kiosk) == 2
    (unknown,) = told(kiosk, ledger, "payment.unknown")
    assert unknown["since_ms"] == time.now - 60_000


def test_whoever_is_in_doubt_takes_the_reference_along_on_paper(
    kiosk: Device, ledger: LedgerDouble, card: Card, paper: Paper, time: Time
):
    test_silence_is_never_declined(kiosk, ledger, card, time)

    print_all(kiosk)

    (slip,) = paper.slips
    words = " ".join(slip)
    assert "Please do not pay again." in words
    assert "It is no ticket." in words
    (code,) = paper.codes  # Of the order to be, and of no ticket.
    with kiosk.store.read() as session:
        assert session.scalars(select(IntentRow.reference)).one() in words
        reference = session.scalars(select(IntentRow.reference)).one()
    for shown in (code, reference.lower()):
        found = will_call.find_code(kiosk, shown)
        assert isinstance(found, Refusal)
        assert (found.key, found.facts["reference"]) == ("pay.doubt", reference)


def test_the_code_of_a_payment_in_doubt_fetches_the_tickets_if_it_was_taken(
    kiosk: Device, ledger: LedgerDouble, card: Card, paper: Paper, time: Time
):
    test_silence_is_never_declined(kiosk, ledger, card, time)
    print_all(kiosk)
    (code,) = paper.codes
    (unknown,) = told(kiosk, ledger, "payment.unknown")
    assert unknown["pickup_hash"] == codes.hash_of(code)
    (key,) = card.book
    assert attempts.state(kiosk, order_of(kiosk, key)).pickup == code

    ledger.put("dev:kiosk-1", "resolution", key, {"subject": key, "decision": "approved"})
    hear(kiosk)
    talk(kiosk, 2)

    (sale,) = told(kiosk, ledger, "sale")
    assert sale["pickup_hash"] == codes.hash_of(code)
    assert isinstance(will_call.find_code(kiosk, code), Found)


def order_of(kiosk: Device, intent: str) -> str:
    with kiosk.store.read() as session:
        return session.get_one(IntentRow, intent).order


def test_in_doubt_this_terminal_takes_no_other_payment(
    kiosk: Device, ledger: LedgerDouble, card: Card, time: Time
):
    test_silence_is_never_declined(kiosk, ledger, card, time)
    other = choose(kiosk)

    refusal = attempts.pay(kiosk, other)
    review = reviewing.review(kiosk, other)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "terminal.busy"
    assert not isinstance(review, Refusal)
    assert review.terminal == "in_doubt"


def test_a_late_approval_is_a_sale(
    kiosk: Device, ledger: LedgerDouble, card: Card, time: Time
):
    test_silence_is_never_declined(kiosk, ledger, card, time)
    (key,) = card.book
    card.book[key], card.silent = Step.APPROVED, False

    talk(kiosk)

    (sale,) = told(kiosk, ledger, "sale")
    state = attempts.state(kiosk, sale["order"])
    assert (state.outcome, state.late) == (Outcome.APPROVED, True)
    assert card.charged == [key]


def test_an_attempt_that_the_terminal_does_not_know_ends_only_after_an_abort(
    kiosk: Device, card: Card
):
    card.outcome = Step.WAITING_FOR_CARD
    order = choose(kiosk)
    intent = pay(kiosk, order)
    talk(kiosk, 2)
    card.book.clear()  # It lost its memory.

    talk(kiosk)

    assert intent.id in card.aborted
    assert outcome(kiosk, order) is Outcome.CANCELLED
    assert card.charged == []


def test_a_request_that_was_lost_on_its_way_is_aborted_before_it_is_given_up(
    kiosk: Device, card: Card, monkeypatch: pytest.MonkeyPatch
):
    def lost(*_: object, **__: object) -> None:
        raise TerminalDown("lost")

    monkeypatch.setattr(card, "authorise", lost)
    order = choose(kiosk)
    intent = pay(kiosk, order)
    talk(kiosk)

    assert intent.id in card.aborted
    assert outcome(kiosk, order) is Outcome.CANCELLED
    assert pledged(kiosk) == 0


def test_approved_although_it_had_ended_goes_back(
    kiosk: Device, ledger: LedgerDouble, card: Card, time: Time
):
    card.outcome = Step.DECLINED
    order = choose(kiosk)
    intent = pay(kiosk, order)
    talk(kiosk, 4)
    card.book[intent.id] = Step.APPROVED  # The bank changes its mind.
    time.pass_ms(60_000)

    talk(kiosk)

    assert outcome(kiosk, order) is Outcome.REVERSED
    assert card.charged == []
    assert len(told(kiosk, ledger, "payment.approved")) == 1
    assert len(told(kiosk, ledger, "payment.voided")) == 1


def test_staff_settle_an_unknown_payment_from_the_terminals_record(
    kiosk: Device, ledger: LedgerDouble, card: Card, time: Time
):
    test_silence_is_never_declined(kiosk, ledger, card, time)
    (key,) = card.book
    body = {"subject": key, "decision": "declined", "why": "not on the slip"}
    ledger.put("dev:kiosk-1", "resolution", key, body)
    hear(kiosk)

    talk(kiosk, 2)

    assert pledged(kiosk) == 0
    with kiosk.store.read() as session:
        assert session.get_one(IntentRow, key).state == "declined"


def test_seats_that_staff_broke_meanwhile_send_the_money_back(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    card.outcome = Step.WAITING_FOR_CARD
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk, 3)
    ledger.free("kiosk-1", HAMLET, "A-1")
    hear(kiosk)
    card.book = dict.fromkeys(card.book, Step.APPROVED)

    talk(kiosk)

    assert outcome(kiosk, order) is Outcome.REVERSED
    assert card.charged == []
    assert told(kiosk, ledger, "sale") == []
    assert len(told(kiosk, ledger, "payment.voided")) == 1


@pytest.mark.slow
def test_the_line_dies_between_charge_and_sale_and_costs_nothing(
    kiosk: Device, ledger: LedgerDouble, card: Card, paper: Paper
):
    card.outcome = Step.WAITING_FOR_CARD
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk, 3)
    ledger.up = False
    card.book = dict.fromkeys(card.book, Step.APPROVED)
    talk(kiosk)
    print_all(kiosk)
    assert outcome(kiosk, order) is Outcome.APPROVED
    assert len(paper.codes) == 2

    ledger.up = True
    assert len(told(kiosk, ledger, "sale")) == 1


def test_the_line_is_down_at_pay_and_our_own_seats_are_offered(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2", "B-3", "B-4"])
    hear(kiosk)
    order = choose(kiosk)
    ledger.up = False

    refusal = attempts.pay(kiosk, order)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "link.pay"
    assert {seat.code for seat in refusal.seats} <= {"B-1", "B-2", "B-3", "B-4"}
    assert card.book == {}
    sales.hold(kiosk, order, [seat.code for seat in refusal.seats])
    pay(kiosk, order)
    talk(kiosk)
    assert outcome(kiosk, order) is Outcome.APPROVED


def test_an_allotment_that_arrives_late_is_ours_and_goes_back_when_abandoned(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    order = choose(kiosk)
    ledger.answers_lost = 1
    assert isinstance(attempts.pay(kiosk, order), Refusal)
    hear(kiosk)
    assert owned(kiosk) == ["A-1", "A-2"]

    sales.release(kiosk, order)

    assert len(told(kiosk, ledger, "allotment.returned")) == 1
    assert owned(kiosk) == []
    assert ledger.seat(HAMLET, "A-1")["state"] == "available"


def test_a_hold_that_ran_out_is_not_charged(
    kiosk: Device, ledger: LedgerDouble, card: Card, time: Time
):
    order = choose(kiosk)
    time.pass_ms(900_001)

    refusal = attempts.pay(kiosk, order)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "hold.ended"
    assert card.book == {}


@pytest.mark.parametrize(
    ("fault", "key"), [({"out": True}, "paper.before"), ({"cover": True}, "paper.before")]
)
def test_without_paper_nobody_is_charged_unless_the_phone_will_do(
    kiosk: Device, card: Card, paper: Paper, fault: dict[str, bool], key: str
):
    order = choose(kiosk)
    paper.fault(**fault)
    spool.turn(kiosk)

    refusal = attempts.pay(kiosk, order)

    assert isinstance(refusal, Refusal)
    assert refusal.key == key
    assert isinstance(attempts.pay(kiosk, order, on_phone=True), Intent)
    talk(kiosk)
    assert spool.progress(kiosk, order).done
    assert len(figures.figures(kiosk)["phone"]) == 2


def test_a_roll_that_is_too_short_is_said_before_paying(kiosk: Device):
    spool.new_roll(kiosk)
    kiosk.store.write(gauge.set, 150)
    order = choose(kiosk)

    refusal = attempts.pay(kiosk, order)

    assert isinstance(refusal, Refusal)
    assert (refusal.key, refusal.facts["left"]) == ("paper.short", 1)


def test_a_device_without_a_terminal_says_so(rooms: Rooms, paper: Paper):
    kiosk = rooms.device(printer=paper.line)
    spool.turn(kiosk)

    refusal = attempts.pay(kiosk, choose(kiosk))

    assert isinstance(refusal, Refusal)
    assert refusal.key == "terminal.none"


def test_a_performance_cancelled_meanwhile_is_not_sold_and_its_seats_go_back(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    order = choose(kiosk)
    assert ledger.holds
    body = evening(1204, "Hamlet", "reserved", cancelled=True)
    ledger.put("venue:v1", "performance", HAMLET, body)
    hear(kiosk)

    refusal = attempts.pay(kiosk, order)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "sale.closed"
    assert ledger.holds == {}
    assert attempts.pay(kiosk, order) == Refusal("hold.ended")


def test_an_order_can_be_left_for_the_box_office(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    card.outcome = Step.DECLINED
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk)

    state = box_office.park(kiosk, order)

    assert not isinstance(state, Refusal)
    assert len(state.code) == 6
    assert len(told(kiosk, ledger, "order.parked")) == 1


def test_starting_over_does_not_take_back_what_is_being_paid(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    card.outcome = Step.WAITING_FOR_CARD
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk, 3)

    sales.release(kiosk, order)

    assert pledged(kiosk) == 2
    card.book = dict.fromkeys(card.book, Step.APPROVED)
    talk(kiosk)
    assert outcome(kiosk, order) is Outcome.APPROVED


def test_a_seat_under_one_epoch_is_sold_once(kiosk: Device, ledger: LedgerDouble):
    buy(kiosk)
    ledger_rows = [row for row in ledger.streams["dev:kiosk-1"].rows if row.op == "put"]
    assert ledger_rows
    # The ledger has not heard of the sale yet: its document still stands here.
    with kiosk.store.read() as session:
        lines = session.scalars(select(SaleLineRow.seat)).all()
        assert allotment.owned(session, HAMLET) == {}

    assert sorted(lines) == ["A-1", "A-2"]


def test_a_seat_being_paid_for_is_never_given_back(kiosk: Device, card: Card):
    spool.turn(kiosk)
    card.outcome = Step.WAITING_FOR_CARD
    pay(kiosk, choose(kiosk))
    talk(kiosk, 2)

    with kiosk.store.read() as session:
        pledged = {row.seat for row in session.scalars(select(PledgedRow))}
        mine = set(allotment.owned(session, HAMLET))

    assert pledged
    assert not pledged & mine


def test_held_seats_can_be_left_for_the_box_office_without_trying_a_card(
    kiosk: Device, ledger: LedgerDouble, card: Card
):
    spool.turn(kiosk)
    order = choose(kiosk)

    state = box_office.park(kiosk, order)

    assert not isinstance(state, Refusal)
    assert (state.outcome, len(state.code)) == (Outcome.THIRD_DECLINE, 6)
    assert state.kept_until_ms == CURTAIN - 10 * 60_000
    [parked] = told(kiosk, ledger, "order.parked")
    assert [line["seat"] for line in parked["lines"]] == ["A-1", "A-2"]
    assert card.charged == []
    assert owned(kiosk) == []


def test_an_order_left_after_a_terminal_that_is_not_there_says_where_to_pay(
    kiosk: Device, card: Card, time: Time
):
    card.gone = True
    order = choose(kiosk)
    pay(kiosk, order)
    talk(kiosk, 2)
    time.pass_ms(5_000)
    talk(kiosk, 2)
    assert outcome(kiosk, order) is Outcome.UNREACHABLE

    box_office.park(kiosk, order)

    assert outcome(kiosk, order) is Outcome.THIRD_DECLINE
