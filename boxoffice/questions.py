"""How did you hear of us? Questions on forms, and their tally."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from boxoffice.bad_input import UnknownWord, once


@dataclass(frozen=True)
class Option:
    """One answer to the question. words: by language."""

    id: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """The one marketing question of a kiosk. words: by language. Source: ORD8."""

    id: str
    words: Mapping[str, str]
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Tally:
    """counts: every option to how many respondents chose it. Skips are no respondents."""

    counts: Mapping[str, int]
    respondents: int


def tally(options: Sequence[str], answers: Iterable[Sequence[str] | str | None]) -> Tally:
    """Count answers: an option, several, or none; an option counts once per respondent.

    Raises UnknownWord for an answer that is no option, Repeated for an option that stands
    twice. Source: ORD8.
    """
    once(options, "options of the question")
    counts = Counter(dict.fromkeys(options, 0))
    respondents = 0
    for answer in answers:
        chosen = {answer} if isinstance(answer, str) else set(answer or ())
        for option in sorted(chosen - set(options)):
            raise UnknownWord(repr(option), "answers to the question", "is no option")
        counts.update(chosen)
        respondents += bool(chosen)
    return Tally(dict(counts), respondents)
