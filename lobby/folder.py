"""The folder of a desk-top lobby's house: for one lobby at a time, with room left."""

import fcntl
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lobby import programs
from lobby.programs import HOST, Ports

LEAST_FREE_BYTES = 200_000_000


class CannotStart(Exception):
    """Why there is no lobby, in one sentence."""


@contextmanager
def owned(folder: Path, ports: Ports, *, fresh: bool) -> Iterator[None]:
    """Keep the house for this lobby alone; a fresh one begins empty. Raises CannotStart.

    The house says at which address it is open, to whoever finds it in use.
    """
    _make(folder)
    with (folder / "open").open("a+") as sign:
        try:
            fcntl.flock(sign, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sign.seek(0)
            raise CannotStart(
                f"The lobby of {folder} is open already: {sign.read().strip()}\n"
                "Close it with Ctrl-C, or open a second house beside it: "
                f"./run --folder {folder}-2 --port-base {ports.base + 100}"
            ) from None
        check(ports)
        if fresh:
            _empty(folder, keep=sign.name)
        sign.truncate(0)
        sign.write(f"{programs.address(ports.lobby)}\n")
        sign.flush()
        _renew(folder)
        yield


def check(ports: Ports) -> None:
    """Raises CannotStart for a port that somebody else has."""
    for port in ports.all:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                raise CannotStart(
                    f"Port {port} is taken, perhaps by another lobby. "
                    f"Close it, or choose other ports: ./run --port-base {ports.base + 100}"
                ) from None


def _empty(folder: Path, *, keep: str) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif str(entry) != keep:
            entry.unlink()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except FileExistsError:
        raise CannotStart(f"{folder} is a file, not a folder.") from None
    except OSError as trouble:
        raise CannotStart(f"{folder} cannot be written: {trouble.strerror}.") from None
    if free < LEAST_FREE_BYTES:
        raise CannotStart(
            f"The disk is nearly full: {free // 1_000_000} MB are left at {folder}, "
            f"{LEAST_FREE_BYTES // 1_000_000} MB are needed."
        )
    for clock in folder.glob("clock-offset*"):
        clock.unlink()


def _renew(folder: Path) -> None:
    """Ask the demo house to let those wait again who were served the last time."""
    if (folder / "ledger").exists():
        (folder / "ledger" / "renew").touch()
