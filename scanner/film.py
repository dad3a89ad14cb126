"""Frames of a film: what a camera saw earlier, played at the pace that is asked for."""

from collections.abc import Generator
from pathlib import Path

import cv2

from scanner.frame import Frame, NotAPicture

# A Motion-JPEG file is pictures one after the other. A picture ends with this mark, which
# cannot occur inside its pixels (ITU-T T.81 B.1.1.5), and the next starts with the other.
END_THEN_START = b"\xff\xd9\xff\xd8"


def frames(path: Path) -> Generator[Frame, None, None]:
    """Yield the frames of a film. Raises NotAPicture when it is none."""
    if path.suffix.lower() in (".mjpg", ".mjpeg"):
        yield from _motion_jpeg(path)
        return
    film = cv2.VideoCapture(str(path))
    try:
        if not film.isOpened():
            raise NotAPicture(f"{path.name} is not a film that can be played here.")
        while True:
            there, picture = film.read()
            if not there:
                return
            yield Frame(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    finally:
        film.release()


def _motion_jpeg(path: Path) -> Generator[Frame, None, None]:
    raw = path.read_bytes()
    if not raw.startswith(b"\xff\xd8"):
        raise NotAPicture(f"{path.name} is not Motion-JPEG.")
    start = 0
    while start < len(raw):
        cut = raw.find(END_THEN_START, start)
        end = len(raw) if cut < 0 else cut + 2
        yield Frame(raw[start:end])
        start = end
