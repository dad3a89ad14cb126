"""The line to the kiosk process: one address, and the secret that it made at its start."""

from pathlib import Path
from typing import Any

import httpx

TIMEOUT_S = 5.0


class Line:
    """Asks, and posts JSON, with the kiosk's secret; a new kiosk has a new one."""

    def __init__(
        self,
        address: str,
        secret_file: Path,
        transport: httpx.BaseTransport | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Make a line; nothing is sent yet. transport: for tests."""
        self._address, self._secret_file = address, secret_file
        self._client = httpx.Client(
            timeout=timeout_s, trust_env=False, transport=transport, follow_redirects=False
        )
        self._secret = ""

    def post(self, body: dict[str, Any], path: str = "") -> httpx.Response:
        """Post once, or twice if the secret has changed. Raises httpx.HTTPError.

        path: what follows the address.
        """
        return self._ask("POST", path, body)

    def get(self, path: str = "") -> httpx.Response:
        """Ask, in the same way. Raises httpx.HTTPError."""
        return self._ask("GET", path, None)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        if not self._secret:
            self._read_secret()
        answer = self._send(method, path, body)
        if answer.status_code in (401, 403) and self._read_secret():
            # The kiosk process has started again, and has a new secret.
            answer = self._send(method, path, body)
        return answer

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        headers = {"X-Scanner-Secret": self._secret}
        return self._client.request(
            method, self._address + path, json=body, headers=headers
        )

    def _read_secret(self) -> bool:
        """Read the secret again; say whether it changed. It is per boot of the kiosk."""
        try:
            secret = self._secret_file.read_text("ascii").strip()
        except (OSError, ValueError):
            # Not written yet: the kiosk refuses us, and we try again.
            return False
        changed = secret != self._secret
        self._secret = secret
        return changed
