"""The guest's language: sentences stand in the code in English, catalogues know others."""

from collections.abc import Mapping

import flask_babel  # type: ignore[import-untyped]
from babel import Locale

from boxoffice import directions


def gettext(words: str, **facts: object) -> str:
    """Say a sentence in the guest's language, with its facts filled in."""
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


def get_locale() -> Locale | None:
    """Give the locale of this request; None outside of one."""
    found: Locale | None = flask_babel.get_locale()
    return found
