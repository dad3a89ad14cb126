"""What came of asking the ledger: an answer, a refusal, or nobody there."""

import json
from collections.abc import Mapping
from typing import Any, Final

from kiosk.received import Answer

LONGEST_RETRY_AFTER_S: Final = 600.0


class LineDown(Exception):
    """Nobody answered, or the ledger cannot serve now; trying again later helps.

    retry_after_s: what the ledger asked for, if it did. sent: whether it may have heard.
    late: it may have heard, and did not answer in time.
    """

    def __init__(
        self,
        why: str,
        *,
        retry_after_s: float | None = None,
        sent: bool = True,
        late: bool = False,
    ) -> None:
        super().__init__(why)
        self.retry_after_s, self.sent, self.late = retry_after_s, sent, late


class Refused(Exception):
    """The ledger said no (409), with a code, a sentence and perhaps facts."""

    def __init__(self, code: str, facts: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotUnderstood(Exception):
    """The ledger does not take this request or talks nonsense; trying again is no help.

    status: of HTTP, 0 for an answer that cannot be read. code: the ledger's word for it.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


def reached(answer: Answer) -> None:
    """Take an answer that asks for patience as no line at all. Raises LineDown."""
    if answer.status in {429, 500, 502, 503, 504}:
        raise LineDown(str(answer.status), retry_after_s=_retry_after_s(answer))


def is_success(answer: Answer) -> bool:
    """Whether the ledger did what it was asked."""
    return 200 <= answer.status < 300


def document(answer: Answer) -> dict[str, Any]:
    """Read the object that came back; an empty one for anything else."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _retry_after_s(answer: Answer) -> float | None:
    text = answer.headers.get("retry-after", "")
    if not (text.isascii() and text.isdigit()):
        return None
    return min(float(text), LONGEST_RETRY_AFTER_S)
