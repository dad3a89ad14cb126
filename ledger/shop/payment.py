"""Look over the order, and pay: once, whatever is pressed twice, gone back to or reloaded.

Source: ORD2, ORD9, PAY1-PAY5.
"""

from typing import Any
from urllib.parse import urlsplit

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice import cards, ids
from boxoffice.refusals import Code
from ledger import (
    basket_tenders,
    baskets,
    catalogue,
    checkout_attempts,
    checkouts,
    evenings,
    membership_kinds,
    on_sale,
    order_types,
)
from ledger.baskets import Basket
from ledger.checkout_attempts import Attempt
from ledger.checkouts import Trouble
from ledger.gateways import choose
from ledger.gateways.port import Down, Gateway
from ledger.refused import Refused
from ledger.requests import Made
from ledger.shop import codes, details, frame, gift_cards, membership_orders, tickets
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.speech import language
from ledger.shop.words import sorry


@bp.get("/baskets/<secret>/summary")
def summary(secret: str) -> ResponseReturnValue:
    """Show the whole order once more, with the button that pays."""
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
        away = _not_yet(secret, basket)
        if away is None and basket.membership:
            return membership_orders.summary(
                session, secret, basket, **_facts(session, basket)
            )
        if away is None and basket.gift:
            return gift_cards.summary(session, secret, basket, **_facts(session, basket))
        return away or _page(session, secret, basket)


def _not_yet(secret: str, basket: Basket) -> ResponseReturnValue | None:
    if not basket.performance and basket.state == "open":
        return None
    away = tickets.elsewhere(secret, basket)
    if away is None and not basket.held:
        return redirect(url_for("shop.tickets", secret=secret), 303)
    if away is None and not basket.details.complete:
        return redirect(url_for("shop.details", secret=secret), 303)
    return away


def _page(session: Session, secret: str, basket: Basket) -> str:
    here = evenings.read(session, basket.performance)
    show = on_sale.in_basket(session, basket.performance, frame.ledger().clock())
    facts = _facts(session, basket)
    return frame.page(
        "summary.html",
        session,
        secret=secret,
        basket=basket,
        show=show,
        lines=tickets.lines_of(session, here, basket, facts["quote"]),
        deliveries=details.deliveries(show.starts_ms),
        order_type=order_types.name(session, basket.details.order_type),
        **facts,
    )


def _facts(session: Session, basket: Basket) -> dict[str, Any]:
    """Give what the page needs to pay: the sum, a key, and how the last attempt ended."""
    quote = baskets.quote(session, basket)
    by_code = basket_tenders.payments(session, basket)
    due = quote.charge - sum(one.amount for one in by_code)
    gateway = choose.gateway(frame.ledger())
    refusal = checkout_attempts.why(session, basket)
    if gateway is not None and gateway.origin:
        g.banks = f"'self' {gateway.origin}"
    means = frame.ledger().means()
    return {
        "quote": quote,
        "by_code": by_code,
        "left": basket_tenders.left(session, basket, by_code),
        "code_typed": codes.typed(),
        "due": due,
        "currency": catalogue.house(session).currency,
        "key": ids.uuid7(means.now_ms, means.chance(10)),
        "refusal": sorry(Refused(refusal)) if refusal else "",
        "another": bool(cards.another_way(basket.failures)),
        "payable": gateway is not None or due == 0,
    }


@bp.post("/baskets/<secret>/payments")
def pay(secret: str) -> ResponseReturnValue:
    """Begin to pay, or find what an earlier press of this very button began."""
    key = request.form.get("key", "")
    if not ids.is_uuid(key):
        abort(400)
    ledger = frame.ledger()
    gateway = choose.gateway(ledger)
    with ledger.store.read() as session:
        basket = frame.basket(session, secret)
        if basket.state == "open" and (away := _not_yet(secret, basket)):
            return away
    terminal = gateway.name if gateway else ""
    if gateway is None and basket.state == "open":
        with ledger.store.read() as session:
            if basket_tenders.due(session, basket):
                return redirect(url_for("shop.summary", secret=secret), 303)
    started = frame.write(checkouts.start, basket.id, key=key, terminal=terminal)
    match started:
        case Made():
            if started.again and basket.intent not in {None, key}:
                flash(sorry(Refused(Code.ORDER_ALREADY_CONFIRMED)), "note")
            return redirect(url_for("shop.confirmed", secret=secret), 303)
        case Attempt(state="started" | "unknown") if gateway is not None:
            return _send(secret, basket, started, gateway)
        case Attempt():
            return redirect(url_for("shop.paying", secret=secret), 303)
        case Refused():
            flash(sorry(started), "sorry")
    return redirect(url_for("shop.summary", secret=secret), 303)


def _send(
    secret: str, basket: Basket, attempt: Attempt, gateway: Gateway
) -> ResponseReturnValue:
    """Send the patron to the page where the card is typed."""
    ledger = frame.ledger()
    back = ledger.config.public_url + url_for("shop.paying", secret=secret)
    with ledger.store.read() as session:
        house = catalogue.house(session).name
        title = _title(session, basket)
    found = checkouts.address(
        ledger.store,
        ledger.means(),
        gateway,
        attempt,
        words=f"{house}: {title}",
        email=basket.details.email,
        back=back,
        language=language(),
        keep=basket.details.keep_card,
    )
    if isinstance(found, Trouble):
        if not found.certain:
            return redirect(url_for("shop.paying", secret=secret), 303)
        words = _(
            "The payment page is not answering. Nothing was charged. Your seats are kept."
        )
        flash(words, "sorry")
        return redirect(url_for("shop.summary", secret=secret), 303)
    parts = urlsplit(found)
    ours = found.startswith(ledger.config.public_url + "/")
    # By whatever name the patron knows us, our own pages are here.
    return redirect(parts.path if ours else found, 303)


def _title(session: Session, basket: Basket) -> str:
    """Name what is paid for."""
    if basket.gift:
        return _("Gift card")
    if basket.membership:
        kind = membership_kinds.find(session, basket.membership)
        return kind.name if kind else ""
    return on_sale.in_basket(session, basket.performance, frame.ledger().clock()).title


@bp.get("/baskets/<secret>/payment")
def paying(secret: str) -> ResponseReturnValue:
    """Say how the payment stands: this is where the bank's page leads back to."""
    ledger = frame.ledger()
    with ledger.store.read() as session:
        basket = frame.basket(session, secret)
    silent = False
    if basket.state == "paying":
        silent = not _settle(basket)
        with ledger.store.read() as session:
            basket = frame.basket(session, secret)
    match basket.state:
        case "sold":
            return redirect(url_for("shop.confirmed", secret=secret), 303)
        case "paying":
            with ledger.store.read() as session:
                gateway = choose.gateway(ledger)
                if gateway is not None and gateway.origin:
                    g.banks = f"'self' {gateway.origin}"
                return frame.page(
                    "paying.html",
                    session,
                    secret=secret,
                    basket=basket,
                    silent=silent,
                    key=basket.intent,
                )
        case _:
            return redirect(url_for("shop.summary", secret=secret), 303)


@bp.post("/baskets/<secret>/payment")
def give_up(secret: str) -> ResponseReturnValue:
    """End the payment, unless it is paid already, and let the order be changed."""
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
    if basket.state == "paying":
        _settle(basket, close=True)
    return redirect(url_for("shop.paying", secret=secret), 303)


def _settle(basket: Basket, *, close: bool = False) -> bool:
    """Ask the gateway; False: it does not answer."""
    ledger = frame.ledger()
    gateway = choose.gateway(ledger)
    with ledger.store.read() as session:
        attempt = checkout_attempts.find(session, basket.intent or "")
    if gateway is None or attempt is None:
        return False
    try:
        checkouts.settle(
            ledger.store,
            ledger.means(),
            gateway,
            attempt,
            close=close,
            accept_mismatch=ledger.config.accept_mismatch,
        )
    except Down:
        return False
    return True
