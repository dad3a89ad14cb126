"""How a device that belongs to no house yet is told of one: a QR code, or a typed code.

Whoever stands at the device shows the QR code of the staff pages to its own camera, or
types the twelve characters below it. The pairing loop does the rest; pages read here how
it goes. Source: sync.md §2.1.
"""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Final

from boxoffice import ids
from kiosk import tls
from kiosk.config import Invite

CODE_LENGTH: Final = 12
LONGEST_QR: Final = 2048


class Trouble(Enum):
    """Why the last attempt did not make this device part of a house."""

    LINE = "line"
    GONE = "gone"
    OTHER_LEDGER = "other ledger"


@dataclass
class Introduction:
    """What this device was told, and how far it got. One thread asks, pages only read.

    check: the number that staff compare, while a typed code waits for them.
    """

    invite: Invite | None = None
    code: str | None = None
    check: str | None = None
    ledger_key: str | None = None
    trouble: Trouble | None = None

    @property
    def under_way(self) -> bool:
        """Whether there is anything to ask the ledger with."""
        return self.invite is not None or self.code is not None

    def typed(self, text: str) -> bool:
        """Take a code as it was typed. Gives False when it cannot be one."""
        code = ids.clean_code(text)
        if len(code) != CODE_LENGTH or any(c not in ids.ALPHABET for c in code):
            return False
        self.start_over()
        self.code = code
        return True

    def shown(self, text: str) -> bool:
        """Take what the camera read. Gives False when it is no invitation."""
        found = invitation(text)
        if found is None:
            return False
        if found != self.invite:
            self.start_over()
            self.invite = found
        return True

    def failed(self, trouble: Trouble) -> None:
        """End this attempt: neither code nor invitation is any good."""
        self.start_over()
        self.trouble = trouble

    def start_over(self) -> None:
        """Forget what was told."""
        self.invite = self.code = self.check = self.ledger_key = self.trouble = None


def invitation(text: str) -> Invite | None:
    """Read the QR code of the staff pages, or say that this is none."""
    if len(text) > LONGEST_QR:
        return None
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or fields.get("v") != 1:
        return None
    told = [fields.get(name) for name in ("url", "token", "ledger_id", "ledger_key")]
    if not all(isinstance(value, str) and value for value in told):
        return None
    url, token, ledger_id, ledger_key = (str(value) for value in told)
    try:
        pin = tls.pin_of(fields.get("spki"))
    except ValueError:
        return None
    return Invite(url, token, ledger_id, ledger_key, pin)
