"""Questions at the door: what is still to be asked, and what an answer means.

Asked at the first entry, optional ones once too. Answers are put into one canonical form
and saved with the admission, never before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["text", "number", "yes_no", "date", "choice", "choices"]
Canonical = str | tuple[str, ...]

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Option:
    """One thing to choose; code: another name that answers may use."""

    id: str
    code: str | None = None


@dataclass(frozen=True)
class Question:
    """What the house wants to know of a guest; answered: when buying, or earlier here."""

    id: str
    kind: Kind = "text"
    required: bool = False
    answered: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What came of asking.

    open: ids still to be asked, in order. answers: to be saved, by id, in canonical form;
    settled: ids that need not be asked again. Both are empty as long as any is open.
    """

    open: tuple[str, ...] = ()
    answers: Mapping[str, Canonical] = field(default_factory=dict)
    settled: tuple[str, ...] = ()


def ask(questions: Sequence[Question], answers: Mapping[str, object]) -> Asked:
    """Match what a guest said with what was to be asked.

    answers: by question id, text, or a list of texts for `choices`; None or blank for
    "no answer". An id that is missing was not asked yet.
    Source: vectors/README-admission.md, questions.
    """
    still_open: list[str] = []
    settled: list[str] = []
    stored: dict[str, Canonical] = {}
    for question in questions:
        if question.answered:
            continue
        said = answers.get(question.id)
        meaning = canonical(question, said)
        if meaning is not None:
            stored[question.id] = meaning
        declined = question.id in answers and _empty(said) and not question.required
        (still_open if meaning is None and not declined else settled).append(question.id)
    if still_open:
        return Asked(open=tuple(still_open))
    return Asked(answers=stored, settled=tuple(settled))


def canonical(question: Question, said: object) -> Canonical | None:
    """Give the one form in which an answer is stored, None if it is no answer to this."""
    if question.kind == "choices":
        return _choices(question.options, said)
    if not isinstance(said, str):
        return None
    text = said.strip()
    match question.kind:
        case "text":
            return text or None
        case "number":
            return _number(text)
        case "yes_no":
            return text if text in ("yes", "no") else None
        case "date":
            return _date(text)
        case "choice":
            return _choice(question.options, text)


def _empty(said: object) -> bool:
    return said in (None, [], ()) or (isinstance(said, str) and not said.strip())


def _number(text: str) -> str | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    minus, whole, fraction = found[1], found[2].lstrip("0") or "0", found[3] or ""
    fraction = fraction.rstrip("0")
    number = f"{whole}.{fraction}" if fraction else whole
    return number if number == "0" else minus + number


def _date(text: str) -> str | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _choice(options: Sequence[Option], text: str) -> str | None:
    """An id goes before a code, should one option's code be another's id."""
    if any(option.id == text for option in options):
        return text
    return next((option.id for option in options if option.code == text), None)


def _choices(options: Sequence[Option], said: object) -> tuple[str, ...] | None:
    if not isinstance(said, list | tuple):
        return None
    chosen = [_choice(options, s.strip()) if isinstance(s, str) else None for s in said]
    if not chosen or None in chosen:
        return None
    ids = dict.fromkeys(option.id for option in options)
    return tuple(id_ for id_ in ids if id_ in chosen)
