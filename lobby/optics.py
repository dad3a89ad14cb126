"""Real pixels of paper and phones held before a camera: turned, blurred, dazzled, noisy."""

import math
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike

WIDTH, HEIGHT = 1280, 720
JPEG_QUALITY = 88
# At distance 1, a code is this high in the picture.
CODE_PX = 300
_FOCAL_PX = 1400.0


class BadView(ValueError):
    """A view that no camera has; the text says why."""


@dataclass(frozen=True)
class View:
    """How something is held.

    tilt: degrees out of the plane, -70 to 70. turn: degrees in it.
    blur: sigma of the lens, px. glare: 0 to 1, how much of the lamp is in the picture.
    distance: 1 is as people hold it; 2 is twice as far. noise: sigma, of 255.
    """

    tilt: float = 0
    turn: float = 0
    blur: float = 0
    glare: float = 0
    distance: float = 1
    noise: float = 2


_LIMITS = {
    "tilt": (-70, 70),
    "turn": (-360, 360),
    "blur": (0, 20),
    "glare": (0, 1),
    "distance": (0.3, 6),
    "noise": (0, 80),
}
NAMES = tuple(field.name for field in fields(View))


def read(view: View, document: dict[str, Any]) -> View:
    """Return the view with what a request changes. Raises BadView."""
    changes = {}
    for name in NAMES:
        if document.get(name) in (None, ""):
            continue
        low, high = _LIMITS[name]
        try:
            changes[name] = float(document[name])
        except (TypeError, ValueError) as trouble:
            raise BadView(f"{name} must be a number.") from trouble
        if not low <= changes[name] <= high:
            raise BadView(f"{name} is {low} to {high}.")
    return replace(view, **changes)


@dataclass(frozen=True)
class Subject:
    """What is held: BGRA pixels, and the code in it (centre x, y and height, px)."""

    pixels: MatLike
    code: tuple[float, float, float]


def photograph(subject: Subject, view: View, *, shake: int = 0) -> bytes:
    """Return the JPEG that a camera of 1280x720 takes.

    shake: which trembling of the hand; the same number gives the same picture.
    """
    place = _placement(subject, view, shake)
    paper = cv2.warpPerspective(
        subject.pixels, place, (WIDTH, HEIGHT), flags=cv2.INTER_AREA
    )
    cover = cv2.merge([paper[:, :, 3]] * 3)
    lit = cv2.multiply(paper[:, :, :3], _light(), scale=1 / 255)
    picture = cv2.multiply(_scene(), _shadow(paper[:, :, 3]), scale=1 / 255)
    picture = cv2.add(
        cv2.multiply(picture, cv2.bitwise_not(cover), scale=1 / 255),
        cv2.multiply(lit, cover, scale=1 / 255),
    )
    if view.glare:
        picture = cv2.addWeighted(picture, 1, _lamp(), 1.15 * view.glare, 0)
    if view.blur:
        picture = cv2.GaussianBlur(picture, (0, 0), view.blur)
    if view.noise:
        picture = _grain(picture, view.noise, shake)
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    assert done
    return jpeg.tobytes()


def _shadow(cover: MatLike) -> MatLike:
    """How dark the foyer is around what is held: worked out small, for it is soft."""
    small = cv2.resize(cover, (WIDTH // 8, HEIGHT // 8), interpolation=cv2.INTER_AREA)
    dark = cv2.addWeighted(cv2.GaussianBlur(small, (0, 0), 2.5), -0.45, small, 0, 255)
    return cv2.merge([cv2.resize(dark, (WIDTH, HEIGHT))] * 3)


def _grain(picture: MatLike, sigma: float, shake: int) -> MatLike:
    chance = np.random.default_rng(shake)
    # One tile of noise, laid out again and again: nobody sees the seams, and it is quick.
    tile = chance.normal(0, sigma, (HEIGHT // 4, WIDTH // 4, 1))
    grain = np.tile(tile, (4, 4, 3)).astype(np.int16)
    return cv2.add(picture, grain, dtype=cv2.CV_8U)


def _placement(subject: Subject, view: View, shake: int) -> MatLike:
    """Where the corners of the subject come to lie: a pinhole camera, the code in front."""
    height, width = subject.pixels.shape[:2]
    x, y, size = subject.code
    scale = CODE_PX / size / view.distance
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    flat = (corners - (x, y)) * scale
    yaw, roll = math.radians(view.tilt), math.radians(view.turn + 0.35 * (shake % 3 - 1))
    pitch = 0.4 * yaw
    points = np.column_stack([flat, np.zeros(4)]) @ _turned(yaw, pitch, roll).T
    depth = 1 + points[:, 2] / _FOCAL_PX
    # Nobody holds a ticket so that it is behind the lens.
    depth = np.maximum(depth, 0.15)
    centre = (WIDTH / 2 + 1.5 * (shake % 3 - 1), HEIGHT / 2 + 1.2 * (shake % 2))
    seen = points[:, :2] / depth[:, None] + centre
    return cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32))


def _turned(yaw: float, pitch: float, roll: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    cy, sy, cp, sp, cr, sr = (
        f(angle) for angle in (yaw, pitch, roll) for f in (math.cos, math.sin)
    )
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


@cache
def _scene() -> MatLike:
    """A foyer out of focus: dark, with a few warm lamps."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    picture[:] = np.linspace(58, 26, HEIGHT, dtype=np.float32)[:, None, None]
    picture = (picture * np.array([0.95, 0.75, 0.9], np.float32)).astype(np.uint8)
    for x, y, radius in ((180, 120, 70), (1080, 90, 90), (1180, 420, 50), (90, 470, 45)):
        cv2.circle(picture, (x, y), radius, (60, 110, 150), -1)
    return cv2.GaussianBlur(picture, (0, 0), 28)


@cache
def _light() -> MatLike:
    """How the light falls: a little less at the bottom right."""
    down = np.linspace(1.0, 0.86, HEIGHT)[:, None]
    across = np.linspace(1.0, 0.92, WIDTH)[None, :]
    return cv2.merge([(down * across * 255).astype(np.uint8)] * 3)


@cache
def _lamp() -> MatLike:
    """A reflection a little beside the code, where glare usually sits."""
    spot = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(spot, (WIDTH // 2 + 95, HEIGHT // 2 - 85), (120, 70), -25, 0, 360, 255, -1)
    return cv2.merge([cv2.GaussianBlur(spot, (0, 0), 34)] * 3)
