"""A ticket that another door is checking: ask again, so that nobody need scan it again.

Its admission is on the way, or its claim is about to be given back: a moment later the
answer is another one. The guest stands there and was asked to wait. Source: sync.md §5.
"""

from typing import Final

from boxoffice.answers import Answer
from kiosk import door
from kiosk.device import Device

# After so long the guest has moved on, or a supervisor has decided.
PAUSES_S: Final = (0.3, 0.7, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0)


def turn(device: Device, after: int) -> int:
    """See the newest verdict above `after` through; give its id, or `after` without one.

    Any later verdict ends it: the door is busy with somebody else.
    """
    shown = door.last(device, after)
    if shown is None:
        return after
    if shown.answer != Answer.BEING_CHECKED:
        return shown.id
    for pause_s in PAUSES_S:
        if device.stopping.wait(pause_s) or door.last(device, shown.id) is not None:
            break
        if door.look_again(device, shown.id) is not None:
            break
    return shown.id
