"""The house as pages need it: its name, its languages, its words."""

from flask import Flask, current_app

from kiosk import documents
from kiosk.device import Device
from kiosk.documents import House


def read(device: Device) -> House:
    """Give the house's settings; bare ones before this device was paired."""
    if not device.paired:
        return House()
    with device.store.read() as session:
        return documents.house(session)


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
