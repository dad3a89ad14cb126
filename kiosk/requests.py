"""Requests that change something at the ledger: their ids are saved before the first send.

A retry of the same request keeps its id, so the ledger repeats its answer instead of doing
the thing twice. Source: sync.md §2.2.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from boxoffice import log, wire
from kiosk.device import Device
from kiosk.outcomes import NotUnderstood, Refused
from kiosk.store.tables.device import RequestRow


def post(
    device: Device, call: str, target: str, body: Mapping[str, Any], *, timeout_s: float
) -> Any:
    """Ask the ledger once; call names what it is for, such as `hold K7Q4MX23`.

    Until an answer has come, the same call with the same body keeps its id.
    Raises as `Line.request`.
    """
    hashed = log.digest(wire.compact(body).encode())
    request = device.store.write(_open, call, hashed, device.new_id())
    try:
        answer = device.line.post(target, body, timeout_s=timeout_s, request=request)
    except (Refused, NotUnderstood):
        device.store.write(_close, call, request)
        raise
    device.store.write(_close, call, request)
    return answer


def pending(session: Session, call: str, body: Mapping[str, Any]) -> bool:
    """Whether exactly this was asked and no answer has come: it may have been done."""
    row = session.get(RequestRow, call)
    return row is not None and row.body_hash == log.digest(wire.compact(body).encode())


def _open(session: Session, call: str, hashed: bytes, new: str) -> str:
    row = session.get(RequestRow, call)
    if row is None:
        row = RequestRow(call=call, id=new, body_hash=hashed)
        session.add(row)
    elif row.body_hash != hashed:
        row.id, row.body_hash = new, hashed
    return row.id


def _close(session: Session, call: str, request: str) -> None:
    row = session.get(RequestRow, call)
    if row is not None and row.id == request:
        session.delete(row)
