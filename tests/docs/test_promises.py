"""docs/promises.md names tests that exist, for every promise of release 1."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/promises.md").read_text()
LATER = {12, 13, 15}
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_promise_of_this_release_names_its_tests():
    rows = {
        int(row.split("|")[1].strip()[1:]): row
        for row in TEXT.splitlines()
        if re.match(r"\| P\d+ ", row)
    }

    assert set(rows) == set(range(1, 31)) - LATER
    for promise, row in rows.items():
        assert NAMED.search(row.split("|")[3]), f"P{promise} names no test"


def test_every_test_that_is_named_exists():
    for file, name in NAMED.findall(TEXT):
        assert (ROOT / file).exists(), file
        if name:
            assert f"def {name}(" in (ROOT / file).read_text(), f"{file}::{name}"
