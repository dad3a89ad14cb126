"""Every sentence of the pages is there in every language, with all its facts."""

from dataclasses import replace

import pytest

from kiosk.shown.door import Class
from kiosk.shown.help import CallShown
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import Stage
from tests.catalogues import ROOT, Catalogues
from tests.pages import Guest
from tests.parts.kiosk.web.pretend_house import CURTAIN_MS, PretendHouse

KIOSK = Catalogues(
    ROOT / "kiosk/translations",
    (
        ("kiosk/web", "python"),
        ("templates/kiosk", "jinja2"),
        ("templates/components", "jinja2"),
    ),
)


@pytest.mark.parametrize("language", KIOSK.languages)
def test_every_sentence_is_translated_and_nothing_else(language: str) -> None:
    KIOSK.check_complete(language)


@pytest.mark.parametrize("language", KIOSK.languages)
def test_every_translation_tells_the_same_facts(language: str) -> None:
    KIOSK.check_facts(language)


@pytest.mark.parametrize("language", KIOSK.languages)
def test_the_compiled_catalogue_is_that_of_the_readable_one(language: str) -> None:
    KIOSK.check_compiled(language)


def test_a_danish_guest_reads_danish_numbers_and_times(
    house: PretendHouse, guest: Guest
) -> None:
    guest.open("/")
    guest.press("Dansk")
    assert "Køb billet til i aften: Hamlet 19.30, fra 18,00 €" in guest.page.names
    guest.press("Køb billet til i aften: Hamlet")
    guest.press("Find pladser")
    assert guest.page.heading == (
        "Stalls, række F, plads 12 og 13, ved siden af hinanden, midten."
    )
    guest.press("Tag disse")
    assert "Betal 48,00 €" in guest.page.names


def test_language_ends_with_the_guest(house: PretendHouse, guest: Guest) -> None:
    guest.open("/")
    guest.press("Dansk")
    guest.press("Køb billet til i aften: Hamlet")
    guest.press("Forfra")
    assert "Collect tickets" in guest.page.names


def test_a_door_does_not_speak_the_language_of_the_guest_at_the_kiosk(
    house: PretendHouse, guest: Guest
) -> None:
    guest.open("/")
    guest.press("Dansk")

    assert "Ready for the next ticket" in guest.open("/door").words
    assert "Hent billetter" in guest.open("/").names


@pytest.mark.parametrize(
    ("language", "evening", "matinee"),
    [
        ("English", "Buy for tonight: Hamlet 19:30", "Buy: Hamlet · Today 14:30"),
        ("Dansk", "Køb billet til i aften: Hamlet 19.30", "Køb: Hamlet · I dag 14.30"),
    ],
)
def test_only_an_evening_is_called_tonight(
    house: PretendHouse, guest: Guest, language: str, evening: str, matinee: str
) -> None:
    guest.open("/")
    guest.press(language)
    assert any(evening in name for name in guest.page.names)
    first = house.programme[0]
    house.programme[0] = replace(first, starts_ms=first.starts_ms - 5 * 3_600_000)
    house.now_ms -= 5 * 3_600_000
    assert any(matinee in name for name in guest.reload().names)


def test_a_day_is_written_in_full(house: PretendHouse, guest: Guest) -> None:
    house.refuse["found"] = Refusal(
        "collect.later", facts={"starts_ms": CURTAIN_MS + 24 * 3_600_000}
    )
    assert "for Saturday 14 March." in guest.open("/collect/r-1").words
    guest.press("Dansk")
    assert "gælder lørdag den 14. marts." in guest.page.words


@pytest.mark.parametrize(
    ("language", "left_min", "words"),
    [
        ("English", 8, "19:30, starts in 8 min"),
        ("English", -1, "19:30, has begun"),
        ("Dansk", 8, "19.30, starter om 8 min"),
        ("Dansk", 0, "19.30, er begyndt"),
    ],
)
def test_a_performance_that_is_about_to_begin_says_so_where_it_is_offered(
    house: PretendHouse, guest: Guest, language: str, left_min: int, words: str
) -> None:
    house.now_ms = house.programme[0].starts_ms - left_min * 60_000
    guest.open("/")
    guest.press(language)

    assert any(words in name for name in guest.page.names)
    assert words in guest.open("/performances").words


def test_a_danish_guest_reads_the_houses_own_words_in_danish_as_far_as_they_are_known(
    house: PretendHouse, guest: Guest
) -> None:
    house.settings = replace(
        house.settings,
        own_words={
            "da": {
                "left of the stairs": "til venstre for trappen",
                "Adult": "Voksen",
                "Stalls": "Parket",
                "Tickets can be exchanged until 24 hours before the show.": "Kan byttes.",
            }
        },
    )
    guest.open("/")
    guest.press("Dansk")
    assert "Voksen" in guest.open("/p/p-1/how-many").words
    guest.press("Find pladser")
    assert "Parket, række F" in guest.page.words
    guest.press("Tag disse")
    assert "Kan byttes." in guest.page.words
    assert "Adult" not in guest.page.words
    assert "Parket" in guest.open("/p/p-1/map").words
    assert "Circle" in guest.page.words  # Not said in Danish: as it stands.
    house.call = CallShown("c-1", False, house.now_ms)
    guest.open("/help")
    assert "til venstre for trappen" in guest.press("Tilkald personale").words
    guest.press("English")
    assert "left of the stairs" in guest.page.words


IN_DANISH = {
    "Door A": "Indgang A",
    "Door C": "Indgang C",
    "upstairs on the right": "ovenpå til højre",
    "Stalls": "Parket",
}


def test_doors_are_named_in_the_guests_language_on_the_last_page(
    house: PretendHouse, guest: Guest
) -> None:
    house.settings = replace(house.settings, own_words={"da": IN_DANISH})
    guest.open("/p/p-1/how-many")
    guest.press("Dansk")
    guest.press("Find pladser")
    guest.press("Tag disse")
    house.stage, house.tickets = Stage.SOLD, ["printed", "printed"]
    assert "Indgang A" in guest.open("/order/done").words


def test_an_usher_reads_the_door_in_a_language_of_the_house(
    house: PretendHouse, guest: Guest
) -> None:
    house.settings = replace(house.settings, own_words={"da": IN_DANISH})
    facts = {"go_to": ("Door C",), "go_to_words": "upstairs on the right"}
    house.show("WRONG_DOOR", Class.ASK, **facts)
    guest.open("/")
    guest.press("Dansk")
    assert "DOOR C, UPSTAIRS ON THE RIGHT" in guest.open("/door").words
    guest.open("/door/tally")
    guest.press("Dansk")
    page = guest.open("/door")
    assert "INDGANG C, OVENPÅ TIL HØJRE" in page.words
    assert "Din dør er ovenpå til højre." in page.words
    house.show("ADMIT", Class.GO)
    assert "PARKET" in guest.open("/door").words
    # What guests at the kiosk choose is theirs alone.
    guest.open("/help")
    guest.press("English")
    assert "PARKET" in guest.open("/door").words
