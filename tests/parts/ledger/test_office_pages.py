"""The office: work list, downloads, answers, day end, statements, accounts of staff."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from boxoffice import ids
from boxoffice.pricing import Seller
from ledger import config, day_ends, journal, settlements
from ledger.orders import Patron
from ledger.tables.feed import FeedDocRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.records import AuditRow
from ledger.tables.settling import SettlingRow
from ledger.worker import Worker
from tests.parts.ledger.clerk import PASSWORD, clerk
from tests.parts.ledger.test_window import chart, fill, pick, rows

DAY_MS = 86_400_000


pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")


@pytest.fixture
def anna(app, people):
    return clerk(app, "anna")


def table(answer):
    """Read a CSV file as a spreadsheet would."""
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


# Work list. Source: ORD6, ORD7.


def test_orders_that_need_paper_are_marked_in_bulk_and_unmarked(bo, theatre, ledger):
    theatre.sell("A2", delivery="mail", patron=Patron("Grace Okafor"))
    theatre.sell("A3", delivery="mail", patron=Patron("Bea Marsh"))
    theatre.sell("A4", delivery="email", patron=Patron("Ada Holm", "ada@example.org"))
    page = bo.open("/staff/worklist")

    assert "Grace Okafor" in page.words
    assert "Ada Holm" not in page.words
    for box in page.soup.select("[name=order]"):
        box["checked"] = ""
    pick(bo, "status", "mailed")
    page = bo.press("Mark")
    assert "2 orders: mailed." in page.words
    assert "No order is here." in page.words
    bo.press("Undo")
    assert "Bea Marsh" in bo.page.words


def test_a_name_never_becomes_a_formula_in_a_spreadsheet(bo, theatre):
    theatre.sell("A2", delivery="mail", patron=Patron('=HYPERLINK("x")', phone="+45 1,2"))

    header, row = table(bo._client.get("/staff/worklist/envelopes.csv"))

    assert row[header.index("name")] == '\'=HYPERLINK("x")'
    assert row[header.index("phone")] == "'+45 1,2"


def test_an_order_by_mail_has_an_address_for_its_envelope(bo, vera, theatre):
    """ORD7: asked for at the window, changed on the order, in the mail merge."""
    chart(bo, theatre, "B2").press("Sell the chosen")
    fill(bo, "name", "Grace Okafor")
    pick(bo, "delivery", "mail")
    pick(bo, "kind-1", "cash")
    page = bo.press("Sell for")
    assert "To mail tickets, we need street, postcode and town." in page.words
    bo.type("Address", "Harbour Street 9\n\n 3000 Elsinore ")
    assert bo.press("Sell for").heading.endswith("Confirmed")
    assert bo.page.soup.find(id="address").get_text() == "Harbour Street 9\n3000 Elsinore"
    bo.type("Address", "Quay 4\n3000 Elsinore")
    assert "edit order (address)" in bo.press("Change details").words
    assert "Quay 4" in bo.press("Invoice").words

    header, row = table(bo._client.get("/staff/worklist/envelopes.csv"))
    assert row[header.index("address")] == "Quay 4\n3000 Elsinore"
    header, row = table(vera._client.get("/staff/worklist/customers.csv"))
    assert row[header.index("address")] == "Quay 4\n3000 Elsinore"


def test_orders_and_customers_are_downloaded_however_many(
    bo, vera, theatre, ledger, monkeypatch
):
    monkeypatch.setattr("ledger.exports.AT_ONCE", 2)
    for seat in ("A2", "A3", "A4", "B2", "B3"):
        theatre.sell(seat, patron=Patron(f"Patron of {seat}"))

    orders = table(bo._client.get("/staff/worklist/orders.csv"))
    customers = table(vera._client.get("/staff/worklist/customers.csv"))

    assert {row[3] for row in orders[1:]} == {
        f"Patron of {seat}" for seat in ("A2", "A3", "A4", "B2", "B3")
    }
    assert orders[1][10] == "24.00"
    assert len(customers) == 6
    assert bo._client.get("/staff/worklist/customers.csv").status_code == 403


# Answers. Source: ORD8.


def test_buyers_are_asked_and_counted(bo, vera, theatre):
    vera.open("/staff/reports/answers")
    fill(vera, "words", "How did you hear of us?")
    vera.page.soup.find("textarea").string = "Poster\nA friend\n"
    assert "is asked from now on" in vera.press("Ask from now on").words
    for seat, answer in (("B2", "Poster"), ("B3", "Poster"), ("B4", "")):
        chart(bo, theatre, seat).press("Sell the chosen")
        question = bo.page.soup.select_one("select[name^=q-]")
        for option in question.select("option"):
            if answer and option.get_text() == answer:
                option["selected"], option["value"] = "", answer
        pick(bo, "kind-1", "cash")
        bo.press("Sell for")

    page = vera.open("/staff/reports/answers")

    assert "Poster 2" in page.words
    assert "A friend 0" in page.words
    assert "2 answered." in page.words


# Day end. Source: P13.


def test_a_difference_at_the_day_end_is_booked(bo, theatre, ledger):
    theatre.sell("A2")
    theatre.sell("A3", tender="card")
    bo.open("/staff/reports/day-end")
    fill(bo, "counted-cash", "23.50")
    page = bo.press("Close the day")
    assert "Cash: €0.50 less than expected. Count again, or say why." in page.alert
    with ledger.store.read() as session:
        assert day_ends.earlier(session) == []
    fill(bo, "note", "a coin rolled away")
    page = bo.press("Close the day")

    assert "Cash: €0.50 less; booked." in page.words
    assert "Cash €24.00, counted €23.50 (€0.50 less)" in page.words
    assert "a coin rolled away" in page.words
    assert "Nothing came in." in page.words
    with ledger.store.read() as session:
        assert journal.unbalanced(session) == []


def test_the_day_end_counts_what_the_office_took_and_says_what_is_on_account(
    bo, theatre, ledger
):
    theatre.sell("A2", tender="card", seller=Seller.ONLINE)
    assert "Nothing came in." in bo.open("/staff/reports/day-end").words

    sold = theatre.sell("A3", tender="cash")
    bo.open(f"/staff/orders/{sold.id}")
    fill(bo, "reason", "ill")
    bo.press("Cancel this order")
    page = bo.open("/staff/reports/day-end")

    assert "Cash 1 €24.00" in page.words
    assert "€24.00 in 1 order: paid, and no line needs it." in page.words


def test_a_count_that_is_no_amount_closes_nothing(bo, theatre):
    theatre.sell("A2")
    bo.open("/staff/reports/day-end")
    fill(bo, "counted-cash", "2,345")

    assert "Nothing was closed" in bo.press("Close the day").alert


# Statements. Source: SET1-SET4, FEE2.


def test_a_statement_lists_its_orders_and_adds_up(vera, theatre, ledger):
    theatre.sell("A2", "A3", "A4", "B2", "B3", tender="card", seller=Seller.WINDOW)
    theatre.sell("C2", tender="cash")
    page = vera.open("/staff/reports/statements")
    assert "€120.00 would be paid." in page.words
    page = vera.press("Draw the statement")

    assert "Amount €120.00 €0.00 €120.00" in page.words
    fill(vera, "ref", "4711")
    assert "Paid" in vera.press("Paid").words
    assert "€0.00 would be carried" in vera.open("/staff/reports/statements").words


def test_a_small_amount_is_carried_and_a_refund_becomes_a_debt(vera, bo, theatre, ledger):
    sold = theatre.sell("A2", tender="card")
    vera.open("/staff/reports/statements")
    assert "carried to the next statement" in vera.press("Draw the statement").words
    bo.open(f"/staff/orders/{sold.id}")
    bo.page.soup.select_one("[name=ticket]")["checked"] = ""
    bo.press("Refund the chosen")
    fill(bo, "reason", "ill")
    bo.press("Give back")

    page = vera.open("/staff/reports/statements?complete=1")

    assert "Carried from the last statement €24.00" in page.words
    assert "Ticket refunded" in page.words
    assert "€0.00 would be carried" in page.words


def test_lines_are_turned_in_pages_and_downloaded_whole(vera, theatre, ledger):
    for row in "BCDEF":
        for seat in range(1, 6):
            theatre.sell(f"{row}{seat}", tender="card")
    vera.open("/staff/reports/statements")
    assert "Orders 1–20 of 25" in vera.page.words
    following = vera.press("Later")
    assert "Orders 21–25 of 25" in following.words
    to_come = table(vera._client.get("/staff/reports/statements/next.csv"))

    vera.open("/staff/reports/statements")
    vera.press("Draw the statement")
    drawn = table(vera._client.get(vera.page.url + ".csv"))

    assert "25 lines €" in vera.page.words
    assert len(vera.press("Later").soup.select("table:not(.sum) tbody tr")) == 5
    assert len(drawn) == 26
    assert sorted(drawn) == sorted(to_come)


def test_orders_of_a_ledger_that_did_not_count_are_counted_again(theatre, ledger):
    theatre.sell("A2", tender="card")
    theatre.sell("A3", tender="cash")
    with ledger.store.read() as session:
        before = settlements.draft(session, ledger.means(), complete=True, minimum=10_000)
    ledger.store.write(lambda session: session.execute(delete(SettlingRow)) and None)

    Worker(ledger).step()

    with ledger.store.read() as session:
        assert (
            settlements.draft(session, ledger.means(), complete=True, minimum=10_000)
            == before
        )


def test_a_finished_production_pays_any_amount(theatre, ledger, people):
    theatre.sell("A2", tender="card")
    with ledger.store.read() as session:
        drafted = settlements.draft(session, ledger.means(), complete=True, minimum=10_000)
    assert (drafted.amount, drafted.issued) == (2400, True)


def test_the_sales_report_owes_what_its_orders_owe(bo, theatre):
    sold = theatre.sell("A2", "A3", tender=None, seller=Seller.KIOSK)

    assert "Due €51.50" in bo.open(f"/staff/orders/{sold.id}").words
    cells = bo.open("/staff/reports").soup.select_one("tr.total").select("td")
    assert cells[-1].get_text(strip=True) == "€51.50"


def test_what_a_kiosk_printed_needs_no_paper(bo, theatre, ledger):
    sold = theatre.sell("A2", seller=Seller.KIOSK)

    def say(state):
        def write(session):
            session.get_one(OrderRow, sold.id).delivery = "kiosk"
            for ticket in session.scalars(select(TicketRow)):
                ticket.print_state = state

        ledger.store.write(write)
        return bo.open(f"/staff/orders/{sold.id}").words

    assert "Tickets To be ticketed" in say("failed")
    assert "Tickets Picked up" in say("printed")


def test_the_sales_report_says_what_is_to_come_and_what_nobody_bought(bo, theatre, clock):
    theatre.sell("A2")
    page = bo.open("/staff/reports")
    assert "Hamlet, Fri 27 Nov, 20:20 to come" in page.words
    assert "still to come" in page.words
    assert "Nothing sold yet for Improv Night, Fri 27 Nov, 20:20" in page.words
    clock.passes(minutes=24 * 60)
    assert "to come" not in bo.open("/staff/reports").words


def test_the_sales_report_adds_up(bo, theatre):
    theatre.sell("A2", "D2")
    theatre.sell("A3", tender=None)

    page = bo.open("/staff/reports")

    assert "Together 3" in page.words
    assert "€66.00" in page.words
    assert "€24.00" in page.words


# Accounts. Roles, lockout and audit.


def test_a_manager_opens_and_closes_an_account(anna, app, ledger):
    anna.open("/staff/people")
    fill(anna, "name", "Ida Krag")
    fill(anna, "login", "ida")
    for box in anna.page.soup.select("section[aria-labelledby=new] [name=password]"):
        box["value"] = PASSWORD
    anna.page.soup.select("section[aria-labelledby=new] [value=box_office]")[0][
        "checked"
    ] = ""
    page = press_in(anna, "new", "Open the account")
    assert "Ida Krag has an account." in page.words
    ida = clerk(app, "ida")
    assert ida.open("/staff/worklist").heading

    card = next(
        tag for tag in anna.page.soup.select("section.card") if "Ida" in tag.get_text()
    )
    press_in(anna, card["aria-labelledby"], "Close the account")

    assert ida.open("/staff/orders").heading == "Log in"
    assert {"hire", "let_go"} <= {row.action for row in rows(ledger, AuditRow)}


def test_a_manager_prints_a_staff_code_and_takes_it_back(anna, ledger):
    def published():
        told = [row for row in rows(ledger, FeedDocRow) if row.entity == "staff"]
        return [json.loads(row.body).get("code") for row in told if "Anna" in row.body]

    def card():
        found = anna.open("/staff/people").soup.select("section.card")
        return next(tag for tag in found if "Anna Berg" in tag.get_text())

    assert "staff code" not in card().get_text()  # Nobody comes in by a code alone.
    at = card()["aria-labelledby"]
    anna.page.soup.select_one("[aria-label='New PIN of Anna Berg']")["value"] = "240613"
    press_in(anna, at, "Change")
    page = press_in(anna, card()["aria-labelledby"], "Make a staff code")
    assert page.soup.select_one(".staffcard svg path")
    [first] = published()
    press_in(anna, card()["aria-labelledby"], "New staff code")
    [second] = published()
    assert None not in (first, second)
    assert first != second
    lost = "The card is lost: take the code back"
    assert "Taken back." in press_in(anna, card()["aria-labelledby"], lost).words

    assert published() == [None]
    assert {"staff_code", "end_staff_code"} <= {
        row.action for row in rows(ledger, AuditRow)
    }


def press_in(guest, labelled, name):
    """Press a button of one card, where others have the same name."""
    card = guest.page.soup.find(attrs={"aria-labelledby": labelled})
    for other in guest.page.soup.select("section.card"):
        if other is not card:
            other.decompose()
    return guest.press(name)


def test_the_last_manager_stays(anna):
    page = anna.open("/staff/people")
    card = next(
        tag for tag in page.soup.select("section.card") if "Anna Berg" in tag.get_text()
    )

    assert "Somebody has to be the manager" in (
        press_in(anna, card["aria-labelledby"], "Close the account").alert
    )


def test_a_short_password_is_refused(anna):
    anna.open("/staff/people")
    fill(anna, "name", "Ida Krag")
    fill(anna, "login", "ida")
    for box in anna.page.soup.select("section[aria-labelledby=new] [name=password]"):
        box["value"] = "short"

    assert "at least 10 characters" in press_in(anna, "new", "Open the account").alert


def test_only_managers_see_accounts_and_audit(bo, vera):
    for guest in (bo, vera):
        guest.open("/staff/people", status=403)
        guest.open("/staff/people/audit", status=403)


def test_everybody_changes_their_own_password_with_the_old_one(bo, app, theatre):
    bo.open("/staff/people/me")
    bo.type("Old password", "wrong")
    bo.type("New password", "a better secret")
    assert "does not fit" in bo.press("Change it").alert
    bo.type("Old password", PASSWORD)
    bo.type("New password", "a better secret")

    assert "Your password is changed." in bo.press("Change it").words


def test_what_people_did_is_found_in_the_audit(anna, bo, theatre):
    chart(bo, theatre, "A2").press("Reserve or put on sale")

    page = anna.open("/staff/people/audit?q=change+seats")

    assert "Bo Lund" in page.words
    assert "Change seats" in page.words
    assert "Hamlet, " in page.words


def test_the_audit_leads_to_what_was_changed_and_is_sorted_and_a_file(
    anna, bo, theatre, clock
):
    """lobby.md §7: words for ids; sorting and search in the URL, the same as a sheet."""
    sold = theatre.sell("A3", tender=None)
    bo.open(f"/staff/orders/{sold.id}")
    fill(bo, "reason", "=ill()")
    bo.press("Cancel this order")
    clock.passes(minutes=1)
    chart(bo, theatre, "A2").press("Reserve or put on sale")
    number = ids.shown(sold.number)

    def found(said):
        page = anna.open(f"/staff/people/audit?{said}")
        lines = [row.select("td") for row in page.soup.select("tbody tr")]
        sheet = page.soup.select_one(".files a")["href"]
        file = anna.fetch(sheet).get_data(as_text=True)
        assert len(list(csv.reader(io.StringIO(file)))) == 1 + len(lines)
        return [(what.get_text(), about.get_text()) for _, _, what, about, _ in lines]

    ((cancelled, about),) = found(f"q={number}")
    assert (cancelled, about) == ("Cancel order", number)
    assert "/orders/" in anna.page.soup.find("a", string=number)["href"]
    (_, flipped) = found("q=lund&sort=what")
    assert flipped[0] == "Change seats"
    assert re.fullmatch(r"Hamlet, Fri 27 Nov, \d\d:\d\d · Stalls A 2", flipped[1])
    assert found("q=lund&sort=-what") == [flipped, (cancelled, about)]
    assert [what for what, _ in found("q=lund&sort=when")] == [cancelled, flipped[0]]
    assert found("sort=%27&q=lund") == [flipped, (cancelled, about)]
    file = anna.fetch("/staff/people/audit/list.csv?q=lund").get_data(as_text=True)
    assert f"cancel order,{number},'=ill()" in file


def test_the_operator_says_from_which_amount_a_statement_pays(app, vera, theatre, ledger):
    theatre.sell("A2", tender="card")
    address = "/staff/reports/statements"
    assert "€24.00 would be carried" in vera.open(address).words
    lower = replace(ledger.config, statement_minimum=2400)
    app.extensions["foh"] = replace(ledger, config=lower)
    page = vera.open(address)
    app.extensions["foh"] = ledger

    assert "€24.00 would be paid." in page.words
    assert "Below €24.00 it is carried" in page.words


@pytest.mark.parametrize("typed", ["100.00", "-1", "ten", "١٠٠"])
def test_a_least_amount_that_is_no_whole_number_of_cents_is_refused(tmp_path, typed):
    settings = {"FOH_LEDGER_DIR": str(tmp_path), "FOH_STATEMENT_MINIMUM": typed}
    with pytest.raises(config.Incomplete, match="whole cents"):
        config.read(settings)


def test_the_page_says_when_the_next_statement_is_due_and_what_is_normally_in(
    vera, theatre
):
    address = "/staff/reports/statements"
    page = vera.open(address)
    assert "Orders up to Sunday, 22 November, are normally in" in page.words
    assert "By the calendar" not in page.words
    vera.press("Draw the statement")

    assert "By the calendar it is due on 11 December 2026;" in vera.open(address).words
