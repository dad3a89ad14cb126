"""Every sentence of the pages is there in every language, with all its facts."""

import pytest

from tests.catalogues import ROOT, Catalogues
from tests.pages import Guest
from tests.parts.kiosk.web.pretend_house import PretendHouse

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
    assert "Køb til i aften: Hamlet 19.30, fra 18,00" in guest.page.names
    guest.press("Køb til i aften: Hamlet")
    guest.press("Find pladser")
    assert guest.page.heading == (
        "Stalls, række F, plads 12 og 13, ved siden af hinanden, midten."
    )
    guest.press("Tag disse")
    assert "Betal 48,00" in guest.page.names


def test_language_ends_with_the_guest(house: PretendHouse, guest: Guest) -> None:
    guest.open("/")
    guest.press("Dansk")
    guest.press("Køb til i aften: Hamlet")
    guest.press("Forfra")
    assert "Collect tickets" in guest.page.names
