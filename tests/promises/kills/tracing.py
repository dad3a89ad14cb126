"""Pull the plug at a system call: strace kills the program when it enters the nth one."""

import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
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
# What strace does at a place.
KILL: Final = "signal=KILL"


@dataclass(frozen=True, order=True)
class Place:
    """The nth call of one kind by one thread; threads are counted as they were started.

    target: the file or socket that it was about.
    """

    call: str
    thread: int
    nth: int
    target: str = field(default="", compare=False)

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
        self._strace = attached(
            ["-f", "-y", "-o", str(self._file), "-e", f"trace={','.join(CALLS)}"], process
        )

    def stop(self) -> list[Place]:
        """Give every place that was passed, in that order."""
        detach(self._strace)
        counts: Counter[tuple[str, int]] = Counter()
        found = []
        for line in self._file.read_text(errors="replace").splitlines():
            task, _, said = line.partition(" ")
            call = said.strip().partition("(")[0]
            if call in CALLS and task.isdecimal() and int(task) in self._order:
                thread = self._order[int(task)]
                counts[call, thread] += 1
                found.append(Place(call, thread, counts[call, thread], _target(said)))
        self._file.unlink()
        return found


def distinct(places: Sequence[Place]) -> list[Place]:
    """Leave out what says nothing new: the middle of a run of like calls of one thread.

    Between two writes to one file without a sync nothing else can be seen; words for the
    log are no facts.
    """
    by_thread: dict[int, list[Place]] = {}
    for place in places:
        if place.target != "log":
            by_thread.setdefault(place.thread, []).append(place)
    kept = set()
    for run in by_thread.values():
        for before, place, after in zip([None, *run], run, [*run[1:], None], strict=False):
            if not (_like(before, place) and _like(place, after)):
                kept.add(place)
    return [place for place in places if place in kept]


def _like(one: Place | None, other: Place | None) -> bool:
    return (
        one is not None
        and other is not None
        and (one.call, one.target) == (other.call, other.target)
    )


def _target(said: str) -> str:
    """Name what a call was about: a file's own name, a socket, or the log."""
    number, _, rest = said.partition("(")[2].partition("<")
    if number in {"1", "2"}:
        return "log"
    named = rest.partition(">")[0]
    if named.startswith(("socket:", "TCP", "pipe:", "anon_inode:")):
        return named.partition(":")[0]
    name = Path(named).name
    # SQLite's own scratch paper has another name each time.
    return "scratch" if name.startswith("etilqs_") else name


def may_fail(place: Place) -> bool:
    """Whether a disk can refuse this call."""
    on_disk = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink")
    return place.call in on_disk and "." in place.target


class Trap:
    """Kills a process when one of its threads gets to a place, or makes that call fail."""

    def __init__(self, process: int, place: Place, fault: str = KILL) -> None:
        """fault: as strace injects it. Raises IndexError without such a thread."""
        task = threads(process)[place.thread]
        self._kills = fault == KILL
        self._file = Path(tempfile.mkstemp(prefix="trap-")[1])
        self._strace = attached(
            [
                *("-e", f"trace={place.call}"),
                *("-e", f"inject={place.call}:{fault}:when={place.nth}"),
                *("-o", str(self._file)),
            ],
            task,
        )

    @property
    def sprung(self) -> bool:
        """Whether the process got to the place."""
        if self._kills:
            return self._strace.poll() is not None
        return "(INJECTED)" in self._file.read_text(errors="replace")

    def open(self) -> bool:
        """Let go of the process, if it still runs; say whether it got to the place."""
        sprung = self.sprung
        detach(self._strace)
        self._file.unlink()
        return sprung


def attached(arguments: list[str], task: int) -> subprocess.Popen[str]:
    """Let strace watch a process or thread from when this returns. Raises RuntimeError."""
    strace = subprocess.Popen(
        ["strace", *arguments, "-p", str(task)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert strace.stderr is not None
    said = strace.stderr.readline()  # It says when it is attached; only then it counts.
    if "attached" not in said:
        detach(strace)
        raise RuntimeError(f"strace: {said.strip()}")
    return strace


def detach(strace: subprocess.Popen[str]) -> None:
    """Let what strace watches go on alone."""
    if strace.poll() is None:
        strace.terminate()
    strace.wait()
    if strace.stderr is not None:
        strace.stderr.close()
