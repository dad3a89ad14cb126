"""A door's settings, as staff set them and as they travel. Source: checkin.md §2."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

# What each door has for itself; the rest is shared by the doors of a space.
_OWN = frozenset(
    {"name", "sections", "words", "takes_all", "strict", "price_types", "performances"}
)


@dataclass(frozen=True)
class Door:
    """One door. Times are ms UTC; null means what the default of checkin.md §2 says.

    performances: ids it serves; empty: the performance it is set up for; None: any, such as
    for passes. sections: those it leads to. words: how a guest finds it. clears_at: local
    HH:MM. names: the usher sees whose the ticket is.
    """

    name: str
    performances: tuple[str, ...] | None = ()
    opens_ms: int | None = None
    closes_ms: int | None = None
    late_hold: bool = False
    hold_until_ms: int | None = None
    price_types: tuple[str, ...] | None = None
    reentry: str = "after_exit"
    unpaid: str = "refuse"
    strict: bool = False
    takes_all: bool = False
    addons: bool = False
    clears_at: str | None = None
    rule: Mapping[str, Any] | None = None
    names: bool = False
    sections: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Space:
    """Where doors lead to; movements count per ticket and space."""

    space: str
    doors: tuple[Door, ...]


class Differ(ValueError):
    """Two doors of one space are set differently; the text is a sentence for staff."""


def check(spaces: Sequence[Space]) -> Sequence[Space]:
    """Give the spaces back when the doors of each share their settings. Raises Differ."""
    for space in spaces:
        for door in space.doors[1:]:
            first = space.doors[0]
            for field in fields(Door):
                if field.name in _OWN:
                    continue
                if getattr(door, field.name) != getattr(first, field.name):
                    raise Differ(
                        f"{first.name} and {door.name} lead into {space.space} and must"
                        f" have the same {field.name.replace('_', ' ')}."
                    )
    return spaces


def document(spaces: Sequence[Space], performance: str) -> list[dict[str, Any]]:
    """Give spaces as they are kept and travel in a performance's document."""
    return [
        {"space": space.space, "doors": [_body(door, performance) for door in space.doors]}
        for space in spaces
    ]


def read(body: Sequence[Mapping[str, Any]]) -> tuple[Space, ...]:
    """Read spaces from their document."""
    return tuple(
        Space(space["space"], tuple(_door(door) for door in space["doors"]))
        for space in body
    )


def _body(door: Door, performance: str) -> dict[str, Any]:
    serves = [performance] if door.performances == () else door.performances
    return asdict(door) | {"performances": serves}


def _door(body: Mapping[str, Any]) -> Door:
    known = {field.name for field in fields(Door)} & body.keys()
    given = {name: body[name] for name in known}
    for name in ("performances", "price_types", "sections"):
        if given.get(name) is not None:
            given[name] = tuple(given[name])
    return Door(**given)
