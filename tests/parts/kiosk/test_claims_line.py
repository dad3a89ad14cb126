"""A claim asked over real sockets: on a connection that stands, by whoever waits for it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from kiosk import claims
from kiosk.device import Device
from kiosk.line import Line
from kiosk.outcomes import LineDown
from tests.parts.kiosk import test_carrier

BODY = {"claim": "c-1", "ticket": "t-1"}
SAID = b'{"granted": true, "after": null}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(SAID), SAID)
GRANTED = claims.Granted(None, unseen=False)


class Ledger(test_carrier.Far):
    """Grants what it hears; the second request meets what a test has in store for it."""

    def __init__(self) -> None:
        super().__init__()
        self.second, self.gone = lambda: True, False
        self.serve = self.grant

    def grant(self, line, _number) -> None:
        while self.hear(line):
            if self.gone or (len(self.heard) == 2 and not self.second()):
                return
            line.sendall(ANSWER)


@pytest.fixture
def far() -> Iterator[Ledger]:
    far = Ledger()
    yield far
    far.close()


@pytest.fixture
def asking(door: Device, far: Ledger) -> Iterator[Device]:
    """A door to whose first claim the ledger has answered."""
    me = {"clock": door.clock, "key": door.key, "identity": door.me, "new_id": door.new_id}
    door.connect(Line(far.url, **me))
    assert claims.ask(door, BODY) == GRANTED
    yield door
    door.line.close()


def test_the_next_claim_goes_over_the_connection_that_stands(asking, far):
    assert claims.ask(asking, BODY) == GRANTED
    assert (far.connections, len(far.heard)) == (1, 2)


def test_a_connection_that_is_hung_up_is_no_silence(asking, far):
    far.second = lambda: False

    assert claims.ask(asking, BODY) == GRANTED
    assert (far.connections, len(far.heard)) == (2, 3)


def test_a_request_lost_late_does_not_take_down_what_others_found_well(asking, far):
    goes_on = threading.Event()

    def hangs_and_is_cut() -> bool:
        far.gone = goes_on.wait(30)
        return False

    far.second = hangs_and_is_cut
    late = threading.Thread(target=pytest.raises, args=(LineDown, lost, asking))
    late.start()
    wait_until(lambda: len(far.heard) == 2)

    assert claims.ask(asking, BODY) == GRANTED  # Begun later, answered earlier.
    goes_on.set()
    late.join(30)
    assert asking.up

    with pytest.raises(LineDown):
        lost(asking)
    assert not asking.up


def lost(device: Device) -> None:
    device.line.post("/api/claims", BODY, timeout_s=20)


def wait_until(ready: Callable[[], bool]) -> None:
    for _ in range(3000):
        if ready() or threading.Event().wait(0.01):
            return
    raise AssertionError("it never came to be")


def test_who_has_waited_long_enough_decides_alone_and_the_line_is_not_down(asking, far):
    goes_on, rest = threading.Event(), threading.Event()
    far.second = lambda: goes_on.wait(30)
    config, asking.config = asking.config, replace(asking.config, claim_wait_s=1.0)

    assert claims.ask(asking, BODY) is None
    goes_on.set()
    assert asking.up

    # Its answer is read after all, so that the next claim goes the same way.
    asking.config = config
    for _ in range(3000):
        if asking.line._carrier._idle or rest.wait(0.01):
            break
    assert asking.up
    assert claims.ask(asking, BODY) == GRANTED
