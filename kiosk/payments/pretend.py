"""The pretend terminal: a process of its own that one can tell to decline or to dawdle.

Its HTTP interface is that of `lobby.terminal`; delete this file and it is gone.
"""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from kiosk.payments.port import Attempt, Busy, Step, TerminalDown

_QUICK_S: Final = 2.0
_PATIENT_S: Final = 5.0


class PretendTerminal:
    """Speaks to a pretend terminal. Thread-safe. transport: for tests."""

    kind = "card"

    def __init__(
        self, address: str, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.name = "pretend"
        self._client = httpx.Client(
            base_url=address,
            transport=transport,
            verify=address.startswith("https:"),
            trust_env=False,
            timeout=_QUICK_S,
        )

    def status(self) -> str:
        """Say `ready` or `busy`."""
        return str(self._ask("GET", "/status").get("state", "busy"))

    def authorise(self, key: str, *, amount: int, currency: str, order: str) -> Attempt:
        """Begin an attempt under our key."""
        body = {"key": key, "amount": amount, "currency": currency, "order": order}
        return _attempt(self._ask("POST", "/attempts", body))

    def poll(self, key: str) -> Attempt:
        """Ask how far it is."""
        return _attempt(self._ask("GET", f"/attempts/{key}"))

    def lookup(self, key: str) -> Attempt:
        """Ask what became of it."""
        return _attempt(self._ask("GET", f"/attempts/{key}", timeout_s=_PATIENT_S))

    def abort(self, key: str) -> None:
        """Ask it to stop."""
        self._ask("POST", f"/attempts/{key}/abort", {}, timeout_s=_PATIENT_S)

    def capture(self, key: str) -> Attempt:
        """Take what was approved."""
        return _attempt(self._ask("POST", f"/attempts/{key}/capture", {}))

    def void(self, key: str) -> Attempt:
        """Give back what was approved."""
        return _attempt(self._ask("POST", f"/attempts/{key}/void", {}))

    def refund(self, key: str, amount: int) -> Attempt:
        """Give back part of what was captured; repeating it gives nothing more."""
        wanted = {"amount": amount, "id": f"{key}-refund"}
        return _attempt(self._ask("POST", f"/attempts/{key}/refund", wanted))

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _ask(
        self,
        method: str,
        target: str,
        body: Mapping[str, Any] | None = None,
        *,
        timeout_s: float = _QUICK_S,
    ) -> dict[str, Any]:
        try:
            answer = self._client.request(method, target, json=body, timeout=timeout_s)
        except (httpx.ConnectError, httpx.ConnectTimeout) as why:
            raise TerminalDown(type(why).__name__, reached=False) from why
        except httpx.HTTPError as why:
            raise TerminalDown(type(why).__name__) from why
        if answer.status_code == 409:
            raise Busy
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise TerminalDown(f"nonsense ({answer.status_code})")
        if answer.status_code == 404:
            return {"state": "not_found"}
        if not answer.is_success:
            raise TerminalDown(str(answer.status_code))
        return document


def _attempt(document: Mapping[str, Any]) -> Attempt:
    state = document.get("state")
    try:
        step = Step(str(state))
    except ValueError:
        # A word that we do not know says nothing about the money.
        raise TerminalDown(f"unknown state {state!r}") from None
    amount = document.get("amount")
    return Attempt(
        step,
        ref=str(document.get("ref") or ""),
        amount=amount if isinstance(amount, int) else None,
        brand=str(document.get("brand") or ""),
        last4=_last4(document.get("last4")),
        reason=str(document.get("reason") or ""),
    )


def _last4(value: object) -> str:
    # Never more than four digits, whatever a terminal says: no card number touches us.
    text = str(value or "")
    return text[-4:] if text.isascii() and text.isdigit() else ""
