"""Adapters for seats: charts, offers, holds, distancing, and sales without the ledger."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from boxoffice import (
    best,
    chart_copies,
    distancing,
    general_admission,
    holds,
    order_types,
    outage,
    packs,
    picking,
    reassignments,
    reentry,
    seating,
)
from boxoffice.bad_input import ImpossibleDate, day, word
from boxoffice.charts import Chart, Row, SeatType
from boxoffice.moments import parse, time_of_day
from boxoffice.pricing import Seller
from boxoffice.refusals import Code

Facts = dict[str, Any]


def seat_visibility(given: Facts) -> Facts:
    view = seating.see(_state(given["status"]), buffer=given.get("buffer", False))
    return {
        "public": "available" if view.public else "unavailable",
        "box_office": view.box_office or "buffer",
        "sellable_online": view.sellable_online,
        "sellable_box_office": view.sellable_box_office,
    }


def seat_transition(given: Facts) -> Facts:
    prior = given.get("prior")
    seat = seating.Seat(
        _state(given["status"]),
        prior=None if prior is None else _state(prior),
        epoch=given.get("epoch", 0),
    )
    after = seating.change(
        seat,
        word(seating.Op, given["op"], "op"),
        own_hold=True,  # A held seat is allotted by the device whose order holds it.
        people=given.get("people", ()),
        reason=given.get("reason", ""),
    )
    if isinstance(after, Code):
        return {"error": after}
    answer: Facts = {"status": after.state}
    if after.prior is not None:
        answer["prior"] = after.prior
    if "epoch" in given:
        answer["epoch"] = after.epoch
    return answer


def hold_timer(given: Facts) -> Facts:
    hold = holds.start(
        now=_moment(given["created"]), lasts=timedelta(minutes=given["hold_minutes"])
    )
    if isinstance(hold, Code):
        return {"error": hold}
    hold = replace(hold, extended=given.get("extended", False))
    live = holds.live(
        hold,
        now=_moment(given["now"]),
        payment_in_flight=given.get("payment_in_flight", False),
    )
    return {"expires": _text(hold.expires, "seconds"), "live": live}


def best_available(given: Facts) -> Facts:
    request = given["request"]
    policy = given.get("distancing")
    levels = request.get("levels")
    offer = best.find(
        _chart(given["chart"]),
        given.get("unavailable", ()),
        best.Request(
            request["n"],
            levels=None if levels is None else frozenset(levels),
            accessible=request.get("accessible", 0),
            released=best.Released(house=request.get("accessible_released", False)),
            aisle=request.get("aisle", False),
            avoid_orphans=request.get("avoid_orphans", True),
            allow_split=request.get("allow_split", True),
        ),
        policy=None if policy is None else _policy(policy),
        other_orders=given.get("other_orders", ()),
    )
    match offer:
        case best.Offer():
            return asdict(offer)
        case best.NoOffer():
            return {"seats": [], "tier": "none", **asdict(offer)}


def pick_check(given: Facts) -> Facts:
    picked = picking.check(
        _chart(given["chart"]),
        given.get("unavailable", ()),
        given["pick"],
        mode=word(picking.Mode, given["mode"], "mode"),
        role=word(picking.Role, given.get("role", "patron"), "role"),
    )
    answer: Facts = {"ok": picked.error is None, "orphans": picked.orphans}
    if picked.error:
        answer["error"] = picked.error
    if picked.warning:
        answer["warning"] = picked.warning
    return answer


def distance(given: Facts) -> Facts:
    blocked = distancing.buffers(
        _chart(given["chart"]), _policy(given["policy"]), given["orders"]
    )
    return {"blocked": blocked}


def distancing_capacity(given: Facts) -> Facts:
    return {"max_people": distancing.most_people(**given)}


def outage_reentry(given: Facts) -> Facts:
    book = reentry.Book(
        seats=frozenset(given["seats"]),
        sold=reentry.sold_once(
            (sold["seat"], reentry.Holder(sold["order"], sold.get("admitted", False)))
            for sold in given["ledger"]
        ),
        owners={
            seat: reentry.Owner(**owner)
            for seat, owner in given.get("allotments", {}).items()
        },
        posted=frozenset(given.get("already_posted", ())),
        serials=frozenset(given.get("posted_serials", ())),
    )
    sales = [
        reentry.Sale(
            sale["device"],
            sale["seq"],
            sale["seat"],
            epoch=sale.get("epoch"),
            serial=sale.get("serial"),
            admitted=sale.get("admitted", False),
        )
        for sale in given["offline"]
    ]
    posted = reentry.post(book, sales)
    return {
        "recorded": posted.recorded,
        "duplicates": posted.duplicates,
        "discrepancies": [asdict(found) for found in posted.discrepancies],
    }


def offline_sale(given: Facts) -> Facts:
    sell_by, now = given.get("sell_by"), given.get("now")
    answer = outage.sell(
        outage.Desk(
            means=word(outage.Means, given.get("by", "device"), "by"),
            allotment=given["allotment"],
            sold_here=given.get("sold_here", ()),
            known_sold=given["sold_at_snapshot"],
            known_elsewhere=given.get("allotted_elsewhere", ()),
            sell_by=None if sell_by is None else _moment(sell_by),
        ),
        given["seat"],
        seller=word(Seller, given["seller"], "seller"),
        today=day(given["today"], "today"),
        performance_date=day(given["performance_date"], "performance_date"),
        now=None if now is None else _moment(now),
        supervisor=given.get("supervisor", False),
    )
    match answer:
        case outage.Risk():
            return {"allowed": True, "risk": answer}
        case Code():
            return {"allowed": False, "error": answer}


def pack_schedule(given: Facts) -> Facts:
    times = packs.Times(
        day=tuple(_time(text) for text in given["day_times"]),
        eve=tuple(_time(text) for text in given["eve_times"]),
        matinee_before=_time(given["matinee_before"]),
        minutes_before=given["minutes_before"],
    )
    return {
        "schedule": [
            {
                "id": performance["id"],
                "packs": [
                    _text(pack, "minutes")
                    for pack in packs.schedule(times, _moment(performance["start"]), UTC)
                ],
            }
            for performance in given["performances"]
        ]
    }


def order_type(given: Facts) -> Facts:
    kind = given["type"]
    why = order_types.refuse(
        order_types.OrderType(kind["min"], kind["max"], kind["max_orders"]),
        party=given["party"],
        existing=given["existing_orders"],
    )
    return {"ok": True} if why is None else {"ok": False, "error": why}


def chart_snapshot(given: Facts) -> Facts:
    copies = chart_copies.Copies(_states(given["default"]))
    for op, *what in given["ops"]:
        match op, what:
            case "create", [performance]:
                copies = chart_copies.create(copies, performance)
            case "default_set", [seat, status]:
                copies = chart_copies.set_default(copies, seat, _state(status))
            case "perf_set", [performance, seat, status]:
                copies = chart_copies.set_performance(
                    copies, performance, seat, _state(status)
                )
            case _:
                raise ValueError(f"there is no op {op} with {what}")
    return {"default": copies.default, "performances": copies.performances}


def ga_request(given: Facts) -> Facts:
    answer = general_admission.take(
        _states(given["units"]), given["want"], word(Seller, given["seller"], "seller")
    )
    match answer:
        case tuple():
            return {"held": answer}
        case general_admission.TooFew():
            return {"error": answer.code, "left": answer.left}
        case Code():
            return {"error": answer}


def reassign(given: Facts) -> Facts:
    answer = reassignments.move(_states(given["seats"]), given["from"], given["to"])
    match answer:
        case Code():
            return {"error": answer, "seats": given["seats"]}
        case seating.Refused():
            return {"error": answer.code, "seat": answer.seat, "seats": given["seats"]}
        case dict():
            return {"seats": answer}


def _chart(given: Facts) -> Chart:
    return Chart(
        tuple(
            Row(
                row["row"],
                tuple(row["seats"]),
                row.get("section", "Main"),
                frozenset(row.get("breaks_after", ())),
            )
            for row in given["rows"]
        ),
        tuple(given.get("rank", ())),
        {
            seat: word(SeatType, kind, f"type of {seat}")
            for seat, kind in given.get("types", {}).items()
        },
        given.get("levels", {}),
        {seat: (x_m, y_m) for seat, (x_m, y_m) in given.get("coords", {}).items()},
    )


def _policy(given: Facts) -> distancing.Policy:
    areas = given.get("areas")
    return distancing.Policy(
        side=given.get("side", 0),
        areas=None if areas is None else frozenset(areas),
        front_back=given.get("front_back", False),
        diagonal=given.get("diagonal", False),
        pitch_m=given.get("pitch", 1),
        min_distance_m=given.get("min_distance"),
    )


def _state(text: str) -> seating.State:
    return word(seating.State, text, "status")


def _states(given: dict[str, str]) -> dict[str, seating.State]:
    return {seat: _state(text) for seat, text in given.items()}


def _moment(text: str) -> datetime:
    moment = parse(text, UTC)
    if moment is None:
        raise ImpossibleDate(text, "time", "is none")
    return moment


def _time(text: str) -> Any:
    time = time_of_day(text)
    if time is None:
        raise ImpossibleDate(text, "time of day", "is none")
    return time


def _text(moment: datetime, timespec: str) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec=timespec)


ADAPTERS: dict[str, Callable[[Facts], Facts]] = {
    "best_available": best_available,
    "chart_snapshot": chart_snapshot,
    "distancing": distance,
    "distancing_capacity": distancing_capacity,
    "ga_request": ga_request,
    "hold_timer": hold_timer,
    "offline_sale": offline_sale,
    "order_type": order_type,
    "outage_reentry": outage_reentry,
    "pack_schedule": pack_schedule,
    "pick_check": pick_check,
    "reassign": reassign,
    "seat_transition": seat_transition,
    "seat_visibility": seat_visibility,
}
