"""Frame to text."""

from dataclasses import dataclass

import zxingcpp
from cv2.typing import MatLike

Corners = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Found:
    """A code in a frame: its text, its corners in pixels, and the view that read it."""

    text: str
    corners: Corners
    by: str


class Decoder:
    """Reads the codes in frames, within a time budget for each."""

    def __init__(self, budget_ms: float = 33.0) -> None:
        self._budget_ms = budget_ms

    def read(self, frame: MatLike) -> list[Found]:
        """Read the codes in a grey frame of shape (height_px, width_px), uint8."""
        return [
            Found(code.text, _corners(code.position), "zxing")
            for code in zxingcpp.read_barcodes(frame, text_mode=zxingcpp.TextMode.Plain)
            if code.valid
        ]


def _corners(place: zxingcpp.Position) -> Corners:
    return tuple(
        (point.x, point.y)
        for point in (
            place.top_left,
            place.top_right,
            place.bottom_right,
            place.bottom_left,
        )
    )
