"""The box office's pages, as a clerk uses them: chart, sale, devices, discrepancies."""

import json

import pytest
from sqlalchemy import select

from ledger import marks, seating
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.records import AuditRow, OutboxRow
from ledger.tables.seats import SeatStateRow
from tests.pages import NotThere
from tests.parts.ledger.clerk import PASSWORD, clerk, fill, pick

pytestmark = pytest.mark.usefixtures("sound_book")


def state(ledger, theatre, seat):
    with ledger.store.read() as session:
        return session.get_one(SeatStateRow, (theatre.tonight, seat)).state


def choose(guest, *seats):
    for seat in seats:
        box = guest.page.soup.find("input", attrs={"name": "seat", "value": seat})
        box["checked"] = ""


def chart(guest, theatre, *seats, performance=None):
    guest.open(f"/staff/performances/{performance or theatre.tonight}/chart")
    choose(guest, *seats)
    return guest


def rows(ledger, kind):
    with ledger.store.read() as session:
        return session.scalars(select(kind)).all()


# The chart. Source: INV3, INV11.


def test_one_seat_is_flipped_at_once_and_flipped_back(bo, theatre, ledger):
    page = chart(bo, theatre, "A1").press("Reserve or put on sale")

    assert "Now reserved: Stalls A 1." in page.words
    assert state(ledger, theatre, "A1") == "reserved"
    assert bo.press("Undo").words.count("are as they were") == 1
    assert state(ledger, theatre, "A1") == "available"


def test_many_seats_are_planned_first_and_refusals_say_why(bo, theatre, ledger):
    theatre.sell("B2")
    page = chart(bo, theatre, "B1", "B2", "F9").press("Reserve or put on sale")

    assert "Nothing has been changed yet" in page.words
    assert "Stalls B 2 is sold; only reserved and available seats can be flipped." in (
        page.words
    )
    assert state(ledger, theatre, "B1") == "available"
    bo.press("Apply to 2 seats")
    assert state(ledger, theatre, "B1") == "reserved"
    assert state(ledger, theatre, "F9") == "available"
    assert state(ledger, theatre, "B2") == "sold"


def test_a_whole_row_is_flipped_by_its_box(bo, theatre, ledger):
    chart(bo, theatre)
    row = bo.page.soup.find("input", attrs={"name": "row", "aria-label": "All of row D"})
    row["checked"] = ""
    bo.press("Reserve or put on sale")
    bo.press("Apply to 10 seats")

    assert {state(ledger, theatre, f"D{n}") for n in range(1, 11)} == {"reserved"}


def test_a_plan_that_somebody_overtook_changes_nothing(bo, theatre, ledger):
    chart(bo, theatre, "C1", "C2").press("Take out for tonight")
    theatre.sell("C2")

    page = bo.press("Apply to 2 seats")

    assert "Things have changed since this plan" in page.alert
    assert state(ledger, theatre, "C1") == "available"


def test_an_undo_leaves_seats_alone_that_were_sold_since(bo, theatre, ledger):
    chart(bo, theatre, "C1", "C2").press("Reserve or put on sale")
    bo.press("Apply to 2 seats")
    theatre.sell("C2")

    page = bo.press("Undo")

    assert "Changed since, and left alone: C2" in page.words
    assert state(ledger, theatre, "C1") == "available"
    assert state(ledger, theatre, "C2") == "sold"


def test_every_seat_says_why(bo, theatre, ledger, kiosk):
    theatre.sell("B2")
    theatre.sell("B3", tender=None)
    kiosk.own(theatre.tonight, "B4")
    said = {
        "A2": "everybody may buy it",
        "F9": "only the box office sells it",
        "B2": "Pink: €24.00 of €24.00 paid.",
        "B3": "Light blue: Nothing of €24.00 paid.",
        "B4": "Allotted to Kiosk 1",
    }
    for seat, words in said.items():
        page = bo.open(f"/staff/performances/{theatre.tonight}/seats/{seat}")
        assert words in page.words, seat


def test_the_live_chart_says_nothing_until_something_changed(bo, app, theatre):
    address = f"/staff/performances/{theatre.tonight}/chart.json"
    first = bo._client.get(address)
    tag = {"If-None-Match": first.headers["ETag"]}

    assert first.get_json()["A1"] == ["available", ""]
    assert bo._client.get(address, headers=tag).status_code == 304
    theatre.sell("A1")
    assert bo._client.get(address, headers=tag).get_json()["A1"] == ["paid", "P"]


def test_a_large_house_begins_with_its_sections(bo, theatre, monkeypatch):
    monkeypatch.setattr("ledger.web.charts.MOST_SHOWN", 20)

    page = bo.open(f"/staff/performances/{theatre.tonight}/chart")

    assert page.soup.find("input", attrs={"name": "seat"}) is None
    assert bo.press("Circle").soup.find("input", attrs={"value": "D1"})


# Selling. Source: ORD1, ORD2, ORD9, INV2, INV6.


def test_seats_are_sold_for_cash_with_change(bo, theatre, ledger):
    chart(bo, theatre, "A2", "A3").press("Sell the chosen")
    assert state(ledger, theatre, "A2") == "held"
    pick(bo, "type-A3", "student")
    bo.type("Name", "Grace Okafor")
    pick(bo, "kind-1", "cash")
    fill(bo, "paid-1", "50")

    # The button named what two adults pay.
    assert "It comes to €36.00 now. Nothing was sold yet" in bo.press("Sell for").alert
    assert rows(ledger, OrderRow) == []
    page = bo.press("Sell for €36.00")

    assert page.heading.endswith("Confirmed")
    assert "Change: 14.00 from 50.00." in page.words
    (order,) = rows(ledger, OrderRow)
    assert (order.charge, order.paid, order.seller) == (3600, 3600, "window")
    assert state(ledger, theatre, "A2") == "sold"
    assert [tender.kind for tender in rows(ledger, TenderRow)] == ["cash"]
    assert "Bo Lund" in page.words


def test_a_sale_asks_how_it_is_paid_before_anything_is_sold(bo, theatre, ledger):
    chart(bo, theatre, "A2").press("Sell the chosen")

    page = bo.press("Sell for")
    assert "Please say how it is paid." in page.words
    assert rows(ledger, OrderRow) == []
    pick(bo, "kind-1", "later")
    page = bo.press("Sell for")

    said = [bar.get_text(strip=True) for bar in page.soup.select(".said")]
    assert said == ["Sold. €24.00 is to be paid on collection."]
    assert [(order.charge, order.paid) for order in rows(ledger, OrderRow)] == [(2400, 0)]


def test_a_school_is_one_order_whatever_the_houses_limit_is(bo, theatre, ledger):
    """INV8: the box office is exempt; one choice sells all seats as the same."""
    chart(bo, theatre)
    fill(bo, "quantity", "34")
    bo.press("Sell the chosen")
    pick(bo, "type-all", "student")
    page = bo.press("Count again")
    chosen = page.soup.select("tbody select[name^=type-] option[selected]")
    assert [option["value"] for option in chosen] == ["student"] * 34
    pick(bo, "type-B5", "adult")
    bo.press("Count again")
    pick(bo, "kind-1", "later")

    page = bo.press("Sell for")

    assert page.heading.endswith("Confirmed")
    sold = [ticket.price_type for ticket in rows(ledger, TicketRow)]
    assert sorted(sold) == ["adult"] + ["student"] * 33


def test_a_sale_begins_in_the_menu(bo, theatre, ledger):
    bo.open("/staff/orders")
    page = bo.press("Sell")
    assert page.heading == "Sell"

    assert len(bo.press("Hold the best").soup.select("select[name^=type-]")) == 2


def test_a_sale_may_be_paid_in_two_ways_with_a_donation(bo, theatre, ledger):
    chart(bo, theatre, "A2").press("Sell the chosen")
    fill(bo, "donation", "10")
    bo.press("Count again")
    pick(bo, "kind-1", "voucher")
    fill(bo, "paid-1", "20,00")
    pick(bo, "kind-2", "card")
    fill(bo, "ref-2", "T-4711")

    bo.press("Sell for")

    (order,) = rows(ledger, OrderRow)
    assert (order.charge, order.paid) == (3400, 3400)
    assert sorted((t.kind, t.amount, t.ref) for t in rows(ledger, TenderRow)) == [
        ("card", 1400, "T-4711"),
        ("voucher", 2000, ""),
    ]


def test_pressing_sell_twice_makes_one_order(bo, theatre, ledger):
    page = chart(bo, theatre, "A2").press("Sell the chosen")
    address = page.path
    pick(bo, "kind-1", "cash")
    first = bo.press("Sell for").path
    again = bo.open(address)

    assert again.path == first
    assert len(rows(ledger, OrderRow)) == 1


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("donation", "1.005", "more than 2 decimals"),
        ("donation", "lots", "is no donation"),
        ("donation", "-3", "0 or more"),
        ("paid-1", "1e9", "0 or more"),
        ("email", "grace at example", "no e-mail address"),
        ("email", "g@example.org", "give a name"),
    ],
)
def test_what_was_typed_wrongly_is_told_at_the_field_and_nothing_is_sold(
    bo, theatre, ledger, field, typed, said
):
    chart(bo, theatre, "A2").press("Sell the chosen")
    fill(bo, field, typed)
    pick(bo, "kind-1", "cash")

    page = bo.press("Sell for")

    assert said in page.words
    assert page.soup.find("input", attrs={"name": field})["value"] == typed
    assert rows(ledger, OrderRow) == []
    assert state(ledger, theatre, "A2") == "held"


def test_general_admission_is_sold_by_number(bo, theatre, ledger):
    page = bo.open(f"/staff/performances/{theatre.studio}/chart")
    first = page.soup.select_one("input[name=seat]")
    assert first["aria-label"].startswith("place 1, ")
    fill(bo, "quantity", "3")
    bo.press("Sell the chosen")
    pick(bo, "kind-1", "cash")
    bo.press("Sell for")

    assert len(rows(ledger, TicketRow)) == 3


def test_two_clerks_and_a_guest_want_one_seat_and_one_gets_it(
    app, bo, theatre, ledger, people
):
    vera = clerk(app, "vera")
    chart(vera, theatre, "A2", "A3")
    chart(bo, theatre, "A2").press("Sell the chosen")

    page = vera.press("Sell the chosen")
    guest = ledger.store.write(
        seating.hold,
        ledger.means(),
        performance=theatre.tonight,
        order="web",
        seller="shop",
        wanted=["A2"],
    )

    assert "Stalls A 2 is held. Nothing was held for you." in page.alert
    assert guest.code == "SEAT_UNAVAILABLE"
    assert state(ledger, theatre, "A3") == "available"


def test_seats_that_are_let_go_are_what_they_were(bo, theatre, ledger):
    chart(bo, theatre, "A2", "F9").press("Sell the chosen")
    bo.press("Let the seats go")

    assert state(ledger, theatre, "A2") == "available"
    assert state(ledger, theatre, "F9") == "reserved"


def test_a_sale_that_came_too_late_says_so(bo, theatre, ledger, clock):
    address = chart(bo, theatre, "A2").press("Sell the chosen").path
    clock.passes(minutes=16)
    ledger.store.write(seating.sweep, ledger.means())

    assert "no longer held" in bo.open(address, status=410).words


# Devices and what they own. Source: INV11, sync.md §2.1, §9.


def test_a_pairing_code_is_shown_as_text_and_picture(app, people, ledger):
    vera = clerk(app, "vera")
    vera.open("/staff/devices")
    vera.type("Name", "Kiosk 9")
    page = vera.press("Show the pairing code")

    text = json.loads(page.soup.find("textarea").get_text())
    assert {"url", "token", "ledger_id", "ledger_key"} <= text.keys()
    assert page.soup.select_one(".qr svg path")["d"].startswith("M")
    assert text["url"] in page.words
    assert text["url"] in vera.open("/staff/devices").words


def test_a_revoked_device_is_refused_from_then_on(app, people, kiosk, theatre):
    vera = clerk(app, "vera")
    vera.open(f"/staff/devices/{kiosk.id}")
    vera.type("Reason", "stolen")
    vera.press("Revoke Kiosk 1")

    assert kiosk.get("/api/events").status in {401, 403}


def test_a_seat_asked_back_may_not_be_sold_any_more(bo, kiosk, theatre, ledger):
    kiosk.own(theatre.tonight, "B4")
    bo.open(f"/staff/devices/{kiosk.id}")
    choose(bo, "B4")
    page = bo.press("Ask for them back")

    assert "asked back" in page.words
    (told,) = kiosk.documents(f"dev:{kiosk.id}", "allotment").values()
    assert told["sell_by_ms"] == ledger.clock()
    assert state(ledger, theatre, "B4") == "allotted"


def test_taking_a_seat_away_needs_a_second_person(bo, kiosk, theatre, ledger):
    kiosk.own(theatre.tonight, "B4")
    bo.open(f"/staff/devices/{kiosk.id}")
    choose(bo, "B4")
    bo.press("Take them away")
    bo.type("Reason", "Kiosk is silent")
    bo.type("Supervisor's name", "bo")
    bo.type("Supervisor's password", PASSWORD)
    assert "A second person must confirm" in bo.press("Take them away").alert
    assert state(ledger, theatre, "B4") == "allotted"

    bo.type("Reason", "Kiosk is silent")
    bo.type("Supervisor's name", "vera")
    bo.type("Supervisor's password", PASSWORD)
    page = bo.press("Take them away")

    assert "Taken away: B4" in page.words
    assert state(ledger, theatre, "B4") == "available"
    (row,) = rows(ledger, DiscrepancyRow)
    assert row.kind == "allotment_broken"


# Discrepancies. Source: sync.md §8.


@pytest.fixture
def collision(bo, kiosk, theatre, ledger, people):
    """A seat was taken away and sold at the window, and the device had sold it, too."""
    epochs = kiosk.own(theatre.tonight, "B4")
    ledger.store.write(
        _break, ledger.means(), theatre.tonight, "B4", [people["bo"], people["vera"]]
    )
    theatre.sell("B4")
    line = kiosk.line(theatre.tonight, "B4", epochs["B4"])
    kiosk.happened("sale", kiosk.sale(line))
    kiosk.upload().ok()
    return line["ticket"]


def _break(session, means, performance, seat, people):
    from ledger import allotments

    refused = allotments.break_off(
        session,
        means,
        performance=performance,
        seat=seat,
        people=people,
        reason="silent",
    )
    assert refused is None


def test_a_proposed_seat_is_kept_until_somebody_decides(collision, bo, theatre, ledger):
    page = bo.open("/staff/discrepancies")

    assert "Two claims to one seat: Stalls B 4" in page.words
    assert "which is kept for it" in page.words
    held = [row for row in rows(ledger, SeatStateRow) if row.state == "held"]
    assert [row.hold for row in held] == [f"reseat/{collision}"]


def test_one_press_moves_the_guest_without_a_seat(collision, bo, theatre, ledger):
    bo.open("/staff/discrepancies")
    before = next(t for t in rows(ledger, TicketRow) if t.id == collision)

    page = bo.press("Move them")

    assert "Two claims to one seat: settled. Move them." in page.words
    ticket = next(t for t in rows(ledger, TicketRow) if t.id == collision)
    assert ticket.seated
    assert ticket.seat != "B4"
    assert ticket.issue == before.issue + 1
    assert ticket.payload != before.payload
    assert state(ledger, theatre, ticket.seat) == "sold"
    settled = [row for row in rows(ledger, DiscrepancyRow) if row.kind == "seat_conflict"]
    assert [(row.state, row.settled_how) for row in settled] == [("settled", "reseat")]
    assert "Bo Lund" in page.words


def test_the_other_press_gives_the_money_back(collision, bo, theatre, ledger):
    bo.open("/staff/discrepancies")
    bo.press("Give the money back")

    ticket = next(t for t in rows(ledger, TicketRow) if t.id == collision)
    order = next(o for o in rows(ledger, OrderRow) if o.id == ticket.order)
    assert ticket.status == "refunded"
    assert (order.charge, order.paid) == (0, 0)
    assert [row.seat for row in rows(ledger, SeatStateRow) if row.state == "held"] == []
    assert "refund" in {json.loads(row.facts).get("how") for row in rows(ledger, AuditRow)}


def test_when_the_seat_comes_free_the_kept_one_does_too(collision, theatre, ledger, bo):
    from ledger import refunds

    sold = next(t for t in rows(ledger, TicketRow) if t.seat == "B4" and t.id != collision)

    def refund(session, means):
        order = session.get_one(OrderRow, sold.order)
        refunds.give_back(session, means, order, tickets=None, include_fees=True)

    ledger.store.write(refund, ledger.means())

    ticket = next(t for t in rows(ledger, TicketRow) if t.id == collision)
    assert (ticket.seat, ticket.seated) == ("B4", True)
    assert [row.seat for row in rows(ledger, SeatStateRow) if row.state == "held"] == []
    assert [r.state for r in rows(ledger, DiscrepancyRow) if r.kind == "seat_conflict"] == [
        "settled"
    ]


def test_two_clerks_settle_one_discrepancy_once(collision, bo, app, theatre, ledger):
    vera = clerk(app, "vera")
    vera.open("/staff/discrepancies")
    bo.open("/staff/discrepancies")
    bo.press("Move them")

    assert "Things have changed" in vera.press("Give the money back").alert


# Who may do what.


@pytest.mark.parametrize("login", ["tom", "rita"])
def test_those_who_only_look_change_nothing(app, people, theatre, ledger, login):
    guest = clerk(app, login)
    page = chart(guest, theatre, "A1")

    with pytest.raises(NotThere):
        guest.press("Reserve or put on sale")
    token = page.page.soup.find("input", attrs={"name": "csrf_token"})["value"]
    address = f"/staff/performances/{theatre.tonight}/seats"
    wanted = {"csrf_token": token, "seat": "A1", "act": "flip"}
    assert "may not do this" in guest.post(address, wanted, status=403).words
    assert state(ledger, theatre, "A1") == "available"


def test_every_form_wants_its_token(app, bo, theatre, ledger):
    found = 0
    for rule in app.url_map.iter_rules():
        if "POST" not in rule.methods or rule.endpoint.startswith("api."):
            continue
        address = rule.rule
        for name in rule.arguments:
            for kind in ("", "path:"):
                address = address.replace(f"<{kind}{name}>", "x")
        assert bo._client.post(address).status_code == 400, rule.rule
        found += 1
    assert found >= 10


def test_no_page_opens_without_a_login(app, people):
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.rule.startswith("/staff"):
            continue
        address = rule.rule
        for name in rule.arguments:
            for kind in ("", "path:", "int:"):
                address = address.replace(f"<{kind}{name}>", "1")
        answer = client.get(address)
        assert answer.status_code == 303, rule.rule
        assert answer.location.startswith("/login"), rule.rule


def test_marks_cover_every_state(ledger, theatre):
    with ledger.store.read() as session:
        found = marks.read(session, theatre.tonight)
    assert len(found) == 60


def test_a_mailed_ticket_leaves_a_letter(bo, theatre, ledger):
    chart(bo, theatre, "A2").press("Sell the chosen")
    bo.type("Name", "Grace Okafor")
    bo.type("E-mail", "grace@example.org")
    pick(bo, "delivery", "email")
    pick(bo, "kind-1", "cash")
    bo.press("Sell for")

    assert [letter.to for letter in rows(ledger, OutboxRow)] == ["grace@example.org"]


def test_a_sale_that_is_printed_says_that_it_is_mailed_as_well(bo, theatre, ledger):
    page = chart(bo, theatre, "A2").press("Sell the chosen")
    assert "With an e-mail address they go there, too, once paid." in page.words
    bo.type("Name", "Grace Okafor")
    bo.type("E-mail", "grace@example.org")
    pick(bo, "kind-1", "cash")
    assert (
        "Sold. The tickets are mailed to grace@example.org." in bo.press("Sell for").words
    )
