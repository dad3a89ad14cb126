"""Collect an order: find it, choose tickets, print them once.

Failures sound all the same to the guest, whatever was wrong. Source: COL1-COL4.
"""

from collections.abc import Sequence

from kiosk.device import Device
from kiosk.shown import Collecting, Done, Found, Refusal


def find(device: Device, number: str, last_name: str) -> Found | Refusal:
    """Look an order up by what was typed.

    Refuses: collect.typo, collect.none, collect.locked (`wait_s`), link.collect (the line
    is down and this order is not in the device's copy).
    """
    raise NotImplementedError


def find_code(device: Device, text: str) -> Found | Refusal:
    """Look an order up by a QR code or a pickup code. Refuses: scan.other, link.collect."""
    raise NotImplementedError


def found(device: Device, ref: str) -> Found | Refusal:
    """Show what was found again after a reload. Refuses: collect.none."""
    raise NotImplementedError


def collect(device: Device, ref: str, tickets: Sequence[str]) -> Collecting | Refusal:
    """Claim the chosen tickets and queue their paper.

    Refuses: collect.done (`at_ms`, `place`), collect.busy, collect.uncertain, collect.id,
    collect.due_offline (`due`, `currency`), collect.due (the same, with a link),
    collect.void (`on_ms`), collect.later (`starts_ms`), collect.off, link.collect.
    """
    raise NotImplementedError


def done(device: Device, ref: str) -> Done | None:
    """Give the last page of a collection; None before anything was collected."""
    raise NotImplementedError
