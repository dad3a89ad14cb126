"""Members at the office: a file with faults, a file without, orders to verify."""

import io

import pytest

from ledger.tables.members import MemberRow
from ledger.tables.orders import OrderRow
from tests.parts.ledger.clerk import clerk, hire
from tests.parts.ledger.test_window import rows

GOOD = "Number,Name,Email,Credits\nm-1,Mrs Okafor,o@example.org,2\nM-2,Ada Holm,,4\n"
BAD = (
    "number,name,email,credits\n"
    "M-1,,o@example.org,2\n"
    "M-2,Ada,ada at home,2\n"
    "M-3,Bea,b@example.org,many\n"
    "M-3,Tom,t@example.org,1\n"
)


@pytest.fixture
def vera(app, ledger):
    hire(ledger)
    return clerk(app, "vera")


def look(guest, text):
    token = guest.open("/staff/members").soup.find(attrs={"name": "csrf_token"})["value"]
    form = {"csrf_token": token, "file": (io.BytesIO(text.encode()), "members.csv")}
    return guest.post("/staff/members/file", form)


def test_every_fault_is_told_by_row_and_nothing_is_taken(vera, ledger):
    page = look(vera, BAD)

    for words in (
        "4 faults",
        "2 The name is missing.",
        "3 “ada at home” is no e-mail address.",
        "4 “many” is no number of credits",
        "5 Number M-3 stands in row 4 already.",
    ):
        assert words in page.words
    assert rows(ledger, MemberRow) == []


def test_a_good_file_is_looked_at_and_then_taken_whole(vera, ledger):
    page = look(vera, GOOD)
    assert "2 are new, 0 are brought up to date." in page.words
    assert rows(ledger, MemberRow) == []
    page = vera.press("Take all 2")

    assert "2 members are new, 0 up to date." in page.words
    assert sorted(
        (m.number, m.credits_per_production) for m in rows(ledger, MemberRow)
    ) == [
        ("M-1", 2),
        ("M-2", 4),
    ]
    look(vera, GOOD.replace("Ada Holm,,4", "Ada Holm,,5"))
    assert "0 members are new, 2 up to date." in vera.press("Take all 2").words
    assert {m.credits_per_production for m in rows(ledger, MemberRow)} == {2, 5}


def test_a_subscriber_nobody_knows_is_on_the_list_to_verify(vera, theatre, ledger):
    sold = theatre.sell("A2")

    def name(session):
        session.get_one(OrderRow, sold.id).member = "Season ticket 12"

    ledger.store.write(name)

    assert "Season ticket 12" in vera.open("/staff/members").words


def test_members_are_sorted_by_a_column_and_the_same_ones_are_a_file(vera):
    """lobby.md §7: sorting and filters stand in the URL, and a sheet has the same rows."""
    look(vera, GOOD + "M-3,Zoe Holm,a@example.org,3\n")
    vera.press("Take all 3")

    def listed(said):
        page = vera.open(f"/staff/members?{said}")
        shown = [cell.get_text() for cell in page.soup.select("tbody th")]
        sheet = page.soup.select_one(".files a")["href"]
        file = vera.fetch(sheet).get_data(as_text=True)
        assert [row.split(",")[0] for row in file.splitlines()[1:]] == shown
        return shown

    assert listed("") == ["M-1", "M-2", "M-3"]
    assert listed("sort=name") == ["M-2", "M-1", "M-3"]
    assert listed("sort=-credits") == ["M-2", "M-3", "M-1"]
    assert listed("sort=-number&q=holm") == ["M-3", "M-2"]
    assert listed("sort=%27") == ["M-1", "M-2", "M-3"]
    vera.open("/staff/members?q=holm")
    page = vera.press("Name")
    assert page.soup.select_one("[aria-sort=ascending]").get_text() == "Name ↑"
    page = vera.press("Name")
    assert [cell.get_text() for cell in page.soup.select("tbody th")] == ["M-3", "M-2"]
    assert page.soup.select_one("[aria-sort=descending]").get_text() == "Name ↓"
