"""Adapters for money, orders, members and seasons."""

from datetime import date, datetime
from typing import Any

from boxoffice import (
    applications,
    attendees,
    bank_transfers,
    cards,
    exchanges,
    mailings,
    members,
    money,
    orders,
    pricing,
    printing,
    questions,
    refunds,
    releases,
    rollover,
    seasons,
    series,
    statements,
    will_call,
)
from boxoffice.bad_input import day, word
from boxoffice.charts import Chart, Row, SeatType

Facts = dict[str, Any]


def allocate(given: Facts) -> Facts:
    return {"parts": money.allocate(given["total"], given["weights"])}


def order_pricing(given: Facts) -> Facts:
    quote = pricing.quote(
        seller=word(pricing.Seller, given["seller"], "seller"),
        rules=[
            pricing.FeeRule(
                buyer=_or_anybody(pricing.Buyer, rule["buyer"]),
                seller=_or_anybody(pricing.Seller, rule["seller"]),
                fee=rule["fee"],
                outside=rule["outside"],
                on_zero_price=rule.get("on_zero_price", False),
            )
            for rule in given["fee_rules"]
        ],
        seats=[
            pricing.SeatLine(
                seat["price"],
                word(pricing.Buyer, seat["buyer"], "buyer"),
                seat.get("fee_units", 1),
            )
            for seat in given.get("seats", [])
        ],
        others=[
            pricing.OtherLine(line["amount"], line["bps"], line["outside"])
            for line in given.get("non_seat", [])
        ],
    )
    return {
        "patron_charge": quote.charge,
        "handling": quote.handling,
        "theatre_net": quote.net,
    }


def _or_anybody(words: Any, text: str) -> Any:
    return None if text == "*" else word(words, text, "fee rule")


def payment_application(given: Facts) -> Facts:
    lines = [
        applications.Line(
            line["id"],
            word(applications.Kind, line["kind"], "kind"),
            line["due"],
            _day(line.get("performance_date"), "performance date"),
        )
        for line in given["lines"]
    ]
    answer = applications.apply(lines, given["paid"])
    return {
        "applied": answer.applied,
        "seat_state": {
            ticket: "paid" if paid else "unpaid" for ticket, paid in answer.paid.items()
        },
        "on_account": answer.on_account,
    }


def seat_release(given: Facts) -> Facts:
    policy = given["policy"]
    run = releases.plan(
        [
            releases.Order(
                order["id"],
                order["status"],
                tuple(
                    releases.Seat(
                        seat["id"],
                        seat["price"],
                        seat["paid"],
                        seat.get("locked", False),
                        seat.get("printed", False),
                    )
                    for seat in order["seats"]
                ),
            )
            for order in given["orders"]
        ],
        releases.Policy(
            frozenset(policy["statuses"]),
            word(releases.Scope, policy["scope"], "scope"),
            word(releases.ZeroValue, policy["zero_value"], "zero value"),
        ),
    )
    return {"released": list(run.released), "kept": run.kept}


def rolls_over(given: Facts) -> Facts:
    answer = rollover.plan(
        rollover.Rollover(
            old_control_house=given["old_control_house"],
            new_control_house=given["new_control_house"],
            same_venue=given["same_venue"],
            option=word(series.Option, given["option"], "option"),
            grid=tuple(
                series.Match(row["next"], tuple(row["p1"]), tuple(row["p2"]))
                for row in given["mapping"]
            ),
            subscriptions=tuple(
                series.Subscription(
                    sub["id"],
                    sub["status"],
                    sub["series"],
                    tuple(sub["seats"]),
                    sub["desired"],
                    day(sub["since"], "since"),
                )
                for sub in given["subscriptions"]
            ),
            dropped=frozenset(given.get("dropped_series", [])),
            old_chart=_chart(given.get("old_chart")),
            new_chart=_chart(given.get("new_chart")),
        )
    )
    if isinstance(answer, list):
        return {"errors": [str(fault) for fault in answer]}
    return {
        "assigned": {
            id: {"series": seated.series, "seats": list(seated.seats)}
            for id, seated in answer.assigned.items()
        },
        "unseated": answer.unseated,
        "ignored": answer.ignored,
        "flags": answer.flags,
        "warnings": answer.warnings,
    }


def _chart(given: Facts | None) -> Chart | None:
    if given is None:
        return None
    return Chart(
        rows=tuple(
            Row(
                row["row"],
                tuple(row["seats"]),
                row.get("section", "Main"),
                frozenset(row.get("breaks_after", [])),
            )
            for row in given["rows"]
        ),
        best_first=tuple(given.get("rank", [])),
        types={seat: SeatType(kind) for seat, kind in given.get("types", {}).items()},
        levels=given.get("levels", {}),
    )


def playoffs(given: Facts) -> Facts:
    answer = seasons.playoffs(
        word(seasons.PlayoffOption, str(given["option"]), "option"),
        rounds=given["rounds"],
        games_per_round=given["games_per_round"],
    )
    return {
        "packages": answer.packages,
        "control_houses": answer.control_houses,
        "games_per_package": answer.games_per_package,
        "rollovers": answer.rollovers,
    }


def refund(given: Facts) -> Facts:
    answer = refunds.plan(
        [
            refunds.Ticket(
                ticket["id"],
                ticket["paid"],
                ticket["fee_outside"],
                word(orders.TicketStatus, ticket["status"], "status"),
            )
            for ticket in given["tickets"]
        ],
        [
            refunds.Tender(
                tender["id"],
                tender["kind"],
                tender["amount"],
                day(tender["at"], "at"),
                tender.get("brand"),
                tender.get("refunded", 0),
            )
            for tender in given["tenders"]
        ],
        include_fees=given["include_fees"],
        today=day(given["today"], "today"),
        card_window_months=given["card_window_months"],
        select=given.get("select"),
    )
    return {
        "per_ticket": answer.per_ticket,
        "total": answer.total,
        "tenders": {
            id: {"amount": back.amount, "route": back.route}
            for id, back in answer.tenders.items()
        },
        "unfunded": answer.unfunded,
    }


def exchange(given: Facts) -> Facts:
    first = given["original"]
    chain = exchanges.Chain(
        exchanges.Value(first["performance"], first["value"], first["fee"])
    )
    error: str | None = None
    for step in given["steps"]:
        if step["op"] == "exchange":
            answer = exchanges.exchange(chain, step["to"], given["offers"])
        else:
            answer = exchanges.refund(chain, include_fees=step["include_fees"])
        if not isinstance(answer, exchanges.Chain):
            error = answer
            break
        chain = answer
    links = [
        {"performance": link.performance, "value": link.value, "fee": link.fee}
        for link in chain.exchanges
    ]
    if error:
        return {"error": error, "chain": links}
    return {"chain": links, "refunded": chain.refunded or 0}


def mailing_filter(given: Facts) -> Facts:
    tickets = [
        mailings.Holder(
            ticket["performance"],
            word(orders.TicketStatus, ticket["status"], "status"),
            ticket["email"],
        )
        for ticket in given["tickets"]
    ]
    statuses = {
        word(orders.TicketStatus, status, "statuses")
        for status in given.get("statuses", ["active"])
    }
    return {"recipients": mailings.recipients(given["performance"], tickets, statuses)}


def contact_tracing(given: Facts) -> Facts:
    people = [
        attendees.Stay(
            person["ticket"],
            (person["xy"][0], person["xy"][1]),
            _clock(person["in"]),
            _clock(person["out"]),
        )
        for person in given["people"]
    ]
    found = attendees.contacts(given["index"], given["radius"], people)
    return {
        "contacts": [
            {"ticket": contact.ticket, "distance": float(contact.distance)}
            for contact in found
        ]
    }


def _clock(text: str | None) -> datetime | None:
    return datetime.fromisoformat(f"2026-01-01T{text}Z") if text is not None else None


def settlement(given: Facts) -> Facts:
    answer = statements.draw(
        [
            statements.Order(
                order["id"],
                order["charge"],
                order["handling"],
                _day(order["settled"], "settled"),
            )
            for order in given["orders"]
        ],
        on=day(given["statement_date"], "statement date"),
        minimum=given["minimum"],
        complete=given["production_complete"],
        carried=given.get("carried", 0),
    )
    return {
        "included": [order.id for order in answer.included],
        "amount": answer.amount,
        "issued": answer.issued,
        "carry_forward": answer.carry_forward,
    }


def name_match(given: Facts) -> Facts:
    return {"match": will_call.same_name(given["typed"], given["stored"])}


def lookup_throttle(given: Facts) -> Facts:
    throttle = will_call.Throttle(given["max_failures"], given["window_s"], given["lock_s"])
    answers = []
    for attempt in given["attempts"]:
        answer, throttle = throttle.attempt(attempt["t"], found=attempt["ok"])
        answers.append(answer)
    return {"answers": answers}


def print_once(given: Facts) -> Facts:
    events = [word(printing.Event, event, "events") for event in given["events"]]
    steps = printing.follow(events)
    end = steps[-1].printing if steps else printing.Printing()
    messages = []
    for event, step in zip(events, steps, strict=True):
        if step.refusal:
            messages.append(str(step.refusal))
        elif step.ignored:
            messages.append(f"IGNORED:{event}")
    return {
        "state": end.state,
        "issue": end.issue,
        "valid_issues": list(end.valid_issues),
        "messages": messages,
    }


def pickup(given: Facts) -> Facts:
    answer = will_call.collect(
        [
            will_call.Ticket(
                ticket["id"], ticket["price"], ticket["paid"], ticket.get("printed", False)
            )
            for ticket in given["tickets"]
        ],
        given["select"],
        policy=word(will_call.Policy, given["policy"], "policy"),
        photo_id=given.get("photo_id_flag", False),
    )
    if isinstance(answer, will_call.Collected):
        return {"print": list(answer.prints), "remaining": list(answer.remaining)}
    refused: Facts = {"print": [], "error": answer.code}
    if answer.due is not None:
        refused["due"] = answer.due
    return refused


def membership_credits(given: Facts) -> Facts:
    passwords = {member["id"]: member["password"] for member in given["members"]}

    def fits(member: members.Member | None, password: str) -> bool:
        return member is not None and passwords[member.id] == password

    answer = members.admit(
        given["production"],
        [
            members.Member(
                member["id"],
                member["email"],
                member["credits_per_production"],
                member.get("used", {}),
            )
            for member in given["members"]
        ],
        [members.Row(seat["email"], seat.get("password")) for seat in given["seats"]],
        fits,
    )
    if isinstance(answer, members.Accepted):
        return {"accepted": True, "remaining": answer.remaining}
    errors = {str(row): code for row, code in answer.errors.items()}
    return {"accepted": False, "errors": errors}


def card_decline(given: Facts) -> Facts:
    gateway = given["gateway"]
    outcome = cards.charge(
        given["amount"],
        cards.Reply(
            word(cards.Authorisation, gateway["auth"], "auth"),
            word(cards.Check, gateway.get("avs", "match"), "avs"),
            word(cards.Check, gateway.get("cvv", "match"), "cvv"),
            gateway.get("void_accepted", False),
        ),
    )
    return {
        "order": orders.Status.CONFIRMED
        if outcome.confirmed
        else orders.Status.UNCONFIRMED,
        "captured": outcome.captured,
        "auth_left_open": outcome.reserve_left,
        "seats": "sold" if outcome.confirmed else "held",
        "message": outcome.refusal or "OK",
    }


def confirm_idempotent(given: Facts) -> Facts:
    told = orders.Confirmations()
    captured = 0
    results = []
    for call in given["calls"]:
        answer = orders.confirm(told, call["key"])
        told = answer.confirmations
        results.append(answer.answer)
        if answer.capture:
            captured += given["amount"]
    return {"captured": captured, "results": results}


def question_tally(given: Facts) -> Facts:
    answer = questions.tally(given["options"], given["answers"])
    return {"counts": answer.counts, "respondents": answer.respondents}


def ticketing_worklist(given: Facts) -> Facts:
    listed = [
        orders.ToTicket(
            order["id"],
            order["confirmed"],
            word(orders.TicketingStatus, order["ticket_status"], "ticket status"),
            word(orders.Delivery, order["delivery"], "delivery"),
            order["performance_at"],
        )
        for order in given["orders"]
    ]
    return {"orders": orders.worklist(listed)}


def csv_cell(given: Facts) -> Facts:
    return {"cell": mailings.csv_cell(given["value"])}


def seat_colour(given: Facts) -> Facts:
    shade = applications.colour(given["price"], given["paid"])
    answer: Facts = {"colour": shade.colour, "reason": shade.reason}
    if shade.colour is applications.Colour.LIGHT_BLUE:
        answer["missing"] = shade.missing
    return answer


def bank_refund_flow(given: Facts) -> Facts:
    state = bank_transfers.State.REQUESTED
    log = []
    for name in given["events"]:
        event = word(bank_transfers.Event, name, "events")
        after = bank_transfers.step(state, event)
        if after is None:
            log.append(f"REFUSED:{event}:{state}")
        else:
            state = after
    return {
        "state": state,
        "log": log,
        "outstanding": bank_transfers.outstanding(state),
    }


def cancel_order(given: Facts) -> Facts:
    order = given["order"]
    answer = orders.cancel(
        orders.Order(
            "",
            orders.Patron(""),
            seats=tuple(order["seats"]),
            credits=(("member", order["membership_seats"]),),
            paid=order["payments"],
        )
    )
    return {
        "seats": dict.fromkeys(answer.freed, "available"),
        "file": answer.order.file,
        "credits_used": orders.give_back(given["credits_used"], answer.credits["member"]),
        "payments_net": answer.order.paid,
        "refund_created": answer.refunded != 0,
    }


def _day(text: str | None, where: str) -> date | None:
    return day(text, where) if text is not None else None


ADAPTERS = {
    "allocate": allocate,
    "order_pricing": order_pricing,
    "payment_application": payment_application,
    "seat_release": seat_release,
    "rollover": rolls_over,
    "playoffs": playoffs,
    "refund": refund,
    "exchange": exchange,
    "mailing_filter": mailing_filter,
    "contact_tracing": contact_tracing,
    "settlement": settlement,
    "name_match": name_match,
    "lookup_throttle": lookup_throttle,
    "print_once": print_once,
    "pickup": pickup,
    "membership_credits": membership_credits,
    "card_decline": card_decline,
    "confirm_idempotent": confirm_idempotent,
    "question_tally": question_tally,
    "ticketing_worklist": ticketing_worklist,
    "csv_cell": csv_cell,
    "seat_colour": seat_colour,
    "bank_refund_flow": bank_refund_flow,
    "cancel_order": cancel_order,
}
