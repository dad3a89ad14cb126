"""The lobby's web application: the page, the control API and the cameras' pictures."""

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from jinja2 import StrictUndefined

from lobby.web import (
    cameras,
    clock,
    figures,
    guard,
    hands,
    mailbox,
    network,
    page,
    plugs,
    printer,
    scenarios,
    terminal,
)

if TYPE_CHECKING:
    from lobby.hardware import Hardware

ROOT = Path(__file__).resolve().parent.parent


def create_app(hardware: "Hardware") -> Flask:
    """Return the application for one lobby."""
    root = ROOT if (ROOT / "templates").exists() else ROOT / "front_of_house"
    app = Flask("lobby", template_folder=root / "templates", static_folder=root / "static")
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["hardware"] = hardware
    guard.install(app, hardware.ports)
    for part in (
        page,
        printer,
        terminal,
        mailbox,
        cameras,
        network,
        plugs,
        clock,
        figures,
        scenarios,
        hands,
    ):
        app.register_blueprint(part.bp)
    return app
