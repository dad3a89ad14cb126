"""A device's line over a transport of the tests, in place of real connections."""

import httpx

from kiosk.carrier import CONNECT_S, Answer, Asked, Lost


class Carried:
    """Carries what a device asks over an httpx transport."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def carry(self, asked: Asked, *, timeout_s: float) -> Answer:
        """Send one request and give its answer. Raises Lost."""
        waits = {"connect": min(CONNECT_S, timeout_s), "read": timeout_s}
        request = httpx.Request(
            asked.method,
            f"http://ledger.test{asked.target}",
            headers=dict(asked.headers),
            content=asked.body or None,
            extensions={"timeout": waits},
        )
        try:
            answer = self._transport.handle_request(request)
            came = answer.read()
        except httpx.HTTPError as why:
            connected = not isinstance(why, httpx.ConnectError | httpx.ConnectTimeout)
            late = isinstance(why, httpx.ReadTimeout)
            raise Lost(type(why).__name__, sent=connected, late=late) from why
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, named, came)

    def close(self) -> None:
        """Nothing of ours is open."""
