"""The attendee list: every ticket, refunded ones too. Source: ATT1."""

import pytest

from ledger.patrons import Patron
from ledger.tables.doors import MovementRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_window import fill

GRACE = Patron("Grace Okafor", "grace@example.org", "+45 12 34 56 78")


@pytest.fixture
def sold(bo, theatre, ledger):
    """Grace came on A2 and was refunded A3; nobody knows whose D4 is."""
    first = theatre.sell("A2", "A3", patron=GRACE)
    theatre.sell("D4")
    bo.open(f"/staff/orders/{first.id}")
    bo.page.soup.select("[name=ticket]")[1]["checked"] = ""
    bo.press("Refund the chosen")
    fill(bo, "reason", "ill")
    bo.press("Give back")

    def come(session, means):
        session.add(
            MovementRow(
                id="m",
                ticket=first.tickets[0].id,
                performance=theatre.tonight,
                space="auditorium",
                kind="admission",
                count=1,
                seat="A2",
                door="Door A",
                after=None,
                device="door",
                incarnation=1,
                issue=1,
                mode="entry",
                marks="[]",
                override=None,
                trust="synced",
                verdict="ADMIT",
                at_ms=means.now_ms,
                recorded_ms=means.now_ms,
                undone=None,
                seq=1,
            )
        )

    ledger.store.write(come, ledger.means())
    return first


def address(theatre, rest=""):
    return f"/staff/performances/{theatre.tonight}/attendees{rest}"


def test_every_ticket_is_listed_with_its_times(bo, theatre, sold):
    bo.open(f"/staff/performances/{theatre.tonight}/chart")
    page = bo.press("Attendees")
    lines = [row.get_text(" ", strip=True) for row in page.soup.select("tbody tr")]

    assert lines[1].startswith("Stalls A 2 Grace Okafor +45 12 34 56 78")
    assert lines[1].endswith("Active 18:20")
    assert lines[2].startswith("Stalls A 3 Grace Okafor")
    assert "Refunded Fri 27 Nov, 18:20" in lines[2]
    assert lines[0].startswith("Circle D 4 – –")
    assert "Everybody 3" in page.names
    page = bo.press("Came 1")
    assert len(page.soup.select("tbody tr")) == 1


def test_the_same_list_is_a_sheet_that_runs_no_formula(bo, theatre, sold):
    theatre.sell("B2", patron=Patron("=cmd()", ""))
    text = bo.fetch(address(theatre, ".csv?who=active")).get_data(as_text=True)
    rows = text.splitlines()

    assert rows[0].lstrip("\ufeff").startswith("seat,buyer,phone")
    assert len(rows) == 4
    assert ",'=cmd()," in text
    assert "refunded" not in text.split("\n", 1)[1]
    bo.open(address(theatre, ".exe"), status=404)


def test_an_usher_reads_no_phone_numbers(app, people, theatre, sold):
    tom = clerk(app, "tom")
    tom.open(address(theatre), status=403)
    tom.open("/staff/performances/nowhere/attendees", status=403)


@pytest.mark.parametrize(
    ("said", "seats"),
    [
        ("", ["Circle D 4", "Stalls A 2", "Stalls A 3"]),
        ("sort=-seat", ["Stalls A 3", "Stalls A 2", "Circle D 4"]),
        ("sort=buyer", ["Circle D 4", "Stalls A 2", "Stalls A 3"]),
        ("sort=-ticket", ["Stalls A 3", "Circle D 4", "Stalls A 2"]),
        ("sort=admitted", ["Stalls A 2", "Circle D 4", "Stalls A 3"]),
        ("sort=refunded", ["Stalls A 3", "Circle D 4", "Stalls A 2"]),
        ("sort=admitted&who=active", ["Stalls A 2", "Circle D 4"]),
        ("sort=%27&who=nobody", ["Circle D 4", "Stalls A 2", "Stalls A 3"]),
    ],
)
def test_the_list_is_sorted_by_a_column_and_so_is_its_sheet(bo, theatre, sold, said, seats):
    page = bo.open(address(theatre, f"?{said}"))
    file = bo.fetch(address(theatre, f".csv?{said}")).get_data(as_text=True)

    assert [row.th.get_text() for row in page.soup.select("tbody tr")] == seats
    assert [row.split(",")[0] for row in file.splitlines()[1:]] == seats
