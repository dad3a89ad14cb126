"""All pages of a device, put together."""

from typing import cast

from flask import Blueprint, Flask

from kiosk.device import Device
from kiosk.web import (
    access,
    alive,
    aloud,
    attract,
    components,
    crops,
    done,
    door,
    door_calls,
    door_find,
    door_lists,
    door_staff,
    due,
    extras,
    groups,
    guard,
    help,
    house_map,
    how_many,
    leaving,
    left,
    look,
    network,
    newest,
    order,
    pairing,
    payment,
    performances,
    phone,
    printing,
    refusals,
    scans,
    screen,
    seats,
    staff,
    staff_care,
    staff_link,
    staff_money,
    staff_paper,
    staff_rehearsal,
    staff_senses,
    trouble,
    wallet,
    will_call,
)
from kiosk.web.straight import Straight

# What an usher's phone may open, too; nothing else of a device leaves the machine.
DOOR = (door.bp, door_calls.bp, door_find.bp, door_lists.bp, door_staff.bp, phone.bp)

STAFF = (
    staff.bp,
    staff_care.bp,
    staff_link.bp,
    staff_money.bp,
    staff_paper.bp,
    staff_rehearsal.bp,
    staff_senses.bp,
)


def blueprints() -> list[Blueprint]:
    """Give every page. `install` must have been called on the app that gets them."""
    return [
        attract.bp,
        pairing.bp,
        performances.bp,
        how_many.bp,
        seats.bp,
        house_map.bp,
        order.bp,
        due.bp,
        extras.bp,
        wallet.bp,
        payment.bp,
        printing.bp,
        done.bp,
        will_call.bp,
        groups.bp,
        *DOOR,
        help.bp,
        access.bp,
        aloud.bp,
        leaving.bp,
        left.bp,
        refusals.bp,
        scans.bp,
        crops.bp,
        screen.bp,
        alive.bp,
        look.bp,
        components.bp,
        *STAFF,
    ]


def install(app: Flask) -> None:
    """Set up what pages stand on: session, tokens, headers, words for troubles.

    app.extensions["foh"] must be the device.
    """
    app.extensions.setdefault("foh_scans", newest.Newest())
    app.extensions.setdefault("foh_crops", crops.Eyes())
    guard.install(app, cast(Device, app.extensions["foh"]))
    # The scanner is no page of ours: it proves itself by its secret.
    guard.csrf.exempt(scans.bp)
    guard.csrf.exempt(crops.bp)
    if app.config.get("FOH_PHONES"):
        network.install(app, {bp.name for bp in DOOR})
    else:
        network.stay_here(app)
        app.wsgi_app = Straight(app)  # type: ignore[method-assign, assignment] # Flask's own way.
    trouble.install(app)
