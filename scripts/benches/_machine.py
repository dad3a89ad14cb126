"""What benches ask of the machine: cores, ports, and what a process takes."""

import itertools
import os
import socket
from contextlib import suppress
from pathlib import Path

SERVERS, CLIENTS = 0, 1
_TICK = os.sysconf("SC_CLK_TCK")
# Below those that are lent to whoever dials, so that who is killed finds theirs free again.
_ports = itertools.count(24_000 + os.getpid() % 400 * 20)


def free_port() -> int:
    """Give a port that nobody listens on, and another one each time."""
    for port in _ports:
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
    raise AssertionError


def cpu_s(pid: int) -> float:
    """User and system time of a process; of a postmaster, its ended children's, too."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICK


def pin(pid: int, *cores: int) -> None:
    """Let a process, all its threads included, run on these cores only."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        # One that has just ended needs no core any more.
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), set(cores))


def rss_mb(pid: int) -> float:
    """Resident memory of a process; 0 once it has ended, in megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
