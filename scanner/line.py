"""The line to the kiosk process: one address, and the secret that it made at its start."""

from pathlib import Path
from typing import Any

import httpx

TIMEOUT_S = 5.0


class Line:
    """Posts JSON, with the kiosk's secret, which is read anew when the kiosk is new."""

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

    def post(self, body: dict[str, Any]) -> httpx.Response:
        """Post once, or twice if the secret has changed. Raises httpx.HTTPError."""
        if not self._secret:
            self._read_secret()
        answer = self._send(body)
        if answer.status_code in (401, 403) and self._read_secret():
            # The kiosk process has started again, and has a new secret.
            answer = self._send(body)
        return answer

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _send(self, body: dict[str, Any]) -> httpx.Response:
        return self._client.post(
            self._address, json=body, headers={"X-Scanner-Secret": self._secret}
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
