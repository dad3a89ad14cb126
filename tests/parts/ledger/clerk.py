"""Staff of the small theatre in front of the box office's pages, without scripts."""

import argon2
from sqlalchemy import select

from ledger import passwords, staff
from ledger.tables.house import StaffRow
from tests import page_tree
from tests.pages import Guest, Page

PASSWORD = "lobby-demo"
PEOPLE = {
    "anna": ("Anna Berg", ("manager",)),
    "bo": ("Bo Lund", ("box_office",)),
    "vera": ("Vera Holt", ("supervisor",)),
    "tom": ("Tom Ruiz", ("usher",)),
    "rita": ("Rita Falk", ("reader",)),
}


# As good a hash as any, and quick to make: these passwords guard nothing.
_QUICK = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hire(ledger) -> dict[str, str]:
    """Give everybody an account; logins to ids."""
    passwords._hasher = _QUICK
    return ledger.store.write(_hire, ledger.means())


def _hire(session, means) -> dict[str, str]:
    return {
        login: staff.hire(
            session,
            means,
            name=name,
            login=login,
            password=PASSWORD,
            pin=None,
            roles=roles,
        )
        for login, (name, roles) in PEOPLE.items()
    }


def clerk(app, login: str) -> Guest:
    """Somebody who has logged in: with the cookie that the login page would have given."""
    guest = Guest(app)
    with app.extensions["foh"].store.read() as session:
        person = session.scalars(select(StaffRow.id).where(StaffRow.login == login)).one()
    with guest._client.session_transaction() as cookie:
        cookie["staff"] = person
        cookie.permanent = True
    guest.open("/staff/orders")
    return guest


def fill(guest: Guest, name: str, text: str) -> None:
    """Type something into a box, by the box's own name."""
    box = next(box for box in guest.page.tree.iter("input") if box.get("name") == name)
    page_tree.fill(box, text)
    guest.page.filled()


def pick(guest: Guest, name: str, value: str) -> None:
    """Choose from a list, by its own name."""
    lists = guest.page.tree.iter("select")
    for option in next(one for one in lists if one.get("name") == name).iter("option"):
        option.attrib.pop("selected", None)
        if option.get("value") == value:
            option.set("selected", "")
    guest.page.filled()


def both_press(
    button: str, quick: Guest, first: tuple[str, str], slow: Guest, then: tuple[str, str]
) -> Page:
    """Two who see the same type into a box each, and press: give the slow one's page."""
    fill(quick, *first)
    quick.press(button)
    fill(slow, *then)
    return slow.press(button)
