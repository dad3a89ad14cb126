"""Read what a request says, once, at the edge. Everything raises Failed (400)."""

from collections.abc import Mapping
from typing import Any

from boxoffice import ids
from ledger.api.errors import Failed

MOST_TEXT = 4096


def text(body: Mapping[str, Any], name: str, *, most: int = MOST_TEXT) -> str:
    """Read a text that must be there."""
    value = body.get(name)
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise _wrong(name, "text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _wrong(name, "text") from None
    return value


def text_or(body: Mapping[str, Any], name: str, usual: str = "") -> str:
    """Read a text that may be missing."""
    return usual if body.get(name) is None else text(body, name)


def uuid(body: Mapping[str, Any], name: str) -> str:
    """Read an id."""
    value = text(body, name)
    if not ids.is_uuid(value):
        raise _wrong(name, "an id")
    return value


def whole(
    body: Mapping[str, Any], name: str, *, least: int = 0, most: int = 1 << 53
) -> int:
    """Read a whole number within limits."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _wrong(name, f"a whole number within {least}…{most}")
    return value


def whole_or(
    body: Mapping[str, Any],
    name: str,
    usual: int,
    *,
    least: int = 0,
    most: int = 1 << 53,
) -> int:
    """Read a whole number that may be missing."""
    if body.get(name) is None:
        return usual
    return whole(body, name, least=least, most=most)


def texts(body: Mapping[str, Any], name: str, *, most: int) -> list[str]:
    """Read a list of texts that must be there."""
    value = body.get(name)
    if not isinstance(value, list) or len(value) > most:
        raise _wrong(name, f"a list of at most {most}")
    return [text({name: entry}, name) for entry in value]


def part(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Read an object that must be there."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise _wrong(name, "an object")
    return value


def _wrong(name: str, wanted: str) -> Failed:
    return Failed(400, "malformed", f"{name} must be {wanted}.")
