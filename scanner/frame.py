"""One picture from a camera, and when it was taken.

A camera sends compressed pictures. Most of them show nothing new, so a frame is unpacked
only when somebody looks: an eighth of its width for the question whether something moved,
all of it for reading.
"""

import time
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from cv2.typing import MatLike

# A door camera has a megapixel or two; a phone's photograph has a dozen. What is larger
# still is not a picture for us, and unpacking it would take all the memory.
PIXELS_MOST = 40_000_000
SMALL_WIDTH_PX = 160


class NotAPicture(Exception):
    """These bytes are no picture. The next ones may be."""


@dataclass(frozen=True)
class Frame:
    """A picture, packed (JPEG, PNG) or not, with two times: for order and for the record.

    raw: bytes of a file, or an array of shape (height_px, width_px), uint8, grey.
    at_s: monotonic seconds. seen_ms: milliseconds UTC.
    """

    raw: bytes | MatLike
    at_s: float = field(default_factory=time.monotonic)
    seen_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    @cached_property
    def grey(self) -> MatLike:
        """The whole picture, (height_px, width_px), uint8. Raises NotAPicture."""
        if isinstance(self.raw, bytes):
            return unpack(self.raw)
        return self.raw

    @cached_property
    def small(self) -> MatLike:
        """A thumbnail of about 160 pixels' width for comparing. Raises NotAPicture."""
        if isinstance(self.raw, bytes) and "grey" not in self.__dict__:
            # A JPEG unpacks to an eighth at half the price of the whole.
            picture = unpack(self.raw, cv2.IMREAD_REDUCED_GRAYSCALE_8)
        else:
            picture = self.grey
        height, width = picture.shape
        if width <= SMALL_WIDTH_PX:
            return picture
        size = (SMALL_WIDTH_PX, max(1, height * SMALL_WIDTH_PX // width))
        return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def unpack(packed: bytes, how: int = cv2.IMREAD_GRAYSCALE) -> MatLike:
    """Unpack a picture file to grey. Raises NotAPicture when it is none."""
    try:
        picture = cv2.imdecode(np.frombuffer(packed, np.uint8), how)
    except cv2.error as trouble:
        raise NotAPicture(str(trouble)) from trouble
    if picture is None or picture.size == 0 or picture.size > PIXELS_MOST:
        raise NotAPicture(f"{len(packed)} bytes that are no picture")
    return picture
