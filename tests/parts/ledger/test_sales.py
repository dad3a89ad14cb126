"""What devices sold, and what becomes of the seat and the money. Source: spec 4.7, §2.6."""

import json

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from boxoffice.journal import Line, Unbalanced
from boxoffice.money import Money
from ledger import allotments, audit, journal, pickups, seating
from ledger import discrepancies as settling
from ledger.tables.contacts import ContactRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import JournalEntryRow, JournalLineRow, PaymentRow
from ledger.tables.orders import OrderLineRow, OrderRow, TicketRow
from ledger.tables.records import AuditRow
from ledger.tables.seats import SeatStateRow
from tests.parts.ledger.device import new_id

pytestmark = pytest.mark.usefixtures("sound_book")


def row(ledger, kind, key):
    with ledger.store.read() as session:
        return session.get(kind, key)


def discrepancies(ledger, *, settled=False):
    with ledger.store.read() as session:
        return {
            found.kind: found
            for found in session.scalars(select(DiscrepancyRow))
            if (found.state == "settled") == settled
        }


def balance(ledger, account):
    with ledger.store.read() as session:
        amounts = session.scalars(
            select(JournalLineRow.amount).where(JournalLineRow.account == account)
        )
        return sum(amounts)


def test_a_sale_becomes_an_order_with_its_tickets_seats_and_money(kiosk, theatre, ledger):
    epochs = kiosk.own(theatre.tonight, "A1", "D1")
    lines = [kiosk.line(theatre.tonight, seat, epoch) for seat, epoch in epochs.items()]
    kiosk.happened("sale", kiosk.sale(*lines))

    kiosk.upload().ok()

    order = row(ledger, OrderRow, "K7Q4MX23")
    assert (order.charge, order.paid) == (2400 + 1800 + 2 * 175, 4550)
    assert (order.device, order.state) == (kiosk.id, "confirmed")
    ticket = row(ledger, TicketRow, lines[0]["ticket"])
    assert (ticket.seat, ticket.price, ticket.paid, ticket.seated) == (
        "A1",
        2400,
        2400,
        True,
    )
    seat = row(ledger, SeatStateRow, (theatre.tonight, "A1"))
    assert (seat.state, seat.ticket, seat.epoch) == ("sold", ticket.id, epochs["A1"])
    assert kiosk.allotments() == {}
    told = kiosk.documents(f"perf:{theatre.tonight}", "ticket")[ticket.id]
    assert (told["order"], told["seat_name"]) == ("K7Q4MX23", "Stalls A 1")
    assert balance(ledger, "tender:card") == 4550
    assert balance(ledger, "patrons") == 0
    assert balance(ledger, "theatre") == -(2400 + 1800 - 2 * 25)
    assert balance(ledger, "handling") == -2 * 200
    assert discrepancies(ledger) == {}


def test_a_donation_is_a_line_of_its_own(kiosk, theatre, ledger):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    line = kiosk.line(theatre.tonight, "A1", epoch)
    gift = {"kind": "donation", "amount": 500, "fee_outside": 0, "fee_inside": 20}
    paid = [{"kind": "card", "ref": "r", "amount": 2575 + 500}]
    kiosk.happened("sale", kiosk.sale(line, other=[gift], tenders=paid))

    kiosk.upload().ok()

    with ledger.store.read() as session:
        donation = session.scalars(select(OrderLineRow)).one()
    assert (donation.kind, donation.amount) == ("donation", 500)
    assert balance(ledger, "theatre") == -(2400 - 25 + 500 - 20)
    assert discrepancies(ledger) == {}


def test_two_sellers_who_drew_one_number_have_two_orders(kiosk, lobby, theatre, ledger):
    other = lobby.device("Kiosk 2", "kiosk")
    for device, seat in ((kiosk, "A1"), (other, "B1")):
        epoch = device.own(theatre.tonight, seat)[seat]
        device.happened("sale", device.sale(device.line(theatre.tonight, seat, epoch)))
        device.upload().ok()

    with ledger.store.read() as session:
        orders = session.scalars(select(OrderRow)).all()
    assert {order.number for order in orders} == {"K7Q4MX23"}
    assert len({order.id for order in orders}) == 2


def test_money_that_does_not_match_is_booked_and_noted(kiosk, theatre, ledger):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    line = kiosk.line(theatre.tonight, "A1", epoch)
    less = [{"kind": "card", "ref": "r", "amount": 2000}]
    kiosk.happened("sale", kiosk.sale(line, tenders=less))

    kiosk.upload().ok()

    assert set(discrepancies(ledger)) == {"money_mismatch"}
    assert balance(ledger, "patrons") == 575
    assert row(ledger, TicketRow, line["ticket"]).paid == 0


def test_a_price_that_is_not_in_the_list_is_noted(kiosk, theatre, ledger):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    kiosk.happened("sale", kiosk.sale(kiosk.line(theatre.tonight, "A1", epoch, price=1000)))

    kiosk.upload().ok()

    assert set(discrepancies(ledger)) == {"price_differs"}


def test_a_sale_after_its_time_is_noted(kiosk, theatre, ledger, clock):
    kiosk.post("/api/allotments", {"performance": theatre.tonight, "quantity": 4}).ok()
    [(id, owned), *_] = kiosk.allotments().items()
    clock.passes(minutes=121)
    seat = id.split("/")[1]
    line = kiosk.line(theatre.tonight, seat, owned["epoch"])
    kiosk.happened("sale", kiosk.sale(line))

    kiosk.upload().ok()

    assert set(discrepancies(ledger)) == {"late_sale"}
    assert row(ledger, TicketRow, line["ticket"]).seated


# --- seats that were not its own ---------------------------------------------------------


def conflict(ledger):
    [found] = discrepancies(ledger).values()
    assert found.kind == "seat_conflict"
    return json.loads(found.facts), json.loads(found.proposal or "null")


def break_off(ledger, theatre, seat):
    refused = ledger.store.write(
        allotments.break_off,
        ledger.means(),
        performance=theatre.tonight,
        seat=seat,
        people=["anna", "tom"],
        reason="silent",
    )
    assert refused is None
    with ledger.store.read() as session:
        broken = session.scalars(select(DiscrepancyRow)).one()
    ledger.store.write(
        settling.settle, ledger.means(), broken.id, staff="anna", how="note", reason="seen"
    )


def test_a_sale_over_a_broken_allotment_takes_the_seat_while_it_is_free(
    kiosk, theatre, ledger
):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    break_off(ledger, theatre, "A1")
    line = kiosk.line(theatre.tonight, "A1", epoch)
    kiosk.happened("sale", kiosk.sale(line))

    kiosk.upload().ok()

    facts, proposal = conflict(ledger)
    assert (facts["rule"], facts["keeps"]) == ("STALE_EPOCH", line["ticket"])
    assert proposal is None
    assert row(ledger, SeatStateRow, (theatre.tonight, "A1")).ticket == line["ticket"]


def test_a_sale_over_a_broken_allotment_that_was_sold_again_moves(kiosk, theatre, ledger):
    epoch = kiosk.own(theatre.tonight, "A2")["A2"]
    break_off(ledger, theatre, "A2")
    holder = theatre.sell("A2").tickets[0].id
    line = kiosk.line(theatre.tonight, "A2", epoch)
    kiosk.happened("sale", kiosk.sale(line))

    kiosk.upload().ok()

    facts, proposal = conflict(ledger)
    assert facts["rule"] == "OWNER_KEEPS_SEAT"
    assert (facts["keeps"], facts["moves"]) == (holder, line["ticket"])
    assert proposal["do"] == "reseat"
    assert proposal["seat"][0] in "ABC"  # As dear as the one that was paid.
    late = row(ledger, TicketRow, line["ticket"])
    assert not late.seated
    assert row(ledger, OrderRow, late.order).paid == 2575


def test_whoever_sits_there_keeps_the_seat(kiosk, door, theatre, ledger):
    epoch = kiosk.own(theatre.tonight, "A2")["A2"]
    line = kiosk.line(theatre.tonight, "A2", epoch)
    line["payload"] = kiosk.code(1, line["ticket"], 2, seq=1)
    kiosk.happened("sale", kiosk.sale(line))
    break_off(ledger, theatre, "A2")
    holder = theatre.sell("A2").tickets[0].id
    door.happened(
        "admission",
        {
            "ticket": line["ticket"],
            "issue": 1,
            "performance": theatre.tonight,
            "space": "auditorium",
            "count": 1,
            "door": "Door A",
            "mode": "alone",
            "after": None,
            "verdict": "ADMIT_UNVERIFIED",
            "payload": line["payload"],
        },
    )
    door.upload().ok()

    kiosk.upload().ok()

    facts, proposal = conflict(ledger)
    assert facts["rule"] == "ADMITTED_KEEPS_SEAT"
    assert (facts["keeps"], facts["moves"]) == (line["ticket"], holder)
    assert proposal["ticket"] == holder
    assert row(ledger, SeatStateRow, (theatre.tonight, "A2")).ticket == line["ticket"]
    assert not row(ledger, TicketRow, holder).seated


def test_a_sale_of_a_seat_that_another_device_owns_waits_and_gets_it_when_it_is_free(
    kiosk, lobby, theatre, ledger
):
    other = lobby.device("Kiosk 2", "kiosk")
    stale = kiosk.own(theatre.tonight, "A2")["A2"]
    break_off(ledger, theatre, "A2")
    epoch = other.own(theatre.tonight, "A2")["A2"]
    line = kiosk.line(theatre.tonight, "A2", stale)
    kiosk.happened("sale", kiosk.sale(line))
    kiosk.upload().ok()

    facts, _ = conflict(ledger)
    assert facts["rule"] == "OWNED_ELSEWHERE"
    assert not row(ledger, TicketRow, line["ticket"]).seated

    seat = {"performance": theatre.tonight, "seat": "A2", "epoch": epoch}
    other.happened("allotment.returned", {"seats": [seat], "why": "idle"})
    other.upload().ok()

    assert row(ledger, SeatStateRow, (theatre.tonight, "A2")).ticket == line["ticket"]
    assert row(ledger, TicketRow, line["ticket"]).seated
    assert discrepancies(ledger) == {}
    assert "seat_conflict" in discrepancies(ledger, settled=True)


def test_a_sale_of_a_held_seat_gets_it_when_the_hold_runs_out(
    kiosk, lobby, theatre, ledger, clock
):
    stale = kiosk.own(theatre.tonight, "A2")["A2"]
    break_off(ledger, theatre, "A2")
    lobby.device("Kiosk 2", "kiosk").hold(theatre.tonight, "A2").ok(201)
    line = kiosk.line(theatre.tonight, "A2", stale)
    kiosk.happened("sale", kiosk.sale(line))
    kiosk.upload().ok()
    assert not row(ledger, TicketRow, line["ticket"]).seated

    clock.passes(minutes=15)
    ledger.store.write(seating.sweep, ledger.means())

    assert row(ledger, TicketRow, line["ticket"]).seated
    seat = kiosk.documents(f"perf:{theatre.tonight}", "seat")["A2"]
    assert (seat["state"], seat["ticket"]) == ("sold", line["ticket"])


def test_a_sale_of_a_seat_that_does_not_exist_is_kept_and_noted(kiosk, theatre, ledger):
    line = kiosk.line(theatre.tonight, "Z99", 1)
    kiosk.happened("sale", kiosk.sale(line))

    kiosk.upload().ok()

    facts, proposal = conflict(ledger)
    assert facts["rule"] == "UNKNOWN_SEAT"
    assert proposal["do"] in {"reseat", "refund"}
    assert row(ledger, OrderRow, "K7Q4MX23").paid == 2575 - 600


def test_a_parked_order_keeps_its_seats_for_the_box_office(kiosk, theatre, ledger, clock):
    epochs = kiosk.own(theatre.tonight, "A1", "A2")
    until_ms = clock() + 60_000
    lines = [kiosk.line(theatre.tonight, seat, epoch) for seat, epoch in epochs.items()]
    code = "FOHC:K7Q4MX23ABCDEFGH"
    parked = {
        "order": "PARKED22",
        "lines": lines,
        "until_ms": until_ms,
        "currency": "EUR",
        "pickup_hash": pickups.hash_of(code),
    }
    kiosk.happened("order.parked", parked)

    kiosk.upload().ok()

    assert row(ledger, SeatStateRow, (theatre.tonight, "A1")).state == "held"
    assert row(ledger, OrderRow, "PARKED22").state == "parked"
    with ledger.store.read() as session:
        assert pickups.find(session, code) == "PARKED22"
    assert kiosk.allotments() == {}
    clock.passes(minutes=1)
    ledger.store.write(seating.sweep, ledger.means())
    assert row(ledger, SeatStateRow, (theatre.tonight, "A1")).state == "available"


# --- payments ----------------------------------------------------------------------------


def started(kiosk, amount=2575):
    intent = new_id()
    kiosk.happened(
        "payment.started",
        {
            "intent": intent,
            "order": "K7Q4MX23",
            "terminal": "T1",
            "kind": "card",
            "amount": amount,
            "currency": "EUR",
        },
    )
    return intent


def test_a_payment_that_nobody_can_see_is_noted_until_an_answer_comes(kiosk, ledger):
    intent = started(kiosk)
    kiosk.happened("payment.unknown", {"intent": intent, "since_ms": 1})
    kiosk.upload().ok()
    assert set(discrepancies(ledger)) == {"payment_unknown"}

    kiosk.happened("payment.declined", {"intent": intent, "reason": "declined"})
    kiosk.upload().ok()

    assert discrepancies(ledger) == {}
    assert row(ledger, PaymentRow, intent).state == "declined"


def test_a_charge_without_a_sale_stays_open_until_the_money_went_back(kiosk, ledger):
    intent = started(kiosk)
    kiosk.happened("payment.approved", {"intent": intent, "ref": "R", "amount": 2575})
    kiosk.upload().ok()
    assert set(discrepancies(ledger)) == {"charge_without_sale"}
    assert balance(ledger, "tender:card") == 2575

    kiosk.happened("payment.voided", {"intent": intent, "amount": 2575, "why": "late"})
    kiosk.upload().ok()

    assert discrepancies(ledger) == {}
    assert balance(ledger, "tender:card") == 0


def test_a_sale_that_follows_its_approval_books_the_money_once(kiosk, theatre, ledger):
    intent = started(kiosk)
    kiosk.happened("payment.approved", {"intent": intent, "ref": "R", "amount": 2575})
    kiosk.upload().ok()
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    line = kiosk.line(theatre.tonight, "A1", epoch)
    tender = {"kind": "card", "ref": "R", "amount": 2575, "intent": intent}
    kiosk.happened("sale", kiosk.sale(line, tenders=[tender]))
    kiosk.happened("payment.captured", {"intent": intent, "ref": "R", "amount": 2575})

    kiosk.upload().ok()

    assert balance(ledger, "tender:card") == 2575
    assert balance(ledger, "patrons") == 0
    assert discrepancies(ledger) == {}
    assert row(ledger, PaymentRow, intent).state == "sold"


@pytest.mark.parametrize(
    ("told", "kept"),
    [("visa", "VISA"), ("x" * 99, "X" * 20), (7, ""), (None, ""), ("<b>", "B")],
)
def test_a_kiosk_tells_the_brand_of_a_card_and_what_is_none_stops_nothing(
    kiosk, theatre, ledger, told, kept
):
    intent = started(kiosk)
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    line = kiosk.line(theatre.tonight, "A1", epoch)
    tender = {"kind": "card", "ref": "R", "amount": 2575, "intent": intent, "brand": told}
    kiosk.happened("sale", kiosk.sale(line, tenders=[tender]))
    kiosk.upload().ok()

    assert discrepancies(ledger) == {}
    assert row(ledger, PaymentRow, intent).brand == kept


def test_an_order_and_its_refund_name_the_card_that_paid_at_a_kiosk(
    kiosk, theatre, ledger, bo
):
    intent = started(kiosk)
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    line = kiosk.line(theatre.tonight, "A1", epoch)
    tender = {
        "kind": "card", "ref": "R", "amount": 2575, "intent": intent, "brand": "VISA",
    }  # fmt: skip
    sale = kiosk.sale(line, tenders=[tender])
    kiosk.happened("sale", sale)
    kiosk.upload().ok()
    knows = ContactRow(
        order=sale["order"], name="", email="", phone="", last_four="4242",
        device=kiosk.id, at_ms=0,
    )  # fmt: skip
    ledger.store.write(lambda session: session.add(knows))

    page = bo.open(f"/staff/orders/{sale['order']}")
    assert "by Visa card ending in 4242 at Kiosk 1" in page.words
    for box in page.soup.select("input[name=ticket]"):
        box["checked"] = ""
    assert "Card, Visa ending in 4242" in bo.press("Refund the chosen").words


def test_a_refund_is_an_entry_of_its_own(kiosk, theatre, ledger):
    intent = started(kiosk)
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    tender = {"kind": "card", "ref": "R", "amount": 2575, "intent": intent}
    line = kiosk.line(theatre.tonight, "A1", epoch)
    kiosk.happened("sale", kiosk.sale(line, tenders=[tender]))
    kiosk.happened("payment.refunded", {"intent": intent, "amount": 2575, "why": "ill"})

    kiosk.upload().ok()

    assert balance(ledger, "tender:card") == 0
    assert balance(ledger, "patrons") == 2575
    with ledger.store.read() as session:
        reasons = session.scalars(select(JournalEntryRow.why)).all()
    assert sorted(reasons) == ["payment", "refund", "sale"]


def test_a_sale_whose_charge_is_voided_is_for_staff(kiosk, theatre, ledger):
    intent = started(kiosk)
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    tender = {"kind": "card", "ref": "R", "amount": 2575, "intent": intent}
    line = kiosk.line(theatre.tonight, "A1", epoch)
    kiosk.happened("sale", kiosk.sale(line, tenders=[tender]))
    kiosk.happened("payment.voided", {"intent": intent, "amount": 2575, "why": "?"})

    kiosk.upload().ok()

    assert set(discrepancies(ledger)) == {"sale_without_charge"}


@pytest.mark.parametrize("statement", ["update", "delete"])
@pytest.mark.parametrize("kind", [JournalEntryRow, JournalLineRow, AuditRow])
def test_nobody_edits_what_is_written(theatre, ledger, kind, statement):
    # Source: P10.
    theatre.sell("A1")
    ledger.store.write(
        audit.note, ledger.means(), staff="anna", action="look", subject="A1"
    )
    column = next(iter(kind.__table__.columns))
    change = (
        update(kind).values({column.name: column})
        if statement == "update"
        else delete(kind)
    )

    with pytest.raises(DBAPIError, match="append-only"):
        ledger.store.write(lambda session: session.execute(change))


def test_an_entry_that_does_not_sum_to_zero_is_never_written(ledger):
    lines = [Line("patrons", Money(5, "EUR")), Line("theatre", Money(-4, "EUR"))]

    with pytest.raises(Unbalanced):
        ledger.store.write(journal.post, "e", lines, why="?", now_ms=1)
