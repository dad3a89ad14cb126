"""Two clerks and a web buyer on one seat, over real HTTP and threads. INV2, INV5."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from werkzeug.serving import make_server

from ledger.tables.orders import OrderRow
from ledger.tables.seats import HoldRow, SeatStateRow
from tests.parts.ledger.clerk import PASSWORD

pytestmark = [pytest.mark.pages, pytest.mark.usefixtures("sound_book")]
ROUNDS = ("A3", "B3", "C3", "D3")


@contextmanager
def served(app) -> Iterator[str]:
    """Serve the ledger on a free port of this machine, a thread a request."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)


class Browser:
    """Somebody's browser: cookies, and the token of the page that is open."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, follow_redirects=True, timeout=60)
        self.page = BeautifulSoup("", "html.parser")

    def open(self, path: str) -> "Browser":
        self.page = BeautifulSoup(self.http.get(path).text, "html.parser")
        return self

    def post(self, path: str, **fields) -> httpx.Response:
        token = self.page.find("input", attrs={"name": "csrf_token"})["value"]
        return self.http.post(path, data={"csrf_token": token, **fields})


def at_once(*acts):
    """Do all of it in the same moment, each in a thread of its own; give what came."""
    ready, said = threading.Barrier(len(acts)), {}

    def act(name, do):
        ready.wait()
        said[name] = do()

    threads = [threading.Thread(target=act, args=pair) for pair in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return said


@pytest.fixture
def address(app, people) -> Iterator[str]:
    with served(app) as found:
        yield found


@pytest.fixture
def clerks(address, theatre):
    logged_in = []
    for login in ("bo", "vera"):
        clerk = Browser(address).open("/login")
        clerk.post("/login", login=login, password=PASSWORD)
        logged_in.append(clerk.open(f"/staff/performances/{theatre.tonight}/chart"))
    return logged_in


def test_one_of_two_clerks_and_a_web_buyer_gets_the_seat_and_the_others_hear(
    address, clerks, ledger, theatre
):
    ada = Browser(address).open(f"/shop/performances/{theatre.tonight}")
    desk = f"/staff/performances/{theatre.tonight}/sales"
    shop = f"/shop/performances/{theatre.tonight}/seats"
    for seat in ROUNDS:
        said = at_once(
            ("bo", lambda seat=seat: clerks[0].post(desk, seat=seat)),
            ("vera", lambda seat=seat: clerks[1].post(desk, seat=seat)),
            ("ada", lambda seat=seat: ada.post(shop, seat=seat)),
        )
        won = [
            name
            for name, page in said.items()
            if "/staff/sales/" in page.url.path or "/shop/baskets/" in page.url.path
        ]
        assert len(won) == 1, (seat, {n: p.url.path for n, p in said.items()})
        for name in {"bo", "vera", "ada"} - set(won):
            words = BeautifulSoup(said[name].text, "html.parser").get_text(" ")
            told = "just taken" if name == "ada" else f"{seat[0]} {seat[1:]} is held."
            assert told in words, (seat, name)
    with ledger.store.read() as session:
        for seat in ROUNDS:
            row = session.get_one(SeatStateRow, (theatre.tonight, seat))
            assert row.state == "held"
        assert session.scalar(select(func.count()).select_from(HoldRow)) == len(ROUNDS)


def test_pay_pressed_by_many_hands_at_once_is_one_order(address, ledger, theatre):
    ada = Browser(address).open(f"/shop/performances/{theatre.tonight}")
    basket = ada.post(f"/shop/performances/{theatre.tonight}/seats", seat="A3").url.path
    ada.open(f"{basket}/details")
    ada.post(f"{basket}/details", act="on", name="Ada Holm", email="ada@example.org")
    key = ada.open(f"{basket}/summary").page.find("input", attrs={"name": "key"})["value"]
    said = at_once(
        *((n, lambda: ada.post(f"{basket}/payments", key=key)) for n in range(6))
    )
    banks = {page.url.path for page in said.values()}
    assert len(banks) == 1
    bank = banks.pop()
    ada.open(bank)

    said = at_once(
        *((n, lambda: ada.post(bank, answer="approve")) for n in range(3)),
        *((n, lambda: ada.http.get(f"{basket}/payment")) for n in range(3, 6)),
    )

    assert all(page.status_code == 200 for page in said.values()), said
    assert "Thank you" in ada.http.get(f"{basket}/payment").text
    with ledger.store.read() as session:
        orders = session.scalars(select(OrderRow)).all()
        assert [(o.charge, o.paid, json.loads(o.answers)) for o in orders] == [
            (2400, 2400, [])
        ]
