"""Staff find orders after logging in; nobody else sees anything."""

import pytest
from bs4 import BeautifulSoup

from ledger import staff
from ledger.clock import Means
from tests.demo_house import NOW, furnish


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    furnished = furnish(tmp_path_factory.mktemp("ledger"))
    yield furnished
    furnished.store.close()


@pytest.fixture
def anna(house):
    """Anna's browser, logged in."""
    client = house.client()
    page = client.get("/login")
    answer = client.post("/login", data=fields(page) | credentials("anna"))
    assert answer.status_code == 303
    return client


def credentials(login: str, password: str = "lobby-demo") -> dict[str, str]:
    return {"login": login, "password": password}


def fields(page) -> dict[str, str]:
    inputs = BeautifulSoup(page.text, "html.parser").select(
        "form[action='/login'] [type=hidden]"
    )
    return {tag["name"]: tag["value"] for tag in inputs}


def text(page) -> str:
    return " ".join(BeautifulSoup(page.text, "html.parser").get_text(" ").split())


PAGES = ("/staff/orders", "/staff/admissions", "/staff/devices", "/staff/discrepancies")


@pytest.mark.parametrize("page", [*PAGES, "/staff/orders/K7Q4MX23/tickets.pdf"])
def test_strangers_are_sent_to_the_login(house, page):
    answer = house.client().get(page)

    assert answer.status_code == 303
    assert answer.location.startswith("/login")


@pytest.mark.parametrize("page", PAGES)
def test_pages_hold_no_inline_script_and_are_never_stored(anna, page):
    answer = anna.get(page)

    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    soup = BeautifulSoup(answer.text, "html.parser")
    assert not soup.select("script:not([src]), style, [style], [onclick]")
    assert len(soup.select("h1")) == 1


@pytest.mark.parametrize("words", ["okafor", "Grace", "ST-E-12", "  OKAFOR "])
def test_an_order_is_found_by_name_or_seat(anna, house, words):
    number = house.facts["will_call"][0]["order"]

    found = text(anna.get("/staff/orders", query_string={"q": words}))

    assert f"{number[:4]}-{number[4:]}" in found
    assert "1–1 of 1" in found


def test_an_order_is_found_by_its_number_however_it_is_typed(anna, house):
    number = house.facts["will_call"][1]["order"]
    typed = f" {number[:4].lower()}-{number[4:].lower()} "

    assert "Lindqvist" in text(anna.get("/staff/orders", query_string={"q": typed}))


@pytest.mark.parametrize("words", ["%", "_", "nobody at all", "'; drop table", "💥" * 50])
def test_words_that_fit_nothing_find_nothing(anna, words):
    assert "No order fits" in text(anna.get("/staff/orders", query_string={"q": words}))


def test_an_order_shows_seats_money_and_history(anna, house):
    page = text(anna.get(f"/staff/orders/{house.facts['will_call'][0]['order']}"))

    assert "Stalls, row E, seat 12" in page
    assert "€64.00" in page
    assert "Sale: €64.00 charged" in page
    assert "Payment: €64.00 by card" in page


def test_an_unknown_order_is_said_in_words(anna):
    answer = anna.get("/staff/orders/NOSUCH00")

    assert answer.status_code == 404
    assert "There is no such page" in text(answer)


def test_a_form_from_elsewhere_is_refused(house):
    answer = house.client().post("/login", data=credentials("anna"))

    assert answer.status_code == 400
    assert "try again" in text(answer)


@pytest.mark.parametrize(
    "next", ["https://evil.example/", "//evil.example", "/\\evil.example"]
)
def test_logging_in_never_leads_elsewhere(house, next):
    client = house.client()
    page = client.get("/login", query_string={"next": next})

    answer = client.post("/login", data=fields(page) | credentials("anna") | {"next": next})

    assert answer.location == "/staff/orders"


def test_five_misses_lock_an_account_for_five_minutes(house):
    def log_in(password: str, minutes: float = 0):
        means = Means(NOW + int(minutes * 60_000))
        return house.store.write(staff.log_in, means, login="tom", password=password)

    for _ in range(5):
        assert log_in("wrong") is None

    assert log_in("lobby-demo", minutes=4) is None
    assert log_in("lobby-demo", minutes=6).name == "Tom Ruiz"


def test_logging_out_ends_the_session(anna):
    token = BeautifulSoup(anna.get("/staff/orders").text, "html.parser").select_one(
        "form.me [name=csrf_token]"
    )["value"]

    anna.post("/login/out", data={"csrf_token": token})

    assert anna.get("/staff/orders").status_code == 303
