"""The Chromium that opens pages in tests.

Debian's shell without windows is the same engine for half the processor time; where it is
not to be had, the whole browser serves as well.
"""

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Error, Page

WHOLE: Final = Path("/usr/bin/chromium")
_SHELL: Final = Path("/usr/lib/chromium/chromium-headless-shell")
CHROMIUM: Final = _SHELL if _SHELL.exists() else WHOLE
LAUNCH: Final[dict[str, Any]] = {
    "executable_path": str(CHROMIUM),
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
}


# A limit for what hangs; a page that only comes late on a busy machine has come.
_MOST_MS: Final = 120_000


def patient(page: Page) -> Page:
    """Let a page take its time, as it has to beside four others on two cores."""
    page.set_default_timeout(_MOST_MS)
    return page


def go(page: Page, address: str) -> None:
    """Open an address, and again where the page before was just fetching itself anew."""
    try:
        page.goto(address)
    except Error as trouble:
        if "ERR_ABORTED" not in str(trouble):
            raise
        page.goto(address)
