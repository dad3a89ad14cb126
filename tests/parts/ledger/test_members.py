"""Members at a kiosk; vouchers and credits promised to a hold. Source: sync.md §2.3."""

import argon2
import pytest
from sqlalchemy import select

from ledger import allotments, members, passwords, pickups, seating, vouchers
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.members import MemberCreditRow, VoucherRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow
from tests.parts.ledger.device import new_id
from tests.parts.ledger.theatre import code_worth

CARD = "FOHM:OKAFOR"


pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    """Hashing for real takes a tenth of a second each time."""
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)


@pytest.fixture
def okafor(ledger):
    return ledger.store.write(
        members.enrol,
        ledger.means(),
        number="M-1001",
        name="Grace Okafor",
        email="grace@example.org",
        credits_per_production=2,
        password="velvet curtain",
        card=CARD,
    )


@pytest.fixture
def gift(ledger):
    """The code of a gift card with 20.00 on it."""
    return code_worth(ledger, 2000)


def production(ledger, performance):
    with ledger.store.read() as session:
        return session.get(PerformanceRow, performance).production


def used(ledger, member):
    with ledger.store.read() as session:
        found = session.scalars(select(MemberCreditRow.used)).all()
        return sum(found)


def balance(ledger):
    with ledger.store.read() as session:
        return session.scalars(select(VoucherRow.balance)).one()


def ask(kiosk, hold, kind, code, amount):
    wanted = {"hold": hold, "kind": kind, "code": code, "amount": amount}
    return kiosk.post("/api/tenders", wanted)


def held(kiosk, theatre, *seats):
    return kiosk.hold(theatre.tonight, *seats).ok(201)["hold"]


def kinds(ledger):
    with ledger.store.read() as session:
        return [row.kind for row in session.scalars(select(DiscrepancyRow))]


def test_a_member_is_known_by_card_or_by_number_and_password(
    kiosk, theatre, ledger, okafor
):
    hamlet = production(ledger, theatre.tonight)
    by_card = kiosk.post("/api/members", {"card": CARD}).ok()
    typed = {"number": "m-1001 ", "password": "velvet curtain"}

    assert by_card["member"] == okafor
    assert by_card["credits"][hamlet] == 2
    assert kiosk.post("/api/members", typed).ok() == by_card
    assert "Okafor" not in str(by_card)


def test_a_member_collects_by_card_or_by_number_and_password(
    kiosk, theatre, ledger, okafor
):
    sold = theatre.sell("A2")
    ledger.store.write(
        lambda session: setattr(
            session.scalars(select(OrderRow).where(OrderRow.number == sold.number)).one(),
            "member",
            okafor,
        )
    )
    typed = {"number": "M-1001", "password": "velvet curtain"}

    by_card = kiosk.post("/api/lookups", {"card": CARD}).ok()
    assert by_card["order"] == sold.number
    assert kiosk.post("/api/lookups", typed).ok() == by_card
    for wrong in ({"password": "velvet"}, {"number": "M-1002"}):
        answer = kiosk.post("/api/lookups", typed | wrong)
        assert (answer.status, answer.body["error"]) == (409, "NOT_FOUND")


@pytest.mark.parametrize(
    "typed",
    [
        {"number": "M-1001", "password": "wrong"},
        {"number": "M-9999", "password": "velvet curtain"},
        {"card": "FOHM:NOBODY"},
    ],
)
def test_whoever_is_not_a_member_hears_the_same(kiosk, theatre, okafor, typed):
    answer = kiosk.post("/api/members", typed)
    assert (answer.status, answer.body["error"]) == (409, "NOT_FOUND")


def test_five_wrong_passwords_lock_members_out_and_not_collection(
    kiosk, theatre, okafor, clock
):
    wrong = {"number": "M-1001", "password": "wrong"}
    for _ in range(5):
        kiosk.post("/api/members", wrong)
    right = {"number": "M-1001", "password": "velvet curtain"}

    assert kiosk.post("/api/members", right).body["error"] == "LOCKED"
    look_up = {"order": "K7Q4MX23", "last_name": "Nobody"}
    assert kiosk.post("/api/lookups", look_up).body["error"] == "NOT_FOUND"
    clock.passes(seconds=61)
    assert kiosk.post("/api/members", right).status == 200


def test_a_door_asks_for_no_members(door, theatre, okafor):
    assert door.post("/api/members", {"card": CARD}).status == 403


def test_credits_are_used_by_the_sale_and_the_seat_costs_nothing(
    kiosk, theatre, ledger, okafor
):
    hold = held(kiosk, theatre, "A2")
    tender = ask(kiosk, hold, "credit", okafor, 1).ok(201)
    kiosk.allot(hold).ok()
    epoch = kiosk.allotments()[f"{theatre.tonight}/A2"]["epoch"]
    free = {"price": 0, "fee_outside": 0, "fee_inside": 0, "price_type": "membership"}
    paid = [{"kind": "credit", "ref": tender["tender"], "amount": 0, "credits": 1}]
    line = kiosk.line(theatre.tonight, "A2", epoch, **free)
    kiosk.happened("sale", kiosk.sale(line, tenders=paid, member=okafor))
    kiosk.upload().ok()

    assert used(ledger, okafor) == 1
    with ledger.store.read() as session:
        order = session.get(OrderRow, "K7Q4MX23")
        assert (order.charge, order.paid, order.member) == (0, 0, okafor)
        assert session.scalars(select(TenderRow)).all() == []
    assert kinds(ledger) == []


def test_credits_cannot_be_overspent(kiosk, theatre, ledger, okafor):
    first, second = held(kiosk, theatre, "A2", "A3"), held(kiosk, theatre, "B2", "B3")
    ask(kiosk, first, "credit", okafor, 1).ok(201)

    refused = ask(kiosk, second, "credit", okafor, 2)

    assert (refused.status, refused.body["error"]) == (409, "NOT_ENOUGH_SEAT_CREDITS")
    assert (refused.body["left"], refused.body["needed"]) == (1, 2)
    assert used(ledger, okafor) == 1


@pytest.mark.parametrize("way", ["released", "expired", "returned"])
def test_what_was_promised_comes_back_with_its_seats(
    kiosk, theatre, ledger, okafor, gift, clock, way
):
    hold = held(kiosk, theatre, "A2", "A3")
    ask(kiosk, hold, "credit", okafor, 1).ok(201)
    ask(kiosk, hold, "voucher", gift, 1500).ok(201)
    assert (used(ledger, okafor), balance(ledger)) == (1, 500)
    if way == "released":
        kiosk.delete(f"/api/holds/{hold}")
    elif way == "expired":
        clock.passes(minutes=16)
        ledger.store.write(seating.sweep, ledger.means())
    else:
        kiosk.allot(hold).ok()
        seats = [
            {"performance": theatre.tonight, "seat": seat, "epoch": epoch["epoch"]}
            for seat, epoch in (
                (id.split("/")[1], body) for id, body in kiosk.allotments().items()
            )
        ]
        kiosk.happened("allotment.returned", {"seats": seats, "why": "abandoned"})
        kiosk.upload().ok()

    assert (used(ledger, okafor), balance(ledger)) == (0, 2000)


def what_is_left(kiosk, code):
    return kiosk.post("/api/balances", {"code": code})


def test_a_card_that_pays_says_what_it_has_left_and_before_it_too(
    kiosk, theatre, ledger, gift
):
    told = what_is_left(kiosk, gift.lower()).ok()
    assert (told["kind"], told["left"], told["until_ms"]) == ("gift_card", 2000, None)
    hold = held(kiosk, theatre, "A2")
    first = ask(kiosk, hold, "voucher", gift, 1500).ok(201)
    second = ask(kiosk, hold, "voucher", gift, 400).ok(201)
    assert (first["left"], second["left"]) == (500, 100)
    assert first["card"] == second["card"]

    ask(kiosk, hold, "voucher", gift, 400).ok(201)
    assert what_is_left(kiosk, gift).ok()["left"] == 0


def test_who_asks_what_is_left_on_cards_guesses_none(kiosk, theatre, ledger, gift):
    for n in range(4):
        assert what_is_left(kiosk, f"WRONG{n}").body["error"] == "NOT_FOUND"
    # A right one in between forgives nothing.
    assert what_is_left(kiosk, gift).ok()["left"] == 2000
    assert what_is_left(kiosk, "WRONG5").body["error"] == "NOT_FOUND"

    for locked in (
        what_is_left(kiosk, gift),
        ask(kiosk, held(kiosk, theatre, "A2"), "voucher", gift, 100),
    ):
        assert (locked.status, locked.body["error"]) == (409, "LOCKED")
        assert locked.body["wait_s"] > 0


def test_a_card_that_was_made_void_has_no_balance(kiosk, theatre, ledger, gift):
    hash_ = pickups.hash_of(gift)
    ledger.store.write(
        vouchers.void_one, ledger.means(), hash_, reason="lost", by="staff-1"
    )
    assert what_is_left(kiosk, gift).status == 409


def test_a_gift_card_pays_a_part_and_the_card_the_rest(kiosk, theatre, ledger, gift):
    hold = held(kiosk, theatre, "A2")
    tender = ask(kiosk, hold, "voucher", gift, 2575).ok(201)
    assert (tender["kind"], tender["amount"]) == ("gift_card", 2000)
    kiosk.allot(hold).ok()
    epoch = kiosk.allotments()[f"{theatre.tonight}/A2"]["epoch"]
    paid = [
        {"kind": "gift_card", "ref": tender["tender"], "amount": 2000},
        {"kind": "card", "ref": "R1", "amount": 575, "intent": new_id()},
    ]
    line = kiosk.line(theatre.tonight, "A2", epoch)
    kiosk.happened("sale", kiosk.sale(line, tenders=paid))
    kiosk.upload().ok()

    assert balance(ledger) == 0
    with ledger.store.read() as session:
        order = session.get(OrderRow, "K7Q4MX23")
        assert (order.charge, order.paid) == (2575, 2575)
        kinds_paid = {t.kind: t.amount for t in session.scalars(select(TenderRow))}
        assert kinds_paid == {"gift_card": 2000, "card": 575}
    assert kinds(ledger) == []


@pytest.mark.parametrize("allotted", [False, True])
def test_a_gift_card_that_was_taken_off_comes_back_once(
    kiosk, theatre, ledger, lobby, gift, allotted
):
    hold = held(kiosk, theatre, "A2")
    tender = ask(kiosk, hold, "voucher", gift, 1500).ok(201)["tender"]
    if allotted:
        kiosk.allot(hold).ok()
    lobby.device("Kiosk 2", "kiosk").delete(f"/api/tenders/{tender}").ok(204)
    assert balance(ledger) == 500

    for _ in range(2):
        kiosk.delete(f"/api/tenders/{tender}").ok(204)

    assert balance(ledger) == 2000
    kiosk.delete("/api/tenders/nothing").ok(204)


def test_a_gift_card_that_the_sale_does_not_need_comes_back_with_it(
    kiosk, theatre, ledger, lobby, gift
):
    hold = held(kiosk, theatre, "A2")
    tender = ask(kiosk, hold, "voucher", gift, 1500).ok(201)["tender"]
    kiosk.allot(hold).ok()
    other = lobby.device("Kiosk 2", "kiosk")
    elsewhere = held(other, theatre, "B2")
    others = ask(other, elsewhere, "voucher", gift, 500).ok(201)["tender"]
    epoch = kiosk.allotments()[f"{theatre.tonight}/A2"]["epoch"]
    line = kiosk.line(theatre.tonight, "A2", epoch)
    paid = [{"kind": "card", "ref": "R1", "amount": 2575, "intent": new_id()}]
    told = kiosk.sale(line, tenders=paid) | {"let_go": [tender, others, "nothing"]}
    assert balance(ledger) == 0

    kiosk.happened("sale", told)
    kiosk.upload().ok()

    assert balance(ledger) == 1500  # The other kiosk's promise is none of its business.
    assert kinds(ledger) == []


def test_a_gift_card_comes_back_when_staff_break_the_allotment_it_came_with(
    kiosk, theatre, ledger, gift
):
    hold = held(kiosk, theatre, "A2")
    ask(kiosk, hold, "voucher", gift, 1500).ok(201)
    kiosk.allot(hold).ok()
    assert balance(ledger) == 500

    ledger.store.write(
        allotments.break_off,
        ledger.means(),
        performance=theatre.tonight,
        seat="A2",
        people=["vera", "per"],
        reason="the kiosk was stolen",
    )

    assert balance(ledger) == 2000


def test_a_voucher_used_elsewhere_a_second_ago_is_refused(kiosk, theatre, lobby, gift):
    ask(kiosk, held(kiosk, theatre, "A2"), "voucher", gift, 2000).ok(201)
    other = lobby.device("Kiosk 2", "kiosk")

    refused = ask(other, held(other, theatre, "B2"), "voucher", gift, 2000)

    assert (refused.status, refused.body["error"]) == (409, "NOT_FOUND")


@pytest.mark.parametrize("before", ["live", "expired", "unswept", "allotted"])
def test_a_promise_moves_to_a_new_hold_of_its_device(
    kiosk, theatre, ledger, gift, okafor, clock, before
):
    hold = held(kiosk, theatre, "A2", "A3")
    promised = [
        ask(kiosk, hold, "voucher", gift, 1500).ok(201)["tender"],
        ask(kiosk, hold, "credit", okafor, 1).ok(201)["tender"],
    ]
    if before == "allotted":
        kiosk.allot(hold).ok()
    elif before != "live":
        clock.passes(minutes=16)
    if before == "expired":
        ledger.store.write(seating.sweep, ledger.means())
    new = held(kiosk, theatre, "B2", "B3")

    moved = [
        ask(kiosk, new, "again", one, most).ok(201)
        for one, most in zip(promised, (1800, 2), strict=True)
    ]

    assert [(one["kind"], one["amount"], one["credits"]) for one in moved] == [
        ("gift_card", 1800, 0),
        ("credit", 0, 2),
    ]
    assert (balance(ledger), used(ledger, okafor)) == (200, 2)
    kiosk.delete(f"/api/holds/{new}")
    assert (balance(ledger), used(ledger, okafor)) == (2000, 0)


def test_a_promise_whose_voucher_was_spent_elsewhere_meanwhile_is_gone(
    kiosk, theatre, lobby, ledger, gift, clock
):
    first = held(kiosk, theatre, "A2")
    tender = ask(kiosk, first, "voucher", gift, 2000).ok(201)["tender"]
    other = lobby.device("Kiosk 2", "kiosk")
    clock.passes(minutes=16)
    ledger.store.write(seating.sweep, ledger.means())
    ask(other, held(other, theatre, "B2"), "voucher", gift, 2000).ok(201)

    refused = ask(kiosk, held(kiosk, theatre, "A2"), "again", tender, 2000)

    assert (refused.status, refused.body["error"]) == (409, "NOT_FOUND")


def test_nobody_moves_the_promise_of_another_device_or_one_that_was_spent(
    kiosk, theatre, lobby, ledger, gift
):
    hold = held(kiosk, theatre, "A2")
    tender = ask(kiosk, hold, "voucher", gift, 2000).ok(201)["tender"]
    other = lobby.device("Kiosk 2", "kiosk")
    assert ask(other, held(other, theatre, "B2"), "again", tender, 2000).status == 409
    kiosk.allot(hold).ok()
    epoch = kiosk.allotments()[f"{theatre.tonight}/A2"]["epoch"]
    paid = [{"kind": "gift_card", "ref": tender, "amount": 2000}]
    line = kiosk.line(theatre.tonight, "A2", epoch, price=2000, fee_outside=0)
    kiosk.happened("sale", kiosk.sale(line, tenders=paid))
    kiosk.upload().ok()
    assert ask(kiosk, held(kiosk, theatre, "B3"), "again", tender, 2000).status == 409
    assert balance(ledger) == 0


def test_a_voucher_out_of_date_is_none(kiosk, theatre, ledger, clock):
    code = code_worth(ledger, 500, kind="voucher", until_ms=clock() + 1000)
    clock.passes(seconds=2)

    assert ask(kiosk, held(kiosk, theatre, "A2"), "voucher", code, 500).status == 409


def test_without_a_live_hold_nothing_is_promised(kiosk, theatre, gift, ledger):
    assert ask(kiosk, "no-hold", "voucher", gift, 500).body["error"] == "NOT_HELD"
    assert balance(ledger) == 2000


def test_a_promise_spent_after_it_came_back_is_for_staff_to_settle(
    kiosk, theatre, ledger, gift
):
    hold = held(kiosk, theatre, "A2")
    tender = ask(kiosk, hold, "voucher", gift, 2000).ok(201)
    kiosk.delete(f"/api/holds/{hold}")
    epochs = kiosk.own(theatre.tonight, "A2")
    paid = [{"kind": "gift_card", "ref": tender["tender"], "amount": 2000}]
    line = kiosk.line(theatre.tonight, "A2", epochs["A2"], price=2000, fee_outside=0)
    kiosk.happened("sale", kiosk.sale(line, tenders=paid))
    kiosk.upload().ok()

    assert balance(ledger) == 0
    assert "money_mismatch" in kinds(ledger)


def test_a_members_card_finds_tonights_order(kiosk, theatre, ledger, okafor):
    sold = theatre.sell("A2")

    def mark(session):
        session.get(OrderRow, sold.id).member = okafor

    ledger.store.write(mark)

    assert kiosk.post("/api/lookups", {"card": CARD}).ok()["order"] == sold.number
    assert kiosk.post("/api/lookups", {"card": "FOHM:NO"}).body["error"] == "NOT_FOUND"
