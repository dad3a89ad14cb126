"""The table of scenarios names examples and tests that exist."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_every_worked_example_in_the_table_exists():
    named = set(re.findall(r"\b(?:admission|rules|signed|door)-\d+\b", TABLE))
    known = {
        vector["id"]
        for area in ("admission", "rules", "signed", "door")
        for vector in json.loads((ROOT / f"tests/vectors/{area}.json").read_text("utf-8"))
    }
    assert named
    assert named <= known


def test_every_test_in_the_table_exists():
    named = set(re.findall(r"`(test_\w+)`", TABLE))
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "tests/rules").glob("test_*.py")
    )
    assert named
    assert named <= set(re.findall(r"^def (test_\w+)", source, re.MULTILINE))
