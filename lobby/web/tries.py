"""What a visitor of the desk-top lobby can type or show to try each part of the product."""

from typing import Any

from lobby.web.answers import hardware


def typed() -> list[tuple[str, str]]:
    """Give what can be typed at the kiosk, the doors, the shop and the staff pages."""
    facts = hardware().demo_facts
    waiting = facts.get("will_call") or ()
    found = [
        ("Order, paid, to collect at the kiosk", _order(_one(waiting, paid=True))),
        ("Order, not paid yet: pay at the kiosk", _order(_one(waiting, paid=False))),
        ("Group of eight, to collect or to let in", _order(facts.get("group"))),
        ("Class of six on one ticket", _order(facts.get("class"))),
        ("Order for another night", _order(facts.get("other_night"))),
    ]
    words = ("Gift card of 100.00", "Gift card of 20.00; a card pays the rest")
    found += zip(words, facts.get("gift_cards") or (), strict=False)
    found += [
        ("Promo code, in the shop", facts.get("promo") or ""),
        ("Subscribers' code, in the shop", facts.get("subscribers") or ""),
    ]
    if member := facts.get("member"):
        found.append(("Member", f"{member['number']}, password {member['password']}"))
    for n, one in enumerate(facts.get("staff") or ()):
        login = f"{one['login']}, password {one['password']}"
        found.append((f"Staff pages: {_ROLES[min(n, 2)]}", login))
    for n, one in enumerate(facts.get("staff") or ()):
        if one.get("pin"):
            role = f"PIN of {one['login'].title()}, {_ROLES[min(n, 2)]}"
            found.append((role, one["pin"]))
    return [(what, text) for what, text in found if text]


def shown() -> list[tuple[str, str]]:
    """Give codes that are worth a look before a camera: what each is, and its text."""
    facts = hardware().demo_facts
    waiting = facts.get("will_call") or ()
    staff = facts.get("staff") or ()
    found = [
        ("A pickup code", _text(_one(waiting, paid=True), "code")),
        ("The code of an order that is not paid", _text(_one(waiting, paid=False), "code")),
        ("The code of a group of eight", _text(facts.get("group"), "code")),
        ("A ticket that Door B leads to", _text(facts.get("group"), "shows")),
        ("A ticket that is not paid", _text(_one(waiting, paid=False), "shows")),
        ("The ticket of a class of six", _text(facts.get("class"), "shows")),
        ("A ticket for another night", _text(facts.get("other_night"), "shows")),
        ("A membership card", _text(facts.get("member"), "card")),
        ("A web address", "https://www.example.org/menu"),
        ("A card of staff", _text(staff[0] if staff else None, "code")),
    ]
    return [(words, text) for words, text in found if text]


_ROLES = ("manager and supervisor", "usher", "clerk")


def _one(orders: Any, *, paid: bool) -> dict[str, Any] | None:
    return next((one for one in orders if one["paid"] == paid), None)


def _text(fact: dict[str, Any] | None, what: str) -> str:
    return str(fact[what]) if fact and fact.get(what) else ""


def _order(order: dict[str, Any] | None) -> str:
    """Write an order as on paper, with the last name that opens it."""
    if not order:
        return ""
    return f"{order['order'][:4]}-{order['order'][4:]}, {order['last_name']}"
