"""What is done at boot, before anybody is served. Source: sync.md §3.4, §6."""

import structlog
from sqlalchemy.orm import Session

from boxoffice import wire
from kiosk import claims, collecting, log, pairing, settings, sync
from kiosk.clock import Steady
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood
from kiosk.payments import conversation
from kiosk.printing import spool
from kiosk.store.tables.device import StateRow

QUICK_S = 1.5
_STEADY = "steady"
_words = structlog.get_logger()


def recover(device: Device) -> None:
    """Check the log, ask the ledger how far it is, and settle what was under way.

    Raises `log.Broken` when the log's chain does not hold.
    """
    with device.store.read() as session:
        log.check(session)
        # The last run may have sent all of it and died before the answer.
        device.offered_seq, _ = log.head(session)
    try:
        sync.cursor(device, timeout_s=QUICK_S)
    except (LineDown, NotUnderstood, wire.Malformed) as why:
        _words.info("ledger not asked", why=str(why))
    conversation.recover(device)
    uncertain = spool.recover(device)
    dropped = device.store.write(claims.recover, device)
    dropped += device.store.write(collecting.recover, device)
    device.store.write(pairing.started, device)
    _words.info("recovered", uncertain_jobs=uncertain, claims_dropped=dropped)


def remember_clock(session: Session, device: Device) -> None:
    """Keep the wall clock's floor and the ledger's time, once a minute and at the end."""
    state = session.get_one(StateRow, 1)
    state.floor_ms, state.boot_id, state.ledger_less_boot_ms = device.clock.to_remember()
    steady = device.clock.steady_to_remember()
    if steady is not None:
        kept = {"boot": device.clock.boot_id, **vars(steady)}
        settings.put(session, _STEADY, kept)


def recall_clock(device: Device) -> None:
    """Take over what was kept."""
    with device.store.read() as session:
        state = session.get_one(StateRow, 1)
        steady = settings.get(session, _STEADY)
    device.clock.remember(
        floor_ms=state.floor_ms,
        boot=state.boot_id,
        ledger_less_boot_ms=state.ledger_less_boot_ms,
    )
    if steady:
        was = Steady(int(steady["less_boot_ms"]), bool(steady["trusted"]))
        device.clock.remember_steady(str(steady["boot"]), was)


def stop_cleanly(session: Session, device: Device) -> None:
    """The last write: the next start need not check the whole file."""
    remember_clock(session, device)
    session.get_one(StateRow, 1).stopped_cleanly = True
