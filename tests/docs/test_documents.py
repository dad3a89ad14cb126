"""The documents say what the code has: nothing is missing, nothing is invented."""

import json
import re
from pathlib import Path

import pytest

from boxoffice import failpoints
from lobby.scenarios import story

ROOT = Path(__file__).resolve().parents[2]


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_every_failpoint_is_documented_and_none_besides():
    listed = set(
        re.findall(r"^\| `([^`]+)` \|", text("docs/operations/failpoints.md"), re.M)
    )

    assert listed == failpoints.NAMES


def test_every_scenario_of_the_readme_exists_and_is_there():
    listed = set(re.findall(r"\| `([a-z0-9-]+)` \|$", text("README.md"), re.M))

    assert listed == set(story.names())


@pytest.mark.parametrize("name", story.names())
def test_every_verb_of_a_scenario_is_explained(name):
    explained = text("CONTRIBUTING.md")

    for step in story.load(name).steps:
        assert f"`{story.verb(step)}" in explained


@pytest.mark.parametrize(
    "unit", sorted(p.name for p in (ROOT / "systemd").glob("*.service"))
)
def test_every_unit_and_its_settings_are_explained(unit):
    assert unit.removesuffix(".service") in text("systemd/README.md")
    settings = re.search(
        r"EnvironmentFile=/etc/front-of-house/(\w+\.env)", text(f"systemd/{unit}")
    )
    assert settings, "a unit names its settings"
    example = text(f"systemd/{settings[1]}.example")
    for line in example.splitlines():
        # Each setting stands below a comment that says what it is for.
        assert not line or line.startswith(("#", "FOH_")), line


@pytest.mark.parametrize("module", ["kiosk", "ledger", "scanner"])
def test_every_setting_of_a_process_is_in_its_example(module):
    read = set(re.findall(r'"(FOH_[A-Z_]+)"', text(f"{module}/config.py")))
    hooks = {"FOH_DEMO", "FOH_FRAME_ANCESTOR"}  # Never on a device, as "FOH_DEMO_…".

    for setting in {one for one in read - hooks if not one.startswith("FOH_DEMO_")}:
        assert setting in text(f"systemd/{module}.env.example"), setting


def test_words_of_the_glossary_come_in_order():
    words = re.findall(r"^\| ([^|]+?) \|", text("docs/glossary.md"), re.M)[2:]

    assert words == sorted(words, key=str.lower)


def test_no_file_names_where_packages_come_from():
    for file in [*(ROOT / "requirements").rglob("*.lock"), ROOT / "pyproject.toml"]:
        assert "://" not in file.read_text(), file.name


def test_every_package_is_pinned_by_its_hash():
    # Source: P30.
    for file in (ROOT / "requirements").rglob("*.lock"):
        for part in re.findall(r"^\w.*(?:\n[ #].*)*", file.read_text(), re.M):
            assert re.match(r"[\w.-]+(\[[\w,-]+\])?==", part), (file.name, part)
            assert "--hash=sha256:" in part, (file.name, part)


def test_the_browsers_policy_keeps_it_to_the_kiosks_pages():
    policy = json.loads(text("systemd/chromium-policy.json"))
    port = re.search(r"FOH_KIOSK_PORT=(\d+)", text("systemd/kiosk.env.example"))

    assert policy["URLBlocklist"] == ["*"]
    assert port
    assert policy["URLAllowlist"] == [f"http://127.0.0.1:{port[1]}"]
    assert policy["DeveloperToolsAvailability"] == 2
    assert "chromium-policy.json" in text("systemd/README.md")
