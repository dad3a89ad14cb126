"""A real device to measure: one kiosk process that follows a ledger."""

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from scripts.benches._ledger import CHECKOUT
from scripts.benches._machine import cpu_s


@dataclass
class Kiosk:
    """One kiosk process, and the codes of the tickets that it may be shown."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"
    codes: list[str] = field(default_factory=list)

    @classmethod
    def started(cls, folder: Path, port: int, ledger_port: int, **more: str) -> "Kiosk":
        """Start a device whose folder holds an invitation. more: of its environment."""
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "kiosk", "serve"],
                cwd=CHECKOUT,
                env=os.environ
                | {
                    "FOH_KIOSK_DIR": str(folder),
                    "FOH_KIOSK_PORT": str(port),
                    "FOH_LEDGER_URL": f"http://127.0.0.1:{ledger_port}",
                    "FOH_INVITE_FILE": str(folder / "invite.json"),
                }
                | more,
                stdout=log,
                stderr=log,
            )
        return cls(port, folder, process)

    @property
    def secret(self) -> str:
        return (self.folder / "scanner.secret").read_text("ascii").strip()

    @property
    def store(self) -> Path:
        return self.folder / "store.sqlite"

    def cpu_s(self) -> float:
        return cpu_s(self.process.pid)

    def wait(self) -> None:
        """Wait until it says that it is ready."""
        for _ in range(600):
            with contextlib.suppress(OSError, ValueError):
                line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                line.request("GET", "/health")
                if json.loads(line.getresponse().read()).get("ready"):
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit((self.folder / "log").read_text()[-2000:])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
