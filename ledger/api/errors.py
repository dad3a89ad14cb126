"""How the API says no: JSON of one shape, and only a 2xx changes anything on a device."""

from typing import Any

from flask import Response, jsonify

from boxoffice.refusals import facts_needed, sentence
from ledger.refused import Refused

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


def failed(trouble: Failed) -> Response:
    """Answer a request that failed."""
    answer = jsonify(error=trouble.code, message=trouble.message)
    answer.status_code = trouble.status
    if trouble.retry_after_s is not None:
        answer.headers["Retry-After"] = str(trouble.retry_after_s)
    return answer


def refusal(refused: Refused) -> dict[str, Any]:
    """Give a refusal as it travels, with its sentence and its facts."""
    facts = dict(refused.facts)
    said = {name: str(facts.get(name, "")) for name in facts_needed(refused.code)}
    return {
        "error": refused.code.value,
        "message": sentence(refused.code, **said),
    } | facts
