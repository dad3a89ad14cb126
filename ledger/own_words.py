"""The house's own words in its other languages.

What a house says itself (where the box office is, its rule of exchange, names and notes of
prices, names of doors and parts and the way to them) stands once, in its first language. A
list beside it says the same in the others; guests read their own language where it is
known.
Source: lobby.md §1, docs/decisions/0038.
"""

import json
from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import audit, catalogue, feed, notices, rivals
from ledger.clock import Means
from ledger.rivals import Overtaken
from ledger.tables.catalogue import ChartRow, HallRow, PerformanceRow, PriceRow
from ledger.tables.house import HouseRow

ACTION = "change_own_words"
LONGEST = 300
Words = Mapping[str, Mapping[str, str]]


def read(session: Session) -> dict[str, dict[str, str]]:
    """Give what is known: by language, the words of the first language to those of it."""
    found: dict[str, dict[str, str]] = json.loads(catalogue.house(session).own_words)
    return found


def mark(session: Session) -> str:
    """Name the list as it is now, as somebody sees it."""
    return rivals.mark(read(session))


def others(session: Session) -> list[str]:
    """Give the languages that need words of their own: all but the house's first."""
    return list(json.loads(catalogue.house(session).languages))[1:]


def used(session: Session, now_ms: int) -> list[str]:
    """Give every text that guests may read now, each once, in the order of its kinds."""
    house = catalogue.house(session)
    found = dict.fromkeys((house.box_office_words, house.exchange_rule))
    coming = select(PerformanceRow.id).where(
        PerformanceRow.starts_ms > now_ms - _STILL_ON_MS,
        PerformanceRow.cancelled_ms.is_(None),
    )
    lists = select(PriceRow.body).where(PriceRow.performance.in_(coming)).distinct()
    for body in session.scalars(lists):
        found |= dict.fromkeys(_of_prices(json.loads(body)))
    found |= dict.fromkeys(session.scalars(select(HallRow.name).order_by(HallRow.name)))
    said = select(PerformanceRow.access).where(PerformanceRow.id.in_(coming)).distinct()
    for access in session.scalars(said):
        found |= dict.fromkeys(str(words) for words in json.loads(access))
    doors = select(PerformanceRow.spaces).where(PerformanceRow.id.in_(coming)).distinct()
    for spaces in session.scalars(doors):
        for space in json.loads(spaces):
            found |= dict.fromkeys(str(door["name"]) for door in space.get("doors", ()))
    charts = select(ChartRow.body).where(ChartRow.performance.in_(coming)).distinct()
    for body in (*session.scalars(select(HallRow.plan)), *session.scalars(charts)):
        found |= dict.fromkeys(_of_plan(json.loads(body)))
    return [text for text in found if text]


def change(
    session: Session, means: Means, wanted: Words, *, seen: str, by: str
) -> Overtaken | None:
    """Keep these words; a blank one is left out. seen: `mark` of what was changed."""
    row = session.scalars(select(HouseRow).with_for_update()).one()
    session.refresh(row)
    if mark(session) != seen:
        return rivals.last(session, row.id, ACTION)
    kept = {
        language: {
            text: words.strip()[:LONGEST] for text, words in said.items() if words.strip()
        }
        for language, said in wanted.items()
        if language in others(session)
    }
    row.own_words = json.dumps(kept, ensure_ascii=False)
    session.flush()
    counts = {language: len(said) for language, said in kept.items()}
    audit.note(session, means, staff=by, action=ACTION, subject=row.id, facts=counts)
    stream, body = feed.venue(row.id), notices.config(row)
    feed.publish(session, stream, "config", "house", body, now_ms=means.now_ms)
    return None


def speaker(row: HouseRow, language: str) -> Callable[[str], str]:
    """Give what says many of the house's own texts in one language, as `say` does."""
    known: dict[str, dict[str, str]] = json.loads(row.own_words)
    words = known.get(language, {})
    return lambda text: words.get(text, text)


def say(row: HouseRow, text: str, language: str) -> str:
    """Say one of the house's own texts in a language; in its own where none is known."""
    return speaker(row, language)(text)


_STILL_ON_MS = 3 * 3_600_000


def _of_prices(body: Mapping[str, object]) -> Iterator[str]:
    for kind in _all(body, "types"):
        yield str(kind.get("name") or "")
        yield str(kind.get("note") or "")
    for level in _all(body, "levels"):
        yield str(level.get("name") or "")


def _of_plan(body: Mapping[str, object]) -> Iterator[str]:
    for part in _all(body, "sections"):
        yield str(part.get("name") or "")
        yield str(part.get("words") or "")


def _all(body: Mapping[str, object], name: str) -> list[dict[str, object]]:
    found = body.get(name)
    return found if isinstance(found, list) else []
