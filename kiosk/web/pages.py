"""All pages of a device, put together."""

from typing import cast

from flask import Blueprint, Flask

from kiosk.device import Device
from kiosk.web import (
    access,
    attract,
    components,
    door,
    due,
    guard,
    help,
    house_map,
    how_many,
    leaving,
    newest,
    order,
    payment,
    performances,
    printing,
    refusals,
    scans,
    screen,
    seats,
    trouble,
    will_call,
)


def blueprints() -> list[Blueprint]:
    """Give every page. `install` must have been called on the app that gets them."""
    return [
        attract.bp,
        performances.bp,
        how_many.bp,
        seats.bp,
        house_map.bp,
        order.bp,
        due.bp,
        payment.bp,
        printing.bp,
        will_call.bp,
        door.bp,
        help.bp,
        access.bp,
        leaving.bp,
        refusals.bp,
        scans.bp,
        screen.bp,
        components.bp,
    ]


def install(app: Flask) -> None:
    """Set up what pages stand on: session, tokens, headers, words for troubles.

    app.extensions["foh"] must be the device.
    """
    app.extensions["foh_scans"] = newest.Newest()
    guard.install(app, cast(Device, app.extensions["foh"]))
    # The scanner is no page of ours: it proves itself by its secret.
    guard.csrf.exempt(scans.bp)
    trouble.install(app)
