"""Whoever types nonsense, forges a request or has no right gets an answer, and no more."""

import random

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from ledger import backup
from ledger.patrons import Patron
from ledger.tables.records import AuditRow
from ledger.web.all import PAGES
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.hostile import Walk

pytestmark = pytest.mark.slow

STARTS = ("/staff/orders", "/staff/performances", "/staff/catalogue", "/staff/members")
# Whom anybody may ask, with no right of their own.
OPEN = {"login.log_in", "login.log_out", "login.show", "second.show", "second.log_in"}
OWN = {"people.new_password", "second.switch", "people.own", "second.own"}
# Whoever is near comes to a guest who called, and says so.
NEAR = {"calls.coming", "calls.helped"}


@pytest.fixture
def order(theatre):
    return theatre.sell("A2", "A3", patron=Patron("Grace Okafor", "g@example.org")).id


@pytest.fixture
def known(theatre, kiosk, order, ledger):
    """Something real for every part of an address."""
    from ledger.tables.catalogue import HallRow

    with ledger.store.read() as session:
        hall = session.scalars(select(HallRow.id)).first()
    return {
        "performance": theatre.tonight,
        "order": order,
        "seat": "A2",
        "device": kiosk.id,
        "hall": hall,
        "kind": "csv",
        "space": "auditorium",
    }


def routes(app, known, method):
    """Every address of the staff pages that takes this method, filled in."""
    names = {page.bp.name for page in PAGES}
    for rule in app.url_map.iter_rules():
        if method in rule.methods and rule.endpoint.split(".")[0] in names:
            with app.test_request_context():
                values = {name: known.get(name, "nobody") for name in rule.arguments}
                yield rule.endpoint, rule.build(values)[1]


def token(client):
    page = BeautifulSoup(client.get("/login").text, "html.parser")
    return page.select_one("[name=csrf_token]")["value"]


def changes(ledger):
    with ledger.store.read() as session:
        return session.scalar(select(func.count()).select_from(AuditRow))


def test_no_form_takes_a_request_that_another_site_forged(app, known, ledger, people):
    anna = clerk(app, "anna")
    before = changes(ledger)
    tried = 0
    for endpoint, address in routes(app, known, "POST"):
        for data in (
            {},
            {"csrf_token": "forged"},
            {"csrf_token": token(app.test_client())},
        ):
            answer = anna._client.post(address, data=data)
            assert answer.status_code == 400, (endpoint, data)
            tried += 1
    assert tried > 100
    assert changes(ledger) == before


def test_strangers_see_and_change_nothing(app, known, ledger):
    before = changes(ledger)
    for method in ("GET", "POST"):
        for endpoint, address in routes(app, known, method):
            if endpoint in OPEN or endpoint == "house.home":
                continue
            client = app.test_client()
            data = {"csrf_token": token(client)} if method == "POST" else None
            answer = client.open(address, method=method, data=data)
            assert answer.status_code == 303, endpoint
            assert answer.location.startswith("/login"), endpoint
    assert changes(ledger) == before


def test_an_usher_changes_nothing_at_the_desk(app, known, ledger, people):
    tom = clerk(app, "tom")
    said = token_of(tom)
    before = changes(ledger)
    for endpoint, address in routes(app, known, "POST"):
        if endpoint in OPEN | OWN | NEAR:
            continue
        answer = tom._client.post(address, data={"csrf_token": said})
        assert answer.status_code == 403, endpoint
    assert changes(ledger) == before


def token_of(guest):
    return guest.open("/staff/people/me").soup.select_one("[name=csrf_token]")["value"]


def test_who_left_is_out_at_once(app, bo, people, ledger):
    anna = clerk(app, "anna")
    anna.open("/staff/people")
    said = token_of(anna)
    anna.post(f"/staff/people/{people['bo']}", {"csrf_token": said, "act": "let_go"})

    assert bo.open("/staff/orders").heading == "Log in"


def test_a_session_is_the_browsers_alone_and_lasts_past_no_log_out(bo, app):
    cookie = bo._client.get_cookie("foh_staff")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    bo.press("Log out")
    assert bo.open("/staff/orders").heading == "Log in"


def test_a_cookie_that_somebody_changed_opens_nothing(app, bo):
    kept = bo._client.get_cookie("foh_staff").value
    for changed in (kept[:-2] + "xx", "x" + kept, kept.split(".")[0], ""):
        client = app.test_client()
        client.set_cookie("foh_staff", changed)
        assert client.get("/staff/orders").status_code == 303


def test_a_form_full_of_nonsense_breaks_no_page_and_no_book(
    app, known, ledger, people, theatre
):
    theatre.sell("B2", tender=None)
    anna = clerk(app, "anna")
    walk = Walk(anna._client)
    walk.go([*STARTS, f"/staff/performances/{theatre.tonight}/chart"], most=60)
    assert len(walk.forms) > 25
    for action, status in walk.attack(random.Random(7), 3):
        assert status < 500, action
    with ledger.store.read() as session:
        assert backup.faults(session) == []


def test_settings_with_one_bad_value_each_are_saved_and_shown(app, ledger, people, theatre):
    """What is taken as it is stands in pages from then on, and breaks none of them."""
    anna = clerk(app, "anna")
    walk = Walk(anna._client)
    walk.go(["/staff/settings"], most=1)
    before = changes(ledger)
    for address, status in walk.nearly_right(random.Random(7), 30):
        assert status < 500, address
    assert changes(ledger) - before > 10
    assert anna._client.get("/shop/").status_code == 200
    with ledger.store.read() as session:
        assert backup.faults(session) == []
