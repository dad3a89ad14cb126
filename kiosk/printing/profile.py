"""What differs from printer to printer: one file each in `profiles/`."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

PROFILES = Path(__file__).parent / "profiles"


@dataclass(frozen=True)
class Profile:
    """One kind of printer.

    dots: printable width. columns: characters of font A in a line, each dot_columns wide.
    module_dots: size of a QR module. fence: how it proves that a job is on paper.
    clears: whether its buffer can be emptied from here. lines_after: feed before a cut.
    roll_mm: a full roll. near_end_mm: what is left when its sensor says nearly out.
    presenter: whether it tells (DLE EOT 20) that paper waits in its slot.
    """

    name: str
    dots: int
    dots_per_mm: float
    columns: int
    dot_columns: int
    code_page: int
    encoding: str
    module_dots: int
    fence: Literal["process_id", "status"]
    clears: bool
    roll_mm: int
    lines_after: int
    presenter: bool = False
    near_end_mm: int = 3_000


@lru_cache
def load(name: str) -> Profile:
    """Read a profile by the name of its file."""
    with (PROFILES / f"{name}.toml").open("rb") as file:
        return Profile(**tomllib.load(file))
