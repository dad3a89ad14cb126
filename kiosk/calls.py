"""Guests who called somebody, as doors and staff menus of this house hear of them."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from boxoffice import ids
from kiosk import documents
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused

ANSWER_S = 2.0


@dataclass(frozen=True)
class Waiting:
    """A guest who waits. by: who is coming, nobody yet when blank."""

    id: str
    place: str
    since_ms: int
    by: str


def waiting(device: Device) -> list[Waiting]:
    """Give the open calls of the house, oldest first, as far as this device has heard."""
    if not device.paired:
        return []
    with device.store.read() as session:
        found = documents.calls(session)
    return sorted(
        (_read(id, body) for id, body in found.items()), key=lambda one: one.since_ms
    )


def answer(device: Device, call: str, *, by: str, eta_min: int) -> bool:
    """Say who is coming; False: the line is down, or the call has ended."""
    return _tell(device, "PUT", call, {"by": by, "eta_min": eta_min})


def end(device: Device, call: str) -> bool:
    """Say that the guest was helped; False: the line is down, or it has ended."""
    return _tell(device, "DELETE", call, None)


def cry(device: Device, why: str) -> None:
    """Call staff to this device past its store, which cannot be written."""
    if device.up:
        body = {"place": device.me.name, "page": why}
        id = device.new_id()
        with suppress(LineDown, NotUnderstood, Refused):
            device.line.post(
                "/api/calls", {"call": id, **body}, timeout_s=ANSWER_S, request=id
            )


def _tell(device: Device, method: str, call: str, body: dict[str, Any] | None) -> bool:
    if not ids.is_uuid(call):
        return False
    try:
        device.line.request(method, f"/api/calls/{call}", body, timeout_s=ANSWER_S)
    except (LineDown, NotUnderstood, Refused):
        return False
    return True


def _read(id: str, body: dict[str, Any]) -> Waiting:
    since = body.get("since_ms")
    return Waiting(
        id,
        str(body.get("place") or ""),
        since if isinstance(since, int) else 0,
        str(body.get("by") or ""),
    )
