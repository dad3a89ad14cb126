"""./run on a machine where nothing is installed: words come first."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lobby.scenarios import story

ROOT = Path(__file__).parents[3]
# What a bare Debian has; no apt-get, so that nothing is installed whatever happens.
TOOLS = ("bash", "cat", "cut", "df", "dirname", "env", "id", "ls", "mktemp", "rm", "sed")
TOOLS += ("sha256sum", "tail", "tr")


@pytest.fixture
def checkout(tmp_path):
    """A clone without an environment."""
    clone = tmp_path / "clone"
    for part in ("run", "scripts/setup", "lobby", "requirements"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        (clone / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, clone / part)
    return clone


def run(checkout, *words, python=sys.executable):
    """./run with only these tools and that Python in the path."""
    bin = checkout.parent / "bin"
    bin.mkdir()
    for tool in TOOLS:
        (bin / tool).symlink_to(shutil.which(tool))
    if Path(python).exists():
        (bin / "python3").write_text(f'#!/bin/sh\nexec {python} "$@"\n')
    else:
        (bin / "python3").write_text(f"#!/bin/sh\necho {python}; exit 1\n")
    (bin / "python3").chmod(0o755)
    return subprocess.run(
        ["./run", *words],
        cwd=checkout,
        env={"PATH": str(bin), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("word", ["--help", "-h", "--hel"])
def test_help_needs_nothing_but_a_python(checkout, word):
    said = run(checkout, word)

    assert (said.returncode, said.stderr) == (0, "")
    words = said.stdout.replace("\n", "").replace(" ", "")
    assert all(name in words for name in ("--fresh", *story.names()))
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--scenario", "nonsense"), "There is no scenario called nonsense. There are: "),
        (("--port-base", "80"), "80 is no port between 1024 and 65000"),
        (("--frehs",), "unrecognized arguments: --frehs"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_installed(checkout, words, sentence):
    said = run(checkout, *words)

    assert said.returncode != 0
    assert sentence in said.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_too_old_is_named_in_a_sentence(checkout):
    said = run(checkout, "--headless", python="Python-3.9.2")

    assert said.returncode == 1
    [sentence] = said.stderr.splitlines()
    assert "Front of House needs Python 3.11 or later" in sentence
    assert "found: Python-3.9.2" in sentence
