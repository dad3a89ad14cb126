"""Put a device together: settings, clock, store, hardware, pages."""

import importlib.util
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from kiosk import api, pairing, recovery
from kiosk.clock import Clock
from kiosk.config import Config
from kiosk.device import Device
from kiosk.loops import Loops
from kiosk.payments.port import Terminal
from kiosk.payments.pretend import PretendTerminal
from kiosk.printing import profile
from kiosk.printing.group import Group
from kiosk.printing.transport import Printer, Wired
from kiosk.store.store import Store


def make_device(
    config: Config,
    *,
    clock: Clock | None = None,
    broken: Callable[[str], None] = lambda _why: None,
    ballast: bool = False,
) -> Device:
    """Open the store and everything that hangs on it; nothing runs yet.

    Raises StoreInUse, Damaged, BadKeyFile.
    """
    store = Store(config.folder, broken=broken, ballast=ballast)
    try:
        device = Device(
            config,
            clock=clock or Clock(offset_file=config.demo_clock),
            store=store,
            terminal=_terminal(config),
            printer=_printer(config),
        )
        recovery.recall_clock(device)
        if device.paired:
            device.connect(pairing.line_of(device))
    except BaseException:
        store.close()
        raise
    return device


def create_app(
    device: Device, loops: Loops | None = None, *, phones: Flask | None = None
) -> Flask:
    """Make the WSGI app of a device.

    phones: the app of the device's own screen, when this one serves ushers' phones.
    """
    root = assets()
    app = Flask(
        "kiosk",
        template_folder=str(root / "templates"),
        static_folder=str(root / "static"),
    )
    app.extensions["foh"] = device
    app.extensions["foh_loops"] = loops
    if phones is not None:
        app.config["FOH_PHONES"] = True
        for name in ("foh_scans", "foh_crops"):
            app.extensions[name] = phones.extensions[name]
    app.register_blueprint(api.bp)
    if importlib.util.find_spec("kiosk.web") is not None:
        from kiosk import web

        web.install(app)
        for blueprint in web.blueprints():
            app.register_blueprint(blueprint)
    return app


def write_scanner_secret(config: Config) -> None:
    """Make a new secret for the scanner, readable by its group: 0640, once a start."""
    made = config.scanner_secret_file.with_suffix(".new")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(32))
    made.chmod(0o640)  # Whatever the umask says.
    made.rename(config.scanner_secret_file)


def _terminal(config: Config) -> Terminal | None:
    text = config.terminal
    if text is None:
        return None
    kind, _, address = text.partition(":")
    if kind not in {"stripe", "sumup"} or config.terminal_secret is None:
        return PretendTerminal(text)
    secret, *more = config.terminal_secret.read_text("utf-8").split()
    # The makers' libraries are optional: only the one that is used is loaded.
    if kind == "stripe":
        from kiosk.payments.stripe_terminal import StripeTerminal

        return StripeTerminal(address, secret)
    from kiosk.payments.sumup_solo import SumUpSolo

    merchant, _, reader = address.partition("/")
    app, affiliate = (*more, "", "")[:2]
    return SumUpSolo(merchant, reader, secret=secret, app=app, affiliate=affiliate)


def _printer(config: Config) -> Printer | None:
    if config.printer is None:
        return None
    first = Wired(config.printer, profile.load(config.printer_profile))
    if config.printer_second is None:
        return first
    second = Wired(config.printer_second, profile.load(config.printer_second_profile))
    return Group([first, second])


def assets() -> Path:
    """Give where templates and static files are: the checkout, else beside the packages."""
    checkout = Path(__file__).resolve().parent.parent
    installed = checkout / "front_of_house"
    return installed if installed.is_dir() else checkout
