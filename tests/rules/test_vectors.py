"""Every worked example, and the script that runs them."""

import json
import subprocess
import sys
import venv
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

from tests.vectors.adapters import ADAPTERS

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "vectors"


def load_script():
    spec = spec_from_loader(
        "vectors_script", SourceFileLoader("vectors_script", str(SCRIPT))
    )
    module = module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    spec.loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


vectors = load_script()
FOLDER = ROOT / "tests" / "vectors"
ALL = [vector for path in vectors.files([FOLDER]) for vector in vectors.read(path)]


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector["id"])
def test_the_rules_agree_with_the_worked_example(vector):
    came = vectors.answer(vector, ADAPTERS)
    assert came == vector["expected"]
    assert vectors.same(vector["expected"], came)


def test_every_area_has_an_adapter_and_every_id_stands_once():
    assert {vector["area"] for vector in ALL} <= ADAPTERS.keys()
    ids = [vector["id"] for vector in ALL]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (None, False, False),
        ("1", 1, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1.0}, True),
        ({"a": None}, {}, False),
        ({}, [], False),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ([[True]], [[1]], False),
        (2**60, float(2**60), True),
        (2**60 + 1, float(2**60), False),
    ],
)
def test_answers_are_compared_as_json_values(one, other, equal):
    assert vectors.same(one, other) is equal
    assert vectors.same(other, one) is equal


def doubled(given):
    return {"twice": given["n"] * 2}


def vector(n, twice, area="double", id="double-1"):
    return {"id": id, "area": area, "input": {"n": n}, "expected": {"twice": twice}}


def write(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def run(*places):
    said = []
    return (*vectors.run(places, {"double": doubled}, said.append), said)


def test_files_may_have_any_name_and_folders_count_only_their_own_json(tmp_path):
    (tmp_path / "below").mkdir()
    write(tmp_path / "below" / "deep.json", [vector(1, 3)])
    write(tmp_path / "b.json", [vector(1, 2), vector(2, 4)])
    write(tmp_path / "notes.txt", "no vectors")
    odd = write(tmp_path / "odd name", [vector(3, 6)])
    assert run(tmp_path, odd) == (3, 0, [])


def test_each_failure_is_one_line_with_what_was_expected_and_what_came(tmp_path):
    wrong = write(tmp_path / "a.json", [vector(1, 3), vector(2, 4)])
    assert run(wrong) == (1, 1, ['double-1: expected {"twice": 3}, came {"twice": 2}'])


def test_an_exception_fails_its_vector_and_the_run_goes_on(tmp_path):
    mixed = write(tmp_path / "a.json", [vector("x\n", None) | {"input": {}}, vector(1, 2)])
    passed, failed, said = run(mixed)
    assert (passed, failed) == (1, 1)
    assert said == ["double-1: expected {\"twice\": null}, came KeyError: 'n'"]


def test_an_answer_that_is_no_json_fails(tmp_path):
    path = write(tmp_path / "a.json", [vector(1, 2)])
    for answer in ({1, 2}, float("nan")):
        assert vectors.run([path], {"double": lambda given, a=answer: a}, list)[1] == 1


def test_an_adapter_that_leaves_or_talks_in_lines_fails_on_one_line(tmp_path):
    def leaves(given):
        raise SystemExit("first\nsecond")

    said = []
    path = write(tmp_path / "a.json", [vector(1, 2)])
    assert vectors.run([path], {"double": leaves}, said.append) == (0, 1)
    assert said[0].endswith("SystemExit: first second")


@pytest.mark.parametrize("area", ["triple", None, ["double"]])
def test_an_unknown_area_fails(tmp_path, area):
    passed, failed, said = run(write(tmp_path / "a.json", [vector(1, 2, area)]))
    assert (passed, failed) == (0, 1)
    assert "unknown area" in said[0]


@pytest.mark.parametrize(
    "content",
    ["", "{", "{}", "null", "[1]", "[[]]", '[{"id": "a", "area": "b"}]', "[" * 100_000],
)
def test_a_file_that_is_no_list_of_vectors_is_one_failure(tmp_path, content):
    passed, failed, said = run(write(tmp_path / "a.json", content))
    assert (passed, failed, len(said)) == (0, 1, 1)


def test_a_file_that_is_missing_or_no_text_is_one_failure(tmp_path):
    blob = tmp_path / "blob.json"
    blob.write_bytes(b"\xff\xfe\x00")
    assert run(tmp_path / "missing.json", blob)[:2] == (0, 2)


def test_no_vectors_at_all_is_a_failure(tmp_path):
    assert run(tmp_path) == (0, 1, ["no vectors found"])


def script(*arguments, cwd=ROOT):
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


@pytest.mark.slow
def test_the_script_runs_our_vectors_and_ends_with_the_count():
    done = script()
    assert done.stdout.splitlines()[-1] == f"{len(ALL)} passed, 0 failed"
    assert done.returncode == 0


@pytest.mark.slow
def test_the_script_says_with_its_status_that_something_failed(tmp_path):
    good = tmp_path / "good.json"
    good.write_text(json.dumps([v for v in ALL if v["area"] == "allocate"]))
    done = script(good)
    assert (done.returncode, done.stdout) == (0, "5 passed, 0 failed\n")
    done = script(good, tmp_path / "missing.json")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "5 passed, 1 failed"


@pytest.mark.slow
def test_an_interpreter_without_the_packages_hands_over_to_ours(tmp_path):
    if not vectors.OURS.exists():
        pytest.skip("this checkout has no .venv to hand over to")
    venv.create(tmp_path / "bare", with_pip=False)
    bare = tmp_path / "bare" / "bin" / "python"
    command = [str(bare), str(SCRIPT), str(FOLDER / "allocate.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "5 passed, 0 failed\n"
