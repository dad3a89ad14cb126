"""Bad input has a name, and says what and where."""

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import pytest

from boxoffice import (
    applications,
    attendees,
    bad_input,
    bank_transfers,
    cards,
    catalogue,
    distancing,
    door_facts,
    exchanges,
    general_admission,
    holds,
    mailings,
    members,
    money,
    orders,
    outage,
    payments,
    picking,
    pricing,
    printing,
    refunds,
    releases,
    rollover,
    seasons,
    seating,
    statements,
    tickets,
    will_call,
)
from boxoffice.answers import Answer
from boxoffice.applications import Kind, Line
from boxoffice.bad_input import (
    FractionalMoney,
    ImpossibleDate,
    NegativeMoney,
    OutOfRange,
    Repeated,
    UnknownWord,
)
from boxoffice.charts import Chart, Row
from boxoffice.moments import NaiveTime
from boxoffice.movements import Movement
from boxoffice.orders import TicketStatus
from boxoffice.presented import Presented
from boxoffice.pricing import Buyer, SeatLine, Seller
from boxoffice.scans import Scan
from boxoffice.seating import State


class Colour(StrEnum):
    PINK = "pink"
    BLUE = "blue"


def test_a_known_word_is_read_and_an_unknown_one_is_told_with_the_known_ones():
    assert bad_input.word(Colour, "pink", "colour") is Colour.PINK
    with pytest.raises(UnknownWord, match="colour: 'Pink' is none of pink, blue"):
        bad_input.word(Colour, "Pink", "colour")


def test_a_date_is_read():
    assert bad_input.day("2026-02-28", "today") == date(2026, 2, 28)


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "2026-2-3", "20260203", "2026-W01-1", "", "2026-02-03T10:00", None, 5],
)
def test_a_day_that_is_not_in_the_calendar_is_not_guessed(text):
    with pytest.raises(ImpossibleDate, match=r"today: .* is no date"):
        bad_input.day(text, "today")


def test_an_id_that_stands_twice_is_told():
    bad_input.once(["a", "b"], "seats")
    with pytest.raises(Repeated, match="seats: a stands there twice"):
        bad_input.once(["a", "b", "a"], "seats")


def test_a_word_that_only_reads_the_same_is_none_of_the_closed_set():
    assert bad_input.among(Colour, Colour.PINK, "colour") is Colour.PINK
    with pytest.raises(UnknownWord, match="colour: 'pink' is no Colour: pink, blue"):
        bad_input.among(Colour, "pink", "colour")


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAIVE = datetime(2026, 3, 1, 12)
MAY = date(2026, 5, 1)
ADULT = SeatLine(1500, Buyer.GUEST)
ROW = Chart((Row("A", ("A1", "A2", "A3")),))
NIGHT = {
    "starts": NOON,
    "ends": NOON + timedelta(hours=2),
    "doors_open": NOON - timedelta(hours=1),
}
LINE = Line("l", Kind.TICKET, 100, MAY)

# Each with the word that nobody has defined, and the place that the message names.
UNKNOWN_WORDS = {
    "a seat's state": (lambda: seating.Seat("gone"), "state of a seat: 'gone'"),
    "the state before": (
        lambda: seating.Seat(State.HELD, prior="gone"),
        "state of a seat before: 'gone'",
    ),
    "a seen state": (lambda: seating.see("gone"), "state of a seat: 'gone'"),
    "what happens to a seat": (
        lambda: seating.change(seating.Seat(State.SOLD), "eat"),
        "what happens to a seat: 'eat'",
    ),
    "a seller": (lambda: seating.public_sale("web"), "seller: 'web'"),
    "a unit's state": (
        lambda: general_admission.take({"u1": "gone"}, {"Adult": 1}, Seller.ONLINE),
        "state of u1: 'gone'",
    ),
    "a line": (lambda: Line("l", "tip", 5), "kind of l: 'tip'"),
    "a ticket to refund": (
        lambda: refunds.Ticket("t", 5, status="active"),
        "status of t: 'active'",
    ),
    "a letter's holder": (
        lambda: mailings.Holder("p", "lost", "ada@example.org"),
        "status of a ticket of ada@example.org: 'lost'",
    ),
    "a letter's statuses": (
        lambda: mailings.recipients("p", [], {"lost"}),
        "statuses that get the letter: 'lost'",
    ),
    "an attendee": (
        lambda: attendees.Attendee("t", "lost", "A1", "Ada", ""),
        "status of t: 'lost'",
    ),
    "a transfer's state": (
        lambda: bank_transfers.step("lost", bank_transfers.Event.FORM_OK),
        "state of a bank transfer: 'lost'",
    ),
    "a transfer's event": (
        lambda: bank_transfers.step(bank_transfers.State.PAID, "eaten"),
        "event of a bank transfer: 'eaten'",
    ),
    "a bank's word": (lambda: cards.Reply("maybe"), "authorisation: 'maybe'"),
    "an address check": (
        lambda: cards.Reply(cards.Authorisation.APPROVED, "maybe"),
        "address check: 'maybe'",
    ),
    "a code check": (
        lambda: cards.Reply(cards.Authorisation.APPROVED, code="maybe"),
        "security code check: 'maybe'",
    ),
    "a kind of performance": (
        lambda: catalogue.Performance("p", "x", "v", "opera", **NIGHT),
        "kind of p: 'opera'",
    ),
    "an order's status": (
        lambda: orders.Order("N", orders.Patron("p"), status="perhaps"),
        "status of order N: 'perhaps'",
    ),
    "an order's file": (
        lambda: orders.Order("N", orders.Patron("p"), file="bin"),
        "file of order N: 'bin'",
    ),
    "a ticket status": (
        lambda: orders.ToTicket("N", True, "lost", orders.Delivery.MAIL, "2026-03-01"),
        "ticket status of order N: 'lost'",
    ),
    "a delivery": (
        lambda: orders.ToTicket(
            "N", True, orders.TicketingStatus.HELD, "pigeon", "2026-03-01"
        ),
        "delivery of order N: 'pigeon'",
    ),
    "a price's buyer": (
        lambda: pricing.PriceType("Adult", 5, "king"),
        "buyer of price Adult: 'king'",
    ),
    "a rule's buyer": (
        lambda: pricing.FeeRule("king", None, 5, 5),
        "buyer of a fee rule: 'king'",
    ),
    "a rule's seller": (
        lambda: pricing.FeeRule(Buyer.GUEST, "web", 5, 5),
        "seller of a fee rule: 'web'",
    ),
    "a seat's buyer": (lambda: SeatLine(5, "king"), "buyer of a seat: 'king'"),
    "an order's seller": (
        lambda: pricing.quote(seller="web", rules=[], seats=[ADULT]),
        "seller: 'web'",
    ),
    "a run's scope": (
        lambda: releases.Policy(frozenset(), "town"),
        "scope of a release run: 'town'",
    ),
    "a run's zero values": (
        lambda: releases.Policy(frozenset(), zero_value="burn"),
        "zero-value seats of a release run: 'burn'",
    ),
    "a rollover's option": (
        lambda: rollover.Rollover("a", "b", True, "by_luck", (), ()),
        "way to match seats: 'by_luck'",
    ),
    "a playoff option": (
        lambda: seasons.playoffs("4", rounds=1, games_per_round=1),
        "playoff option: '4'",
    ),
    "a means of selling": (lambda: outage.Desk("stone"), "means of a sale: 'stone'"),
    "who sells in an outage": (
        lambda: outage.sell(
            outage.Desk(), "A1", seller="web", today=MAY, performance_date=MAY, now=None
        ),
        "seller: 'web'",
    ),
    "a mode of picking": (
        lambda: picking.check(ROW, (), ["A1"], mode="loose"),
        "where a clean choice is looked for: 'loose'",
    ),
    "who picks": (
        lambda: picking.check(ROW, (), ["A1"], mode=picking.Mode.STRICT, role="cat"),
        "who picks: 'cat'",
    ),
    "a policy of collection": (
        lambda: will_call.collect([], [], policy="trust"),
        "policy of collection: 'trust'",
    ),
    "a pay type": (lambda: members.price("coins", 5), "pay type of a seat: 'coins'"),
    "a state of printing": (
        lambda: printing.step(printing.Printing("wet"), printing.Event.PROOF),
        "state of printing: 'wet'",
    ),
    "an event of printing": (
        lambda: printing.step(printing.Printing(), "dried"),
        "event of printing: 'dried'",
    ),
    "a state of a payment": (
        lambda: payments.step("lost", payments.Event.SENT),
        "state of a payment: 'lost'",
    ),
    "an event of a payment": (
        lambda: payments.step(payments.State.SENT, "eaten"),
        "event of a payment: 'eaten'",
    ),
    "a payment found again": (
        lambda: payments.restart(payments.AfterRestart("lost")),
        "state of a payment: 'lost'",
    ),
    "a ticket at the door": (
        lambda: door_facts.Ticket("t", status="lapsed"),
        "status of ticket t: 'lapsed'",
    ),
    "re-entry": (
        lambda: door_facts.Door("Left", reentry="always"),
        "re-entry of door Left: 'always'",
    ),
    "unpaid tickets": (
        lambda: door_facts.Door("Left", unpaid="sell"),
        "unpaid tickets at door Left: 'sell'",
    ),
    "a note": (lambda: door_facts.Note("cook", "Soup"), "source of a note: 'cook'"),
    "a movement": (
        lambda: Movement("m", "t", "dance", NOON, "d", Answer.ADMIT),
        "kind of movement m: 'dance'",
    ),
    "a scan's mode": (lambda: Scan("s", NOON, "d", "peek"), "scan.mode: 'peek'"),
    "who answered": (lambda: Scan("s", NOON, "d", link="crows"), "scan.link: 'crows'"),
    "a clock": (lambda: Scan("s", NOON, "d", clock="sun"), "scan.clock: 'sun'"),
    "a form of code": (lambda: Presented("torn"), "presented.form: 'torn'"),
    "a signer": (lambda: Presented(signer="cat"), "presented.signer: 'cat'"),
    "a seat's owner": (
        lambda: Presented(seat_owner="cat"),
        "presented.seat_owner: 'cat'",
    ),
    "a kind of key": (
        lambda: tickets.Key(7, "cat", "active", bytes(32)),
        "kind of key 7: 'cat'",
    ),
    "a state of a key": (
        lambda: tickets.Key(7, "ledger", "bent", bytes(32)),
        "state of key 7: 'bent'",
    ),
    "a foreign key": (
        lambda: tickets.ForeignKey("theirs", "bent", bytes(32)),
        "state of key theirs: 'bent'",
    ),
}

MONEY = {
    "a price": lambda amount: SeatLine(amount, Buyer.GUEST),
    "a price type": lambda amount: pricing.PriceType("Adult", amount),
    "a fee": lambda amount: pricing.FeeRule(None, None, amount, 0),
    "an outside fee": lambda amount: pricing.FeeRule(None, None, 5, amount),
    "a line of an order": lambda amount: Line("l", Kind.FEE, amount),
    "payments of an order": lambda amount: applications.apply([LINE], amount),
    "a coloured seat": lambda amount: applications.colour(amount, 0),
    "money on a seat": lambda amount: applications.colour(100, amount),
    "a seat to release": lambda amount: releases.Seat("A1", amount, 0),
    "money on a seat to release": lambda amount: releases.Seat("A1", 100, amount),
    "a refund": lambda amount: refunds.Ticket("t", amount),
    "a refunded fee": lambda amount: refunds.Ticket("t", 100, amount),
    "a tender": lambda amount: refunds.Tender("p", "cash", amount, MAY),
    "what a tender gave back": lambda amount: refunds.Tender(
        "p", "cash", 500, MAY, None, amount
    ),
    "a value on its way": lambda amount: exchanges.Value("p", amount, 0),
    "its fee": lambda amount: exchanges.Value("p", 100, amount),
    "a minimum": lambda amount: statements.draw([], on=MAY, minimum=amount, complete=True),
    "a ticket to collect": lambda amount: will_call.Ticket("t", amount, 0),
    "money on it": lambda amount: will_call.Ticket("t", 100, amount),
    "a card's charge": lambda amount: cards.charge(
        amount, cards.Reply(cards.Authorisation.APPROVED)
    ),
    "a membership seat": lambda amount: members.price(members.PayType.CARD, amount),
    "a membership": lambda amount: members.membership_lines(
        amount, productions=1, memberships=1
    ),
    "a ticket at the door": lambda amount: door_facts.Ticket("t", price=amount),
    "money on a ticket at the door": lambda amount: door_facts.Ticket("t", paid=amount),
    "a weight": lambda amount: money.allocate(100, [1, amount]),
}

WHOLE = {
    "a donation": lambda amount: pricing.OtherLine(amount, 400, False),
    "a rate": lambda amount: pricing.OtherLine(100, amount, False),
    "fee units": lambda amount: SeatLine(100, Buyer.GUEST, amount),
    "an order on a statement": lambda amount: statements.Order("N", amount, 0, None),
    "its handling": lambda amount: statements.Order("N", 100, amount, None),
    "what is carried": lambda amount: statements.draw(
        [], on=MAY, minimum=0, complete=True, carried=amount
    ),
    "payments of a whole order": lambda amount: orders.Order(
        "N", orders.Patron("p"), paid=amount
    ),
    "refunds of a chain": lambda amount: exchanges.refunded_too_much(
        exchanges.Value("p", 100, 0), amount
    ),
    "an amount to share": lambda amount: money.allocate(amount, [1]),
    "money": lambda amount: money.Money(amount, "EUR"),
}

NAIVE_TIMES = {
    "a performance": lambda: catalogue.Performance(
        "p", "x", "v", catalogue.Kind.RESERVED, **(NIGHT | {"ends": NAIVE})
    ),
    "a hold": lambda: holds.start(now=NAIVE, lasts=timedelta(minutes=15)),
    "an attendee's coming": lambda: attendees.Stay("t", (0, 0), NAIVE),
    "an attendee's leaving": lambda: attendees.Stay("t", (0, 0), NOON, NAIVE),
    "an admission on the list": lambda: attendees.Attendee(
        "t", TicketStatus.ACTIVE, "A1", "Ada", "", (NAIVE,)
    ),
    "a refund on the list": lambda: attendees.Attendee(
        "t", TicketStatus.ACTIVE, "A1", "Ada", "", (), NAIVE
    ),
    "a link": lambda: bank_transfers.reminder_due(
        bank_transfers.State.AWAITING_DETAILS, NAIVE, NOON
    ),
    "now, for a reminder": lambda: bank_transfers.reminder_due(
        bank_transfers.State.AWAITING_DETAILS, NOON, NAIVE
    ),
    "a payment": lambda: bank_transfers.details_expired(
        bank_transfers.State.PAID, NAIVE, NOON
    ),
    "now, for details": lambda: bank_transfers.details_expired(
        bank_transfers.State.PAID, NOON, NAIVE
    ),
    "a desk": lambda: outage.Desk(sell_by=NAIVE),
    "a scan": lambda: Scan("s", NAIVE, "d"),
    "a movement": lambda: Movement("m", "t", "exit", NAIVE, "d", Answer.EXIT_OK),
    "a door": lambda: door_facts.Door("Left", opens=NAIVE),
}


@pytest.mark.parametrize("make", UNKNOWN_WORDS.values(), ids=UNKNOWN_WORDS)
def test_an_unknown_word_is_told_by_place_and_never_guessed(make):
    call, told = make
    with pytest.raises(UnknownWord, match=f"^{re.escape(told)} is no"):
        call()


@pytest.mark.parametrize("make", MONEY.values(), ids=MONEY)
def test_money_is_never_negative_where_none_can_be_owed(make):
    make(0)
    with pytest.raises(NegativeMoney, match="-5 is negative"):
        make(-5)


@pytest.mark.parametrize("amount", [0.5, 5.0, "5", None, True])
@pytest.mark.parametrize("make", (MONEY | WHOLE).values(), ids=MONEY | WHOLE)
def test_money_is_whole_units_and_nothing_else(make, amount):
    with pytest.raises(FractionalMoney, match=f": {amount} is no whole number"):
        make(amount)


@pytest.mark.parametrize("make", NAIVE_TIMES.values(), ids=NAIVE_TIMES)
def test_a_time_without_an_offset_is_told_by_place(make):
    with pytest.raises(NaiveTime, match="has no offset from UTC"):
        make()


def test_a_seat_of_two_orders_or_twice_among_favourites_is_told():
    with pytest.raises(Repeated, match="the orders: A1 stands there twice"):
        distancing.too_near(ROW, distancing.Policy(side=1), [["A1"], ["A1", "A2"]])
    with pytest.raises(Repeated, match="favourite seats of 7: A1"):
        seasons.Subscription("7", "Renewed", "A", ("A1", "A1"), 2)


def test_a_ticket_that_admits_fewer_than_nobody_is_told():
    with pytest.raises(OutOfRange, match="people on ticket t: -1 is negative"):
        door_facts.Ticket("t", admits=-1)
