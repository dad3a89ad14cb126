"""Start, stop and pull the plug on the real processes, as a lobby's electrician would."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

STOP_S = 5.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """One process: its name in the lobby, how it is started, and where its log goes."""

    name: str
    module: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class Supervisor:
    """Runs the programs of one lobby. Their logs are files in `folder`."""

    def __init__(
        self, programs: Sequence[Program], *, checkout: Path, folder: Path
    ) -> None:
        self._programs = {program.name: program for program in programs}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._pulled: set[str] = set()
        self._checkout, self._folder = checkout, folder
        self._lock = threading.Lock()
        # A process dies with the thread that started it (see _with_us), so one thread that
        # stays starts them all, whoever asks.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def names(self) -> tuple[str, ...]:
        """All programs, running or not."""
        return tuple(self._programs)

    def start(self, name: str) -> None:
        """Start a program unless it runs already."""
        with self._lock:
            self._pulled.discard(name)
            if not self.alive(name):
                start = self._starter.submit(self._start, self._programs[name])
                self._running[name] = start.result()

    def _start(self, program: Program) -> subprocess.Popen[bytes]:
        with (self._folder / f"{program.name}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", program.module, *program.arguments],
                cwd=self._checkout,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the lobby, which then stops each in order.
                process_group=0,
                preexec_fn=_with_us,
            )

    def pull(self, name: str) -> None:
        """Pull the plug: the process gets no chance to say goodbye."""
        with self._lock:
            self._pulled.add(name)
            process = self._running.get(name)
            if process and process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()

    def restart_fallen(self) -> None:
        """Start again what ended by itself, as systemd would; a pulled plug stays out."""
        for name, process in list(self._running.items()):
            if process.poll() is not None and name not in self._pulled:
                self.start(name)

    def stop(self, name: str) -> None:
        """Ask a program to stop, and make it after a while."""
        with self._lock:
            self._end([name])

    def stop_all(self) -> None:
        """Stop everything, all at the same time."""
        with self._lock:
            self._end(list(self._running))

    def alive(self, name: str) -> bool:
        """Whether the program runs just now."""
        process = self._running.get(name)
        return process is not None and process.poll() is None

    def process_id(self, name: str) -> int | None:
        """The process id of a program that runs."""
        return self._running[name].pid if self.alive(name) else None

    def last_words(self, name: str) -> str:
        """The last line that a program logged, for a sentence about what went wrong."""
        file = self._folder / f"{name}.log"
        lines = (
            file.read_text(errors="replace").strip().splitlines() if file.exists() else []
        )
        return lines[-1] if lines else "it said nothing"

    def _end(self, names: Sequence[str]) -> None:
        processes = [self._running[name] for name in names if name in self._running]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + STOP_S
        for process in processes:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _with_us() -> None:
    # If the lobby itself is killed, nothing of it goes on in the background.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
