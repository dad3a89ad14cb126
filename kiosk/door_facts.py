"""What this door knows of a scanned code: from the feed, and from its own movements.

Online and offline differ in these facts and never in the rule. Source: checkin.md §1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from boxoffice import log, presented, tickets
from boxoffice.bad_input import BadInput
from boxoffice.door_facts import Door, Facts, Note, Performance, Ticket
from boxoffice.entry_questions import Option, Question
from boxoffice.presented import Presented, SeatOwner
from kiosk import documents
from kiosk.device import Device
from kiosk.door_movements import every_movement, maybe, moment, own_movement, rows
from kiosk.plans import Plan
from kiosk.shown.door import Mode
from kiosk.store import statements
from kiosk.told import DoorSettings
from kiosk.told import Performance as Evening

_LONGEST_EVENING_MS = 6 * 3_600_000


@dataclass(frozen=True)
class Known:
    """Everything one scan is judged by.

    code: what was read, None for other texts. own: documents of the tickets, by id.
    heard: whether the copy of the code's performance is here at all.
    """

    facts: Facts
    presented: Presented | None
    code: tickets.Code | None
    own: Mapping[str, dict[str, Any]]
    heard: bool


@dataclass(frozen=True)
class Post:
    """Where this door stands tonight: its settings and the evening it serves.

    opened_ms: when staff opened it here, before its time or without a clock.
    """

    settings: DoorSettings
    evening: Evening
    opened_ms: int | None = None


def post(session: Session, device: Device) -> Post | None:
    """Find the door of this device in the evenings; None while it is not set up.

    The evening is the next one that is not over, so that a door goes on by itself; but not
    because a clock has leapt, its own or the ledger's.
    """
    now_ms = device.clock.steady_ms()
    name = device.config.door or device.me.name
    found: Post | None = None
    for evening in documents.performances(session):
        for settings in evening.doors:
            if settings.name != name:
                continue
            found = Post(settings, evening)
            ends_ms = evening.ends_ms or evening.starts_ms + _LONGEST_EVENING_MS
            if ends_ms >= now_ms:
                return _touched(session, found)
    return found and _touched(session, found)


def mode(session: Session) -> Mode:
    """Say which way this door counts now."""
    row = statements.noted(
        session,
        "mode",
        lambda: statements.first(session, "SELECT door_mode FROM state"),
    )
    return "exit" if row is not None and row[0] == "exit" else "entry"


def _touched(session: Session, here: Post) -> Post:
    """Apply what staff set at this very door."""
    touch = statements.noted(
        session,
        ("touch", here.evening.id),
        lambda: statements.first(session, _TOUCH, (here.evening.id,)),
    )
    if touch is None:
        return here
    opened_ms, held, hold_until_ms = touch
    fields = dict(here.settings.fields)
    if opened_ms is not None:
        fields["opens_ms"] = opened_ms
    if held is not None:
        fields |= {"late_hold": bool(held), "hold_until_ms": hold_until_ms}
    settings = replace(here.settings, fields=fields)
    return Post(settings, here.evening, opened_ms)


_TOUCH: Final = (
    "SELECT opened_ms, held, hold_until_ms FROM door_touch WHERE performance = ?"
)


def gather(
    session: Session,
    device: Device,
    here: Post,
    text: str | None,
    *,
    ticket: str | None = None,
) -> Known:
    """Read a text and gather what is known of the tickets that it stands for."""
    door = statements.noted(session, ("door", here.evening.id), lambda: door_of(here))
    evenings = {evening.id: evening for evening in documents.performances(session)}
    reading = None if text is None else tickets.read(text, documents.keys(session))
    code = reading.code if isinstance(reading, tickets.Valid | tickets.Revoked) else None
    evening = next(
        (e for e in evenings.values() if code and e.number == code.performance), None
    )
    served = list(door.performances) if door.performances is not None else list(evenings)
    wanted: list[tuple[str, str]] = []
    if code is not None and evening is not None:
        wanted.append((evening.id, code.ticket))
    codes: tuple[str, ...] = ()
    if isinstance(reading, tickets.Other) and reading.text is not None:
        hashed = log.digest(reading.text.encode()).hex()
        for performance in served:
            for found in documents.foreign(session, performance, hashed):
                wanted.append((performance, found))
                codes += (found,)
    if ticket is not None:
        wanted += [(performance, ticket) for performance in served]
    own = _documents(session, wanted, addons=door.addons)
    plan = documents.plan(session, evening.id) if evening else None
    said = None
    if reading is not None:
        said = presented.of_reading(
            reading,
            tickets_found=codes,
            performance=evening.id if evening else None,
            doors=_doors_of_code(evening, plan, code),
            # Whose the seat is only matters for a ticket that nobody has told us of.
            seat_owner=None
            if code and code.ticket in own
            else _seat_owner(session, evening, plan, code),
        )
    shown = {
        e.id: _noted_performance(session, e)
        for e in evenings.values()
        if e.id in served or e is evening
    }
    homes = _Homes(session, evenings)
    facts = Facts(
        zone=ZoneInfo(here.evening.zone),
        door=door,
        performances=shown,
        tickets=[_ticket(id, body, homes) for id, body in own.items()],
        movements=every_movement(session, device, own, {code.ticket} if code else set()),
    )
    heard = all(documents.heard(session, performance) for performance in served)
    return Known(facts, said, code, own, heard)


def everything(session: Session, device: Device, here: Post) -> Facts:
    """Give the whole evening of this door, for its figures."""
    own = documents.tickets_of(session, here.evening.id)
    homes = _Homes(session, {here.evening.id: here.evening})
    own = {id: {"performance": here.evening.id, **body} for id, body in own.items()}
    known = set(own)
    moved = every_movement(session, device, own, set())
    strangers = [row for row in rows(session, None) if row.performance == here.evening.id]
    more = [own_movement(device, row) for row in strangers if row.ticket not in known]
    return Facts(
        zone=ZoneInfo(here.evening.zone),
        door=door_of(here),
        performances={here.evening.id: _performance(here.evening)},
        tickets=[
            ticket
            for id, body in own.items()
            if (ticket := _readable(id, body, homes)) is not None
        ],
        movements=[*moved, *more],
    )


def _readable(id: str, body: Mapping[str, Any], homes: "_Homes") -> Ticket | None:
    """Leave out a ticket that cannot be true: the others' figures still count."""
    try:
        return _ticket(id, body, homes)
    except BadInput:
        return None


def unheard(session: Session, ticket: str) -> bool:
    """Whether the ledger has yet to hear of something that this door did with a ticket."""
    found = statements.first(session, _UNHEARD, (ticket,))
    return found is not None


_UNHEARD: Final = (
    "SELECT 1 FROM movement JOIN log ON log.event_id = movement.event_id"
    " WHERE movement.ticket = ? AND log.seq >"
    " coalesce((SELECT acked_seq FROM log_state WHERE one = 1), 0) LIMIT 1"
)


def door_of(here: Post) -> Door:
    """Give the settings of this door, for the evening it serves."""
    given = here.settings.fields
    serves = given.get("performances")
    if serves is not None and not serves:
        serves = [here.evening.id]
    types = given.get("price_types")
    clears = given.get("clears_at")
    return Door(
        name=here.settings.name,
        space=here.settings.space,
        performances=None if serves is None else tuple(serves),
        opens=maybe(given.get("opens_ms")),
        closes=maybe(given.get("closes_ms")),
        late_hold=bool(given.get("late_hold")),
        hold_until=maybe(given.get("hold_until_ms")),
        price_types=None if types is None else frozenset(types),
        reentry=given.get("reentry") or "after_exit",
        unpaid="ask" if given.get("unpaid") == "ask" else "refuse",
        strict=bool(given.get("strict")),
        takes_all=bool(given.get("takes_all")),
        addons=bool(given.get("addons")),
        clears_at=time.fromisoformat(clears) if clears else None,
        rule=given.get("rule"),
    )


def listed(code: tickets.Code, evening: str, doors: tuple[str, ...]) -> Ticket:
    """Make a ticket of a code whose ticket the ledger knows and we have not heard of."""
    return Ticket(
        id=code.ticket,
        performance=evening,
        issue=code.issue,
        doors=doors,
        admits=code.people,
    )


def _documents(
    session: Session, wanted: Iterable[tuple[str, str]], *, addons: bool
) -> dict[str, dict[str, Any]]:
    own: dict[str, dict[str, Any]] = {}
    for performance, ticket in wanted:
        body = documents.ticket(session, performance, ticket)
        if body is not None:
            own[ticket] = {"performance": performance, **body}
            if addons:
                own |= {
                    id: {"performance": performance, **other}
                    for id, other in documents.tickets_of(session, performance).items()
                    if other.get("parent") == ticket
                }
    return own


def _doors_of_code(
    evening: Evening | None, plan: Plan | None, code: tickets.Code | None
) -> tuple[str, ...]:
    """Give the doors of the code's seat, its home door first."""
    if evening is None or plan is None or code is None or code.seat is None:
        return ()
    seat = plan.by_number.get(code.seat)
    if seat is None or plan.chart is None:
        return ()
    return doors_of_seat(evening, plan, seat)


def doors_of_seat(evening: Evening, plan: Plan, seat: str) -> tuple[str, ...]:
    """Give the doors that serve a seat; a home door that staff moved comes first."""
    section = plan.shown(seat).section
    doors, _ = plan.section_doors(section)
    home = evening.home_doors.get(section)
    if home is None:
        return doors
    return (home, *(door for door in doors if door != home))


def _seat_owner(
    session: Session,
    evening: Evening | None,
    plan: Plan | None,
    code: tickets.Code | None,
) -> SeatOwner | None:
    """Say whose the seat is, as far as is known here. Source: sync.md §5."""
    if evening is None or plan is None or code is None or code.seat is None:
        return None
    signer = documents.signing_device(session, code.key_id)
    place = plan.by_number.get(code.seat)
    seat = documents.seat(session, evening.id, place) if place else None
    if seat is None or signer is None or seat.state in {"available", "held"}:
        return None  # A seat on hold is nobody's yet: who gets it, we have not heard.
    return "signer" if seat.device == signer else "another"


def ticket_of(session: Session, id: str, body: Mapping[str, Any]) -> Ticket:
    """Make a fact of one listed ticket."""
    return _ticket(id, body, _Homes(session, {}))


def _ticket(id: str, body: Mapping[str, Any], homes: "_Homes") -> Ticket:
    """Make a fact of a listed ticket; what is missing in the document has its default."""
    return Ticket(
        id=id,
        performance=body.get("performance"),
        status=cast("Any", body.get("status") or "active"),
        issue=int(body.get("issue") or 1),
        price=int(body.get("price") or 0),
        paid=int(body.get("paid") or 0),
        pays_later=bool(body.get("pays_later")),
        blocked=bool(body.get("blocked")),
        valid_from=maybe(body.get("valid_from_ms")),
        valid_until=maybe(body.get("valid_until_ms")),
        price_type=body.get("price_type"),
        price_level=body.get("price_level"),
        doors=homes.doors(body),
        admits=int(body.get("admits") or 1),
        entries=body.get("entries"),
        parent=body.get("parent"),
        questions=tuple(_question(q) for q in body.get("questions") or ()),
        notes=tuple(
            Note(n.get("from", "order"), str(n.get("text", "")), bool(n.get("attention")))
            for n in body.get("notes") or ()
        ),
    )


class _Homes:
    """Doors of seats, with each plan read once."""

    def __init__(self, session: Session, evenings: Mapping[str, Evening]) -> None:
        self._session, self._evenings = session, evenings
        self._plans: dict[str, Plan | None] = {}

    def doors(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        """Give the doors of a listed ticket; a home door that staff moved comes first."""
        doors = tuple(body.get("doors") or ())
        performance = str(body.get("performance"))
        evening = self._evenings.get(performance)
        if evening is None or not evening.home_doors or not doors:
            return doors
        if performance not in self._plans:
            self._plans[performance] = documents.plan(self._session, performance)
        plan = self._plans[performance]
        home = plan and evening.home_doors.get(plan.shown(str(body.get("seat"))).section)
        if not home:
            return doors
        return (home, *(door for door in doors if door != home))


def _question(given: Mapping[str, Any]) -> Question:
    return Question(
        id=str(given["id"]),
        kind=given.get("kind", "text"),
        required=bool(given.get("required")),
        answered=bool(given.get("answered")),
        options=tuple(
            Option(str(o["id"]), o.get("code")) for o in given.get("options") or ()
        ),
    )


def _noted_performance(session: Session, evening: Evening) -> Performance:
    return statements.noted(
        session, ("performance", evening.id), lambda: _performance(evening)
    )


def _performance(evening: Evening) -> Performance:
    return Performance(
        starts=moment(evening.starts_ms),
        ends=maybe(evening.ends_ms),
        doors_open=maybe(evening.doors_open_ms),
        cancelled=evening.cancelled,
    )
