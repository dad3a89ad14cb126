"""Staff at the kiosk: how the link is, and the seats that this kiosk owns."""

from pathlib import Path

import pytest

from kiosk import allotment, sync, wireless
from kiosk.device import Device
from kiosk.line import Line
from kiosk.outcomes import LineDown
from kiosk.printing import spool
from tests.pages import Guest
from tests.parts.kiosk import guests
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.test_pins import ANNA
from tests.parts.kiosk.theatre import HAMLET, STUDIO, Time, hear


def cut(kiosk: Device, ledger: LedgerDouble) -> None:
    ledger.up = False
    with pytest.raises(LineDown):
        sync.upload(kiosk)


def _nobody(kiosk: Device) -> Line:
    """A real line, to a port where nobody listens."""
    return Line(
        "http://127.0.0.1:1",
        clock=kiosk.clock,
        key=kiosk.key,
        identity=kiosk.me,
        new_id=kiosk.new_id,
    )


def owned(kiosk: Device) -> int:
    with kiosk.store.read() as session:
        return len(allotment.owned(session, HAMLET))


def test_the_link_says_what_waits_how_old_it_is_and_what_was_wrong(
    anna: Guest, kiosk: Device, time: Time
) -> None:
    guests.buy(kiosk)
    sync.everything(kiosk)
    words = anna.open("/staff/link").words
    assert "heard since" in words
    assert "nothing waits" in words
    assert "none since the start" in words
    assert "http://ledger.test" in words

    anna.open("/staff/service")
    anna.press("Out of service: repair")
    kiosk.connect(_nobody(kiosk))
    with pytest.raises(LineDown):
        sync.upload(kiosk)
    time.pass_ms(3 * 60_000)

    words = anna.open("/staff/link").words
    assert "not heard since" in words
    assert "3 minutes" in words
    assert "nobody listens at that address" in words
    assert "This kiosk sells on with its own seats" in words


def test_the_radio_is_as_the_kernel_says(tmp_path: Path) -> None:
    file = tmp_path / "wireless"
    assert wireless.signals(file) == []
    file.write_text(
        "Inter-| sta-|   Quality        |   Discarded packets\n"
        " face | tus | link level noise |  nwid  crypt   frag\n"
        " wlan0: 0000   54.  -56.  -256        0      0      0\n"
        " wlan1: 0000   54.  120.  0        0      0      0\n"
    )
    assert wireless.signals(file) == [
        wireless.Signal("wlan0", -56),
        wireless.Signal("wlan1", None),
    ]


def test_all_own_seats_go_back_and_none_are_asked_for_until_staff_say_so(
    anna: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2", "B-3", "B-4"])
    hear(kiosk)
    words = anna.open("/staff/seats").words
    assert "4 own seats" in words
    anna.press("Give back all")
    assert anna.page.heading == "Give back all?"
    assert owned(kiosk) == 4

    anna.press("Give back all")
    assert "4 seats went back." in anna.page.words
    assert "given back, none are kept here" in anna.page.words
    sync.everything(kiosk)
    [told] = ledger.events("kiosk-1", "allotment.returned")
    assert (len(told["seats"]), told["why"]) == (4, "staff")
    [action] = ledger.events("kiosk-1", "staff.action")
    assert (action["action"], action["staff"]) == ("own seats given back", ANNA)
    allotment.tend(kiosk)
    assert owned(kiosk) == 0

    anna.press("Keep own seats again")
    allotment.tend(kiosk)
    assert owned(kiosk) == 4


def test_nothing_goes_back_while_a_guest_buys_or_nobody_hears_it(
    anna: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2", "B-3", "B-4"])
    hear(kiosk)
    spool.turn(kiosk)
    anna.open(f"/staff/seats/{HAMLET}")
    order = guests.choose(kiosk)
    anna.press("Give back all")
    assert "A guest is buying for this performance" in anna.page.words
    guests.pay(kiosk, order)
    assert "A guest is buying" in anna.open(f"/staff/seats/{HAMLET}").words
    guests.talk(kiosk)

    cut(kiosk, ledger)
    words = anna.open(f"/staff/seats/{HAMLET}").words
    assert "The box office is not heard: the seats stay here" in words
    assert "Give back all" not in anna.page.names
    assert owned(kiosk) == 4
    assert ledger.events("kiosk-1", "allotment.returned") == []


def test_a_guest_still_buys_where_all_was_given_back(
    anna: Guest, kiosk: Device, ledger: LedgerDouble
) -> None:
    anna.open(f"/staff/seats/{HAMLET}")
    anna.press("Give back all")
    guests.buy(kiosk)
    sync.everything(kiosk)
    assert ledger.events("kiosk-1", "sale")


def test_an_usher_sees_the_seats_and_gives_none_back(tom: Guest) -> None:
    assert tom.open("/staff/seats").heading == "Own seats"
    refused = tom.open(f"/staff/seats/{STUDIO}")
    assert refused.heading == "Please ask the box office to do this."
