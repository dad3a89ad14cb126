"""The shop in every language: complete, of the same facts, with that language's numbers."""

import re

import pytest
from sqlalchemy import select

from ledger import own_words
from ledger.documents import order as orders
from ledger.tables.catalogue import HallRow, PerformanceRow
from tests.catalogues import ROOT, Catalogues
from tests.parts.ledger.shopper import Shopper, online_fees

SHOP = Catalogues(
    ROOT / "ledger/translations",
    (("ledger/shop", "python"), ("templates/shop", "jinja2")),
)


@pytest.mark.slow
@pytest.mark.parametrize("language", SHOP.languages)
def test_every_sentence_is_translated_and_nothing_else(language):
    SHOP.check_complete(language)


@pytest.mark.parametrize("language", SHOP.languages)
def test_every_translation_tells_the_same_facts(language):
    SHOP.check_facts(language)


@pytest.mark.parametrize("language", SHOP.languages)
def test_the_compiled_catalogue_is_that_of_the_readable_one(language):
    SHOP.check_compiled(language)


def test_a_danish_patron_reads_halls_parts_and_doors_in_danish(app, ledger, theatre):
    with ledger.store.read() as session:
        hall = session.scalars(
            select(HallRow.name).join(PerformanceRow, PerformanceRow.hall == HallRow.id)
        ).first()
        used, seen = own_words.used(session, ledger.clock()), own_words.mark(session)
    assert {hall, "Stalls", "Door A", "Adult"} <= set(used)
    said = {hall: "Sal Ét", "Stalls": "Parket", "Door A": "Indgang A", "Adult": "Voksen"}
    ledger.store.write(own_words.change, ledger.means(), {"da": said}, seen=seen, by="s-1")
    online_fees(ledger, theatre.tonight)
    ada = Shopper(app)
    ada.open("/shop/?lang=da")
    page = ada.press("Hamlet")
    assert "Sal Ét" in page.words
    assert "Stalls" not in page.words
    assert page.soup.select_one("[name=seat]")["aria-label"].startswith("Parket A ")

    sold = theatre.sell("A2")
    with ledger.store.read() as session:
        [danish] = orders.describe(session, sold.id, "da").tickets
        [english] = orders.describe(session, sold.id, "en").tickets
    assert (danish.place, danish.door) == ("Parket, række A, plads 2", "Indgang A")
    assert (english.place, english.door) == ("Stalls, row A, seat 2", "Door A")
    assert danish.price_type == "Voksen"


def test_a_danish_patron_reads_danish_numbers_and_times(app, ledger, theatre):
    online_fees(ledger, theatre.tonight)
    ada = Shopper(app)
    ada.open("/shop/?lang=da")
    page = ada.press("Hamlet")

    assert page.soup.html["lang"] == "da"
    assert "19,75" in page.words
    full = r"(man|tirs|ons|tors|fre|lør|søn)dag den \d+\. [a-z]{3,9}, \d\d\.\d\d"
    assert re.search(full, page.words)
    assert "2 billetter" in ada.press("Find de bedste pladser").words
