"""What came into view: movement, then decoding, then one id for each code."""

import logging
import secrets

from scanner import ids
from scanner.aim import Aim
from scanner.decode import Decoder
from scanner.frame import Frame, NotAPicture
from scanner.motion import Gate, Scene
from scanner.sightings import Sighting, Sightings

log = logging.getLogger("scanner.eyes")

# The smallest code is 21 modules wide; a sliver of a picture holds none.
SIDE_LEAST_PX = 21


def new_id(at_ms: int) -> str:
    """Make the id of a sighting at a time in milliseconds UTC."""
    return ids.uuid7(at_ms, secrets.token_bytes(10))


class Eyes:
    """Looks at frames in the order in which they were taken."""

    def __init__(self, decoder: Decoder, sightings: Sightings | None = None) -> None:
        """sightings: what is in view, when other eyes or readers share it."""
        self._decoder = decoder
        self._gate = Gate()
        self._still = True
        self._reads = False
        self._aim = Aim()
        self._sightings = sightings or Sightings(new_id)

    @property
    def hint(self) -> str:
        """What would help the guest now (see Aim); mostly nothing."""
        return self._aim.hint

    @property
    def reads(self) -> bool:
        """Whether a code was read in the newest frame; one that stands still stays read."""
        return self._reads

    def look(self, frame: Frame | None) -> list[Sighting]:
        """Return the codes that this frame shows and that were not in view before.

        frame: None when there is nothing to see.
        """
        if frame is None:
            self._gate.forget()
            self._aim.forget()
            self._sightings.empty()
            self._still, self._reads = True, False
            return []
        try:
            if not self._still:
                _ = frame.grey  # It is needed anyhow, and the thumbnail is made of it.
            self._aim.glance(frame.small, frame.at_s)
            scene = self._gate.compare(frame.small)
            if scene is Scene.STILL:
                self._still = True
                self._sightings.stay(at_s=frame.at_s)
                return []
            if self._still:
                self._still = False
                self._decoder.wake()
            if scene is Scene.MOVED:
                self._sightings.moved()
            if min(frame.grey.shape) < SIDE_LEAST_PX:
                raise NotAPicture("a sliver")
            height_px, width_px = frame.grey.shape
            stirred = self._gate.stirred(width_px, height_px)
            found = self._decoder.read(
                frame.grey, moved=scene is Scene.MOVED, stirred=stirred
            )
        except NotAPicture:
            # A cable that crackles spoils single pictures; the next one is due soon.
            log.warning("frame=unreadable")
            self._reads = False
            return []
        self._reads = bool(found)
        self._aim.look(
            frame.grey,
            self._decoder.likely(),
            frame.at_s,
            read=bool(found),
            stirred=stirred,
        )
        texts = dict.fromkeys(code.text for code in found)
        return self._sightings.see(texts, at_s=frame.at_s, seen_ms=frame.seen_ms)
