"""How the doors of a space are set for one performance: hours, re-entry, the rule.

Doors of one space share their settings, so a space is set, never a single door. A rule is
checked before it is kept, and can be tried on all tickets before anybody stands at a door.
Source: checkin.md §2, §8.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from boxoffice import admission, entry_rules
from boxoffice.entry_rules import Mistake
from boxoffice.presented import Presented
from boxoffice.scans import Scan
from ledger import audit, catalogue, door_board, doors, facts, rivals
from ledger.clock import Means
from ledger.rivals import Overtaken
from ledger.tables.catalogue import PerformanceRow

EXAMPLES: Final = 5
_SET: Final = "doors.set"
_SHARED: Final = frozenset(
    {
        "opens_ms",
        "closes_ms",
        "late_hold",
        "hold_until_ms",
        "price_types",
        "reentry",
        "unpaid",
        "strict",
        "addons",
        "clears_at",
        "rule",
        "names",
    }
)


@dataclass(frozen=True)
class Preview:
    """Who could come in. answers: by verdict; examples: (seat, verdict, why)."""

    answers: tuple[tuple[str, int], ...]
    examples: tuple[tuple[str, str, str], ...]

    @property
    def could(self) -> int:
        """How many tickets would be let in."""
        return sum(count for answer, count in self.answers if answer in _IN)


_IN: Final = frozenset({"ADMIT", "RE_ADMIT", "QUESTIONS"})


def rule_of(text: str) -> Mapping[str, Any] | str | None:
    """Read a rule as staff typed it; a sentence says what is wrong with it."""
    if not text.strip():
        return None
    try:
        rule = json.loads(text)
    except ValueError as why:
        return f"The rule is not JSON: {why}."
    mistake = entry_rules.check(rule)
    if isinstance(mistake, Mistake):
        return f"The rule cannot be used: {mistake}"
    if not isinstance(rule, dict):
        # The rules read a bare null as none at all; whoever wants none leaves it blank.
        return "The rule cannot be used: it must stand in { and }."
    return rule


def of_space(session: Session, performance: str, space: str) -> doors.Door | None:
    """Give the settings that the doors of a space share; None without such a space."""
    row = session.get(PerformanceRow, performance)
    for known in doors.read(json.loads(row.spaces)) if row else ():
        if known.space == space and known.doors:
            return known.doors[0]
    return None


def mark(space: doors.Space) -> str:
    """Name how the doors of a space are set, as somebody sees it."""
    return rivals.mark(
        [[getattr(door, name) for name in sorted(_SHARED)] for door in space.doors]
    )


def set_space(
    session: Session,
    means: Means,
    performance: str,
    space: str,
    change: Mapping[str, Any],
    *,
    staff: str,
    seen: str = "",
) -> bool | Overtaken:
    """Set all doors of a space alike, and tell them. False without such a space.

    change: fields of doors.Door that doors of a space share. seen: `mark` of what was
    changed; nothing is done if it is otherwise by now.
    """
    assert change.keys() <= _SHARED, change.keys() - _SHARED
    row = session.get(
        PerformanceRow, performance, with_for_update=True, populate_existing=True
    )
    known = doors.read(json.loads(row.spaces)) if row else ()
    if space not in {one.space for one in known}:
        return False
    if seen and seen not in {mark(one) for one in known if one.space == space}:
        return rivals.last(session, f"{performance}/{space}", _SET)
    spaces = [
        doors.Space(one.space, tuple(replace(door, **change) for door in one.doors))
        if one.space == space
        else one
        for one in known
    ]
    catalogue.set_doors(session, means, performance, spaces)
    audit.note(
        session,
        means,
        staff=staff,
        action=_SET,
        subject=f"{performance}/{space}",
        facts={name: change[name] for name in sorted(change)},
    )
    return True


def preview(
    session: Session,
    performance: str,
    space: str,
    change: Mapping[str, Any],
    at: datetime,
) -> Preview | None:
    """Ask the rule about every ticket, as the doors would, with these settings at a moment.

    Each ticket at the door of its own seat. None without such a space. Nothing is recorded.
    """
    row = session.get(PerformanceRow, performance)
    settings = of_space(session, performance, space)
    if row is None or settings is None:
        return None
    known = door_board.everything(session, row)
    wished = facts.door_from(
        replace(settings, takes_all=True, **change), space, performance
    )
    by_ticket: dict[str, list[Any]] = {}
    for movement in known.movements:
        by_ticket.setdefault(movement.ticket, []).append(movement)
    answers: Counter[str] = Counter()
    examples: list[tuple[str, str, str]] = []
    seats = dict(door_board.seats(session, performance))
    for ticket in known.tickets:
        one = replace(
            known,
            door=wished,
            tickets=[ticket],
            movements=by_ticket.get(ticket.id, []),
        )
        verdict = admission.judge(
            Presented(tickets=(ticket.id,), issue=ticket.issue),
            one,
            Scan(id=f"preview-{ticket.id}", at=at, device="preview", simulate=True),
        )
        answers[verdict.answer.value] += 1
        if not verdict.admit and len(examples) < EXAMPLES:
            why = "; ".join(f"{r.what} {r.op} {r.limit}" for r in verdict.why or ())
            examples.append((seats.get(ticket.id, ""), verdict.answer.value, why))
    return Preview(tuple(answers.most_common()), tuple(examples))
