"""A silent terminal: staff read its record, the kiosk acts on it, and money adds up."""

import pytest
from sqlalchemy import select

from ledger import devices, pickups, remedies
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import PaymentRow
from tests.parts.ledger.test_sales import balance, discrepancies, row, started


@pytest.fixture
def doubt(kiosk) -> str:
    """A payment of 25.75 that nobody can see, with a slip in the guest's hand."""
    intent = started(kiosk)
    body = {
        "intent": intent,
        "since_ms": 1,
        "reference": "PT5QNJ",
        "pickup_hash": pickups.hash_of("FOHC:23456789ABCDEFGH"),
    }
    kiosk.happened("payment.unknown", body)
    kiosk.upload().ok()
    return intent


def press(ledger, people, remedy: str, kind: str = "payment_unknown") -> object:
    with ledger.store.read() as session:
        found = session.scalars(
            select(DiscrepancyRow.id).where(DiscrepancyRow.kind == kind)
        ).one()
    return ledger.store.write(
        remedies.apply,
        ledger.means(),
        found,
        remedy=remedy,
        staff=people["anna"],
        reason="read at the terminal",
    )


def sell(kiosk, theatre, intent: str) -> None:
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    line = kiosk.line(theatre.tonight, "A1", epoch)
    tender = {"kind": "card", "ref": "R", "amount": 2575, "intent": intent}
    kiosk.happened("sale", kiosk.sale(line, tenders=[tender]))


@pytest.mark.parametrize("shown", ["pt5 qnj", "FOHC:23456789ABCDEFGH"])
def test_the_search_finds_it_by_what_the_slip_says(shown, doubt, bo, ledger):
    page = bo.open(f"/staff/orders?q={shown}")
    assert page.heading.startswith("Discrepancies")
    assert page.soup.find(id=f"case-{row_of(ledger, doubt)}")


SLIP = ("pt5 qnj", "FOHC:23456789ABCDEFGH")


def at_another_kiosk(lobby, shown):
    other = lobby.device("Kiosk 2", "kiosk")
    return other.post("/api/lookups", {"code": shown})


@pytest.mark.parametrize("shown", SLIP)
@pytest.mark.parametrize(
    ("event", "state"),
    [
        (None, "in_doubt"),
        (("payment.declined", {"reason": "cancelled"}), "not_taken"),
        (("payment.approved", {"ref": "R", "amount": 2575}), "taken"),
        (("payment.refunded", {"ref": "R", "amount": 2575, "why": "late"}), "returned"),
    ],
)
def test_another_kiosk_hears_where_the_payment_of_a_slip_stands(
    event, state, shown, doubt, kiosk, lobby
):
    if event is not None:
        kiosk.happened(event[0], {"intent": doubt, **event[1]})
        kiosk.upload().ok()
    answer = at_another_kiosk(lobby, shown)
    told = {"error": "PAYMENT_STANDS", "state": state, "reference": "PT5QNJ"}
    assert (answer.status, told | answer.body) == (409, answer.body)


@pytest.mark.parametrize("shown", SLIP)
def test_once_it_is_a_sale_the_slip_fetches_the_tickets_at_any_kiosk(
    shown, doubt, kiosk, lobby, theatre
):
    epoch = kiosk.own(theatre.tonight, "A1")["A1"]
    line = kiosk.line(theatre.tonight, "A1", epoch)
    tender = {"kind": "card", "ref": "R", "amount": 2575, "intent": doubt}
    sale = kiosk.sale(line, tenders=[tender])
    kiosk.happened("sale", sale | {"pickup_hash": pickups.hash_of(SLIP[1])})
    kiosk.upload().ok()
    assert at_another_kiosk(lobby, shown).ok()["tickets"][0]["seat"] == "A1"


def test_who_guesses_references_of_slips_is_slowed_down(doubt, lobby):
    other = lobby.device("Kiosk 2", "kiosk")
    for _ in range(5):
        wrong = other.post("/api/lookups", {"code": "PT5QNK"})
        assert wrong.body["error"] == "NOT_FOUND"
    assert other.post("/api/lookups", {"code": "PT5QNJ"}).body["error"] == "LOCKED"


def row_of(ledger, subject):
    with ledger.store.read() as session:
        query = select(DiscrepancyRow.id).where(DiscrepancyRow.subject == subject)
        return session.scalars(query).one()


@pytest.mark.parametrize(
    ("remedy", "decision"), [("taken", "approved"), ("not_taken", "declined")]
)
def test_the_kiosk_is_told_what_the_terminal_shows(
    remedy, decision, doubt, kiosk, ledger, people
):
    assert press(ledger, people, remedy) is None

    told = kiosk.documents(f"dev:{kiosk.id}", "resolution")[doubt]
    assert (told["subject"], told["decision"]) == (doubt, decision)
    assert set(discrepancies(ledger)) == {"payment_unknown"}
    assert balance(ledger, "tender:card") == 0


def test_the_sale_that_follows_settles_it(doubt, kiosk, theatre, ledger, people):
    press(ledger, people, "taken")

    sell(kiosk, theatre, doubt)
    kiosk.upload().ok()

    assert discrepancies(ledger) == {}
    assert balance(ledger, "tender:card") == 2575
    assert row(ledger, PaymentRow, doubt).state == "sold"


def test_seats_that_are_freed_settle_it(doubt, kiosk, ledger, people):
    press(ledger, people, "not_taken")

    kiosk.happened("payment.declined", {"intent": doubt, "reason": "declined"})
    kiosk.upload().ok()

    assert discrepancies(ledger) == {}
    assert balance(ledger, "tender:card") == 0


def test_a_kiosk_that_is_lost_makes_no_sale_so_the_money_has_to_go_back(
    doubt, kiosk, ledger, people
):
    ledger.store.write(devices.revoke, ledger.means(), kiosk.id)

    press(ledger, people, "taken")

    assert set(discrepancies(ledger)) == {"charge_without_sale"}
    assert balance(ledger, "tender:card") == 2575


def test_a_sale_after_the_money_went_back_is_for_staff(
    doubt, kiosk, theatre, ledger, people
):
    press(ledger, people, "device_lost")
    press(ledger, people, "returned", kind="charge_without_sale")

    sell(kiosk, theatre, doubt)
    kiosk.upload().ok()

    assert set(discrepancies(ledger)) == {"sale_without_charge"}


def test_the_card_names_the_slip_and_asks_before_it_proposes(doubt, bo):
    page = bo.open("/staff/discrepancies")

    assert "PT5QNJ" in page.html
    assert "Kiosk 1 makes the sale" in page.html
    assert page.soup.select("button.main[name=remedy]") == []

    told = bo.press("The terminal shows the charge")

    assert "Kiosk 1 is told that the card was charged" in told.html
