"""A scanner that is not told enough says so in a sentence and does not start."""

from pathlib import Path

import pytest

from scanner import config

ENVIRONMENT = {
    "FOH_SCANNER_SOURCE": "/dev/video0",
    "FOH_SCANNER_POST": "http://127.0.0.1:8411/scans",
    "FOH_SCANNER_SECRET_FILE": "/run/foh/scanner.secret",
    "FOH_SCANNER_NAME": "door-b",
    "FOH_SCANNER_FPS": "15",
}


def test_the_settings_are_read_from_the_environment():
    assert config.read(ENVIRONMENT) == config.Config(
        source="/dev/video0",
        post="http://127.0.0.1:8411/scans",
        secret_file=Path("/run/foh/scanner.secret"),
        name="door-b",
        fps=15,
    )


def test_name_and_pace_have_defaults():
    needed = dict(list(ENVIRONMENT.items())[:3])
    settings = config.read(needed)
    assert (settings.name, settings.fps) == ("camera", 30)


@pytest.mark.parametrize("name", list(ENVIRONMENT)[:3])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_setting_that_is_missing_is_named(name, value):
    environment = {key: text for key, text in ENVIRONMENT.items() if key != name}
    if value is not None:
        environment[name] = value
    with pytest.raises(config.Incomplete, match=name):
        config.read(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOH_SCANNER_POST", "127.0.0.1:8411/scans"),
        ("FOH_SCANNER_POST", "ftp://kiosk/scans"),
        ("FOH_SCANNER_HINTS", "/hints"),
        ("FOH_SCANNER_FPS", "fast"),
        ("FOH_SCANNER_FPS", "0"),
        ("FOH_SCANNER_FPS", "-3"),
        ("FOH_SCANNER_FPS", "nan"),
        ("FOH_SCANNER_FPS", "1e9"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name, value):
    with pytest.raises(config.Incomplete, match=name):
        config.read(ENVIRONMENT | {name: value})
