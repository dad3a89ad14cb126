"""Choosing, holding and reviewing, with the line up and down."""

import pytest

from kiosk import allotment, documents, figures, last_pages, orders, reviewing, sales, sync
from kiosk.device import Device
from kiosk.outcomes import LineDown
from kiosk.payments import attempts
from kiosk.printing import spool
from kiosk.shown.choosing import Offer
from kiosk.shown.houses import HouseMap
from kiosk.shown.named import Refusal
from kiosk.shown.paying import Outcome
from kiosk.shown.reviewing import Held, Review, Stage
from tests.parts.kiosk.guests import choose, pay, talk
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import CURTAIN, HAMLET, STUDIO, Rooms, Time, evening, hear

TWO = {"adult": 2}


@pytest.fixture
def kiosk(kiosk: Device) -> Device:
    spool.turn(kiosk)
    return kiosk


def begin(kiosk: Device, counts=TWO, performance: str = HAMLET, **wish) -> str:
    order = sales.start(kiosk, performance, counts, **wish)
    assert isinstance(order, str), order
    return order


def names(offer: Offer | Refusal | Held) -> list[str]:
    return [seat.code for seat in offer.seats]


def hold_best(kiosk: Device, order: str) -> Held:
    offer = sales.offer(kiosk, order)
    assert isinstance(offer, Offer), offer
    held = sales.hold(kiosk, order, names(offer))
    assert isinstance(held, Held), held
    return held


def test_what_is_on_tonight(kiosk: Device):
    hamlet, improv = sorted(sales.performances(kiosk), key=lambda t: t.title)

    assert (hamlet.title, hamlet.kind, hamlet.sale, hamlet.seats_left) == (
        "Hamlet",
        "reserved",
        "open",
        21,  # The wheelchair space is not for everybody.
    )
    assert (improv.kind, improv.sale, improv.seats_left) == ("ga", "open", 30)


def test_few_left_and_sold_out_are_said(kiosk: Device, ledger: LedgerDouble):
    for seat in ("A-1", "A-2", "A-3"):
        ledger.set_seat(HAMLET, seat, state="sold")
    for n in range(1, 31):
        ledger.set_seat(STUDIO, f"S-{n}", state="sold")
    hear(kiosk)

    found = {tonight.performance: tonight.sale for tonight in sales.performances(kiosk)}

    assert found == {HAMLET: "few", STUDIO: "sold_out"}


def test_how_many_shows_the_price_types_and_what_they_cost(kiosk: Device):
    choices = sales.choices(kiosk, HAMLET)

    assert not isinstance(choices, Refusal)
    assert [(t.id, t.from_amount, t.to_amount) for t in choices.types] == [
        ("adult", 1800 + 175, 2400 + 175),
        ("child", 1200 + 175, 1200 + 175),
    ]
    assert choices.most == 8


def test_a_house_decides_how_many_tickets_one_order_may_have(
    kiosk: Device, ledger: LedgerDouble
):
    body = ledger.doc("venue:v1", "config", "house")
    assert body is not None
    ledger.put("venue:v1", "config", "house", {**body, "max_seats": 10})
    hear(kiosk)

    choices = sales.choices(kiosk, HAMLET)
    assert not isinstance(choices, Refusal)
    assert choices.most == 10
    assert isinstance(sales.start(kiosk, HAMLET, {"adult": 10}), str)
    refused = sales.start(kiosk, HAMLET, {"adult": 11})
    assert isinstance(refused, Refusal)
    assert (refused.key, refused.facts) == ("party.large", {"limit": 10})


def test_a_ticket_for_a_class_is_the_box_offices_to_sell(
    kiosk: Device, ledger: LedgerDouble
):
    stream = f"perf:{HAMLET}"
    body = ledger.doc(stream, "price", HAMLET)
    assert body is not None
    body["types"].append({"id": "class", "name": "Class", "admits": 6})
    for level in body["levels"]:
        level["prices"]["class"] = 100
    ledger.put(stream, "price", HAMLET, body)
    hear(kiosk)

    choices = sales.choices(kiosk, HAMLET)
    assert not isinstance(choices, Refusal)
    assert [kind.id for kind in choices.types] == ["adult", "child"]


def test_the_best_two_seats_are_offered_with_all_fees(kiosk: Device):
    offer = sales.offer(kiosk, begin(kiosk))

    assert isinstance(offer, Offer)
    assert names(offer) == ["A-1", "A-2"]
    assert offer.total == 2 * (2400 + 175)
    assert (offer.tier, offer.own) == ("together", False)


def test_a_step_free_party_gets_the_wheelchair_space(kiosk: Device):
    offer = sales.offer(kiosk, begin(kiosk, step_free=True))

    assert isinstance(offer, Offer)
    assert "C-6" in names(offer)


def test_other_offers_differ_from_the_best(kiosk: Device, ledger: LedgerDouble):
    for seat in ("A-1", "A-2", "A-3", "A-4", "A-5", "A-8"):
        ledger.set_seat(HAMLET, seat, state="sold")
    hear(kiosk)
    order = begin(kiosk)
    best = sales.offer(kiosk, order)

    found = {a.kind: a.offer for a in sales.proposal(kiosk, order).others}

    assert isinstance(best, Offer)
    assert names(best) == ["A-6", "A-7"]
    assert names(found["further"])[0].startswith("B")
    assert found["cheaper"].total < best.total
    assert all(names(offer) != names(best) for offer in found.values())


def test_the_seats_are_held_at_the_ledger(kiosk: Device, ledger: LedgerDouble, time: Time):
    order = begin(kiosk)

    held = hold_best(kiosk, order)

    assert names(held) == ["A-1", "A-2"]
    assert held.until_ms == time.now + 900_000
    assert ledger.seat(HAMLET, "A-1")["state"] == "held"
    found = orders.order(kiosk, order)
    assert found is not None
    assert (found.stage, names(found)) == (Stage.HELD, ["A-1", "A-2"])


def test_holding_the_same_seats_twice_holds_them_once(kiosk: Device, ledger: LedgerDouble):
    order = begin(kiosk)
    hold_best(kiosk, order)

    again = sales.hold(kiosk, order, ["A-2", "A-1"])

    assert isinstance(again, Held)
    assert len(ledger.holds) == 1


def test_a_lost_answer_holds_nothing_twice(kiosk: Device, ledger: LedgerDouble):
    order = begin(kiosk)
    ledger.answers_lost = 1
    assert isinstance(sales.hold(kiosk, order, ["A-1", "A-2"]), Refusal)
    hear(kiosk)

    # The page asks again; the request keeps its id, so the ledger repeats its answer.
    held = sales.hold(kiosk, order, ["A-1", "A-2"])

    assert isinstance(held, Held), held
    assert len(ledger.holds) == 1


def test_seats_that_just_went_are_refused_with_the_nearest(
    kiosk: Device, ledger: LedgerDouble
):
    order = begin(kiosk)
    ledger.set_seat(HAMLET, "A-1", state="held")  # Bea was quicker; we have not heard.

    refusal = sales.hold(kiosk, order, ["A-1", "A-2"])

    assert isinstance(refusal, Refusal)
    assert refusal.key == "seat.gone"
    assert len(refusal.seats) == 2
    assert "A-1" not in names(refusal)


def test_seats_that_our_own_tank_was_given_meanwhile_are_held(
    kiosk: Device, ledger: LedgerDouble
):
    order = begin(kiosk)
    ledger.allot(kiosk.me.device, HAMLET, ["A-1", "A-2"])  # We have not heard.

    held = sales.hold(kiosk, order, ["A-1", "A-2"])

    assert isinstance(held, Held)
    assert names(held) == ["A-1", "A-2"]
    assert ledger.holds == {}


def test_a_refused_wish_keeps_what_was_held(kiosk: Device, ledger: LedgerDouble):
    order = begin(kiosk)
    hold_best(kiosk, order)
    ledger.set_seat(HAMLET, "B-1", state="sold")

    refusal = sales.hold(kiosk, order, ["B-1", "B-2"])

    assert isinstance(refusal, Refusal)
    found = orders.order(kiosk, order)
    assert found is not None
    assert names(found) == ["A-1", "A-2"]
    assert ledger.seat(HAMLET, "A-1")["state"] == "held"


def test_one_seat_can_be_moved_and_the_old_hold_is_let_go(
    kiosk: Device, ledger: LedgerDouble
):
    order = begin(kiosk)
    hold_best(kiosk, order)

    held = sales.hold(kiosk, order, ["A-2", "A-3"])

    assert isinstance(held, (Held, Refusal))
    if isinstance(held, Refusal):
        assert held.key == "seat.single"  # A-1 would sit alone.
        held = sales.hold(kiosk, order, [seat.code for seat in held.seats])
    assert len(ledger.holds) == 1
    states = {ledger.seat(HAMLET, s)["state"] for s in names(held)}
    assert states == {"held"}


def test_when_the_moved_seat_is_refused_the_old_ones_are_held_again(
    kiosk: Device, ledger: LedgerDouble
):
    order = begin(kiosk, {"adult": 1})
    sales.hold(kiosk, order, ["B-1"])
    order = begin(kiosk, {"adult": 2}, order=order)
    sales.hold(kiosk, order, ["B-1", "B-2"])
    ledger.set_seat(HAMLET, "B-3", state="sold")

    refusal = sales.hold(kiosk, order, ["B-2", "B-3"])

    assert isinstance(refusal, Refusal)
    found = orders.order(kiosk, order)
    assert found is not None
    assert names(found) == ["B-1", "B-2"]
    assert {ledger.seat(HAMLET, s)["state"] for s in ("B-1", "B-2")} == {"held"}


def test_a_choice_that_leaves_one_seat_alone_is_refused_with_a_better_one(kiosk: Device):
    order = begin(kiosk)

    refusal = sales.hold(kiosk, order, ["A-2", "A-3"])

    assert isinstance(refusal, Refusal)
    assert refusal.key == "seat.single"
    assert len(refusal.seats) == 2
    assert isinstance(sales.hold(kiosk, order, names(refusal)), Held)


def test_a_touch_on_the_map_seats_the_whole_party_from_there(kiosk: Device):
    order = begin(kiosk, {"adult": 2, "child": 1})

    offer = sales.party_from(kiosk, order, "B-6")

    assert isinstance(offer, Offer)
    assert "B-6" in names(offer)
    assert offer.tier == "together"
    assert len(offer.seats) == 3


def test_a_touch_where_the_party_does_not_fit_takes_the_nearest(
    kiosk: Device, ledger: LedgerDouble
):
    for seat in ("B-5", "B-7"):
        ledger.set_seat(HAMLET, seat, state="sold")
    hear(kiosk)

    offer = sales.party_from(kiosk, begin(kiosk), "B-6")

    assert isinstance(offer, Offer)
    assert "B-6" in names(offer)
    assert offer.tier == "split"


@pytest.mark.parametrize("seat", ["A-1", "Z-99", ""])
def test_a_touch_on_a_seat_that_is_not_free_is_refused(
    kiosk: Device, ledger: LedgerDouble, seat: str
):
    ledger.set_seat(HAMLET, "A-1", state="sold")
    hear(kiosk)

    refusal = sales.party_from(kiosk, begin(kiosk), seat)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "seat.gone"


def test_the_map_tells_available_and_unavailable_and_nothing_more(
    kiosk: Device, ledger: LedgerDouble
):
    for seat, state in (("A-1", "held"), ("A-2", "sold"), ("A-3", "reserved")):
        ledger.set_seat(HAMLET, seat, state=state)
    hear(kiosk)
    order = begin(kiosk)
    sales.hold(kiosk, order, ["B-1", "B-2"])

    found = sales.house_map(kiosk, order)

    assert isinstance(found, HouseMap)
    seats = {seat.shown.code: seat for section in found.sections for seat in section.seats}
    assert [seats[c].available for c in ("A-1", "A-2", "A-3", "A-4")] == [
        False,
        False,
        False,
        True,
    ]
    assert not seats["C-6"].available
    assert seats["B-1"].chosen
    assert [section.name for section in found.sections] == ["Stalls", "Circle"]


@pytest.mark.parametrize(
    ("counts", "key"),
    [({}, "counts.none"), ({"adult": 0}, "counts.none"), ({"dog": 1}, "counts.none")],
)
def test_an_order_for_nobody_is_refused(kiosk: Device, counts: dict[str, int], key: str):
    refusal = sales.start(kiosk, HAMLET, counts)

    assert isinstance(refusal, Refusal)
    assert refusal.key == key


def test_more_than_eight_need_the_box_office(kiosk: Device):
    refusal = sales.start(kiosk, HAMLET, {"adult": 9})

    assert isinstance(refusal, Refusal)
    assert (refusal.key, refusal.facts["limit"]) == ("party.large", 8)


def test_too_few_seats_are_said_with_their_number(kiosk: Device, ledger: LedgerDouble):
    for n in range(1, 29):
        ledger.set_seat(STUDIO, f"S-{n}", state="sold")
    hear(kiosk)

    refusal = sales.start(kiosk, STUDIO, {"adult": 3})

    assert isinstance(refusal, Refusal)
    assert (refusal.key, refusal.facts["left"]) == ("seats.few", 2)


@pytest.mark.parametrize("change", [{"cancelled": True}, {"public": False}])
def test_what_is_not_on_sale_is_refused(
    kiosk: Device, ledger: LedgerDouble, change: dict[str, bool]
):
    ledger.put(
        "venue:v1", "performance", HAMLET, evening(1204, "Hamlet", "reserved", **change)
    )
    hear(kiosk)

    refusal = sales.start(kiosk, HAMLET, TWO)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "sale.closed"


def test_sales_end_by_the_ledgers_clock(kiosk: Device, ledger: LedgerDouble, time: Time):
    time.pass_ms(CURTAIN + 600_000 - time.now)

    refusal = sales.start(kiosk, HAMLET, TWO)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "sale.closed"


def test_general_admission_goes_by_quantity(kiosk: Device, ledger: LedgerDouble):
    order = begin(kiosk, {"adult": 2, "child": 1}, performance=STUDIO)

    offer = sales.offer(kiosk, order)
    held = sales.hold(kiosk, order)

    assert isinstance(offer, Offer)
    assert (offer.tier, offer.quantity, offer.total) == ("ga", 3, 2 * 1375)
    assert isinstance(held, Held)
    assert (held.quantity, held.seats) == (3, ())
    assert ledger.seat(STUDIO, "S-3")["state"] == "held"


def test_the_review_says_everything_that_is_paid_for(kiosk: Device):
    order = begin(kiosk, {"adult": 1, "child": 1})
    hold_best(kiosk, order)

    review = reviewing.review(kiosk, order)

    assert isinstance(review, Review)
    assert [(line.price_type, line.price, line.fee) for line in review.lines] == [
        ("adult", 2400, 175),
        ("child", 1200, 175),
    ]
    assert (review.price, review.fee, review.total) == (3600, 350, 3950)
    assert review.left_s == 900
    assert review.may_extend
    assert review.terminal == "ready"
    assert review.paper.can_print


def test_a_price_type_can_be_changed_on_the_review(kiosk: Device):
    order = begin(kiosk)
    hold_best(kiosk, order)

    review = reviewing.retype(kiosk, order, ["adult", "child"])

    assert isinstance(review, Review)
    assert review.total == 2400 + 1200 + 350


def test_more_time_is_given_once(kiosk: Device, ledger: LedgerDouble, time: Time):
    order = begin(kiosk)
    hold_best(kiosk, order)

    first = sales.extend(kiosk, order)

    assert isinstance(first, Held)
    assert first.until_ms == time.now + 1_800_000
    review = reviewing.review(kiosk, order)
    assert isinstance(review, Review)
    assert not review.may_extend


def test_a_hold_that_has_ended_is_offered_again(kiosk: Device, time: Time):
    order = begin(kiosk)
    hold_best(kiosk, order)
    time.pass_ms(900_001)

    refusal = reviewing.review(kiosk, order)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "hold.ended"


def test_starting_over_gives_the_seats_back_at_once(kiosk: Device, ledger: LedgerDouble):
    order = begin(kiosk)
    hold_best(kiosk, order)

    sales.release(kiosk, order)

    assert ledger.seat(HAMLET, "A-1")["state"] == "available"
    found = orders.order(kiosk, order)
    assert found is not None
    assert found.stage is Stage.RELEASED
    assert isinstance(reviewing.review(kiosk, order), Refusal)


def test_an_order_survives_a_restart(rooms: Rooms, kiosk: Device, card, paper):
    order = begin(kiosk)
    hold_best(kiosk, order)
    rooms.unplug(kiosk)

    again = rooms.device(terminal=card, printer=paper.line)

    assert isinstance(reviewing.review(again, order), Review)


def test_an_unknown_order_is_none(kiosk: Device):
    assert orders.order(kiosk, "ZZZZZZZZ") is None
    assert isinstance(sales.offer(kiosk, "ZZZZZZZZ"), Refusal)
    assert isinstance(sales.hold(kiosk, "ZZZZZZZZ", ["A-1"]), Refusal)
    assert last_pages.done(kiosk, "ZZZZZZZZ") is None


def test_orders_whose_guests_have_gone_are_forgotten(
    kiosk: Device, ledger: LedgerDouble, time: Time
):
    order = begin(kiosk)
    hold_best(kiosk, order)
    assert orders.sweep(kiosk) == 0
    time.pass_ms(900_000 + 121_000)

    assert orders.sweep(kiosk) == 1

    found = orders.order(kiosk, order)
    assert found is not None
    assert found.stage is Stage.RELEASED


# --- without a line -------------------------------------------------------------------


def cut(kiosk: Device, ledger: LedgerDouble) -> None:
    """Cut the line, and let the kiosk notice."""
    ledger.up = False
    with pytest.raises(Exception, match="Connect"):
        kiosk.line.get("/api/events?acked=0", timeout_s=1)


def test_without_a_line_only_our_own_seats_are_sold(kiosk: Device, ledger: LedgerDouble):
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2", "B-3", "B-4"])
    hear(kiosk)
    cut(kiosk, ledger)
    order = begin(kiosk)

    offer = sales.offer(kiosk, order)
    held = sales.hold(kiosk, order, names(offer))
    foreign = sales.hold(kiosk, order, ["A-1", "A-2"])

    assert isinstance(offer, Offer)
    assert offer.own
    assert set(names(offer)) <= {"B-1", "B-2", "B-3", "B-4"}
    assert isinstance(held, Held)
    assert held.until_ms is None
    assert isinstance(foreign, Refusal)
    tonight = {t.performance: t.sale for t in sales.performances(kiosk)}
    assert tonight == {HAMLET: "limited", STUDIO: "empty"}


def test_without_a_line_and_without_seats_nothing_is_sold(
    kiosk: Device, ledger: LedgerDouble
):
    cut(kiosk, ledger)

    refusal = sales.start(kiosk, HAMLET, TWO)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "link.empty"


def test_without_a_line_only_tonight_is_sold(kiosk: Device, ledger: LedgerDouble):
    later = evening(1204, "Hamlet", "reserved", starts_ms=CURTAIN + 86_400_000)
    later["on_sale"] = {"from_ms": 0, "until_ms": CURTAIN + 86_400_000}
    ledger.put("venue:v1", "performance", HAMLET, {**later, "ends_ms": None})
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2"])
    hear(kiosk)
    cut(kiosk, ledger)

    refusal = sales.start(kiosk, HAMLET, TWO)

    assert isinstance(refusal, Refusal)
    assert refusal.key == "link.empty"


def test_the_line_goes_down_at_the_hold_and_our_own_seats_are_offered_instead(
    kiosk: Device, ledger: LedgerDouble
):
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2", "B-3", "B-4"])
    hear(kiosk)
    order = begin(kiosk)
    ledger.up = False

    refusal = sales.hold(kiosk, order, ["A-1", "A-2"])

    assert isinstance(refusal, Refusal)
    assert refusal.key == "link.pay"
    assert [seat.code for seat in refusal.wanted] == ["A-1", "A-2"]
    assert isinstance(sales.hold(kiosk, order, names(refusal)), Held)


def test_the_line_went_down_before_the_hold_and_nobody_says_that_seats_were_taken(
    kiosk: Device, ledger: LedgerDouble
):
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2", "B-3", "B-4"])
    hear(kiosk)
    order = begin(kiosk)
    ledger.up = False
    with pytest.raises(LineDown):
        sync.cursor(kiosk)  # Another thread has noticed.

    refusal = sales.hold(kiosk, order, ["A-1", "A-2"])

    assert isinstance(refusal, Refusal)
    assert refusal.key == "link.pay"
    assert [seat.code for seat in refusal.wanted] == ["A-1", "A-2"]
    assert isinstance(sales.hold(kiosk, order, names(refusal)), Held)


def test_two_guests_of_one_kiosk_are_never_offered_the_same_own_seats(
    kiosk: Device, ledger: LedgerDouble
):
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2", "B-3", "B-4"])
    hear(kiosk)
    cut(kiosk, ledger)
    ada, bea = begin(kiosk), begin(kiosk)
    first = sales.hold(kiosk, ada, ["B-1", "B-2"])

    second = sales.hold(kiosk, bea, ["B-1", "B-2"])

    assert isinstance(first, Held)
    assert isinstance(second, Refusal)
    assert names(second) == ["B-3", "B-4"]


def test_a_choice_over_the_pool_and_our_own_seats_is_held_and_paid_like_any_other(
    kiosk: Device, ledger: LedgerDouble
):
    ledger.allot("kiosk-1", HAMLET, ["B-1"])
    hear(kiosk)
    order = begin(kiosk)

    held = sales.hold(kiosk, order, ["B-1", "B-2"])

    assert isinstance(held, Held)
    assert next(iter(ledger.holds.values()))["seats"] == ["B-2"]
    pay(kiosk, order)
    talk(kiosk)
    assert attempts.state(kiosk, order).outcome is Outcome.APPROVED


def test_own_seats_past_their_sell_by_stay_ours_and_are_not_sold(
    kiosk: Device, ledger: LedgerDouble, time: Time
):
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2"], sell_by_ms=time.now + 60_000)
    hear(kiosk)
    cut(kiosk, ledger)
    assert isinstance(sales.start(kiosk, HAMLET, TWO), str)

    time.pass_ms(60_000)

    assert isinstance(sales.start(kiosk, HAMLET, TWO), Refusal)
    with kiosk.store.read() as session:
        assert sorted(allotment.owned(session, HAMLET)) == ["B-1", "B-2"]


def test_without_any_ledger_time_seats_with_a_sell_by_are_not_sold(
    rooms: Rooms, kiosk: Device, ledger: LedgerDouble, time: Time
):
    ledger.allot("kiosk-1", HAMLET, ["B-1", "B-2"], sell_by_ms=time.now + 60_000)
    ledger.allot("kiosk-1", HAMLET, ["B-3", "B-4"])
    hear(kiosk)
    rooms.unplug(kiosk)
    ledger.up = False

    fresh = rooms.device(boot="boot-2", hears=False)
    offer = sales.offer(fresh, begin(fresh))

    assert fresh.clock.ledger_ms() is None
    assert names(offer) == ["B-3", "B-4"]


def test_general_admission_sells_our_own_units_without_a_line(
    kiosk: Device, ledger: LedgerDouble
):
    ledger.allot("kiosk-1", STUDIO, ["S-7", "S-8"])
    hear(kiosk)
    cut(kiosk, ledger)
    order = begin(kiosk, performance=STUDIO)

    held = sales.hold(kiosk, order)
    too_many = sales.start(kiosk, STUDIO, {"adult": 3})

    assert isinstance(held, Held)
    assert held.quantity == 2
    assert isinstance(too_many, Refusal)


def test_general_admission_goes_on_with_our_own_units_when_the_line_goes_down_at_the_hold(
    kiosk: Device, ledger: LedgerDouble
):
    ledger.allot("kiosk-1", STUDIO, ["S-7", "S-8"])
    hear(kiosk)
    order = begin(kiosk, performance=STUDIO)
    ledger.up = False

    held = sales.hold(kiosk, order)

    assert isinstance(held, Held)
    assert held.quantity == 2


# --- the spare tank --------------------------------------------------------------------


def tank(kiosk: Device, performance: str = STUDIO) -> list[str]:
    with kiosk.store.read() as session:
        return sorted(allotment.owned(session, performance))


def test_the_kiosk_keeps_a_small_tank_per_performance(kiosk: Device, ledger: LedgerDouble):
    assert figures.figures(kiosk)["wanted_seats"] == 8
    allotment.tend(kiosk)
    allotment.tend(kiosk)

    assert figures.figures(kiosk)["wanted_seats"] == 0
    assert len(tank(kiosk)) == 4
    assert len(tank(kiosk, HAMLET)) == 4
    assert ledger.asked.count("POST /api/allotments") == 2


def test_a_tank_is_filled_up_below_half(kiosk: Device, ledger: LedgerDouble):
    allotment.tend(kiosk)
    for unit in tank(kiosk)[:2]:
        ledger.free("kiosk-1", STUDIO, unit)
    hear(kiosk)
    allotment.tend(kiosk)
    assert len(tank(kiosk)) == 2  # Half is enough.

    ledger.free("kiosk-1", STUDIO, tank(kiosk)[0])
    hear(kiosk)
    allotment.tend(kiosk)

    assert len(tank(kiosk)) == 4


def test_there_is_no_tank_when_few_seats_are_left(kiosk: Device, ledger: LedgerDouble):
    for n in range(1, 12):
        ledger.set_seat(STUDIO, f"S-{n}", state="sold")
    hear(kiosk)

    allotment.tend(kiosk)

    assert tank(kiosk) == []


def test_an_excess_goes_back_after_ten_idle_minutes_through_the_log(
    kiosk: Device, ledger: LedgerDouble, time: Time
):
    ledger.allot("kiosk-1", STUDIO, [f"S-{n}" for n in range(1, 8)])
    hear(kiosk)
    time.pass_ms(599_000)
    allotment.tend(kiosk)
    assert len(tank(kiosk)) == 7

    time.pass_ms(1_000)
    allotment.tend(kiosk)

    assert len(tank(kiosk)) == 4
    sync.everything(kiosk)
    returned = ledger.events("kiosk-1", "allotment.returned")
    assert len(returned[0]["seats"]) == 3
    assert returned[0]["why"] == "idle"


def test_everything_goes_back_once_selling_has_ended(
    kiosk: Device, ledger: LedgerDouble, time: Time
):
    allotment.tend(kiosk)
    time.pass_ms(CURTAIN + 600_000 - time.now)

    allotment.tend(kiosk)

    assert tank(kiosk) == []
    assert tank(kiosk, HAMLET) == []


def test_an_allotment_whose_answer_was_lost_costs_nothing(
    kiosk: Device, ledger: LedgerDouble
):
    ledger.answers_lost = 1
    with pytest.raises(Exception, match="Timeout"):
        allotment.tend(kiosk)
    assert tank(kiosk, HAMLET) == tank(kiosk) == []

    hear(kiosk)

    owned = tank(kiosk) or tank(kiosk, HAMLET)
    assert len(owned) == 4  # It came through the feed, as everything does.


def test_a_hold_is_judged_by_the_ledgers_clock_alone(kiosk: Device, monkeypatch):
    order = choose(kiosk)
    years_ms = 10 * 365 * 86_400_000
    monkeypatch.setattr(kiosk.clock, "_wall_ms", lambda: CURTAIN + years_ms)

    assert isinstance(reviewing.review(kiosk, order), Review)


@pytest.mark.parametrize("hours", [0, 6])
def test_cut_off_our_seats_are_tonights_also_when_the_night_passes_midnight(
    kiosk: Device, ledger: LedgerDouble, time: Time, hours: int
):
    # The curtain rises at half past six; six hours later it is half past midnight.
    starts = CURTAIN + hours * 3_600_000
    sale = {"from_ms": 0, "until_ms": starts}
    late = evening(1204, "Hamlet", "reserved", starts_ms=starts, on_sale=sale)
    ledger.put("venue:v1", "performance", HAMLET, late)
    ledger.allot(kiosk.me.device, HAMLET, ["A-1", "A-2"])
    hear(kiosk)
    time.pass_ms(hours * 3_600_000 - 3_600_000 * (hours > 0))

    with kiosk.store.read() as session:
        performance = documents.performance(session, HAMLET)
        ours = allotment.sellable(session, kiosk.clock, performance)

    assert sorted(ours) == ["A-1", "A-2"]
