"""Every row of the check-in scenarios points at what proves it, and that is there."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(
    r"^\| ([\d–]+) \| [^|]+ \| (.+) \|$",
    (ROOT / "docs/checkin-scenarios.md").read_text(),
    re.M,
)
LAST = 150
LATER = "103–107"


def numbers(said: str) -> range:
    first, _, last = said.partition("–")
    return range(int(first), int(last or first) + 1)


def test_no_scenario_is_left_out():
    assert [n for said, _ in ROWS for n in numbers(said)] == list(range(1, LAST + 1))


@pytest.mark.parametrize(("said", "proofs"), ROWS, ids=[said for said, _ in ROWS])
def test_what_proves_a_scenario_is_there(said: str, proofs: str):
    names = re.findall(r"`([^`]+)`", proofs)
    assert bool(names) is (said != LATER)
    for name in names:
        vectors = re.fullmatch(r"(\w+): (.+)", name)
        path, _, test = name.partition("::")
        if vectors:
            cases = json.loads((ROOT / f"tests/vectors/{vectors[1]}.json").read_text())
            assert vectors[2] in {case["name"] for case in cases}
        elif test:
            assert f"def {test}(" in (ROOT / path).read_text()
        else:
            assert (ROOT / path).exists()
