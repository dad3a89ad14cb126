"""How this device is set up: read from the environment once, refused if it makes no sense.

`systemd/kiosk.env.example` explains each setting.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from boxoffice import themes
from boxoffice.palettes import BadTheme
from boxoffice.themes import Theme
from kiosk import habits, tls
from kiosk.habits import BadHabit, Habits
from kiosk.printing import lines


class BadConfig(ValueError):
    """A setting is missing or makes no sense; the text is a sentence for people."""


@dataclass(frozen=True)
class Invite:
    """What a device needs to be paired once, as `ledger invite` writes it.

    spki: the key that the ledger's TLS must have; None: a chain and a name vouch for it.
    """

    url: str
    token: str
    ledger_id: str
    ledger_key: str
    spki: bytes | None = None


@dataclass(frozen=True)
class Config:
    """Everything that differs from device to device.

    folder: store, key and scanner secret live here. printer: tcp://host:port, usb:/dev/…,
    serial:/dev/…@baud, or None; printer_second: the one that prints while it cannot.
    printer_profile: a file of kiosk/printing/profiles. terminal: address of a pretend
    terminal, stripe:READER, sumup:MERCHANT/READER, or None where no cards are taken.
    terminal_secret: the file with its API key (and, for sumup, app id and affiliate key, a
    line each). terminal_at: where it is for whoever stands before the screen: left, right,
    below, or blank. mm: CSS pixels per millimetre, or None.
    claim_wait_s: how long a door waits for the ledger to say who was first.
    unknown_after_s: how long a terminal may be silent before guests hear that nobody knows.
    phones_port: where ushers' phones are served, behind a TLS proxy on this machine; None
    for not at all. phones_names: the names by which they may call it, the first for links.
    demo_patience: how many times as long a demo on a busy machine waits for its ledger.
    shop_url: where patrons find the online shop, when not beside the ledger.
    theme: colours, fonts and logo of the house. signage: a folder of pictures, or None.
    lamp: the file that says whether the lamp over this kiosk is lit, or None.
    habits: waits, paper and the hour of the night, where the house has them otherwise.
    """

    folder: Path
    host: str
    port: int
    ledger_url: str
    invite_file: Path | None = None
    printer: str | None = None
    printer_profile: str = "80"
    printer_second: str | None = None
    printer_second_profile: str = "80"
    terminal: str | None = None
    terminal_secret: Path | None = None
    terminal_at: str = ""
    door: str = ""
    demo: bool = False
    demo_clock: Path | None = None
    demo_patience: float = 1.0
    mm: float | None = None
    frame_ancestor: str | None = None
    claim_wait_s: float = 0.25
    unknown_after_s: float = 60.0
    phones_port: int | None = None
    phones_names: tuple[str, ...] = ()
    shop_url: str = ""
    theme: Theme = themes.STANDARD
    signage: Path | None = None
    lamp: Path | None = None
    habits: Habits = habits.USUAL

    @property
    def store(self) -> Path:
        """The one SQLite file of this device."""
        return self.folder / "store.sqlite"

    @property
    def shop(self) -> str:
        """Where patrons' phones find the online shop."""
        return self.shop_url or f"{self.ledger_url}/shop"

    @property
    def key_file(self) -> Path:
        """This device's private key, mode 0600, never copied."""
        return self.folder / "device.key"

    @property
    def scanner_secret_file(self) -> Path:
        """What a scanner shows to be heard, mode 0640, new at every start."""
        return self.folder / "scanner.secret"


def read(environment: Mapping[str, str]) -> Config:
    """Read the settings. Raises BadConfig with a sentence that names the setting."""
    demo = environment.get("FOH_DEMO", "") == "1"
    return Config(
        folder=Path(_needed(environment, "FOH_KIOSK_DIR", "a folder for store and key")),
        host=environment.get("FOH_KIOSK_HOST", "127.0.0.1"),
        port=_port(environment.get("FOH_KIOSK_PORT", "8410")),
        ledger_url=_url("FOH_LEDGER_URL", _needed(environment, "FOH_LEDGER_URL", "a URL")),
        invite_file=_path(environment.get("FOH_INVITE_FILE")),
        printer=_printer(environment, "FOH_PRINTER"),
        printer_profile=_profile(environment, "FOH_PRINTER_PROFILE"),
        printer_second=_printer(environment, "FOH_PRINTER_SECOND"),
        printer_second_profile=_profile(environment, "FOH_PRINTER_SECOND_PROFILE"),
        terminal=_terminal(environment.get("FOH_TERMINAL", "")),
        terminal_secret=_terminal_secret(environment),
        terminal_at=_terminal_at(environment.get("FOH_TERMINAL_AT", "")),
        door=environment.get("FOH_DOOR", ""),
        demo=demo,
        demo_clock=_path(environment.get("FOH_DEMO_CLOCK")) if demo else None,
        demo_patience=_patience(environment.get("FOH_DEMO_PATIENCE", "1")) if demo else 1.0,
        mm=_mm(environment.get("FOH_MM", "")),
        claim_wait_s=_claim_wait(environment.get("FOH_CLAIM_WAIT_MS", "250")),
        unknown_after_s=_unknown_after(environment.get("FOH_UNKNOWN_AFTER_S", "60")),
        frame_ancestor=environment.get("FOH_FRAME_ANCESTOR") or None if demo else None,
        phones_port=_phones_port(environment),
        phones_names=_names(environment.get("FOH_PHONES_NAMES", "")),
        shop_url=_optional_url(environment, "FOH_SHOP_URL"),
        theme=_theme(environment.get("FOH_THEME_DIR", "")),
        signage=_signage(environment.get("FOH_SIGNAGE_DIR", "")),
        lamp=_lamp(environment.get("FOH_LAMP_FILE", "")),
        habits=_habits(environment),
    )


def read_invite(file: Path) -> Invite:
    """Read an invitation. Raises BadConfig when it is not one."""
    try:
        fields = json.loads(file.read_text("utf-8"))
        url, token = str(fields["url"]), str(fields["token"])
        pin = tls.pin_of(fields.get("spki"))
        return Invite(url, token, str(fields["ledger_id"]), str(fields["ledger_key"]), pin)
    except (OSError, ValueError, KeyError, TypeError) as why:
        raise BadConfig(f"FOH_INVITE_FILE: {file} is not an invitation ({why}).") from None


def _needed(environment: Mapping[str, str], name: str, what: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise BadConfig(f"{name} is not set; it must be {what}.")
    return value


def _phones_port(environment: Mapping[str, str]) -> int | None:
    text = environment.get("FOH_PHONES_PORT", "")
    if not text:
        return None
    if not _names(environment.get("FOH_PHONES_NAMES", "")):
        raise BadConfig("FOH_PHONES_NAMES is not set; it must be the name of this machine.")
    return _port(text, "FOH_PHONES_PORT")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())


def _port(text: str, name: str = "FOH_KIOSK_PORT") -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise BadConfig(f"{name} must be a port from 0 to 65535, not {text!r}.")
    return int(text)


def _url(name: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadConfig(f"{name} must be an http or https address, not {text!r}.")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        # Source: sync.md §2.2: TLS except on loopback.
        raise BadConfig(f"{name} must be https, except on this machine; it is {text!r}.")
    return text.rstrip("/")


def _optional_url(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "")
    return _url(name, text) if text else ""


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _theme(text: str) -> Theme:
    if not text:
        return themes.STANDARD
    try:
        return themes.read(text, lambda name: (Path(text) / name).read_bytes())
    except BadTheme as why:
        raise BadConfig(f"FOH_THEME_DIR: {why}") from None


def _terminal_at(text: str) -> str:
    if text not in {"", "left", "right", "below"}:
        raise BadConfig(f"FOH_TERMINAL_AT must be left, right or below, not {text!r}.")
    return text


def _habits(environment: Mapping[str, str]) -> Habits:
    try:
        return habits.read(environment)
    except BadHabit as why:
        raise BadConfig(str(why)) from None


def _lamp(text: str) -> Path | None:
    if text and not Path(text).parent.is_dir():
        raise BadConfig(f"FOH_LAMP_FILE must be in a folder that is there; {text} is not.")
    return _path(text)


def _signage(text: str) -> Path | None:
    if text and not Path(text).is_dir():
        raise BadConfig(f"FOH_SIGNAGE_DIR must be a folder of pictures; {text} is none.")
    return _path(text)


def _printer(environment: Mapping[str, str], name: str) -> str | None:
    text = environment.get(name, "")
    if not text:
        return None
    try:
        lines.opener(text)
    except lines.BadAddress as why:
        raise BadConfig(f"{name} {why}") from None
    return text


def _profile(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "80")
    if text not in {"80", "58", "80-presenter"}:
        raise BadConfig(f"{name} must be 80, 58 or 80-presenter, not {text!r}.")
    return text


def _terminal(text: str) -> str | None:
    if not text:
        return None
    kind, _, address = text.partition(":")
    if (kind == "stripe" and address) or (kind == "sumup" and "/" in address):
        return text
    if kind != "pretend":
        raise BadConfig(
            "FOH_TERMINAL must be pretend:ADDRESS, stripe:READER, sumup:MERCHANT/READER"
            f" or empty, not {text!r}."
        )
    return _url("FOH_TERMINAL", address)


def _terminal_secret(environment: Mapping[str, str]) -> Path | None:
    text = environment.get("FOH_TERMINAL", "")
    file = _path(environment.get("FOH_TERMINAL_SECRET_FILE"))
    if text.startswith(("stripe:", "sumup:")) and (file is None or not file.is_file()):
        raise BadConfig(
            f"FOH_TERMINAL_SECRET_FILE must be a file with the API key for {text!r}."
        )
    return file


def _claim_wait(text: str) -> float:
    if not text.isascii() or not text.isdigit() or not 50 <= int(text) <= 5000:
        raise BadConfig(f"FOH_CLAIM_WAIT_MS must be 50 to 5000 ms, not {text!r}.")
    return int(text) / 1000


def _patience(text: str) -> float:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 20:
        raise BadConfig(f"FOH_DEMO_PATIENCE must be 1 to 20 times, not {text!r}.")
    return float(text)


def _unknown_after(text: str) -> float:
    if not text.isascii() or not text.isdigit() or not 5 <= int(text) <= 600:
        raise BadConfig(f"FOH_UNKNOWN_AFTER_S must be 5 to 600 s, not {text!r}.")
    return float(text)


def _mm(text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 40:
        raise BadConfig(f"FOH_MM must be 1 to 40 pixels per millimetre, not {text!r}.")
    return value
