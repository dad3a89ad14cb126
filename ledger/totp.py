"""Six digits that change every 30 seconds: RFC 6238 over RFC 4226, HMAC-SHA-1.

What every authenticator app shows; twenty lines of the standard library rather than a
dependency that must be trusted with secrets.
"""

import base64
import hashlib
import hmac
import struct
from urllib.parse import quote

from boxoffice.ids import Chance

STEP_S, DIGITS = 30, 6
# A phone's clock may be this many steps off.
DRIFT = 1
_SECRET_BYTES = 20


def draw(chance: Chance) -> str:
    """Draw a secret, as apps take it: base32."""
    return base64.b32encode(chance(_SECRET_BYTES)).decode()


def digits(secret: str, step: int) -> str:
    """Give the digits of one step of 30 seconds since 1970. Source: RFC 4226 §5.3."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    start = mac[-1] & 15
    number = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, typed: str, now_ms: int, *, after: int) -> int | None:
    """Give the step whose digits were typed; None: they fit no step near now.

    after: the last step that was used; digits work once (RFC 6238 §5.2).
    """
    now = now_ms // 1000 // STEP_S
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        fits = hmac.compare_digest(digits(secret, step).encode(), typed.encode())
        if fits and step > after:
            found = step
    return found


def address(secret: str, *, login: str, house: str) -> str:
    """Give what the QR code for an app says."""
    label = quote(f"{house}:{login}")
    return (
        f"otpauth://totp/{label}?secret={secret}&issuer={quote(house)}"
        f"&digits={DIGITS}&period={STEP_S}"
    )
