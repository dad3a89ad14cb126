"""Eyes for ushers' phones that cannot read codes themselves.

Such a phone posts pictures to the kiosk process; this thread asks for the next one, reads
it and says what it read. The verdict is the door's, as for any scan. Pictures are looked at
and forgotten. Source: lobby.md §4 "Phone".
"""

import logging
import threading
from pathlib import Path

import httpx

from scanner.decode import Decoder
from scanner.frame import NotAPicture, unpack
from scanner.line import Line

log = logging.getLogger("scanner.phones")

# The kiosk answers within ten seconds, with a picture or without one.
TIMEOUT_S = 15.0
AWAY_S = 1.0
# A phone sends one picture at a time and waits for the answer: it gets more than a frame of
# a camera, of which there are thirty a second.
BUDGET_MS = 60.0
# More codes in one picture are nobody's ticket.
MOST = 8


class Phones:
    """A thread that reads what phones see."""

    def __init__(
        self,
        address: str,
        secret_file: Path,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Start asking. address: of the kiosk's pictures; transport: for tests."""
        self._line = Line(address, secret_file, transport, TIMEOUT_S)
        self._decoder = Decoder(budget_ms=BUDGET_MS)
        self._stop = threading.Event()
        self._away = False
        self._thread = threading.Thread(target=self._serve, name="phones", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop asking; a question that is on its way is not waited for."""
        self._stop.set()
        self._line.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                well = self._one()
            except (httpx.HTTPError, RuntimeError):
                well = False  # RuntimeError: the line was hung up in the meantime.
            if well == self._away and not self._stop.is_set():
                self._away = not well
                log.log(
                    logging.INFO if well else logging.WARNING,
                    "phones=%s",
                    "back" if well else "away",
                )
            if not well:
                self._stop.wait(AWAY_S)

    def _one(self) -> bool:
        """Read one picture, if any phone has one; say whether the kiosk is there."""
        answer = self._line.get("/next")
        crop = answer.headers.get("X-Crop", "")
        if answer.status_code == httpx.codes.OK and crop.isascii() and crop.isdigit():
            said = {"texts": self._read(answer.content)}
            return self._line.post(said, f"/{crop}").is_success
        return answer.status_code == httpx.codes.NO_CONTENT

    def _read(self, picture: bytes) -> list[str]:
        try:
            grey = unpack(picture)
        except NotAPicture:
            return []
        # Somebody holds a phone up for this: there is nothing to be at leisure about.
        self._decoder.wake()
        found = self._decoder.read(grey)
        return list(dict.fromkeys(code.text for code in found))[:MOST]
