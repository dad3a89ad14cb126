"""A whole lobby on ports of its own, as ./run starts it: for stories and browser tests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from lobby import programs
from lobby.programs import Ports

CHECKOUT = Path(__file__).resolve().parent.parent
# A ledger on a busy machine needs longer than a guest may wait, and a kiosk or a door that
# hears nothing in time goes on alone: that is another story.
ENVIRONMENT = {**os.environ, "FOH_CLAIM_WAIT_MS": "5000", "FOH_DEMO_PATIENCE": "6"}


@dataclass
class Lobby:
    """A lobby that runs. base: its first port."""

    base: int
    folder: Path
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.base}"

    @property
    def ledger(self) -> str:
        return f"http://127.0.0.1:{self.base + 1}"

    def device(self, name: str) -> str:
        return programs.address(Ports(self.base).device(name))

    @property
    def facts(self) -> dict[str, Any]:
        return json.loads((self.folder / "ledger" / "demo.json").read_text())

    def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        answer = httpx.post(f"{self.address}{path}", json=body or {}, timeout=60)
        answer.raise_for_status()
        return answer

    def logs(self) -> str:
        """Everything that the processes said."""
        return "\n".join(file.read_text() for file in (self.folder / "log").glob("*.log"))


@contextmanager
def lobby(folder: Path, base: int) -> Iterator[Lobby]:
    """Start a lobby with an empty house, and stop it again."""
    process = subprocess.Popen(
        [
            sys.executable,
            *("-m", "lobby", "--headless", "--port-base", str(base)),
            *("--folder", str(folder)),
        ],
        cwd=CHECKOUT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = ""
        while "The desk-top lobby is open" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield Lobby(base, folder, process)
    finally:
        process.terminate()
        process.wait(120)
        if process.stdout:
            process.stdout.close()
