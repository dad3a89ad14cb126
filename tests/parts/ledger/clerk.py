"""Staff of the small theatre in front of the box office's pages, without scripts."""

import argon2

from ledger import passwords, staff
from tests.pages import Guest

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
    return {
        login: ledger.store.write(
            staff.hire,
            ledger.means(),
            name=name,
            login=login,
            password=PASSWORD,
            pin=None,
            roles=roles,
        )
        for login, (name, roles) in PEOPLE.items()
    }


def clerk(app, login: str) -> Guest:
    """Somebody who has logged in."""
    guest = Guest(app)
    guest.open("/login")
    guest.type("Name", login)
    guest.type("Password", PASSWORD)
    guest.press("Log in")
    return guest
