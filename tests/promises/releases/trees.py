"""Programs of earlier releases, taken from this repository's own history."""

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).parents[3]
# What runs; libraries are those of today's lock, which has not changed since.
PARTS: Final = ("boxoffice", "kiosk", "ledger", "static", "templates", "alembic.ini")


@dataclass(frozen=True)
class Release:
    """A state of the program that a house may still have.

    opens_later: whether its kiosk opens the store of a later program.
    """

    commit: str
    opens_later: bool


# Each of a day on which many tables were added; the first knows neither half of them.
RELEASES: Final = (
    Release("47ec028b5bfd", opens_later=False),
    Release("aeab46d7642d", opens_later=False),
    Release("912eba4ad388", opens_later=True),
)


class NotHere(Exception):
    """This clone's history does not reach so far; the text says what to do."""


def unpack(commit: str, folder: Path) -> Path:
    """Put the programs of a commit into a folder. Raises NotHere."""
    found = _git("cat-file", "-e", f"{commit}^{{commit}}")
    if found.returncode:
        raise NotHere(_why(commit))
    packed = _git("archive", commit, "--", *PARTS)
    if packed.returncode:
        raise NotHere(packed.stderr.decode().strip())
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tree:
        tree.extractall(folder, filter="data")
    return folder


def _why(commit: str) -> str:
    if _git("rev-parse", "--git-dir").returncode:
        return f"there is no history here, and so no {commit}: clone the repository"
    shallow = _git("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    if shallow:
        return f"this clone is shallow and lacks {commit}: `git fetch --unshallow` first"
    return f"this history has no {commit}"


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, check=False)
