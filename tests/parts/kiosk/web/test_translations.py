"""Every sentence of the pages is there in every language, with all its facts."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.pages import Guest
from tests.parts.kiosk.web.pretend_house import PretendHouse

ROOT = Path(__file__).parents[4]
FOLDER = ROOT / "kiosk/translations"
LANGUAGES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def said() -> set[str | tuple[str, ...]]:
    """All sentences in the code and the templates of the pages."""
    found: set[str | tuple[str, ...]] = set()
    for folder, method in (
        ("kiosk/web", "python"),
        ("templates/kiosk", "jinja2"),
        ("templates/components", "jinja2"),
    ):
        for _, _, message, _, _ in extract_from_dir(
            ROOT / folder, [("**.py", method), ("**.html", method)], keywords=KEYWORDS
        ):
            found.add(message if isinstance(message, str) else tuple(message))
    return found


def catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_nothing_else(language: str) -> None:
    known = {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in catalogue(language)
        if message.id
    }
    assert said() - known == set()
    assert known - said() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_tells_the_same_facts(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        facts = set(re.findall(r"%\(\w+\)s", source))
        for form in forms:
            assert form, source
            assert set(re.findall(r"%\(\w+\)s", form)) == facts, form


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_readable_one(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    assert (
        FOLDER / language / "LC_MESSAGES/messages.mo"
    ).read_bytes() == compiled.getvalue()


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
