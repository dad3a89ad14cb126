"""Tickets as a door camera sees them: pixels, drawn by another library than reads them."""

import cv2
import numpy as np
import qrcode
import zxingcpp
from cv2.typing import MatLike

WIDTH_PX, HEIGHT_PX = 1280, 720
# As long as our tickets are, so as fine as they are (checkin.md §9).
ADAS = (
    "FOH:V50$*04001YM0JJI MH%3O187IACOS87K6K6K2R000000+20EL9ZTFBKA*QQ9J3Y FMFF"
    "/$LA5H%5A2.M3FK2LF83MRM9$+MRCN6DNCS9JN1E.C84FP I/PQ%QIKCD3N1OCO/LCQ6SG:ED0"
)
BEAS = ADAS[:-4] + "BEA0"
MODULES = 41


def code(text: str, *, module_px: int = 4, level: int = qrcode.ERROR_CORRECT_M) -> MatLike:
    """Draw a QR code, grey, with its quiet zone."""
    drawn = qrcode.QRCode(error_correction=level, box_size=module_px, border=4)
    drawn.add_data(text)
    return np.array(drawn.make_image().convert("L"))


def other(symbology: zxingcpp.BarcodeFormat, text: str) -> MatLike:
    """Draw a code that is no QR code."""
    drawn = zxingcpp.create_barcode(text, symbology)
    return np.array(zxingcpp.write_barcode_to_image(drawn, scale=4))


def held_up(*pictures: MatLike, seed: int = 1) -> MatLike:
    """Hold codes side by side before a camera, in a foyer, with the noise of a sensor."""
    frame = np.full((HEIGHT_PX, WIDTH_PX), 96, np.uint8)
    frame[:, 900:] = 60
    cv2.putText(frame, "FOYER", (930, 120), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 200, 4)
    room = WIDTH_PX // len(pictures)
    for nth, picture in enumerate(pictures):
        height, width = picture.shape
        top, left = (HEIGHT_PX - height) // 2, room * nth + (room - width) // 2
        frame[top : top + height, left : left + width] = picture
    return noisy(frame, seed)


def noisy(frame: MatLike, seed: int = 1) -> MatLike:
    """Add the noise of a sensor."""
    cv2.setRNGSeed(seed)
    noise = cv2.randn(np.empty(frame.shape, np.int16), 0, 3)
    return np.clip(frame + noise, 0, 255).astype(np.uint8)


def tilted(frame: MatLike, degrees: float, turned: float = 0.0) -> MatLike:
    """Turn the frame in its plane, and tilt it away from the camera."""
    height, width = frame.shape
    middle = np.array([width / 2, height / 2])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float) - middle
    angle, tilt = np.deg2rad([turned, degrees])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    flat = corners @ turn.T
    far = 1 + flat[:, 0] * np.sin(tilt) / (2 * width)
    seen = np.stack([flat[:, 0] * np.cos(tilt) / far, flat[:, 1] / far], axis=1) + middle
    how = cv2.getPerspectiveTransform(
        (corners + middle).astype(np.float32), seen.astype(np.float32)
    )
    return cv2.warpPerspective(frame, how, (width, height), borderValue=96)


def swept(frame: MatLike, length_px: int) -> MatLike:
    """Smear the frame sideways, as a moving hand does."""
    return cv2.blur(frame, (length_px, 1))


def out_of_focus(frame: MatLike, sigma_px: float) -> MatLike:
    """Blur the frame as a lens does."""
    return cv2.GaussianBlur(frame, (0, 0), sigma_px)


def glaring(frame: MatLike, x: int, y: int, radius_px: int) -> MatLike:
    """Let a lamp be mirrored in the glass at (x, y)."""
    rows, columns = np.mgrid[: frame.shape[0], : frame.shape[1]]
    lamp = 400 * np.exp(-(((columns - x) ** 2 + (rows - y) ** 2) / radius_px**2))
    return np.clip(frame + lamp, 0, 255).astype(np.uint8)


def photographed(frame: MatLike, turned: float) -> MatLike:
    """Show the frame on a screen, whose pixels can be seen, and take a poor photo of it."""
    screen = frame.astype(np.float32)
    screen[::3] *= 0.7
    screen[:, ::3] *= 0.85
    photo = tilted(screen.astype(np.uint8), 8, turned=turned)
    blurred = noisy(out_of_focus(photo, 0.7), seed=round(10 + turned))
    sent = cv2.imencode(".jpg", blurred, [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    return cv2.imdecode(sent, cv2.IMREAD_GRAYSCALE)


def packed(frame: MatLike) -> bytes:
    """The frame as a JPEG picture."""
    return cv2.imencode(".jpg", frame)[1].tobytes()
