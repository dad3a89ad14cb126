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


FRIEND = (
    "We are sorry: %(title)s on %(date)s, %(time)s, is cancelled. The ticket that was"
    " passed on to you opens no door any more. Whoever bought it hears from us about the"
    " money; you need not do anything."
)


def wordings(
    title: str, starts_ms: int, zone: str, words: str = WORDS
) -> dict[str, tuple[str, str]]:
    """Give subject and words by language. words: WORDS, CHOOSE or FRIEND."""
    starts, found = moment(starts_ms, zone), {}
    for language in speech.LOCALES:
        say, locale = speech.speaker(language), speech.locale(language)
        facts = {
            "title": title,
            "date": format_skeleton("MMMEd", starts, locale=locale),
            "time": format_time(starts, "short", locale=locale),
        }
        found[language] = say(SUBJECT, **facts), say(words, **facts)
    return found
