"""What this device does by itself, each on a thread of its own.

A loop is a function that does a piece of work and says how many seconds to rest. The line
being down is no trouble: it backs off and tries again, sooner if somebody else got through.
Source: sync.md §2.2, style.md §6.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from boxoffice import wire
from kiosk import (
    allotment,
    config,
    contacts,
    door_paper,
    door_search,
    door_unasked,
    feed,
    log,
    night,
    orders,
    pairing,
    recovery,
    rounds,
    second_look,
    staff,
    sync,
)
from kiosk.device import Device
from kiosk.lamp import Lamp
from kiosk.outcomes import LineDown, NotUnderstood
from kiosk.payments import conversation
from kiosk.printing import escpos, spool
from kiosk.store.writer import StoreBroken, StoreClosed

BACK_OFF_FIRST_S: Final = 1.0
BACK_OFF_MOST_S: Final = 20.0
REVOKED_S: Final = 300.0
FEED_WAIT_S: Final = 20
TEND_S: Final = 5.0
# Longer than everything that it may wait for in one turn.
STUCK_AFTER_S: Final = 60.0
QUEUE_S: Final = 0.25
ALLOTMENT_EVERY_S: Final = 10.0
CONTACTS_EVERY_S: Final = 30.0
CLOCK_EVERY_S: Final = 60.0
ROUNDS_EVERY_S: Final = 30.0
NIGHT_EVERY_S: Final = 60.0
INTRODUCED_S: Final = 2.0
PRUNE_EVERY_S: Final = 24 * 3600.0
NAMES_EVERY_S: Final = 300.0
LIST_S: Final = 20.0
# A verdict is written down a moment before it is shown.
LOOK_S: Final = 1.0
_words = structlog.get_logger()

Work = Callable[[Device], float]


class Loops:
    """The threads of one device."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._threads: list[threading.Thread] = []
        self.troubles: dict[str, str] = {}
        self.tended_s: float | None = None

    def start(self) -> None:
        """Pair if need be, then recover, then begin everything."""
        self._run("life", self._live)

    @property
    def well(self) -> bool:
        """Whether every thread still runs, and the one that tends them is not stuck."""
        stuck = (
            self.tended_s is not None and time.monotonic() - self.tended_s > STUCK_AFTER_S
        )
        return not stuck and all(thread.is_alive() for thread in self._threads)

    def join(self, timeout_s: float) -> None:
        """Wait until the threads have noticed that the device stops."""
        until = time.monotonic() + timeout_s
        for thread in list(self._threads):
            thread.join(max(0.0, until - time.monotonic()))

    def _live(self) -> None:
        device = self._device
        if not device.paired:
            _repeat(device, "pairing", _pair, self.troubles)
        if device.stopping.is_set():
            return
        if not device.connected:
            device.connect(pairing.line_of(device))
        recovery.recover(device)
        device.ready.set()
        self._run("sync", lambda: _repeat(device, "sync", _Sync(), self.troubles))
        self._run("feed", lambda: _repeat(device, "feed", _Follow(), self.troubles))
        if device.me.role == "kiosk":
            self._run("pay", lambda: _repeat(device, "pay", _converse, self.troubles))
            self._run("spool", self._spool)
            if device.config.lamp is not None:
                self._run("lamp", lambda: _repeat(device, "lamp", Lamp(), self.troubles))
        else:
            self._run("look", lambda: _repeat(device, "look", _Look(), self.troubles))
        if device.me.role == "door" and door_paper.here(device):
            self._run("list", lambda: _repeat(device, "list", _List(), self.troubles))
        _repeat(device, "tend", _Tend(self), self.troubles)

    def _spool(self) -> None:
        escpos.warm()
        _repeat(self._device, "spool", _print, self.troubles)

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()


def _repeat(device: Device, name: str, work: Work, troubles: dict[str, str]) -> None:
    failures = 0
    while not device.stopping.is_set():
        try:
            rest_s = work(device)
            failures = 0
            troubles.pop(name, None)
        except (StoreClosed, StoreBroken):
            return
        except LineDown as why:
            failures += 1
            _back_off(device, failures, why.retry_after_s)
            continue
        except (NotUnderstood, wire.Malformed) as why:
            failures += 1
            troubles[name] = str(why)
            _words.warning("not understood", loop=name, why=str(why))
            revoked = isinstance(why, NotUnderstood) and why.code == "revoked"
            if revoked:
                sync.note_revoked(device, True)
            rest_s = REVOKED_S if revoked else _jittered(failures)
        except Exception as why:  # Our mistake: it is in the log, and the others go on.
            failures += 1
            troubles[name] = repr(why)
            _words.exception("loop stumbled", loop=name)
            rest_s = _jittered(failures)
        if rest_s < 0 or (name == "pairing" and device.paired):
            return
        if rest_s:
            _rest(device, rest_s)


def _back_off(device: Device, failures: int, retry_after_s: float | None) -> None:
    """Wait 1 to 20 s with full jitter, or until the line is up for somebody else."""
    rest_s = retry_after_s if retry_after_s is not None else _jittered(failures)
    was_up = device.up
    until = time.monotonic() + rest_s
    while not device.stopping.is_set() and (left_s := until - time.monotonic()) > 0:
        device.stopping.wait(min(left_s, 0.25))
        if device.up and not was_up and retry_after_s is None:
            return


def _jittered(failures: int) -> float:
    most = min(BACK_OFF_MOST_S, BACK_OFF_FIRST_S * 2 ** min(failures - 1, 6))
    return random.uniform(0.1, most)  # noqa: S311 - spreads load, keeps no secret.


def _rest(device: Device, rest_s: float) -> None:
    """Rest, but wake at a commit: there may be work."""
    seen = device.store.commits
    until = time.monotonic() + rest_s
    while not device.stopping.is_set() and (left_s := until - time.monotonic()) > 0:
        if device.store.wait(seen, min(left_s, 0.5)) != seen:
            return


def _pair(device: Device) -> float:
    if device.introduction.under_way:
        return -1.0 if pairing.introduce(device) else INTRODUCED_S
    file = device.config.invite_file
    if file is None or not file.exists():
        return 1.0
    try:
        pairing.pair(device, config.read_invite(file))
    except config.BadConfig as why:
        _words.error("no invitation", why=str(why))
        return 5.0
    return -1.0


class _Sync:
    """Carry the log; ask for the cursor first, and again after any trouble."""

    def __init__(self) -> None:
        self._asked = False
        self._pace = _Pace()

    def __call__(self, device: Device) -> float:
        self._pace.wait(device)
        if not self._asked:
            sync.cursor(device)
            sync.note_revoked(device, False)
            self._asked = True
        try:
            more = sync.upload(device).more
        except (LineDown, NotUnderstood, wire.Malformed):
            self._asked = False
            raise
        return 0.0 if more else 30.0


class _Pace:
    """Lets a queue at the door go first: what follows from its scans travels together.

    A single scan is sent, and heard of, at once.
    """

    def __init__(self) -> None:
        self._next_s = 0.0

    def wait(self, device: Device) -> None:
        """Wait until the last turn at a door is long enough ago."""
        if device.me.role == "door":
            device.stopping.wait(max(0.0, self._next_s - time.monotonic()))
            self._next_s = time.monotonic() + QUEUE_S


class _Follow:
    """Hear what the ledger tells."""

    def __init__(self) -> None:
        self._pace = _Pace()

    def __call__(self, device: Device) -> float:
        self._pace.wait(device)
        return _follow(device)


def _follow(device: Device) -> float:
    with device.store.read() as session:
        streams = feed.wanted(session, now_ms=device.clock.steady_ms())
    pulled = feed.pull(device, streams, wait_s=FEED_WAIT_S)
    if pulled.poll_again_ms:
        # ±20 %, so that devices do not march in step; only time ends this rest.
        share = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret.
        device.stopping.wait(share * pulled.poll_again_ms / 1000)
    return 0.0


def _converse(device: Device) -> float:
    return conversation.turn(device)


def _print(device: Device) -> float:
    return spool.turn(device)


class _Look:
    """Sees to the guests whose tickets another door is checking."""

    def __init__(self) -> None:
        self._seen = 0

    def __call__(self, device: Device) -> float:
        self._seen = second_look.turn(device, self._seen)
        return LOOK_S


class _List:
    """Prints the door list before the curtain; paper takes its time, others do not wait."""

    def __init__(self) -> None:
        self._printed: set[str] = set()

    def __call__(self, device: Device) -> float:
        door_unasked.turn(device, self._printed)
        device.stopping.wait(LIST_S)
        return 0.0


class _Tend:
    """Everything that needs a look now and then."""

    def __init__(self, loops: Loops) -> None:
        self._loops = loops
        self._done: dict[str, float] = {}

    def __call__(self, device: Device) -> float:
        self._loops.tended_s = time.monotonic()
        if self._due("clock", CLOCK_EVERY_S):
            device.store.write(recovery.remember_clock, device)
        if self._due("rounds", ROUNDS_EVERY_S):
            rounds.look(device)
        if device.clock.trust == "trusted" and self._due("prune", PRUNE_EVERY_S):
            # A clock that has leapt to 2100 must not forget tonight.
            device.store.write(log.prune, now_ms=device.clock.now_ms())
            device.store.write(feed.forget, now_ms=device.clock.steady_ms())
        if device.me.role == "kiosk":
            orders.sweep(device)
            if self._due("allotment", ALLOTMENT_EVERY_S):
                allotment.tend(device)
            if self._due("night", NIGHT_EVERY_S):
                night.turn(device)
            if device.up and self._due("contacts", CONTACTS_EVERY_S):
                contacts.send(device)
        if device.me.role == "door" and self._due("names", NAMES_EVERY_S):
            door_search.hear_names(device)
        staff.call_again(device)
        device.stopping.wait(TEND_S)
        return 0.0

    def _due(self, name: str, every_s: float) -> bool:
        now = time.monotonic()
        if now - self._done.get(name, -every_s) < every_s:
            return False
        self._done[name] = now
        return True
