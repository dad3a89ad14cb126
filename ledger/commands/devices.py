"""Let a device in, and go on without one that is lost."""

import argparse
import json
import os

from ledger import config, devices, recovery, tls
from ledger.commands import opened


def invite(settings: config.Config, asked: argparse.Namespace) -> int:
    """Invite a device, and write down what it needs to pair."""
    with opened.Open(settings) as ledger:
        invitation = ledger.store.write(
            devices.invite,
            ledger.means(),
            name=asked.name,
            role=asked.role,
            place=asked.place or "",
            url=asked.url or settings.public_url,
            spki=tls.pin(settings.tls_certificate),
        )
    text = json.dumps(invitation) + "\n"
    if asked.out is None:
        print(text, end="")
        return 0
    descriptor = os.open(asked.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    return 0


def strike_off(settings: config.Config, asked: argparse.Namespace) -> int:
    """Go on without a device after a restore."""
    from sqlalchemy import select

    from ledger.tables.devices import DeviceRow

    with opened.Open(settings) as ledger:
        with ledger.store.read() as session:
            device = session.scalar(
                select(DeviceRow.id).where(DeviceRow.name == asked.name)
            )
        if device is None:
            raise opened.Stopped(f"There is no device called {asked.name}.")
        ledger.store.write(
            recovery.strike_off,
            ledger.means(),
            device,
            staff=asked.staff,
            reason=asked.reason,
        )
    return 0
