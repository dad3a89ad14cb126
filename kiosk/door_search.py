"""Find a guest at the door: by order number or seat, and by name for supervisors.

Names are in memory alone, while this device runs. Source: checkin.md §11, lobby.md §4.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from boxoffice import ids, seat_words, will_call
from boxoffice.movements import Trail
from kiosk import documents, door_facts, door_movements
from kiosk.device import Device
from kiosk.door_facts import Post
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.shown.door import Asked, Hit, Mode

LEAST_LETTERS: Final = 2
MOST_HITS: Final = 30
MOST_AT_ONCE: Final = 50
NAMES_S: Final = 3.0


def find(device: Device, words: str, *, by_name: bool, most: int = MOST_HITS) -> list[Hit]:
    """Give the tickets that fit, those of one order together; none below two letters.

    by_name: whether names may be searched and shown at all.
    """
    typed = seat_words.plain(words)
    if len(typed) < LEAST_LETTERS:
        return []
    with device.store.read() as session:
        here = door_facts.post(session, device)
        if here is None:
            return []
        names = device.names if by_name else {}
        hits: list[Hit] = []
        for performance in served(session, here):
            for id, body in documents.tickets_of(session, performance).items():
                if _fits(words, typed, body, names.get(id, "")):
                    hits.append(_hit(session, device, here, performance, id, body, names))
    hits.sort(key=lambda hit: (hit.name, hit.order, _in_order(hit.seat_name)))
    return hits[:most]


def together(device: Device, hits: Sequence[Hit], mode: Mode) -> dict[str, list[str]]:
    """Give, by order, the found tickets that one touch may let in, or count out, together.

    Orders with fewer than two such tickets are left out.
    """
    if len(hits) == MOST_HITS:
        # The list ends somewhere within an order; the touch is for all of it.
        last = find(device, hits[-1].order, by_name=False, most=MOST_AT_ONCE)
        hits = [*(hit for hit in hits if hit.order != hits[-1].order), *last]
    found: dict[str, list[str]] = {}
    for hit in hits:
        waits = hit.inside < hit.of if mode == "entry" else hit.inside > 0
        if hit.order and hit.status == "active" and waits:
            found.setdefault(hit.order, []).append(hit.ticket)
    return {
        order: tickets[:MOST_AT_ONCE]
        for order, tickets in found.items()
        if len(tickets) > 1
    }


def one(device: Device, ticket: str) -> Hit | None:
    """Give one ticket of this door, as the search shows it."""
    with device.store.read() as session:
        here = door_facts.post(session, device)
        for performance in served(session, here) if here else ():
            body = documents.ticket(session, performance, ticket)
            if body is not None and here is not None:
                return _hit(session, device, here, performance, ticket, body, {})
    return None


def questions(device: Device, ticket: str, ask: Sequence[str]) -> list[Asked]:
    """Give the questions that are still to be asked about a ticket."""
    with device.store.read() as session:
        here = door_facts.post(session, device)
        for performance in served(session, here) if here else ():
            body = documents.ticket(session, performance, ticket)
            if body is not None:
                return [_asked(q) for q in body.get("questions") or () if q["id"] in ask]
    return []


def served(session: Session, here: Post) -> list[str]:
    """Name the performances of a door."""
    door = door_facts.door_of(here)
    if door.performances is not None:
        return list(door.performances)
    return [evening.id for evening in documents.performances(session)]


def hear_names(device: Device) -> None:
    """Ask the ledger who the tickets of this door belong to, into memory alone.

    Nothing changes while the line is down.
    """
    with device.store.read() as session:
        here = door_facts.post(session, device)
        wanted = served(session, here) if here else []
        wanted = [p for p in wanted if documents.heard(session, p)]
    found: dict[str, str] = {}
    try:
        for performance in wanted:
            asked = f"/api/guestlist?performance={performance}"
            answer = device.line.get(asked, timeout_s=NAMES_S)
            told = answer.get("names") if isinstance(answer, dict) else None
            if isinstance(told, dict):
                found |= {str(id): str(name) for id, name in told.items()}
    except (LineDown, NotUnderstood, Refused):
        return
    device.names = found


def _fits(words: str, typed: str, body: Mapping[str, Any], name: str) -> bool:
    order = str(body.get("order") or "")
    seat = seat_words.plain(str(body.get("seat_name") or ""))
    code = seat_words.plain(str(body.get("seat") or ""))
    if ids.clean_code(words) == order or typed in {seat, code} or seat.endswith(typed):
        return True
    return bool(name) and any(
        part.startswith(spelt)
        for part in {p for whole in name.split() for p in will_call.foldings(whole)}
        | will_call.foldings(name)
        for spelt in will_call.foldings(words)
    )


def _hit(
    session: Session,
    device: Device,
    here: Post,
    performance: str,
    id: str,
    body: Mapping[str, Any],
    names: Mapping[str, str],
) -> Hit:
    own = {id: {"performance": performance, **body}}
    moved = door_movements.movements(session, device, own)
    space = here.settings.space
    trail = Trail(
        tuple(m for m in moved if m.space == space),
        door_facts.ticket_of(session, id, own[id]).allowance,
    )
    plan = documents.plan(session, performance)
    evening = documents.performance(session, performance) or here.evening
    return Hit(
        ticket=id,
        order=ids.shown(str(body.get("order") or "")),
        seat_name=str(body.get("seat_name") or body.get("seat") or ""),
        section=plan.shown(str(body.get("seat"))).section if plan else "",
        name=names.get(id, ""),
        status=str(body.get("status") or "active"),
        inside=trail.inside,
        of=int(body.get("admits") or 1),
        due=max(0, int(body.get("price") or 0) - int(body.get("paid") or 0)),
        currency=evening.currency,
        notes=tuple(str(note.get("text", "")) for note in body.get("notes") or ()),
    )


def _asked(given: Mapping[str, Any]) -> Asked:
    options = tuple(
        (str(o["id"]), str(o.get("words") or o.get("code") or o["id"]))
        for o in given.get("options") or ()
    )
    return Asked(
        str(given["id"]),
        str(given.get("words") or given["id"]),
        str(given.get("kind") or "text"),
        bool(given.get("required")),
        options,
    )


def _in_order(name: str) -> tuple[tuple[int, str], ...]:
    """Sort F 2 before F 12."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in name.split())


def everybody(device: Device, *, by: str, by_name: bool) -> list[Hit]:
    """Give every live ticket of this door for its list, by last name or by seat."""
    with device.store.read() as session:
        here = door_facts.post(session, device)
        names = device.names if by_name else {}
        hits = [
            _hit(session, device, here, performance, id, body, names)
            for performance in (served(session, here) if here else ())
            for id, body in documents.tickets_of(session, performance).items()
            if here is not None and (body.get("status") or "active") == "active"
        ]
    if by == "name":
        hits.sort(
            key=lambda hit: (_last_name(hit.name), hit.name, _in_order(hit.seat_name))
        )
    else:
        hits.sort(key=lambda hit: (hit.section, _in_order(hit.seat_name)))
    return hits


def _last_name(name: str) -> str:
    return name.split()[-1].casefold() if name.split() else ""
