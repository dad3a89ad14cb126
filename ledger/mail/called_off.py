"""What guests of a cancelled performance are told, in each language, until staff reword it.

Source: CAN1.
"""

from babel.dates import format_skeleton, format_time

from ledger.documents import speech
from ledger.written import moment

SUBJECT = "%(title)s, %(date)s, %(time)s: cancelled"
WORDS = (
    "We are sorry: %(title)s on %(date)s, %(time)s, is cancelled. You get your money back;"
    " you need not do anything."
)


CHOOSE = (
    "We are sorry: %(title)s on %(date)s, %(time)s, is cancelled. Please choose by the link"
    " below what becomes of your tickets."
)


def wordings(
    title: str, starts_ms: int, zone: str, *, choose: bool = False
) -> dict[str, tuple[str, str]]:
    """Give subject and words by language. choose: guests have something to choose."""
    starts, found = moment(starts_ms, zone), {}
    for language in speech.LOCALES:
        say, locale = speech.speaker(language), speech.locale(language)
        facts = {
            "title": title,
            "date": format_skeleton("MMMEd", starts, locale=locale),
            "time": format_time(starts, "short", locale=locale),
        }
        found[language] = say(SUBJECT, **facts), say(CHOOSE if choose else WORDS, **facts)
    return found
