"""Ways of looking: each makes one kind of trouble readable, and costs a little.

A view prepares a picture and hands it to a decoder. Their order is by what they add to
those before, per millisecond, measured on photographs and clips (scripts/bench decode).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike

from scanner import readers, steady
from scanner.readers import Corners, Read

Prepare = Callable[[MatLike], MatLike]


class Seen(NamedTuple):
    """What a view read: a text and its corners in pixels of the picture it started from."""

    text: str
    corners: Corners
    sure: bool


@dataclass(frozen=True)
class View:
    """Prepare, resize by `scale`, read. `name` says which trouble it is for.

    most_px: prepared pictures with more pixels cost more than they find.
    """

    name: str
    read: Read
    scale: float = 1.0
    prepare: Prepare | None = None
    most_px: int = 1_200_000

    def look(self, picture: MatLike) -> list[Seen]:
        """Read a grey picture, (height_px, width_px) uint8."""
        prepared = self.prepare(picture) if self.prepare else picture
        if self.scale != 1.0:
            how = cv2.INTER_CUBIC if self.scale > 1 else cv2.INTER_AREA
            prepared = cv2.resize(
                prepared, None, fx=self.scale, fy=self.scale, interpolation=how
            )
        return [
            Seen(reading.text, _scaled(reading.corners, 1 / self.scale), reading.sure)
            for reading in self.read(prepared)
        ]


def equalised(picture: MatLike) -> MatLike:
    """Bring out what is faint beside what is bright, eight parts by eight."""
    # A new one each time: it is cheap, and holds the memory of the largest picture.
    return cv2.createCLAHE(2.0, (8, 8)).apply(picture)


def spread(picture: MatLike) -> MatLike:
    """Bring out what is fainter still, in smaller parts: reflections over a whole code."""
    return cv2.createCLAHE(4.0, (16, 16)).apply(picture)


def parted(picture: MatLike) -> MatLike:
    """Part dark from light by a wider neighbourhood than decoders do: lamps in foil."""
    calm = cv2.GaussianBlur(picture, (0, 0), 0.8)
    how = cv2.ADAPTIVE_THRESH_GAUSSIAN_C
    return cv2.adaptiveThreshold(calm, 255, how, cv2.THRESH_BINARY, 61, 5)


def sharpened(picture: MatLike) -> MatLike:
    """Undo some of the blur of a lens that is not in focus."""
    return cv2.addWeighted(picture, 2.5, cv2.GaussianBlur(picture, (0, 0), 2), -1.5, 0)


def smoothed(picture: MatLike) -> MatLike:
    """Blur away what is thinner than a module: cracks, dots of a print, moiré."""
    return cv2.blur(picture, (3, 3))


def softened(picture: MatLike) -> MatLike:
    """Blur a little more: textured paper, large pixels of a screen."""
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


def healed(picture: MatLike) -> MatLike:
    """Replace thin lines by what is around them: deep cracks."""
    return cv2.medianBlur(picture, 5)


_DARKER = (255 * (np.arange(256) / 255) ** 2.5).astype(np.uint8)


def darkened(picture: MatLike) -> MatLike:
    """Spread the bright tones: paper under a lamp, glare that is not all white."""
    return cv2.LUT(picture, _DARKER)


def levelled(picture: MatLike) -> MatLike:
    """Give every part the same mean and contrast: shadows, gradients."""
    tones = picture.astype(np.float32)
    mean = cv2.blur(tones, (31, 31))
    spread = np.sqrt(np.maximum(cv2.blur(tones * tones, (31, 31)) - mean * mean, 25))
    return np.clip(128 + 60 * (tones - mean) / spread, 0, 255).astype(np.uint8)


def inverted(picture: MatLike) -> MatLike:
    """Swap dark and light: mail programs do so at night."""
    return cv2.bitwise_not(picture)


def _scaled(corners: Corners, factor: float) -> Corners:
    a, b, c, d = ((x * factor, y * factor) for x, y in corners)
    return a, b, c, d


# zbar takes 20 ms for a million pixels.
ZBAR_MOST_PX = 500_000

# The whole frame, every time.
ALWAYS = (
    View("whole", readers.whole),
    View("thorough", readers.thorough),
)

# The same, while there is nothing like a code anywhere.
BRIEFLY = (
    View("whole", readers.whole),
    View("local", readers.local),
)

# The whole frame with many codes in it, one of these a frame in turn: they are small, and
# what reads most of them at once beats looking at each.
CROWD = (
    View("sharpened x1.5", readers.local, 1.5, sharpened, most_px=3_000_000),
    View("thorough", readers.thorough),
    View("enlarged", readers.local, 1.5, most_px=3_000_000),
)

# The whole frame, one of these a frame in turn: large codes, which fill no region, and
# those of other systems.
FRAME = (
    View("half", readers.local, 0.5),
    View("smoothed", readers.local, prepare=smoothed),
    View("enlarged", readers.local, 1.5),
    View("reduced", readers.local, 0.67),
    View("Aztec", readers.other(readers.AZTEC)),
    View("DataMatrix", readers.other(readers.DATAMATRIX)),
    View("PDF417", readers.other(readers.PDF417)),
    View("Code 128", readers.other(readers.CODE128)),
)

# The region that most looks like a code, every time: what is cracked or shone upon zbar
# often reads at once, and zxing has looked at the whole frame.
LIKELIEST: tuple[View, ...] = ()

# A region, one after the other.
REGION: tuple[View, ...] = (
    View("equalised x1.5 whole", readers.whole, 1.5, equalised),
    View("equalised x2", readers.local, 2, equalised),
    View("spread x2", readers.local, 2, spread),
    View("x3 whole", readers.whole, 3),
    View("sharpened x2", readers.local, 2, sharpened),
    View("darkened x1.5", readers.local, 1.5, darkened),
    View("parted", readers.local, prepare=parted),
    View("smoothed x2", readers.local, 2, smoothed),
    View("levelled x3", readers.local, 3, levelled),
    View("darkened small whole", readers.whole, 0.67, darkened),
    View("inverted x2", readers.local, 2, inverted),
    View("equalised x3", readers.local, 3, equalised),
    View("x2 whole", readers.whole, 2),
    View("healed x2", readers.local, 2, healed),
    View("half whole", readers.whole, 0.5),
    View("third", readers.local, 0.35),
    View("softened x2", readers.local, 2, softened),
    View("x3", readers.local, 3),
    View("darkened x3", readers.local, 3, darkened),
)
if readers.zbar:
    LIKELIEST = (View("zbar", readers.zbar, most_px=ZBAR_MOST_PX),)
    # It costs ten times as much, and needs the three squares less than zxing does.
    REGION = (
        *REGION[:5],
        View("zbar", readers.zbar, most_px=ZBAR_MOST_PX),
        *REGION[5:11],
        View("equalised zbar x1.5", readers.zbar, 1.5, equalised, ZBAR_MOST_PX),
        *REGION[11:15],
        View("zbar half", readers.zbar, 0.5),
        View("zbar third", readers.zbar, 0.35, smoothed),
        *REGION[15:],
        View("equalised zbar x2", readers.zbar, 2, equalised, ZBAR_MOST_PX),
    )


def steadied(dx: float, dy: float) -> tuple[View, ...]:
    """Views for a region that moved by (dx, dy) pixels since the frame before."""
    smear = steady.Smear(dx, dy)
    return tuple(
        View(
            f"steadied {length_px}",
            readers.whole,
            1.5,
            partial(smear.undone, length_px=length_px),
        )
        for length_px in (8.0, 9.0, 7.0)
    )
