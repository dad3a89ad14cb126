"""How the API says no: JSON of one shape, and only a 2xx changes anything on a device."""

import json
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

from boxoffice.refusals import facts_needed, sentence
from boxoffice.wire import Malformed
from ledger.answers import Answer, Reused
from ledger.refused import Refused
from ledger.store import Busy

log = structlog.get_logger()

_WORDS = {
    "malformed": "This request is not what the protocol says.",
    "clock": "The time of this request is too far from the ledger's.",
    "signature": "This request is not signed by a device that is known here.",
    "revoked": "This device was revoked.",
    "role": "This device may not ask for that.",
    "not_found": "There is nothing of that name.",
    "gone": "This invitation is no longer good. Ask for a new one.",
    "too_large": "That is more than fits into one request.",
    "request_reused": "This request id was used for something else.",
    "too_old": "This version of the protocol is not spoken any more.",
    "too_many": "Please ask less often.",
    "busy": "The ledger cannot do this just now. Please try again.",
    "recovering": "The ledger was restored and waits for its devices. Please try again.",
    "gap": "Events are missing before these.",
}


class Failed(Exception):
    """A request that cannot be answered; every caller may hear why."""

    def __init__(
        self, status: int, code: str, message: str = "", *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.retry_after_s = status, code, retry_after_s
        self.message = message or _WORDS[code]

    @property
    def answer(self) -> Answer:
        """What the caller hears."""
        return Answer(
            self.status, json.dumps({"error": self.code, "message": self.message})
        )

    @property
    def headers(self) -> list[tuple[str, str]]:
        """When to come again, if that is known."""
        after_s = self.retry_after_s
        return [] if after_s is None else [("Retry-After", str(after_s))]


# What a call may meet: `failure` knows how it is answered.
KNOWN = (Failed, Malformed, Reused, Busy, OperationalError)


def failure(trouble: Exception) -> Failed | None:
    """Say how a call fails that met this; None for what is not one of `KNOWN`."""
    if isinstance(trouble, Failed):
        return trouble
    if isinstance(trouble, Malformed):
        return Failed(400, "malformed", str(trouble))
    if isinstance(trouble, Reused):
        return Failed(422, "request_reused")
    if isinstance(trouble, Busy):
        return Failed(503, "busy", retry_after_s=1)
    if isinstance(trouble, OperationalError):
        # The database cannot: a full disk, a lost connection. Nothing was changed.
        log.error("database in trouble", why=str(trouble.orig))
        return Failed(503, "busy", retry_after_s=5)
    return None


def refusal(refused: Refused) -> dict[str, Any]:
    """Give a refusal as it travels, with its sentence and its facts."""
    facts = dict(refused.facts)
    said = {name: str(facts.get(name, "")) for name in facts_needed(refused.code)}
    return {
        "error": refused.code.value,
        "message": sentence(refused.code, **said),
    } | facts
