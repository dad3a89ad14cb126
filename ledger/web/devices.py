"""Kiosks and doors: pair them, see what they own, ask for it back, revoke them."""

import json
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import (
    audit,
    catalogue,
    devices,
    guessing,
    introductions,
    recalls,
    reports,
    tls,
)
from ledger.clock import Means
from ledger.documents import code
from ledger.refused import Refused
from ledger.tables.devices import DeviceRow
from ledger.web import desk, fault_words

bp = Blueprint("devices", __name__, url_prefix="/staff/devices")
ROLES = ("kiosk", "door")
SILENT_MS = 90_000


@bp.get("")
@desk.needs_login
def index() -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/devices.html",
            devices=reports.devices(session),
            zone=catalogue.house(session).zone,
            roles=ROLES,
            address=desk.public_url(),
            line=_line,
            alarm=guessing.alarming(session, desk.ledger().clock()),
        )


@bp.post("")
@desk.needs(desk.SUPERVISOR)
def invite() -> ResponseReturnValue:
    """Invite a new device, or one that is known by its name, and show the code once."""
    name, role = desk.field("name", most=60), desk.field("role")
    if not name or role not in ROLES:
        desk.refuse("Please give the device a name and say what it is.")
        return redirect(url_for("devices.index"), 303)
    with desk.ledger().store.read() as session:
        known = next((row for row in reports.devices(session) if row.name == name), None)
        if known is not None and (known.role != role or known.revoked_ms is not None):
            desk.refuse(f"There is a device called {name} that cannot be paired as this.")
            return redirect(url_for("devices.index"), 303)
    invitation, code_to_type, device = desk.write(
        _invite,
        name=name,
        role=role,
        url=desk.public_url(),
        spki=tls.pin(desk.ledger().config.tls_certificate),
        by=desk.me().id,
    )
    text = json.dumps(invitation, separators=(",", ":"))
    page = render_template(
        "staff/invitation.html",
        name=name,
        text=text,
        picture=code.drawn(text),
        typed=code_to_type,
        address=desk.public_url(),
        device=device,
        minutes=devices.INVITED_FOR_MS // 60_000,
    )
    return page, 200


def _invite(
    session: Session,
    means: Means,
    *,
    name: str,
    role: str,
    url: str,
    spki: str | None,
    by: str,
) -> tuple[dict[str, object], str, str]:
    invitation = devices.invite(
        session,
        means,
        name=name,
        role=role,
        url=url,
        spki=spki,
        lives_ms=devices.INVITED_FOR_MS,
    )
    device = session.scalars(select(DeviceRow.id).where(DeviceRow.name == name)).one()
    typed = introductions.offer(session, means, device)
    audit.note(session, means, staff=by, action="invite_device", subject=name)
    return invitation, typed, device


@bp.get("/<device>/pairing")
@desk.needs(desk.SUPERVISOR)
def pairing(device: str) -> ResponseReturnValue:
    """Show the number that a device with a typed code shows, to be compared."""
    ledger = desk.ledger()
    with ledger.store.read() as session:
        row = session.get(DeviceRow, device)
        if row is None:
            abort(404)
        return render_template(
            "staff/introduction.html",
            device=row,
            waiting=introductions.waiting(session, ledger.means(), device),
        )


@bp.post("/<device>/pairing")
@desk.needs(desk.SUPERVISOR)
def compare(device: str) -> ResponseReturnValue:
    """Take in the device that shows this number, or end its code."""
    if request.form.get("act") == "differs":
        desk.write(introductions.refuse, device, by=desk.me().id)
        desk.refuse(
            "The code has ended and nothing was paired. If the number stays another one,"
            " somebody sits between the device and this ledger."
        )
    elif desk.write(
        introductions.confirm, device, check=desk.field("check"), by=desk.me().id
    ):
        desk.say("Confirmed. The device becomes part of the house within seconds.")
    else:
        desk.refuse("No device waits with this number any more. Please show a new code.")
    return redirect(url_for("devices.show", device=device), 303)


@bp.get("/<device>")
@desk.needs_login
def show(device: str) -> ResponseReturnValue:
    ledger = desk.ledger()
    with ledger.store.read() as session:
        row = session.get(DeviceRow, device)
        if row is None:
            abort(404)
        owned = recalls.owned(session, device, ledger.clock())
        return render_template(
            "staff/device.html",
            device=row,
            health=_health(json.loads(row.health), catalogue.house(session).zone),
            owned=owned,
            names={
                o.performance: reports.seat_names(session, o.performance) for o in owned
            },
            zone=catalogue.house(session).zone,
            line=_line,
        )


_HEALTH = {
    "started": "Started",
    "clock": "Its clock",
    "fault": "Last fault",
    "healed": "Last mended",
}


def _health(told: dict[str, Any], zone: str) -> list[tuple[str, str]]:
    """Say in words what a device told of itself, and when."""
    found = []
    for kind, words in _HEALTH.items():
        facts = told.get(kind)
        if not isinstance(facts, dict):
            continue
        at = desk.day_and_time(facts.get("at_ms"), zone)
        code = facts.get("code")
        trust = facts.get("trust") if kind == "clock" else ""
        what = fault_words.fault(str(code)) if code else trust
        found.append((words, f"{what}, {at}" if what else at))
    return found


def _line(seen_ms: int | None) -> str:
    """Say in words whether a device is on the line: its feed asks every 20 s or sooner."""
    if seen_ms is None:
        return "Never heard of"
    silent_ms = desk.ledger().clock() - seen_ms
    if silent_ms < SILENT_MS:
        return "On the line"
    minutes = silent_ms // 60_000
    if minutes < 120:
        return f"Silent for {minutes} min"
    return f"Silent for {minutes // 60} h"


@bp.post("/<device>/seats")
@desk.needs(*desk.SELLERS)
def seats(device: str) -> ResponseReturnValue:
    """Ask for seats, or show the page on which two people take them away."""
    performance, wanted = desk.field("performance"), request.form.getlist("seat")
    if not wanted:
        desk.refuse("Please tick at least one seat.")
        return redirect(url_for("devices.show", device=device), 303)
    if request.form.get("act") == "break":
        return break_page(performance, wanted, url_for("devices.show", device=device))
    asked = desk.write(
        recalls.ask_back, performance=performance, seats=wanted, by=desk.me().id
    )
    if asked:
        desk.say(
            f"Asked for {desk.some(asked)}. They come back as soon as the device answers."
        )
    else:
        desk.refuse("No device owns these seats any more.")
    return redirect(url_for("devices.show", device=device), 303)


def break_page(performance: str, seats: list[str], back: str) -> ResponseReturnValue:
    """Show the form on which a second person confirms a break."""
    with desk.ledger().store.read() as session:
        names = reports.seat_names(session, performance)
    return render_template(
        "staff/break.html",
        performance=performance,
        seats=seats,
        names=names,
        back=back,
        reason=desk.field("reason"),
    )


@bp.post("/breaks")
@desk.needs(*desk.SELLERS)
def take_away() -> ResponseReturnValue:
    """Break allotments: two people and a reason."""
    performance, wanted = desk.field("performance"), request.form.getlist("seat")
    back = desk.inside(request.form.get("back", "")) or url_for("devices.index")
    done = desk.write(
        recalls.take_away,
        performance=performance,
        seats=wanted,
        by=desk.me().id,
        login=desk.field("login", most=100),
        password=request.form.get("password", "")[:200],
        reason=desk.field("reason"),
    )
    if isinstance(done, Refused):
        desk.refuse(f"{desk.words_of(done)} Nothing was taken away.")
        return break_page(performance, wanted, back)
    desk.say(
        f"Taken away: {desk.some(done)}. If the device sold one meanwhile, it will be"
        " among the discrepancies."
    )
    return redirect(back, 303)


@bp.post("/<device>/revocation")
@desk.needs(desk.SUPERVISOR)
def revoke(device: str) -> ResponseReturnValue:
    """Believe nothing more that this device signs."""
    reason = desk.field("reason")
    if not reason:
        desk.refuse("Please say why.")
        return redirect(url_for("devices.show", device=device), 303)
    if not desk.write(_revoke, device, by=desk.me().id, reason=reason):
        desk.refuse("This device was revoked before.")
    else:
        desk.say(
            "Revoked. Its unsold seats stay frozen until somebody takes them away here."
        )
    return redirect(url_for("devices.show", device=device), 303)


def _revoke(session: Session, means: Means, device: str, *, by: str, reason: str) -> bool:
    if session.get(DeviceRow, device) is None or not devices.revoke(session, means, device):
        return False
    audit.note(
        session, means, staff=by, action="revoke_device", subject=device, reason=reason
    )
    return True


@bp.post("/<device>/draining")
@desk.needs(desk.SUPERVISOR)
def drain(device: str) -> ResponseReturnValue:
    """Let a recovered device upload what it has, and nothing more."""
    desk.write(_drain, device, by=desk.me().id)
    desk.say("It may upload what it has, and nothing more. Pair it again to sell with it.")
    return redirect(url_for("devices.show", device=device), 303)


def _drain(session: Session, means: Means, device: str, *, by: str) -> None:
    if devices.drain(session, means, device):
        audit.note(session, means, staff=by, action="drain_device", subject=device)
