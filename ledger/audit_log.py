"""The audit as managers read it: found, sorted, and as a file. Source: lobby.md §7."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import audit, subjects
from ledger.sorting import Sorting
from ledger.store import Store
from ledger.subjects import Subject
from ledger.tables.house import StaffRow
from ledger.tables.records import AuditRow
from ledger.written import moment

HEADER = ("when", "who", "what", "about", "why", "id")
SHOWN, AT_ONCE = 200, 500
USUAL = Sorting("when", down=True)
SORTS: dict[str, SQLColumnExpression[Any]] = {
    "when": AuditRow.at_ms,
    "who": func.lower(StaffRow.name),
    "what": AuditRow.action,
    "why": func.lower(AuditRow.reason),
}
Entry = tuple[AuditRow, str]


def columns(wanted: str) -> Sequence[str]:
    """Give the columns that sort: what was searched goes by any, years by time alone."""
    return tuple(SORTS) if wanted.strip() else (USUAL.by,)


def find(session: Session, wanted: str = "", by: Sorting = USUAL) -> list[Entry]:
    """Give what people did, each with their name, the newest first unless asked otherwise.

    wanted: an action, a name, an order's number or the id of what it is about.
    """
    # Of one name or action the newest comes first, whichever way they are sorted.
    time = AuditRow.at_ms, AuditRow.nth, AuditRow.id
    if by.by == USUAL.by:
        query = _fitting(wanted).order_by(*by.keys(*time))
    else:
        query = _fitting(wanted).order_by(*by.keys(SORTS[by.by]), *USUAL.keys(*time))
    return [(row, _who(row, name)) for row, name in session.execute(query.limit(SHOWN))]


def about(session: Session, entries: Sequence[Entry]) -> dict[str, Subject]:
    """Give what entries are about, by their subject; what nobody knows is left out.

    What is gone by now, such as a hold, is told by the performance that it was for.
    """
    known = subjects.named(session, {row.subject for row, _ in entries})
    gone = {
        row.subject: str(json.loads(row.facts).get("performance", ""))
        for row, _ in entries
        if row.subject not in known
    }
    evenings = subjects.named(session, set(gone.values()) - {""})
    return known | {one: evenings[id] for one, id in gone.items() if id in evenings}


def table(store: Store, zone: str, wanted: str) -> Iterator[Sequence[str]]:
    """Give all entries of a search, one a row, as they were written, in pieces."""
    last = ""
    while True:
        with store.read() as session:
            query = _fitting(wanted).where(AuditRow.id > last).order_by(AuditRow.id)
            found = [
                (row, _who(row, name))
                for row, name in session.execute(query.limit(AT_ONCE))
            ]
            known = about(session, found)
            piece = [_row(row, name, known, zone) for row, name in found]
        yield from piece
        if len(found) < AT_ONCE:
            return
        last = found[-1][0].id


def _who(row: AuditRow, name: str | None) -> str:
    return audit.who(name, row.staff) if name or row.staff == audit.PATRON else ""


def _fitting(wanted: str) -> Select[AuditRow, str]:
    query = select(AuditRow, StaffRow.name).outerjoin(
        StaffRow, StaffRow.id == AuditRow.staff
    )
    if not wanted.strip():
        return query
    like = AuditRow.action.contains(wanted.lower().replace(" ", "_"), autoescape=True)
    name = StaffRow.name.icontains(wanted, autoescape=True)
    said = {wanted.strip(), ids.clean_code(wanted)} - {""}
    exact = AuditRow.subject.in_(sorted(said))
    return query.where(like | name | exact)


def _row(
    row: AuditRow, name: str, known: Mapping[str, Subject], zone: str
) -> Sequence[str]:
    one = known.get(row.subject)
    words = row.subject
    if one is not None:
        when = f"{moment(one.starts_ms, zone):%Y-%m-%d %H:%M}" if one.starts_ms else ""
        words = ", ".join(part for part in (one.words, when, one.more) if part)
    at, what = f"{moment(row.at_ms, zone):%Y-%m-%d %H:%M:%S}", row.action.replace("_", " ")
    return (at, name, what, words, row.reason, row.subject)
