"""The patron's language: sentences stand in the code in English, catalogues know others."""

from collections.abc import Mapping

import flask_babel  # type: ignore[import-untyped]
from babel import Locale
from flask import request
from flask import session as patron

from boxoffice import directions

LANGUAGES = {"en": "English", "da": "Dansk"}
# English is written the way that the venue writes it: 24 hours, the day before the month.
_LOCALES = {"en": Locale("en", "GB"), "da": Locale("da", "DK")}


def gettext(words: str, **facts: object) -> str:
    """Say a sentence in the patron's language, with its facts filled in."""
    return str(flask_babel.gettext(words, **_apart(facts)))


def ngettext(one: str, many: str, num: int, **facts: object) -> str:
    """Say a sentence about a number; `num` is one of its facts."""
    return str(flask_babel.ngettext(one, many, num, **_apart(facts)))


def _apart(facts: Mapping[str, object]) -> dict[str, object]:
    """Keep names in other scripts to themselves; markup stays as it is."""
    return {
        name: directions.isolated(fact) if type(fact) is str else fact
        for name, fact in facts.items()
    }


def language() -> str:
    """Give the language of this request: what was chosen, else what the browser likes."""
    if request.blueprint != "shop":
        return "en"
    chosen = patron.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def locale() -> Locale:
    """Give the locale of this request; numbers and dates follow it."""
    return _LOCALES[language()]
