"""Who stands at this device: a name or a staff code, a personal PIN, and what that allows.

The verifiers come with the feed, so PINs work on our own, too. A wrong PIN is counted
before it is compared, durably: five lock the person out of this device for 1, 5, then 30
minutes.
Source: sync.md §9, lobby.md §4, §5.
"""

from dataclasses import dataclass
from typing import Final, Literal

import argon2
import structlog
from sqlalchemy.orm import Session

from boxoffice import staff_codes
from kiosk import documents, log
from kiosk.device import Device
from kiosk.store.tables.device import PinMissRow
from kiosk.told import Member

Role = Literal["usher", "box_office", "supervisor"]

MOST_MISSES: Final = 5
LOCKS_MS: Final = (60_000, 300_000, 1_800_000)
_MAY: Final[dict[Role, frozenset[str]]] = {
    "usher": frozenset({"usher", "box_office", "supervisor", "manager"}),
    "box_office": frozenset({"box_office", "supervisor", "manager"}),
    "supervisor": frozenset({"supervisor", "manager"}),
}
_verifier = argon2.PasswordHasher()
_words = structlog.get_logger()


@dataclass(frozen=True)
class Person:
    """Somebody whose PIN was right."""

    id: str
    name: str
    role: Role


@dataclass(frozen=True)
class No:
    """Not let in. why: wrong, locked, or role; left: tries; wait_s: until the lock ends."""

    why: Literal["wrong", "locked", "role"]
    left: int = 0
    wait_s: int = 0


def people(device: Device, role: Role = "usher") -> list[Member]:
    """List who may do this here, by name."""
    with device.store.read() as session:
        found = documents.staff(session).values()
    return sorted(
        (one for one in found if one.roles & _MAY[role]), key=lambda one: one.name
    )


def owner(device: Device, text: str) -> str | None:
    """Give whose staff code this is; None: nobody's, or it was taken back."""
    hash = staff_codes.hash_of(text)
    with device.store.read() as session:
        found = documents.staff(session).values()
    return next((one.id for one in found if one.code and one.code == hash), None)


def enter(device: Device, who: str, pin: str, role: Role = "usher") -> Person | No:
    """Let somebody in by their PIN, or say why not."""
    with device.store.read() as session:
        member = documents.staff(session).get(who)
    if member is None or not member.roles & _MAY[role]:
        return No("role")
    left = device.store.write(_count, device, who)
    if left < 0:
        return No("locked", wait_s=locked_s(device, who))
    if not _fits(member.pin, pin):
        _words.warning("wrong PIN", staff=who, left=left)
        wait_s = locked_s(device, who) if left == 0 else 0
        return No("locked" if left == 0 else "wrong", left, wait_s)
    device.store.write(_forgive, who)
    return _person(member)


def known(device: Device, who: str) -> Person | None:
    """Find somebody who was let in before and still works here."""
    with device.store.read() as session:
        member = documents.staff(session).get(who)
    return _person(member) if member and member.roles & _MAY["usher"] else None


def may(device: Device, who: str, role: Role) -> bool:
    """Whether somebody who was let in may also do this."""
    with device.store.read() as session:
        member = documents.staff(session).get(who)
    return member is not None and bool(member.roles & _MAY[role])


def locked_s(device: Device, who: str) -> int:
    """Say for how many seconds somebody stays locked out."""
    with device.store.read() as session:
        row = session.get(PinMissRow, who)
        return -(-_locked_ms(device, row) // 1000) if row else 0


def note(
    session: Session, device: Device, who: str, what: str, subject: str, why: str
) -> None:
    """Write down what a member of staff did here, in the caller's transaction."""
    body = {"staff": who, "action": what, "subject": subject, "reason": why}
    log.append(session, device.clock, device.new_id(), "staff.action", body)


def _person(member: Member) -> Person:
    supervises = bool(member.roles & _MAY["supervisor"])
    return Person(member.id, member.name, "supervisor" if supervises else "usher")


def _count(session: Session, device: Device, who: str) -> int:
    """Count a try as a miss until it is none; give the tries left, -1 while locked."""
    row = session.get(PinMissRow, who)
    if row is None:
        row = PinMissRow(
            staff=who, misses=0, boot_id=device.clock.boot_id, locked_boot_ms=0
        )
        session.add(row)
    if row.boot_id != device.clock.boot_id:
        row.boot_id, row.locked_boot_ms = device.clock.boot_id, device.clock.boot_ms()
    if _locked_ms(device, row):
        return -1
    row.misses += 1
    row.locked_boot_ms = device.clock.boot_ms()
    return -row.misses % MOST_MISSES


def _locked_ms(device: Device, row: PinMissRow) -> int:
    if not row.misses or row.misses % MOST_MISSES:
        return 0
    step = min(row.misses // MOST_MISSES, len(LOCKS_MS)) - 1
    if row.boot_id != device.clock.boot_id:
        return LOCKS_MS[step]
    return max(0, row.locked_boot_ms + LOCKS_MS[step] - device.clock.boot_ms())


def _forgive(session: Session, who: str) -> None:
    row = session.get(PinMissRow, who)
    if row is not None:
        session.delete(row)


def _fits(verifier: str, pin: str) -> bool:
    try:
        return _verifier.verify(verifier, pin)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
