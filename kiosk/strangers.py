"""What a device asks a ledger that does not know it yet, unsigned."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from boxoffice import wire
from kiosk import outcomes
from kiosk.carrier import Asked, Carrier, Connections, Lost
from kiosk.outcomes import LineDown, NotUnderstood
from kiosk.received import Answer


def pair(
    url: str,
    request: Mapping[str, Any],
    *,
    carrier: Carrier | None = None,
    spki: bytes | None = None,
) -> dict[str, Any]:
    """Post a pairing request, unsigned. spki: the pin of the invitation.

    Raises LineDown, NotUnderstood.
    """
    headers = {"Content-Type": "application/json", "FoH-Protocol": str(wire.PROTOCOL)}
    answer = _ask(
        url,
        carrier,
        Asked("POST", "/api/pair", headers, wire.compact(request).encode()),
        timeout_s=10,
        spki=spki,
        # Without a pin a date counts; our own clock judges it, for want of another.
        now_ms=(lambda: None) if spki else _wall_ms,
    )
    told = outcomes.document(answer)
    if not outcomes.is_success(answer):
        raise NotUnderstood(answer.status, str(told.get("error", "")))
    return told


def ledger_id(url: str, nonce: str, *, carrier: Carrier | None = None) -> str:
    """Ask a ledger that we do not know yet for its id. Raises LineDown, NotUnderstood."""
    target = f"/api/time?{urlencode({'nonce': nonce})}"
    answer = _ask(url, carrier, Asked("GET", target, {}), timeout_s=5)
    told = outcomes.document(answer).get("ledger_id")
    if not isinstance(told, str):
        raise NotUnderstood(answer.status, "no ledger")
    return told


def _ask(
    url: str,
    carrier: Carrier | None,
    asked: Asked,
    *,
    timeout_s: float,
    spki: bytes | None = None,
    now_ms: Callable[[], int | None] = lambda: None,
) -> Answer:
    """Ask one question as a device that does not know the ledger's time. Raises LineDown.

    asked: below the address. now_ms: by what certificates' dates are judged, if they are.
    """
    asked = replace(asked, target=urlsplit(url).path + asked.target)
    with closing(carrier or Connections(url, spki, now_ms)) as there:
        try:
            answer = there.carry(asked, timeout_s=timeout_s)
        except Lost as why:
            raise LineDown(str(why)) from why
    outcomes.reached(answer)
    return answer


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
