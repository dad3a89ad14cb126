"""The house as pages need it: its name, its languages, its words."""

from flask import Flask, current_app, g

from kiosk import documents
from kiosk.device import Device
from kiosk.documents import House
from kiosk.web.speech import get_locale


def read(device: Device) -> House:
    """Give the house's settings; bare ones before this device was paired."""
    if not device.paired:
        return House()
    with device.store.read() as session:
        return documents.house(session)


def own(text: str) -> str:
    """Say one of the house's own texts in the guest's language, as far as it is known."""
    found = get_locale()
    if not text or found is None:
        return text
    if "own_words" not in g:
        g.own_words = read(current_app.extensions["foh"])
    home: House = g.own_words
    return home.own(text, found.language)


def ready(device: Device) -> bool:
    """Say whether this device belongs to a house, has heard of it and has recovered."""
    return stands_ready(current_app, device)


def stands_ready(app: Flask, device: Device) -> bool:
    """The same, outside of any request."""
    runs = app.extensions.get("foh_loops") is not None
    return device.paired and bool(read(device).name) and (not runs or device.ready.is_set())


def is_door(device: Device) -> bool:
    """Say whether this device is a door and nothing else."""
    return device.paired and device.me.role == "door"
