"""The pretend printer at the other end of a real cable."""

import pytest

from lobby.printer.faults import Ambush
from tests.parts.lobby.host import CLEAR, CUT, desk, fence, qr

TICKET = b"\x1b@HAMLET\nROW F SEAT 12\n" + qr("F 12") + CUT
SECOND = b"\x1b@HAMLET\nROW F SEAT 13\n" + qr("F 13") + CUT


@pytest.fixture
def here():
    with desk() as place:
        yield place


def test_each_cut_ends_one_slip(here):
    here.prints(TICKET + SECOND)
    first, second = here.tray.slips()
    assert (first.number, first.lines, first.codes) == (
        1,
        ["HAMLET", "ROW F SEAT 12"],
        ["F 12"],
    )
    assert (second.number, second.codes) == (2, ["F 13"])
    assert here.said == ["Slip 1 is printed", "Slip 2 is printed"]


def test_the_fence_is_answered_when_all_before_it_is_printed(here):
    here.host.send(TICKET + fence(b"K7Q4"))
    assert here.host.hears(7) == b"\x37\x22K7Q4\x00"
    assert [slip.state for slip in here.tray.slips()] == ["cut"]


def test_the_poorer_fence_says_how_much_paper_there_is(here):
    here.host.send(TICKET + b"\x1dr\x01")
    assert here.host.hears(1) == b"\x00"
    here.printer.set_faults({"near_end": True})
    here.host.send(b"\x1dr\x01")
    assert here.host.hears(1) == b"\x03"


# Source: Epson ESC/POS, DLE EOT 1 to 4.
@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        (None, [0x12, 0x12, 0x12, 0x12]),
        ("near_end", [0x12, 0x12, 0x12, 0x1E]),
        ("out", [0x1A, 0x32, 0x12, 0x7E]),
        ("cover", [0x1A, 0x16, 0x12, 0x12]),
        ("jam", [0x1A, 0x52, 0x16, 0x12]),
        ("cutter", [0x1A, 0x52, 0x1A, 0x12]),
        ("hot", [0x1A, 0x52, 0x52, 0x12]),
        ("offline", [0x1A, 0x12, 0x12, 0x12]),
    ],
)
def test_every_fault_answers_as_hardware_does(here, fault, answers):
    if fault:
        here.printer.set_faults({fault: True})
    assert [here.host.asks(number) for number in (1, 2, 3, 4)] == answers


def test_a_status_request_is_heard_across_two_packets(here):
    here.host.send(b"\x10")
    here.host.send(b"\x04")
    here.host.send(b"\x01")
    assert here.host.hears(1) == b"\x12"


def test_what_arrives_while_paper_is_out_prints_after_the_refill(here):
    here.printer.set_faults({"out": True})
    here.prints(TICKET + fence(b"K7Q4"))
    assert here.tray.slips() == []
    assert here.host.hears_nothing()

    here.printer.refill()

    assert here.host.hears(7) == b"\x37\x22K7Q4\x00"
    assert here.lines == [["HAMLET", "ROW F SEAT 12"]]


def test_clearing_the_buffer_leaves_no_ghost(here):
    here.printer.set_faults({"out": True})
    here.prints(TICKET)
    here.host.send(CLEAR)
    assert here.host.hears(3) == b"\x37\x25\x00"

    here.printer.refill()
    here.prints(SECOND)

    assert here.lines == [["HAMLET", "ROW F SEAT 13"]]


def test_initialising_does_not_empty_the_buffer(here):
    here.printer.set_faults({"cover": True})
    here.prints(TICKET)
    here.prints(b"\x1b@")
    here.printer.set_faults({"cover": False})
    assert here.printer.settle(5)
    assert here.lines == [["HAMLET", "ROW F SEAT 12"]]


def test_what_follows_the_clearing_in_one_packet_is_kept(here):
    here.printer.set_faults({"out": True})
    here.host.send(TICKET + CLEAR + SECOND)
    assert here.host.hears(3) == b"\x37\x25\x00"
    here.printer.refill()
    here.prints(b"")
    assert here.lines == [["HAMLET", "ROW F SEAT 13"]]


def test_recovering_clears_the_buffer_only_in_an_error(here):
    here.printer.set_faults({"out": True})
    here.prints(TICKET + b"\x10\x05\x02")
    assert here.printer.waiting_bytes > len(TICKET)
    here.printer.set_faults({"jam": True})
    here.prints(b"\x10\x05\x02")
    here.printer.heal()
    here.prints(SECOND)
    assert here.lines == [["HAMLET", "ROW F SEAT 13"]]


def test_paper_that_runs_out_in_a_ticket_leaves_it_without_a_code(here):
    here.printer.lie_in_wait(Ambush({"out": True}, bytes_left=12))
    here.prints(TICKET + fence(b"K7Q4"))
    (torn,) = here.tray.slips()
    assert (torn.lines, torn.codes) == (["HAMLET", "ROW F SEAT 12"], [])
    assert here.host.asks(4) == 0x7E

    here.printer.refill()

    assert here.host.hears(7) == b"\x37\x22K7Q4\x00"
    first, ghost = here.tray.slips()
    assert (first.state, first.torn) == ("torn", True)
    assert (ghost.lines, ghost.codes) == ([], ["F 12"])


def test_a_fault_after_one_slip_waits_for_its_fence(here):
    here.printer.lie_in_wait(Ambush({"out": True}, slips_left=1))
    here.host.send(TICKET)
    here.host.send(fence(b"0001"))
    assert here.host.hears(7) == b"\x37\x220001\x00"
    here.printer.settle(5)
    assert here.host.asks(4) == 0x7E
    assert [slip.state for slip in here.tray.slips()] == ["cut"]


def test_a_fault_after_one_slip_strikes_the_next_when_nobody_asks(here):
    here.printer.lie_in_wait(Ambush({"cover": True}, slips_left=1))
    here.prints(TICKET + SECOND)
    assert here.lines == [["HAMLET", "ROW F SEAT 12"], ["HAMLET"]]
    assert here.host.asks(2) == 0x16


def test_a_pulled_plug_hangs_up_and_forgets(here):
    here.printer.lie_in_wait(Ambush({"off": True}, bytes_left=3))
    here.host.send(TICKET)
    assert here.host.hears(1) == b""
    with pytest.raises(OSError, match="refused"):
        here.another_host()

    here.host.hang_up()
    here.printer.set_faults({"off": False})
    here.host = here.another_host()
    here.prints(SECOND)

    assert here.lines == [["HAMLET"], ["HAMLET", "ROW F SEAT 13"]]
    assert [slip.torn for slip in here.tray.slips()] == [True, False]


def test_a_silent_printer_prints_and_says_nothing(here):
    here.printer.set_faults({"silent": True})
    here.host.send(TICKET + fence(b"K7Q4") + b"\x10\x04\x01")
    assert here.host.hears_nothing()
    assert here.printer.settle(5)
    assert here.lines == [["HAMLET", "ROW F SEAT 12"]]


def test_a_confused_printer_answers_with_bits_that_cannot_be(here):
    here.printer.set_faults({"garbage": True})
    assert all(here.host.asks(n) & 0x93 != 0x12 for n in (1, 2, 3, 4))
    here.host.send(fence(b"K7Q4"))
    assert here.host.hears(7)[:2] != b"\x37\x22"


def test_a_host_that_asked_is_told_of_every_change(here):
    here.host.send(b"\x1da\x0f")
    assert here.host.hears(4) == b"\x10\x00\x00\x0f"
    here.printer.set_faults({"cover": True})
    assert here.host.hears(4) == b"\x38\x00\x00\x0f"
    here.printer.set_faults({"cover": False, "out": True})
    assert here.host.hears(4) == b"\x18\x00\x0f\x0f"


def test_a_second_cable_can_ask_while_the_first_waits(here):
    here.printer.set_faults({"out": True})
    here.prints(TICKET)
    other = here.another_host()
    assert other.asks(4) == 0x7E
    other.send(CLEAR)
    assert other.hears(3) == b"\x37\x25\x00"
    other.hang_up()


def test_a_job_larger_than_the_buffer_gets_through(here):
    picture = b"\x1dv0\x00\x48\x00\x00\x04" + bytes(72 * 1024)
    here.host.send(picture + picture + CUT + fence(b"done"))
    assert here.host.hears(7) == b"\x37\x22done\x00"


def test_only_a_finished_slip_can_be_taken(here):
    here.prints(b"HAMLET\n")
    assert here.tray.take(1).state == "printing"
    here.prints(CUT)
    assert here.tray.take(1).state == "taken"
