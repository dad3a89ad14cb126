"""Pull the plug at a system call: strace kills the program when it enters the nth one."""

import shutil
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# What changes a disk or reaches another program; between two of these nothing can be seen.
CALLS: Final = (
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "rename",
    "unlink",
    "sendto",
    "sendmsg",
    "connect",
)
_ATTACH_S: Final = 10.0


@dataclass(frozen=True, order=True)
class Place:
    """The nth call of one kind by one thread; threads are counted as they were started."""

    call: str
    thread: int
    nth: int

    def __str__(self) -> str:
        return f"{self.call} {self.nth} of thread {self.thread}"


def missing() -> str | None:
    """Say why no plug can be pulled here, or None."""
    if shutil.which("strace") is None:
        return "strace is not here: sudo apt-get install strace"
    tried = subprocess.run(
        ["strace", "-q", "-o", "/dev/null", "true"], capture_output=True, check=False
    )
    return None if tried.returncode == 0 else "this machine lets no program be traced"


def threads(process: int) -> list[int]:
    """The thread ids of a process, in the order in which they were started."""
    return sorted(int(task.name) for task in Path(f"/proc/{process}/task").iterdir())


class Recording:
    """Counts the calls that every thread makes from now until `stop`."""

    def __init__(self, process: int) -> None:
        self._order = {task: place for place, task in enumerate(threads(process))}
        self._file = Path(tempfile.mkstemp(prefix="calls-")[1])
        self._strace = _attached(
            ["-f", "-o", str(self._file), "-e", f"trace={','.join(CALLS)}"], process
        )

    def stop(self) -> list[Place]:
        """Give every place that was passed."""
        _detach(self._strace)
        counts: Counter[tuple[str, int]] = Counter()
        for line in self._file.read_text(errors="replace").splitlines():
            task, _, said = line.partition(" ")
            call = said.strip().partition("(")[0]
            if call in CALLS and task.isdecimal() and int(task) in self._order:
                counts[call, self._order[int(task)]] += 1
        self._file.unlink()
        return sorted(
            Place(call, thread, nth)
            for (call, thread), count in counts.items()
            for nth in range(1, count + 1)
        )


class Trap:
    """Kills a process when one of its threads gets to a place."""

    def __init__(self, process: int, place: Place) -> None:
        """Raises IndexError when the process has no such thread."""
        task = threads(process)[place.thread]
        self._strace = _attached(
            [
                *("-e", f"trace={place.call}"),
                *("-e", f"inject={place.call}:signal=KILL:when={place.nth}"),
                *("-o", "/dev/null"),
            ],
            task,
        )

    def open(self) -> None:
        """Let go of the process, if it still runs."""
        _detach(self._strace)


def _attached(arguments: list[str], task: int) -> subprocess.Popen[str]:
    strace = subprocess.Popen(
        ["strace", *arguments, "-p", str(task)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert strace.stderr is not None
    said = strace.stderr.readline()  # It says when it is attached; only then it counts.
    if "attached" not in said:
        _detach(strace)
        raise RuntimeError(f"strace: {said.strip()}")
    return strace


def _detach(strace: subprocess.Popen[str]) -> None:
    if strace.poll() is None:
        strace.terminate()
    strace.wait()
    if strace.stderr is not None:
        strace.stderr.close()
