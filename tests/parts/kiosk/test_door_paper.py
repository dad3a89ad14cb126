"""The door list on slips: whole, and never kept in the store."""

import dataclasses

import pytest

from kiosk import door_paper, door_search, door_unasked
from kiosk.door_paper import Printed
from kiosk.store.tables.printing import PrintJobRow
from tests.parts.kiosk.hardware import Paper
from tests.parts.kiosk.theatre import CURTAIN, SEVEN_PM, hear, list_ticket

ONE, TWO = "0199a2b4-6c1e-7a3f-8d52-4be1c09f0001", "0199a2b4-6c1e-7a3f-8d52-4be1c09f0002"
HEAD = ["Please shred", "Hamlet", "By name"]


@pytest.fixture
def listing(door, ledger, paper: Paper):
    """A door with a slip printer, and two guests of tonight."""
    list_ticket(ledger, ONE, "A-5")
    list_ticket(ledger, TWO, "A-6", admits=3)
    hear(door)
    door.printer = paper.line
    door.names = {ONE: "Bea Holm", TWO: "Ada Okafor"}
    return door


def people(door):
    return door_search.everybody(door, by="name", by_name=True)


def test_everybody_stands_on_one_slip_with_a_box_to_tick(listing, paper):
    assert door_paper.print_list(listing, people(listing), HEAD) is Printed.DONE

    (slip,) = paper.slips
    text = "\n".join(slip)
    assert "Please shred" in text
    assert "[ ] Holm, Bea, Stalls A-5" in text
    assert text.index("Holm, Bea") < text.index("Okafor, Ada")
    assert any(line.startswith("[ ] Okafor") and line.endswith("3") for line in slip)


def test_a_section_that_the_seat_s_name_has_is_said_once(listing, paper):
    hit = dataclasses.replace(people(listing)[0], seat_name="Stalls, row A, seat 5")

    assert door_paper.print_list(listing, [hit], HEAD) is Printed.DONE

    (slip,) = paper.slips
    assert "Holm, Bea, Stalls, row A, seat 5" in " ".join(" ".join(slip).split())


def test_a_long_list_is_still_one_slip(listing, paper):
    hit = people(listing)[0]
    many = [dataclasses.replace(hit, seat_name=f"Z-{n}") for n in range(150)]

    assert door_paper.print_list(listing, many, HEAD) is Printed.DONE

    (slip,) = paper.slips
    assert sum("[ ] Holm" in line for line in slip) == 150


def test_a_list_by_seat_begins_with_the_seat(listing, paper):
    door_paper.print_list(listing, people(listing), HEAD, by="seat")

    assert any(line.startswith("[ ] Stalls A-5, Holm, Bea") for line in paper.slips[0])


def test_what_does_not_fit_beside_its_box_hangs_under_the_name(listing, paper):
    hit = dataclasses.replace(people(listing)[0], name="Bea" + 4 * " Holm-Nielsen")

    door_paper.print_list(listing, [hit], HEAD)

    (first, *more) = [line for line in paper.slips[0] if "Niels" in line or "A-5" in line]
    assert first.startswith("[ ] Holm-Nielsen")
    assert more
    assert all(line.startswith("    ") for line in more)


def test_a_name_that_was_typed_last_name_first_stays_so(listing, paper):
    hit = dataclasses.replace(people(listing)[0], name="Holm, Bea")

    door_paper.print_list(listing, [hit], HEAD)

    assert any(line.startswith("[ ] Holm, Bea, Stalls") for line in paper.slips[0])


def test_no_name_gets_into_the_store(listing):
    door_paper.print_list(listing, people(listing), HEAD)

    with listing.store.read() as session:
        assert session.query(PrintJobRow).count() == 0


def test_a_printer_without_paper_is_said_and_nothing_is_sent(listing, paper):
    paper.fault(out=True)

    assert door_paper.print_list(listing, people(listing), HEAD) is Printed.NOT_NOW
    assert paper.slips == []


def lists(paper) -> list[str]:
    """How each printed list is sorted, as it says itself."""
    said = ["\n".join(slip) for slip in paper.slips]
    return ["By seat" if "By seat" in slip else "By name" for slip in said]


@pytest.fixture
def alone(listing, ledger, time):
    """The same door on its own; half an hour until its list is due."""
    ledger.up = False
    time.pass_ms(CURTAIN - SEVEN_PM - 60 * 60_000)
    listing.line._down(listing.line._heard)
    return listing


def test_alone_the_list_is_printed_unasked_half_an_hour_before_the_curtain(
    alone, paper, time
):
    printed: set[str] = set()
    for _minute in range(60):
        door_unasked.turn(alone, printed)
        time.pass_ms(60_000)

    assert lists(paper) == ["By name", "By seat"]
    text = "\n".join(paper.slips[0])
    assert "Please shred" in text
    assert "as of 18:00" in text
    assert "18:30" in paper.slips[0][1]
    assert "[ ] Holm, Bea, Stalls A-5" in text


def test_linked_nothing_is_printed_unasked(alone, ledger, paper, time):
    ledger.up = True
    hear(alone)
    time.pass_ms(45 * 60_000)

    door_unasked.turn(alone, set())

    assert paper.slips == []


def test_what_could_not_be_printed_is_tried_again(alone, paper, time):
    time.pass_ms(45 * 60_000)
    paper.fault(out=True)
    printed: set[str] = set()
    door_unasked.turn(alone, printed)
    paper.fault(out=False)

    door_unasked.turn(alone, printed)
    door_unasked.turn(alone, printed)

    assert lists(paper) == ["By name", "By seat"]
