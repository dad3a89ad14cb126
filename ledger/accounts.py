"""Accounts of staff: hire, change roles, new password, let go. Each is audited.

Somebody who leaves is out at once: every request asks whether they still work here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import staff_codes
from ledger import audit, rivals, staff
from ledger.clock import Means
from ledger.rivals import Overtaken
from ledger.tables.house import StaffRow

SHORTEST_PASSWORD = 10
WORDS = {
    "manager": "Manager",
    "supervisor": "Supervisor",
    "box_office": "Box office",
    "usher": "Usher",
    "reader": "Read only",
}
assert set(WORDS) == set(staff.ROLES)
_CHANGES = (
    "hire",
    "change_account",
    "let_go",
    "new_password",
    "staff_code",
    "end_staff_code",
)


class Unfit(ValueError):
    """An account that cannot be like this; the text says why, at the field."""


@dataclass(frozen=True)
class Account:
    """Somebody's account. secrets: names password, PIN and code, and tells nothing of
    them.
    left_ms: since when they are gone.
    """

    id: str
    name: str
    login: str
    roles: tuple[str, ...]
    has_pin: bool
    has_code: bool
    secrets: str
    left_ms: int | None

    @property
    def mark(self) -> str:
        """Name what the account is now, as somebody sees it."""
        return rivals.mark(sorted(self.roles), self.secrets, self.left_ms)


def all_(session: Session) -> list[Account]:
    """Give every account, those who left last."""
    rows = session.scalars(
        select(StaffRow).order_by(StaffRow.left_ms.is_not(None), StaffRow.name)
    )
    return [_account(row) for row in rows]


def _account(row: StaffRow) -> Account:
    roles = tuple(json.loads(row.roles))
    return Account(
        row.id,
        row.name,
        row.login,
        roles,
        row.pin is not None,
        row.code is not None,
        rivals.mark(row.password, row.pin, row.code),
        row.left_ms,
    )


def hire(
    session: Session,
    means: Means,
    *,
    name: str,
    login: str,
    password: str,
    pin: str,
    roles: Sequence[str],
    by: str,
) -> str:
    """Open an account. Raises Unfit."""
    login = login.strip().lower()
    if not name.strip() or not login:
        raise Unfit("Please give a name and a login.")
    if session.scalar(select(StaffRow.id).where(StaffRow.login == login)):
        raise Unfit(f"There is an account called {login} already.")
    _check(password, pin, roles)
    id = staff.hire(
        session,
        means,
        name=name.strip(),
        login=login,
        password=password,
        pin=pin or None,
        roles=roles,
    )
    _note(session, means, by, "hire", id, roles=list(roles))
    return id


def change(
    session: Session,
    means: Means,
    id: str,
    *,
    roles: Sequence[str],
    password: str,
    pin: str,
    by: str,
    seen: str = "",
) -> Overtaken | None:
    """Change roles, and password or PIN where new ones are given. Raises Unfit.

    seen: `Account.mark` of what was changed; nothing is done if it is otherwise by now.
    """
    row = session.get_one(StaffRow, id, with_for_update=True, populate_existing=True)
    if seen and _account(row).mark != seen:
        return rivals.last(session, id, *_CHANGES)
    _check(password or "x" * SHORTEST_PASSWORD, pin, roles)
    if "manager" not in roles:
        _keep_a_manager(session, row)
    row.roles = json.dumps(list(roles))
    staff.renew(row, password=password or None, pin=pin or None)
    session.flush()
    staff.tell(session, means, row)
    _note(session, means, by, "change_account", id, roles=list(roles))
    if password:
        _note(session, means, by, "new_password", id)
    return None


def let_go(
    session: Session, means: Means, id: str, *, by: str, seen: str = ""
) -> Overtaken | None:
    """Close an account: out at once, and devices forget the PIN. Raises Unfit.

    seen: as in `change`.
    """
    row = session.get_one(StaffRow, id, with_for_update=True, populate_existing=True)
    if seen and _account(row).mark != seen:
        return rivals.last(session, id, *_CHANGES)
    if row.left_ms is None:
        _keep_a_manager(session, row)
        row.left_ms = means.now_ms
        session.flush()
        staff.tell(session, means, row)
        _note(session, means, by, "let_go", id)
    return None


def give_code(session: Session, means: Means, id: str, *, by: str) -> str:
    """Draw a staff code and give its text, this once; one from before opens nothing more.

    Raises Unfit, NoResultFound.
    """
    row = session.get_one(StaffRow, id, with_for_update=True, populate_existing=True)
    if row.left_ms is not None:
        raise Unfit("This account is closed.")
    if row.pin is None:
        raise Unfit("A code goes with a PIN: please set a PIN first.")
    text = staff_codes.draw(means.chance)
    row.code = staff_codes.hash_of(text)
    session.flush()
    staff.tell(session, means, row)
    _note(session, means, by, "staff_code", id)
    return text


def end_code(session: Session, means: Means, id: str, *, by: str) -> bool:
    """Take a staff code back, as when a card is lost. False: there was none.

    Raises NoResultFound.
    """
    row = session.get_one(StaffRow, id, with_for_update=True, populate_existing=True)
    if row.code is None:
        return False
    row.code = None
    session.flush()
    staff.tell(session, means, row)
    _note(session, means, by, "end_staff_code", id)
    return True


def _check(password: str, pin: str, roles: Sequence[str]) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Unfit(f"A password has at least {SHORTEST_PASSWORD} characters.")
    if pin and not (pin.isascii() and pin.isdigit() and 6 <= len(pin) <= 12):
        raise Unfit("A PIN has six digits or more.")
    if not roles or set(roles) - set(staff.ROLES):
        raise Unfit("Please choose at least one role.")


def _keep_a_manager(session: Session, row: StaffRow) -> None:
    others = [
        one
        for one in all_(session)
        if one.id != row.id and one.left_ms is None and "manager" in one.roles
    ]
    if not others and "manager" in json.loads(row.roles):
        raise Unfit("Somebody has to be the manager: make another one first.")


def _note(
    session: Session, means: Means, by: str, action: str, id: str, **facts: object
) -> None:
    audit.note(session, means, staff=by, action=action, subject=id, facts=facts)
