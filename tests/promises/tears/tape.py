"""What a program writes to its store and sends to others, in order, as strace hears it."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CALLS: Final = (
    "pwrite64",
    "write",
    "ftruncate",
    "fsync",
    "fdatasync",
    "sendto",
    "sendmsg",
)
_LINE: Final = re.compile(rb"^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\((\d+)<([^>]*)>)(.*)$")
_SAID: Final = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
_UNFINISHED: Final = b"<unfinished ...>"


@dataclass(frozen=True)
class Written:
    """Bytes for a file of the database, from a place on."""

    file: str
    place: int
    data: bytes


@dataclass(frozen=True)
class Cut:
    """A file of the database gets another length."""

    file: str
    length: int


@dataclass(frozen=True)
class Synced:
    """What was written to a file has reached the storage."""

    file: str


@dataclass(frozen=True)
class Left:
    """Bytes that left the program: for paper, a terminal, the ledger or a screen."""

    data: bytes


Step = Written | Cut | Synced | Left


class Tape:
    """Runs from now until `stop`. base: the files of the database as they were before.

    The program must be at rest when it begins; raises Restless otherwise.
    """

    def __init__(self, process: int, database: Path) -> None:
        self._database = database
        self._file = Path(tempfile.mkstemp(prefix="tape-")[1])
        before = _files(database)
        self._strace = subprocess.Popen(
            [
                *("strace", "-f", "-y", "-xx", "-s", "2000000"),
                *("-e", f"trace={','.join(_CALLS)}", "-e", "signal=none"),
                *("-o", str(self._file), "-p", str(process)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._strace.stderr is not None
        said = self._strace.stderr.readline()  # It says when it is attached.
        self.base = _files(database)
        if "attached" not in said or self.base != before:
            self.stop()
            raise Restless(said.strip() or "the database was written to")

    def stop(self) -> list[Step]:
        """Give what was heard."""
        if self._strace.poll() is None:
            self._strace.terminate()
        self._strace.communicate()
        heard = list(read(self._file.read_bytes(), self._database.name))
        self._file.unlink()
        return heard


class Restless(Exception):
    """The program was writing as it was to be listened to; try again."""


def _files(database: Path) -> dict[str, bytes]:
    there = {name: database.with_name(name) for name in _names(database.name)}
    return {name: file.read_bytes() for name, file in there.items() if file.exists()}


def _names(database: str) -> tuple[str, str]:
    return database, f"{database}-wal"


def read(heard: bytes, database: str) -> Iterator[Step]:
    """Read strace's lines. A write counts from its begin, a sync from its end."""
    syncing: dict[bytes, str] = {}
    for line in heard.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        thread, resumed, call, _number, path, rest = found.groups()
        if resumed is not None:
            if resumed in {b"fsync", b"fdatasync"} and thread in syncing:
                file = syncing.pop(thread)
                if rest.endswith(b"= 0"):
                    yield Synced(file)
            continue
        name = _bytes(path).decode(errors="replace")
        file = Path(name).name
        if call in {b"sendto", b"sendmsg"} and name.startswith(("socket:", "TCP")):
            yield Left(b"".join(_bytes(said) for said in _SAID.findall(rest)))
        elif file not in _names(database):
            continue
        elif call == b"pwrite64":
            said = _SAID.search(rest)
            assert said is not None, line[:200]
            place = rest[said.end() :].split(b",")[2].split(b")")[0].split()[0]
            yield Written(file, int(place), _bytes(said.group(1)))
        elif call == b"ftruncate":
            yield Cut(file, int(rest.split(b",")[1].split(b")")[0].split()[0]))
        elif call in {b"fsync", b"fdatasync"}:
            if rest.endswith(_UNFINISHED):
                syncing[thread] = file
            elif rest.endswith(b"= 0"):
                yield Synced(file)
        else:
            raise AssertionError(f"{database} is written in an unknown way: {line[:200]!r}")


def _bytes(said: bytes) -> bytes:
    if b"\\x" not in said:
        return said
    return bytes.fromhex(said.replace(b"\\x", b"").decode("ascii"))
