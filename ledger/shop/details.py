"""Who buys, and what else is said: name, e-mail, address, members, donation, questions.

Every fault stands beside its field, all at once, and nothing that was typed is lost.
Source: ORD2, ORD8, MEM2, MEM5, MEM6, FEE5.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ledger import (
    basket_changes,
    baskets,
    catalogue,
    evenings,
    on_sale,
    order_types,
    surveys,
    written,
)
from ledger.baskets import Basket, Details
from ledger.gateways import choose
from ledger.shop import formats, frame, memberships, tickets
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.speech import language
from ledger.shop.words import sorry
from ledger.web import amounts
from ledger.web.sale_form import plausible
from ledger.web.typed import Form

LONGEST = {"name": 200, "email": 200, "phone": 60, "address": 400, "subscriber": 200}
# Letters need some days; afterwards tickets are mailed as e-mail or collected.
POST_MS = 7 * 86_400_000


@bp.get("/baskets/<secret>/details")
def details(secret: str) -> ResponseReturnValue:
    """Ask who buys."""
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
        away = tickets.elsewhere(secret, basket)
        if away is not None or not basket.held:
            return away or redirect(url_for("shop.tickets", secret=secret), 303)
        return _page(session, secret, basket, Form(_before(session, basket)))


@bp.post("/baskets/<secret>/details")
def say(secret: str) -> ResponseReturnValue:
    """Read what was typed; go on when all of it can be read."""
    form = Form({k: v[:400].strip() for k, v in request.form.items()})
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
        away = tickets.elsewhere(secret, basket)
        if away is not None or not basket.held:
            return away or redirect(url_for("shop.tickets", secret=secret), 303)
        said = _read(session, basket, form)
    if request.form.get("act") != "prove":
        _check(said, form)
    proven = memberships.prove(basket, form)
    if request.form.get("act") == "prove":
        return _proved(secret, basket, said, form, proven)
    if not form.faults:
        said = replace(said, members=proven, complete=True)
        refused = frame.write(basket_changes.say, basket.id, said)
        if refused is not None:
            return redirect(url_for("shop.tickets", secret=secret), 303)
        return redirect(url_for("shop.summary", secret=secret), 303)
    # What can be read is kept: a reload, or a way back, loses nothing.
    frame.write(
        basket_changes.say, basket.id, replace(said, members=proven, complete=False)
    )
    with frame.ledger().store.read() as session:
        return _page(session, secret, frame.basket(session, secret), form), 422


def _proved(
    secret: str, basket: Basket, said: Details, form: Form, proven: tuple[str, ...]
) -> ResponseReturnValue:
    """A first member fills the form in; everything stays editable. Source: MEM5."""
    if proven:
        with frame.ledger().store.read() as session:
            said = memberships.fill(session, proven[0], said)
        flash(_("Welcome. Your seat credits are set aside for this order."), "done")
    frame.write(
        basket_changes.say, basket.id, replace(said, members=proven, complete=False)
    )
    if not form.faults:
        return redirect(url_for("shop.details", secret=secret), 303)
    with frame.ledger().store.read() as session:
        return _page(session, secret, frame.basket(session, secret), form), 422


def _before(session: Session, basket: Basket) -> dict[str, str]:
    """Give what was said before, as fields."""
    said = basket.details
    currency = catalogue.house(session).currency
    fields = {name: getattr(said, name) for name in LONGEST}
    fields["delivery"], fields["order_type"] = said.delivery, said.order_type
    fields["keep_card"] = "1" if said.keep_card else ""
    fields |= {f"q-{question}": answer for question, answer in said.answers}
    fields |= {f"member-{n}": email for n, email in enumerate(said.emails, 1)}
    if said.donation:
        fields["donation"] = str(said.donation)
        if said.donation not in _donations(session):
            fields |= {
                "donation": "other",
                "amount": written.plain(said.donation, currency),
            }
    return fields


def _read(session: Session, basket: Basket, form: Form) -> Details:
    """Read the form; faults say what in it cannot be read."""
    house = catalogue.house(session)
    show = on_sale.in_basket(session, basket.performance, frame.ledger().clock())
    donation = 0
    match form.get("donation"):
        case "other":
            try:
                donation = amounts.read(form.get("amount"), house.currency, what="donation")
            except amounts.NotAnAmount:
                form.faults["amount"] = _("Please write an amount such as 12.50.")
        case chosen if chosen.isascii() and chosen.isdecimal():
            donation = int(chosen) if int(chosen) in _donations(session) else 0
    answers = []
    for question in questions(session, show.production):
        given = form.get(f"q-{question['id']}")
        if given in {option["id"] for option in question["options"]}:
            answers.append((question["id"], given))
    kind = form.get("order_type")
    if kind:
        party = len(basket.seats)
        unfit = order_types.fits(session, kind, basket.performance, party)
        if unfit is not None:
            form.faults["order_type"] = sorry(unfit)
    delivery = form.get("delivery")
    texts: dict[str, Any] = {n: form.get(n)[:most] for n, most in LONGEST.items()}
    return Details(
        **texts,
        delivery=delivery if delivery in deliveries(show.starts_ms) else "email",
        donation=donation,
        answers=tuple(answers),
        emails=tuple(form.get(f"member-{n}") for n in range(1, basket.member_seats + 1)),
        language=language(),
        promo=basket.details.promo,
        order_type=kind if "order_type" not in form.faults else "",
        keep_card=form.get("keep_card") == "1" and _keeps(session, basket),
    )


def _keeps(session: Session, basket: Basket) -> bool:
    """Whether a card may be needed later: somebody subscribes, and cards pay here."""
    here = evenings.read(session, basket.performance)
    return tickets.asks_subscriber(here, basket) and bool(choose.gateway(frame.ledger()))


def _check(said: Details, form: Form) -> None:
    if not said.name:
        form.faults["name"] = _("Please give your name.")
    if not said.email:
        form.faults["email"] = _("Please give an e-mail address: your tickets go there.")
    elif not plausible(said.email):
        form.faults["email"] = _("This is no e-mail address.")
    if said.delivery == "mail" and len(said.address.split()) < 3:
        form.faults["address"] = _("To mail tickets, we need street, postcode and town.")
    if "subscriber" in form.typed and not said.subscriber:
        form.faults["subscriber"] = _("Please say who the subscriber is.")
    for name, text in form.typed.items():
        if name in LONGEST and any(ord(c) < 32 and c not in "\r\n\t" for c in text):
            form.faults[name] = _("There is a character that cannot be printed.")


def deliveries(starts_ms: int) -> dict[str, str]:
    """Give how tickets may reach the patron: id to words."""
    found = {
        "email": _("By e-mail: print them, or show them on your phone"),
        "will_call": _("Collect them at the theatre"),
    }
    if starts_ms - frame.ledger().clock() > POST_MS:
        found["mail"] = _("By post")
    return found


def _donations(session: Session) -> list[int]:
    """Give the amounts that the house proposes, in minor units."""
    extras = json.loads(catalogue.house(session).extras)
    return [int(amount) for amount in extras.get("donations", ())]


def questions(session: Session, production: str) -> list[dict[str, Any]]:
    """Give what buyers are asked: of this production, and of the house. Source: ORD8."""
    asked = [
        {
            "id": question.id,
            "words": question.words,
            "options": [{"id": o, "words": o} for o in question.options],
        }
        for question in surveys.asked(session, production)
    ]
    own = json.loads(catalogue.house(session).extras).get("question")
    if own:
        asked.append(
            {
                "id": own["id"],
                "words": _in_language(own["words"]),
                "options": [
                    {"id": o["id"], "words": _in_language(o["words"])}
                    for o in own["options"]
                ],
            }
        )
    return asked


def _in_language(words: Mapping[str, str]) -> str:
    return words.get(language()) or next(iter(words.values()), "")


def _page(session: Session, secret: str, basket: Basket, form: Form) -> str:
    here = evenings.read(session, basket.performance)
    show = on_sale.in_basket(session, basket.performance, frame.ledger().clock())
    members = [
        (n, formats.seat(here.plan, seat))
        for n, seat in enumerate(memberships.seats(basket), 1)
    ]
    return frame.page(
        "details.html",
        session,
        secret=secret,
        basket=basket,
        show=show,
        form=form,
        faults=form.faults,
        members=members,
        subscriber=tickets.asks_subscriber(here, basket),
        keeps=_keeps(session, basket),
        deliveries=deliveries(show.starts_ms),
        order_types=order_types.online(session),
        donations=_donations(session),
        questions=questions(session, show.production),
        quote=baskets.quote(session, basket),
        currency=here.prices.currency,
    )
