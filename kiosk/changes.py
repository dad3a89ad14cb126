"""What the last pulls changed in each stream, so that what was made of it can follow.

A stream's digest stands for exactly its documents. So a change between two of its states is
true whether or not it is ever committed, and who finds none just reads everything again.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from boxoffice import wire

# A pull every second or so, in a house where many buy; a larger pull is read as a whole.
_MOST_PULLS: Final = 64
_MOST_DOCUMENTS: Final = 500
_MOST_STREAMS: Final = 64

Documents = Mapping[tuple[str, str], tuple[int, str] | None]


@dataclass(frozen=True)
class _Pull:
    """What one pull did. changed: entity and id to version and body, or None: deleted."""

    after: str
    changed: Documents


_pulls: dict[str, dict[str, _Pull]] = {}
_one_at_a_time = threading.Lock()


def stamp(at: wire.Position) -> str:
    """Name a state of a stream."""
    return f"{at.timeline}.{at.pos}.{at.digest:032x}"


def note(
    stream: str, before: wire.Position, after: wire.Position, changed: Documents
) -> None:
    """Remember what leads from one state of a stream to the next."""
    with _one_at_a_time:
        pulls = _pulls.setdefault(stream, {})
        if len(changed) <= _MOST_DOCUMENTS:
            pulls[stamp(before)] = _Pull(stamp(after), changed)
        while len(pulls) > _MOST_PULLS:
            pulls.pop(next(iter(pulls)))
        while len(_pulls) > _MOST_STREAMS:
            _pulls.pop(next(iter(_pulls)))


def between(stream: str, before: str, after: str) -> Documents | None:
    """Give all that differs between two states, the newest of each; None: not known."""
    found: dict[tuple[str, str], tuple[int, str] | None] = {}
    with _one_at_a_time:
        pulls = _pulls.get(stream, {})
        for _ in range(_MOST_PULLS):
            if before == after:
                return found
            pull = pulls.get(before)
            if pull is None:
                return None
            found.update(pull.changed)
            before = pull.after
    return None
