"""A camera that sends one picture for ever: a fault, not a quiet foyer.

A sensor is never without noise, so pictures that are alike to the bit are one old picture,
and whatever it shows may have gone long ago. It is never read: a ticket in it would be
admitted again and again.
"""

from collections.abc import Iterable, Iterator

from scanner.frame import Frame
from scanner.health import Health

# Three seconds at 30 frames a second.
ALIKE_MOST = 90


def moving(frames: Iterable[Frame], health: Health) -> Iterator[Frame | None]:
    """Pass frames on while the camera lives; None for each that is an old one.

    Ends after as many old ones as it takes to be sure, again and again, so that whoever
    opened the camera opens it anew. The fault is over when another picture comes.
    """
    before, alike = b"", 0
    was_frozen = health.said()["camera"] == "frozen"
    for frame in frames:
        now = frame.raw if isinstance(frame.raw, bytes) else frame.raw.tobytes()
        alike = alike + 1 if now == before else 0
        if alike >= ALIKE_MOST:
            health.camera("frozen", why=f"{ALIKE_MOST} pictures alike")
            yield None
            return
        if was_frozen and (alike or not before):
            # Opened again, and not known yet to live: the first two pictures tell.
            before = now
            health.beat()
            yield None
            continue
        was_frozen, before = False, now
        health.camera("")
        yield frame
