"""A support bundle: how this device is, for whoever helps from afar, without personal data.

Events are told by their type and time alone, settings without secrets. Source: lobby.md §5.
"""

import json
import platform
import sqlite3
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk import log
from kiosk.device import Device
from kiosk.store.tables.device import DocRow, LogRow, StateRow
from kiosk.store.tables.orders import IntentRow
from kiosk.store.tables.printing import PrintJobRow

MOST_EVENTS: Final = 2_000
KEPT: Final = 5


def version() -> str:
    """Give the version of this program."""
    try:
        return metadata.version("front-of-house")
    except metadata.PackageNotFoundError:
        return "checkout"


def write(device: Device) -> Path:
    """Write the bundle into the device's folder, keeping the newest five; give its file."""
    folder = device.config.folder / "support"
    folder.mkdir(exist_ok=True)
    name = "".join(c if c.isalnum() else "-" for c in device.me.name)
    file = folder / f"{name}-{device.clock.now_ms() // 1000}.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for part, told in _parts(device).items():
            made.writestr(f"{part}.json", json.dumps(told, indent=1, sort_keys=True))
    for old in sorted(folder.glob("*.zip"), key=lambda f: f.stat().st_mtime)[:-KEPT]:
        old.unlink()
    return file


def _parts(device: Device) -> dict[str, Any]:
    with device.store.read() as session:
        return {
            "device": _device(session, device),
            "events": _events(session),
            "paper": _counts(session, PrintJobRow.state, PrintJobRow.reason),
            "payments": _counts(session, IntentRow.state, IntentRow.reason),
            "documents": _counts(session, DocRow.entity),
        }


def _device(session: Session, device: Device) -> dict[str, Any]:
    config = device.config
    state = session.get_one(StateRow, 1)
    return {
        "version": version(),
        "python": sys.version,
        "machine": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
        "name": device.me.name,
        "role": device.me.role,
        "incarnation": device.me.incarnation,
        "link": "up" if device.up else "down",
        "clock": {"trust": device.clock.trust, "now_ms": device.clock.now_ms()},
        "faults": sorted(device.faults),
        "printer": {
            "status": device.paper_status.value,
            "profile": config.printer_profile,
            "set": bool(config.printer),
        },
        "terminal": {"set": bool(config.terminal), "answers": device.terminal_answers},
        "store": {
            "bytes": config.store.stat().st_size,
            "drains_only": state.drains_only,
            "revoked": state.revoked,
            "unsent": log.unsent(session),
        },
    }


def _events(session: Session) -> list[dict[str, Any]]:
    query = select(LogRow.seq, LogRow.type, LogRow.wall_ms, LogRow.boot_ms, LogRow.trust)
    newest = session.execute(query.order_by(LogRow.seq.desc()).limit(MOST_EVENTS))
    return [dict(row._mapping) for row in newest]


def _counts(session: Session, *by: Any) -> list[list[Any]]:
    query = select(*by, func.count()).group_by(*by).order_by(*by)
    return [list(row) for row in session.execute(query)]
