"""One event of a device log on its way into the book."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boxoffice import log, wire


@dataclass(frozen=True)
class Happened:
    """A fact, who tells it, and what it says. Effects record it; nobody refuses it.

    A body that does not say what its type says raises KeyError, TypeError or ValueError:
    then the event is kept as it is, and staff hear that it cannot be read.
    """

    id: str
    type: str
    device: str
    incarnation: int
    seq: int
    wall_ms: int
    trust: str
    body: Mapping[str, Any]

    def text(self, name: str, usual: str | None = None) -> str:
        """Read a text; without `usual` it must be there."""
        return text(self.body, name, usual)

    def maybe(self, name: str) -> str | None:
        """Read a text that may be missing or null."""
        return maybe(self.body, name)

    def whole(self, name: str, usual: int | None = None) -> int:
        """Read a whole number; without `usual` it must be there."""
        return whole(self.body, name, usual)

    def parts(self, name: str) -> list[Mapping[str, Any]]:
        """Read a list of objects; missing, it is empty."""
        return parts(self.body, name)

    def texts(self, name: str) -> list[str]:
        """Read a list of texts; missing, it is empty."""
        found = self.body.get(name) or []
        if not isinstance(found, list):
            raise TypeError(f"{name} is no list")
        return [text({name: entry}, name) for entry in found]


def read(event: log.Event, device: str, incarnation: int) -> Happened:
    """Read an event's body. Raises ValueError when it is no JSON object."""
    body = json.loads(event.body)
    if not isinstance(body, dict):
        raise wire.Malformed("the body is no object")
    return Happened(
        event.event_id,
        event.type,
        device,
        incarnation,
        event.seq,
        event.wall_ms,
        event.trust,
        body,
    )


def text(body: Mapping[str, Any], name: str, usual: str | None = None) -> str:
    """Read a text from an object inside a body."""
    value = body[name] if usual is None else body.get(name)
    if value is None and usual is not None:
        return usual
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError(f"{name} is no text")
    return value


def maybe(body: Mapping[str, Any], name: str) -> str | None:
    """Read a text that may be missing or null from an object inside a body."""
    return None if body.get(name) is None else text(body, name)


def whole(body: Mapping[str, Any], name: str, usual: int | None = None) -> int:
    """Read a whole number from an object inside a body."""
    value = body[name] if usual is None else body.get(name)
    if value is None and usual is not None:
        return usual
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is no whole number")
    if not -(1 << 53) <= value <= 1 << 53:
        raise ValueError(f"{name} is out of range")
    return value


def parts(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Read a list of objects from an object inside a body; missing, it is empty."""
    found = body.get(name) or []
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise TypeError(f"{name} is no list of objects")
    return found
