"""Where production code meets the world: its clocks, threads, chance and failpoints.

Nothing of what a device or the ledger decides is replaced here, only who wakes it and when.
Rests are a little longer than in a real lobby, so that an evening costs less.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import sqlalchemy
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from greenlet import getcurrent
from sqlalchemy import Engine, create_engine

from boxoffice import failpoints
from kiosk import claims, loops
from kiosk.payments import aftercare, conversation
from kiosk.printing import escpos, spool
from kiosk.store import engine as kiosk_engine
from kiosk.store import migrate
from ledger import keys, waiting
from tests.promises.simulation.clock import Moments, Time
from tests.promises.simulation.machine import Dark, Machine

Stumbled = Callable[[str, str], None]


class Where:
    """Which machine a script is on."""

    def __init__(self) -> None:
        self.machines: list[Machine] = []

    def here(self) -> Machine | None:
        script = getcurrent()
        return next((m for m in self.machines if m.runs_here(script)), None)


@contextmanager
def simulated(
    time: Time, where: Where, chance: Random, stumbled: Stumbled
) -> Iterator[None]:
    """Run production code in this world. stumbled(where, why): what no code should do."""
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(patch.object(loops, "time", Moments(time)))
        enter(patch.object(loops, "random", chance))
        enter(
            patch.object(loops, "threading", SimpleNamespace(Thread=_threads(time, where)))
        )
        enter(patch.object(loops, "_words", _Words(stumbled)))
        enter(patch.object(loops, "TEND_S", 20.0))
        enter(patch.object(aftercare, "REST_S", 20.0))
        enter(patch.object(spool, "AT_REST_S", 30.0))
        enter(patch.object(spool, "WHILE_SELLING_S", 4.0))
        enter(patch.object(conversation, "BETWEEN_QUESTIONS_S", 1.0))
        enter(patch.object(waiting, "LOOK_EVERY_S", 4))
        enter(patch.object(claims, "_asking", _Asking(time)))
        enter(patch.object(kiosk_engine, "create_engine", _compiled_once(create_engine)))
        enter(patch.object(sqlalchemy, "create_engine", _compiled_once(create_engine)))
        enter(patch.object(escpos, "warm", lambda: None))
        # The stores are copies of one that was migrated a moment ago.
        enter(patch.object(migrate, "to_head", lambda _engine: None))
        enter(patch.object(keys, "Ed25519PrivateKey", _Keys(chance)))
        structlog.configure(
            wrapper_class=structlog.make_filtering_bound_logger(50),
            cache_logger_on_first_use=False,
        )
        failpoints.watch(None)
        try:
            yield
        finally:
            failpoints.watch(None)
            structlog.reset_defaults()


_dialects: dict[bool, Any] = {}
_compiled: Any = sqlalchemy.util.LRUCache(2_000)


def _compiled_once(create: Callable[..., Engine]) -> Callable[..., Engine]:
    """Let all engines of all evenings share the statements that were compiled before."""

    def created(*args: Any, **kwargs: Any) -> Engine:
        engine: Any = create(*args, **kwargs)
        engine.dialect = _dialects.setdefault("creator" in kwargs, engine.dialect)
        engine._compiled_cache = _compiled
        return engine  # type: ignore[no-any-return]

    return created


def _threads(time: Time, where: Where) -> Any:
    class Thread:
        """A thread of a device: a script on its machine."""

        def __init__(self, target: Callable[[], None], name: str, daemon: bool) -> None:
            self._target, self.name = target, name
            self._alive = False

        def start(self) -> None:
            machine = where.here()
            assert machine is not None, "a thread begins on no machine"
            self._alive = True
            time.spawn(lambda: self._run(machine))

        def is_alive(self) -> bool:
            return self._alive

        def join(self, _timeout_s: float = 0) -> None:
            """Nobody waits for a script."""

        def _run(self, machine: Machine) -> None:
            try:
                machine.do(self._target)
            except Dark:
                pass
            finally:
                self._alive = False

    return Thread


class _Words:
    """Takes what loops say about themselves: a stumble is a violation."""

    def __init__(self, stumbled: Stumbled) -> None:
        self._stumbled = stumbled

    def exception(self, _said: str, *, loop: str) -> None:
        import traceback

        self._stumbled(loop, traceback.format_exc())

    def warning(self, said: str, **why: object) -> None:
        """Trouble that a loop expects."""

    info = error = warning


class _Keys:
    """Makes the same keys for the same seed."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def generate(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._chance.randbytes(32))

    from_private_bytes = staticmethod(Ed25519PrivateKey.from_private_bytes)


class _Asking:
    """Stands for the pool of threads that claim: asked at once, late by simulated time."""

    def __init__(self, time: Time) -> None:
        self._time = time

    def submit(self, ask: Callable[..., Any], *args: Any) -> "_Reply":
        began_ms = self._time.now_ms
        try:
            answer, trouble = ask(*args), None
        except Exception as why:
            answer, trouble = None, why
        return _Reply(answer, trouble, self._time.now_ms - began_ms)


class _Reply:
    def __init__(self, answer: Any, trouble: Exception | None, took_ms: int) -> None:
        self._answer, self._trouble, self._took_ms = answer, trouble, took_ms

    def result(self, timeout_s: float) -> Any:
        if self._took_ms > timeout_s * 1000:
            raise claims.TooLate
        if self._trouble is not None:
            raise self._trouble
        return self._answer
