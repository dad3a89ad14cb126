"""A letter to everybody, as a clerk typed it, by language. Source: MAI1."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import abort, request

from ledger.documents import speech
from ledger.mailings import FIRST, Letter
from ledger.web import desk

MOST_WORDS = 5_000
MISSING = "Please say what the letter says, and what it is about. Nothing was done."
HALF = "Please give the letter in {language} both a subject and words. Nothing was done."
LANGUAGES = {"en": "English", "da": "Danish"}
assert set(LANGUAGES) == set(speech.LOCALES)


@dataclass(frozen=True)
class Wording:
    """The fields of one language. suffix: of their names. readers: who gets it so."""

    language: str
    name: str
    suffix: str
    readers: int
    subject: str
    words: str


def fields(
    readers: Iterable[str], usual: Mapping[str, tuple[str, str]] | None = None
) -> list[Wording]:
    """Give the fields that the form has: English, and other languages that somebody reads.

    readers: the language of each. usual: subject and words until something is typed.
    """
    counts = Counter(readers)
    wordings = []
    for language, name in LANGUAGES.items():
        suffix = _suffix(language)
        if suffix and not counts[language] and f"words{suffix}" not in request.form:
            continue
        subject, words = (usual or {}).get(language, ("", ""))
        wordings.append(
            Wording(
                language,
                name,
                suffix,
                counts[language],
                request.form.get(f"subject{suffix}", subject),
                request.form.get(f"words{suffix}", words),
            )
        )
    return wordings


def read() -> Letter | None:
    """Read the letter; None if something of it is missing, and the page says so.

    A language left blank gets the English words.
    """
    key = desk.field("key", most=36)
    if not re.fullmatch(r"[0-9a-f-]{36}", key):
        abort(400)
    said = {language: _said(_suffix(language)) for language in LANGUAGES}
    first = said.pop(FIRST)
    if not all(first):
        desk.refuse(MISSING)
        return None
    for language, (subject, words) in said.items():
        if bool(subject) != bool(words):
            desk.refuse(HALF.format(language=LANGUAGES[language]))
            return None
    return Letter(*first, key, {id: both for id, both in said.items() if all(both)})


def on_their_way(count: int) -> str:
    """Say how many letters go out."""
    return "1 letter is on its way." if count == 1 else f"{count} letters are on their way."


def _said(suffix: str) -> tuple[str, str]:
    subject = desk.field(f"subject{suffix}", most=150)
    return " ".join(subject.split()), desk.field(f"words{suffix}", most=MOST_WORDS)


def _suffix(language: str) -> str:
    return "" if language == FIRST else f"-{language}"
