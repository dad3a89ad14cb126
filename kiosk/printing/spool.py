"""Print jobs: durable before paper moves, proven by the printer, never printed twice."""

from collections.abc import Sequence

from kiosk.device import Device
from kiosk.shown import Paper, PhoneTicket, Progress, Refusal


def paper(device: Device) -> Paper:
    """Say whether tickets can be printed now; at most 2 s old while a guest pays."""
    raise NotImplementedError


def progress(device: Device, order: str) -> Progress:
    """Say how the paper of a paid or collected order comes out."""
    raise NotImplementedError


def receipt(device: Device, order: str) -> None:
    """Print the receipt of a sale, once; a second wish prints a COPY."""
    raise NotImplementedError


def on_phone(
    device: Device, order: str, tickets: Sequence[str] | None = None
) -> list[PhoneTicket] | Refusal:
    """Put owed tickets on the guest's phone instead of paper.

    tickets: all owed ones when None. A queued or failed ticket keeps its issue, an
    uncertain one gets the next, so that a half-printed twin is dead. Refuses:
    collect.uncertain.
    """
    raise NotImplementedError
