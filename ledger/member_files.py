"""A file of members: looked at first, with every fault by row; then taken whole, or not.

Columns: number, name, email, credits (per production). A number that is known is brought up
to date; nobody is taken off the list. Source: MEM4, MEM5, ORD10.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import audit, members, rivals
from ledger.clock import Means
from ledger.rivals import Overtaken
from ledger.sorting import Sorting
from ledger.tables.catalogue import ProductionRow
from ledger.tables.members import MemberCheckRow, MemberCreditRow, MemberRow
from ledger.tables.orders import OrderRow, PatronRow
from ledger.tables.records import AuditRow

COLUMNS = ("number", "name", "email", "credits")
MOST_ROWS, MOST_CREDITS = 50_000, 1_000
_CONTROLS = {*range(0x20), 0x7F}
SUBJECT, TAKEN = "members", "import_members"
SORTS = {
    "number": MemberRow.number,
    "name": func.lower(MemberRow.name),
    "email": func.lower(MemberRow.email),
    "credits": MemberRow.credits_per_production,
}
USUAL = Sorting("number")


@dataclass(frozen=True)
class Entry:
    """One good row. known: a member with this number is there already."""

    row: int
    number: str
    name: str
    email: str
    credits: int
    known: bool


@dataclass(frozen=True)
class Look:
    """What a file would do. faults: (row, what is wrong), all of them at once.

    before: how many files were taken before this one.
    """

    entries: Sequence[Entry]
    faults: Sequence[tuple[int, str]]
    before: int = 0

    @property
    def mark(self) -> str:
        """Name what the file would do, as somebody sees it."""
        known = [(entry.number, entry.known) for entry in self.entries]
        return rivals.mark(known, self.before)


def look(session: Session, data: bytes) -> Look:
    """Read a file and change nothing: the dry run."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Look((), ((1, "The file is not text in UTF-8."),))
    lines = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text[:200] else ",")
    lines.fieldnames = [name.strip().lower() for name in lines.fieldnames or ()]
    missing = [name for name in COLUMNS if name not in lines.fieldnames]
    if missing:
        return Look((), ((1, f"There is no column {', '.join(missing)}."),))
    known = set(session.scalars(select(MemberRow.number)))
    entries: list[Entry] = []
    faults: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for row, line in enumerate(lines, 2):
        if row > MOST_ROWS:
            faults.append((row, f"No more than {MOST_ROWS:,} rows at once."))
            break
        got = {name: (line.get(name) or "").strip() for name in COLUMNS}
        number = got["number"].upper()
        wrong = list(_wrong(got))
        if number in seen:
            wrong.append(f"Number {number} stands in row {seen[number]} already.")
        seen.setdefault(number, row)
        faults += [(row, words) for words in wrong]
        if not wrong:
            entries.append(
                Entry(
                    row,
                    number,
                    got["name"],
                    got["email"],
                    int(got["credits"]),
                    number in known,
                )
            )
    if not entries and not faults:
        faults.append((1, "The file has no members."))
    before = session.scalar(
        select(func.count())
        .select_from(AuditRow)
        .where(AuditRow.subject == SUBJECT, AuditRow.action == TAKEN)
    )
    return Look(entries, faults, before or 0)


def _wrong(got: dict[str, str]) -> Iterator[str]:
    if not got["number"]:
        yield "The number is missing."
    if not got["name"]:
        yield "The name is missing."
    if any(ord(c) in _CONTROLS for value in got.values() for c in value):
        yield "There is a character that cannot be printed."
    email = got["email"]
    user, at, domain = parseaddr(email)[1].rpartition("@")
    if email and not (at and user and "." in domain and parseaddr(email)[1] == email):
        yield f"“{email[:60]}” is no e-mail address."
    credits = got["credits"]
    if not (credits.isascii() and credits.isdecimal() and int(credits) <= MOST_CREDITS):
        yield f"“{credits[:20]}” is no number of credits, 0 to {MOST_CREDITS}."


def take(
    session: Session, means: Means, data: bytes, *, by: str, seen: str = ""
) -> Look | Overtaken:
    """Take a file, all of it or nothing: with a fault, nothing is changed.

    seen: `Look.mark` of what was looked at; nothing is done if it would be otherwise now.
    """
    found = look(session, data)
    if found.faults:
        return found
    if seen and seen != found.mark:
        return rivals.last(session, SUBJECT, TAKEN)
    for entry in found.entries:
        row = members.by_number(session, entry.number) if entry.known else None
        if row is None and entry.known:
            row = session.scalars(
                select(MemberRow).where(MemberRow.number == entry.number)
            ).one()
            row.left_ms = None
        if row is None:
            members.enrol(
                session,
                means,
                number=entry.number,
                name=entry.name,
                email=entry.email,
                credits_per_production=entry.credits,
            )
            continue
        row.name, row.email = entry.name, entry.email
        row.credits_per_production = entry.credits
    audit.note(
        session,
        means,
        staff=by,
        action=TAKEN,
        subject=SUBJECT,
        facts={"rows": len(found.entries)},
    )
    session.flush()
    return found


@dataclass(frozen=True)
class Record:
    """One member and the credits used. used: by production."""

    number: str
    name: str
    email: str
    credits: int
    used: Sequence[tuple[str, int]]


def listed(
    session: Session, wanted: str = "", by: Sorting = USUAL, most: int = MOST_ROWS
) -> Sequence[MemberRow]:
    """Give members by number, name or address. by: one of SORTS."""
    query = select(MemberRow).where(MemberRow.left_ms.is_(None))
    if wanted:
        query = query.where(
            (MemberRow.number == wanted.strip().upper())
            | MemberRow.name.icontains(wanted, autoescape=True)
            | (func.lower(MemberRow.email) == wanted.strip().lower())
        )
    ordered = query.order_by(*by.keys(SORTS[by.by], MemberRow.number))
    return session.scalars(ordered.limit(most)).all()


def table(session: Session, wanted: str, by: Sorting) -> list[tuple[str, ...]]:
    """Give a list of members as a file that could be taken again: COLUMNS."""
    return [
        (row.number, row.name, row.email, str(row.credits_per_production))
        for row in listed(session, wanted, by)
    ]


def records(
    session: Session, wanted: str = "", by: Sorting = USUAL, most: int = 100
) -> list[Record]:
    """Give members by number, name or address, with what they have used."""
    rows = listed(session, wanted, by, most)
    used: dict[str, list[tuple[str, int]]] = {}
    for member, title, count in session.execute(
        select(MemberCreditRow.member, ProductionRow.title, MemberCreditRow.used)
        .join(ProductionRow, ProductionRow.id == MemberCreditRow.production)
        .where(
            MemberCreditRow.member.in_([row.id for row in rows]), MemberCreditRow.used > 0
        )
        .order_by(ProductionRow.title)
    ):
        used.setdefault(member, []).append((title, count))
    return [
        Record(
            row.number,
            row.name,
            row.email,
            row.credits_per_production,
            used.get(row.id, ()),
        )
        for row in rows
    ]


def usage(session: Session) -> list[tuple[str, str, str, str]]:
    """Give every use of credits: number, name, production, how many. Source: ORD10."""
    rows = session.execute(
        select(MemberRow.number, MemberRow.name, ProductionRow.title, MemberCreditRow.used)
        .join(MemberCreditRow, MemberCreditRow.member == MemberRow.id)
        .join(ProductionRow, ProductionRow.id == MemberCreditRow.production)
        .where(MemberCreditRow.used > 0)
        .order_by(MemberRow.number, ProductionRow.title)
    )
    return [(number, name, title, str(used)) for number, name, title, used in rows]


def to_verify(session: Session, most: int = 200) -> list[tuple[OrderRow, str]]:
    """Give confirmed orders whose subscriber is a text that no record stands for: MEM3."""
    rows = session.execute(
        select(OrderRow, PatronRow.name)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .outerjoin(MemberRow, MemberRow.id == OrderRow.member)
        .outerjoin(MemberCheckRow, MemberCheckRow.order == OrderRow.id)
        .where(
            OrderRow.member.is_not(None),
            MemberRow.id.is_(None),
            MemberCheckRow.order.is_(None),
            OrderRow.state == "confirmed",
        )
        .order_by(OrderRow.made_ms)
        .limit(most)
    )
    return [(order, name or "") for order, name in rows]
