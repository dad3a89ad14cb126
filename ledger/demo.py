"""A small theatre to play with: tonight and the next days, always relative to now.

Filling is repeatable: what is there stays, evenings that have passed get successors, and
who was waiting for something that somebody has collected or used waits again, if the lobby
that opens has left a note that says so: a ledger that just starts again changes nothing.
`demo.json` in the ledger's folder says what scenarios need to know.
"""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import devices, staff
from ledger.clock import Means
from ledger.demo_house.evenings import is_on_tonight, put_on
from ledger.demo_house.house import ZONE, furnish
from ledger.demo_house.orders import renew
from ledger.demo_house.people import (
    PASSWORD,
    STAFF,
    enrol,
    give_out,
    hire,
    offer_memberships,
)
from ledger.store import Store
from ledger.tables.devices import DeviceRow
from ledger.tables.house import HouseRow

# A file in the ledger's folder: this evening shall begin as the first one did.
RENEW = "renew"
DEVICES = (
    ("Kiosk 1", "kiosk"),
    ("Kiosk 2", "kiosk"),
    ("Door A", "door"),
    ("Door B", "door"),
)


def fill(store: Store, folder: Path, means: Means, *, public_url: str) -> dict[str, Any]:
    """Make the demo house, or bring an older one up to now; give what is in demo.json."""
    if store.write(_is_empty):
        store.write(furnish, means)
        store.write(hire, means)
        store.write(enrol, means)
        store.write(offer_memberships, means)
    store.write(staff.tell_all, means)
    file = folder / "demo.json"
    facts: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    if not store.write(is_on_tonight, means):
        facts = store.write(put_on, means)
        facts |= store.write(give_out, means)
        facts["zone"] = ZONE
        facts["staff"] = [
            {"login": login, "password": PASSWORD, "pin": pin, "code": code}
            for _, login, _, pin, code in STAFF
        ]
    elif (folder / RENEW).exists():
        facts |= store.write(renew, means, facts)
    (folder / RENEW).unlink(missing_ok=True)
    file.write_text(json.dumps(facts, indent=1) + "\n")
    for name, role in DEVICES:
        _invite(store, folder, means, name, role, public_url)
    return facts


def _is_empty(session: Session) -> bool:
    return session.scalars(select(HouseRow)).first() is None


def _invite(
    store: Store, folder: Path, means: Means, name: str, role: str, public_url: str
) -> None:
    """Write an invitation for a device that has not been paired yet."""
    with store.read() as session:
        paired = session.scalars(
            select(DeviceRow.id).where(DeviceRow.name == name, DeviceRow.incarnation > 0)
        ).first()
    if paired is None:
        invitation = store.write(
            devices.invite, means, name=name, role=role, url=public_url
        )
        file = folder / "invites" / f"{name.lower().replace(' ', '-')}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(invitation))
        file.chmod(0o600)
