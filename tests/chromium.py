"""The Chromium that opens pages in tests.

Debian's shell without windows is the same engine for half the processor time; where it is
not to be had, the whole browser serves as well.
"""

from pathlib import Path
from typing import Any, Final

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
