"""The guest's language: sentences stand in the code in English, catalogues know others."""

import flask_babel  # type: ignore[import-untyped]
from babel import Locale


def gettext(words: str, **facts: object) -> str:
    """Say a sentence in the guest's language, with its facts filled in."""
    return str(flask_babel.gettext(words, **facts))


def ngettext(one: str, many: str, num: int, **facts: object) -> str:
    """Say a sentence about a number; `num` is one of its facts."""
    return str(flask_babel.ngettext(one, many, num, **facts))


def get_locale() -> Locale | None:
    """Give the locale of this request; None outside of one."""
    found: Locale | None = flask_babel.get_locale()
    return found
