"""What this scanner looks through, and to whom it reports.

Everything comes from the environment, once; a setting that is missing or makes no sense
is refused with a sentence before a camera is opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scanner import wedge

FPS = 30.0
FPS_MOST = 120.0


class Incomplete(Exception):
    """A setting is missing or makes no sense; the message says which, and what to do."""


@dataclass(frozen=True)
class Config:
    """The settings of one scanner process.

    source: a camera (`/dev/video0`, `0`, `pi`), a folder of pictures, a film, the http
      address of a stream or of one picture, or `none` where there is only a reader.
    post: address of the kiosk process that takes what was read.
    secret_file: holds the secret that the kiosk process made at its start.
    name: what the kiosk calls this scanner.
    fps: frames looked at per second, at most, as far as a camera keeps its pace.
    hints: address that wants to know how the camera is doing; empty for none.
    phones: address of the pictures that ushers' phones cannot read; empty for none.
    wedge: a hand-held reader besides the camera (`/dev/input/event3`, `/dev/ttyACM0`,
      `/dev/ttyS0@9600`); empty for none.
    layout: the keyboard that the reader was set up for, `us` or `dk`.
    """

    source: str
    post: str
    secret_file: Path
    name: str
    fps: float = FPS
    hints: str = ""
    phones: str = ""
    wedge: str = ""
    layout: str = "us"


def read(environ: Mapping[str, str]) -> Config:
    """Read the settings. Raises Incomplete with a sentence that names the setting."""
    config = Config(
        source=_needed(environ, "FOH_SCANNER_SOURCE", "what to look through"),
        post=_address(environ, "FOH_SCANNER_POST"),
        secret_file=Path(
            _needed(environ, "FOH_SCANNER_SECRET_FILE", "where the kiosk's secret is")
        ),
        name=environ.get("FOH_SCANNER_NAME", "").strip() or "camera",
        fps=_fps(environ.get("FOH_SCANNER_FPS", "").strip()),
        hints=_address(environ, "FOH_SCANNER_HINTS", needed=False),
        phones=_address(environ, "FOH_SCANNER_PHONES", needed=False),
        wedge=environ.get("FOH_SCANNER_WEDGE", "").strip(),
        layout=environ.get("FOH_SCANNER_WEDGE_LAYOUT", "").strip() or "us",
    )
    if config.wedge:
        try:
            wedge.check(config.wedge, config.layout)
        except wedge.NoSuchReader as why:
            raise Incomplete(str(why)) from why
    elif config.source == "none":
        raise Incomplete(
            "FOH_SCANNER_SOURCE is none and FOH_SCANNER_WEDGE is not set: "
            "there is nothing to read with."
        )
    return config


def _needed(environ: Mapping[str, str], name: str, what: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise Incomplete(f"{name} is not set: it says {what}.")
    return value


def _address(environ: Mapping[str, str], name: str, *, needed: bool = True) -> str:
    value = environ.get(name, "").strip()
    if not value and not needed:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Incomplete(
            f"{name} must be an http address of the kiosk process, "
            f"such as http://127.0.0.1:8411/scans; it is {value!r}."
        )
    return value


def _fps(text: str) -> float:
    try:
        fps = float(text or FPS)
    except ValueError:
        fps = 0.0
    if not 0 < fps <= FPS_MOST:
        raise Incomplete(
            f"FOH_SCANNER_FPS must be a number of frames per second up to {FPS_MOST:g}; "
            f"it is {text!r}."
        )
    return fps
