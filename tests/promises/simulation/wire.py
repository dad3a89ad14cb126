"""The network between one device and the ledger: slow, lossy, repeating, one-way, cut.

It carries the very bytes of HTTP requests and answers. A request that is lost, late or cut
off looks to its sender as it would on a socket: time passes, then httpx raises.
"""

from dataclasses import dataclass
from random import Random

import httpx

from tests.promises.simulation.book import Ledger
from tests.promises.simulation.clock import Time
from tests.promises.simulation.machine import Dark


@dataclass
class Weather:
    """How bad the network is. Shares are of 1; times in ms."""

    lost: float = 0.0
    repeated: float = 0.0
    late: float = 0.0
    slowest_ms: int = 60


class Wire(httpx.BaseTransport):
    """One device's network. there, back: whether requests and answers get through."""

    def __init__(
        self, time: Time, chance: Random, ledger: Ledger, weather: Weather
    ) -> None:
        self._time, self._chance, self._ledger = time, chance, ledger
        self.weather = weather
        self.there = self.back = True

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request there and its answer back, in simulated time."""
        timeouts = request.extensions["timeout"]
        patience_ms = round(1000 * (timeouts.get("read") or 5.0))
        connect_ms = round(1000 * (timeouts.get("connect") or patience_ms / 1000))
        if not self.there:
            self._time.sleep(connect_ms)
            raise httpx.ConnectTimeout("cut", request=request)
        until_ms = self._time.now_ms + patience_ms
        body = request.read()
        target = request.url.raw_path.decode("ascii")
        headers = [(k.decode(), v.decode("latin-1")) for k, v in request.headers.raw]
        self._time.sleep(self._latency_ms())
        if self._happens(self.weather.lost):
            self._wait(until_ms)
            raise httpx.ReadTimeout("lost", request=request)
        if self._happens(self.weather.late):
            # It arrives when its sender has given up, and after what was sent later.
            self._once_more(patience_ms * 2, body, target, request.method, headers)
            self._wait(until_ms)
            raise httpx.ReadTimeout("late", request=request)
        if self._happens(self.weather.repeated):
            delay_ms = self._chance.randrange(1, 20_000)
            self._once_more(delay_ms, body, target, request.method, headers)
        try:
            answer = self._ledger.serve(body, target, request.method, headers)
        except Dark:
            raise httpx.ReadError("gone", request=request) from None
        self._time.sleep(self._latency_ms())
        if not self.back or self._happens(self.weather.lost):
            self._wait(until_ms)
            raise httpx.ReadTimeout("no answer", request=request)
        return answer

    def _once_more(self, ms: int, body: bytes, target: str, method: str, headers) -> None:
        def arrive() -> None:
            try:
                if self.there:
                    self._ledger.serve(body, target, method, headers)
            except Dark:
                pass

        if not target.startswith("/api/feed"):  # It waits, and changes nothing.
            self._time.spawn(arrive, ms)

    def _latency_ms(self) -> int:
        return self._chance.randrange(1, self.weather.slowest_ms)

    def _happens(self, share: float) -> bool:
        return share > 0 and self._chance.random() < share

    def _wait(self, until_ms: int) -> None:
        self._time.sleep(max(0, until_ms - self._time.now_ms))
