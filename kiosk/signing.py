"""The text of a ticket's code, signed with this device's key.

Doors know the key from the feed, so a ticket sold here a second ago admits at a door that
never heard of it. Source: design.md §5, checkin.md §9.
"""

from boxoffice import tickets
from kiosk.device import Device


def payload(
    device: Device,
    *,
    performance: int,
    ticket: str,
    seat: int | None,
    issue: int,
    seq: int,
    check: bool,
) -> str:
    """Sign one ticket. performance, seat: their numbers; seq: of the event that says so."""
    code = tickets.Code(
        key_id=device.me.key_id,
        performance=performance,
        ticket=ticket,
        seat=seat,
        issue=issue,
        check=check,
        seq=seq,
    )
    return tickets.write(code, device.key.sign)
