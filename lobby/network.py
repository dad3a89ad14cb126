"""Cables between the real ports, to be cut, slowed and made unreliable.

Each link listens on a port of its own and forwards to another. A link works while its own
switch and the network it runs over are up: everything runs over the LAN, and what goes to
the ledger runs over the Internet too.
"""

import asyncio
import socket
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from lobby.loop import Loop
from lobby.timeline import Note

LAN, INTERNET = "lan", "internet"
THERE, BACK = "there", "back"
CHUNK_BYTES = 64 * 1024
# What a lost packet costs: about the first retransmission of TCP.
RETRANSMIT_S = 1.0


@dataclass(frozen=True)
class Cable:
    """One link: where it listens (0: any port) and where it leads."""

    name: str
    port: int
    target: tuple[str, int]
    over: tuple[str, ...] = (LAN,)


@dataclass(frozen=True)
class Condition:
    """How well a link works.

    up: False cuts it. refuse: a cut link refuses connections; otherwise they vanish in it.
    there, back: False cuts one direction only: what is asked arrives and its answer does
    not, or the other way round. delay_ms: one way. loss: share of packets lost, 0 to 1;
    each costs a second.
    """

    up: bool = True
    there: bool = True
    back: bool = True
    refuse: bool = True
    delay_ms: float = 0
    loss: float = 0


class BadCondition(ValueError):
    """A condition that cannot be; the text says why."""


def read(condition: Condition, document: Mapping[str, Any]) -> Condition:
    """Return the condition changed as a request says. Raises BadCondition."""
    if strange := document.keys() - asdict(condition).keys():
        raise BadCondition(f"A link has no {', '.join(sorted(strange))}.")
    try:
        changed = replace(condition, **document)
        if not 0 <= float(changed.delay_ms) <= 60_000 or not 0 <= float(changed.loss) <= 1:
            raise BadCondition("delay_ms is 0 to 60000, loss 0 to 1.")
    except TypeError as trouble:
        raise BadCondition(str(trouble)) from trouble
    return replace(
        changed,
        up=bool(changed.up),
        there=bool(changed.there),
        back=bool(changed.back),
        refuse=bool(changed.refuse),
        delay_ms=float(changed.delay_ms),
        loss=float(changed.loss),
    )


class Network:
    """All links. Call from any thread."""

    def __init__(self, cables: Sequence[Cable], loop: Loop, note: Note) -> None:
        self._loop = loop
        self._note = note
        self.links = {cable.name: _Link(cable) for cable in cables}
        self._conditions = {
            name: Condition() for name in (LAN, INTERNET, *(c.name for c in cables))
        }

    def start(self) -> None:
        """Raises OSError when a port is taken."""
        self._loop.run(self._apply())

    def stop(self) -> None:
        self._loop.run(self._stop())

    def port(self, name: str) -> int:
        """Return where a link listens."""
        return self.links[name].port

    def condition(self, name: str) -> Condition:
        """Return how a link, or one of the two networks, is. Raises KeyError."""
        return self._conditions[name]

    def conditions(self) -> dict[str, Condition]:
        return dict(self._conditions)

    def works(self, name: str) -> bool:
        """Say whether a link gets through, over everything it runs over."""
        return self._condition_of(self.links[name].cable).up

    def set(self, name: str, condition: Condition) -> None:
        """Change a link or a whole network. Raises KeyError."""
        before = self._conditions[name]
        self._conditions[name] = condition
        self._loop.run(self._apply())
        if before != condition:
            self._note("network", _sentence(name, condition))

    def _condition_of(self, cable: Cable) -> Condition:
        own = self._conditions[cable.name]
        networks = [self._conditions[network] for network in cable.over]
        return Condition(
            up=own.up and all(network.up for network in networks),
            there=own.there and all(network.there for network in networks),
            back=own.back and all(network.back for network in networks),
            refuse=own.refuse and all(network.refuse for network in networks),
            delay_ms=own.delay_ms + sum(network.delay_ms for network in networks),
            loss=max(own.loss, *(network.loss for network in networks)),
        )

    async def _apply(self) -> None:
        for link in self.links.values():
            await link.become(self._condition_of(link.cable))

    async def _stop(self) -> None:
        for link in self.links.values():
            await link.become(Condition(up=False))


def _sentence(name: str, condition: Condition) -> str:
    title = {LAN: "The LAN", INTERNET: "The Internet"}.get(name, f"The cable {name}")
    if not condition.up:
        return f"{title} is cut"
    troubles = []
    if not condition.there:
        troubles.append("silent on the way there")
    if not condition.back:
        troubles.append("silent on the way back")
    if condition.delay_ms:
        troubles.append(f"{condition.delay_ms:g} ms slower")
    if condition.loss:
        troubles.append(f"losing {condition.loss:.0%}")
    return f"{title} is up" + (f", {' and '.join(troubles)}" if troubles else "")


def _reset(writer: asyncio.StreamWriter) -> None:
    """Hang up without a goodbye, so that nobody takes it for the end of an answer."""
    cable = writer.get_extra_info("socket")
    if cable is not None:
        with suppress(OSError):
            cable.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class _Link:
    """One forwarder. Lives in the loop."""

    def __init__(self, cable: Cable) -> None:
        self.cable = cable
        self.port = cable.port
        self._condition = Condition(up=False)
        self._passing = {way: asyncio.Event() for way in (THERE, BACK)}
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._lost = 0.0

    async def become(self, condition: Condition) -> None:
        self._condition = condition
        listens = condition.up or not condition.refuse
        ways = {THERE: condition.there, BACK: condition.back}
        for way, passing in self._passing.items():
            if condition.up and ways[way]:
                passing.set()
            else:
                passing.clear()
        if listens and self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]
        if not listens:
            self._drop()

    def _drop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for writer in self._ends:
            _reset(writer)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._ends.add(writer)
        far: asyncio.StreamWriter | None = None
        try:
            await self._travel(THERE)
            far_reader, far = await asyncio.open_connection(*self.cable.target)
            self._ends.add(far)
            await asyncio.gather(
                self._pump(reader, far, THERE), self._pump(far_reader, writer, BACK)
            )
        except (OSError, asyncio.CancelledError):
            # Refused, reset or cut: the same happens to the other side.
            pass
        finally:
            for end in (writer, far):
                if end:
                    self._ends.discard(end)
                    end.transport.abort()

    async def _pump(
        self, near: asyncio.StreamReader, far: asyncio.StreamWriter, way: str
    ) -> None:
        while chunk := await near.read(CHUNK_BYTES):
            await self._travel(way)
            far.write(chunk)
            await far.drain()
        with suppress(OSError, RuntimeError):
            far.write_eof()

    async def _travel(self, way: str) -> None:
        """Take as long as a packet takes: for ever, while the cable is cut."""
        pause_s = self._condition.delay_ms / 1000
        # Losses come evenly, so that the same evening plays the same way twice.
        self._lost += self._condition.loss
        if self._lost >= 1:
            self._lost -= 1
            pause_s += RETRANSMIT_S
        if pause_s:
            await asyncio.sleep(pause_s)
        await self._passing[way].wait()
