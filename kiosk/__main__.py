"""The device: `python -m kiosk serve | migrate | pair | leave | theme`."""

import argparse
import gc
import logging
import os
import signal
import sys
import threading

import structlog
import waitress  # type: ignore[import-untyped] # It has no stubs.
from sqlalchemy.exc import DBAPIError

from boxoffice import palettes
from kiosk import app, calls, config, pairing, parting, recovery, standstill
from kiosk import watchdog as systemd
from kiosk.config import BadConfig, Config
from kiosk.device import Device
from kiosk.identity import BadKeyFile
from kiosk.loops import Loops
from kiosk.outcomes import LineDown, NotUnderstood
from kiosk.store.engine import StoreInUse, WrongPragma
from kiosk.store.store import Damaged, Store
from kiosk.store.writer import StoreBroken

THREADS = 8
# Staff hear of a failed storage within this time, or from nobody.
CALL_S = 1.0


def main(arguments: list[str]) -> int:
    """Run one command; give the exit code."""
    _configure_words()
    asked = _parser().parse_args(arguments)
    commands = {"serve": serve, "migrate": migrate, "pair": pair, "theme": measure}
    if asked.command == "leave":
        commands["leave"] = lambda settings: leave(settings, anyway=asked.anyway)
    try:
        return commands[asked.command](config.read(os.environ))
    except (BadConfig, StoreInUse, Damaged, WrongPragma, BadKeyFile) as why:
        print(why, file=sys.stderr)
        return 1
    except OSError as why:
        where = f" ({why.filename})" if why.filename else ""
        print(f"This device cannot go on: {why.strerror}{where}.", file=sys.stderr)
        return 1
    except DBAPIError as why:
        # A full or unreadable disk, before anything could be served.
        print(f"The store cannot be used: {why.orig}.", file=sys.stderr)
        return standstill.EXIT_STORE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kiosk",
        description="A device in the lobby or at a door. Its settings: the environment, as"
        " systemd/kiosk.env.example lists it.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, words in (
        ("serve", "serve pages and do everything in the background until SIGTERM"),
        ("migrate", "bring the store up to date; serve does so, too"),
        ("pair", "become part of a house with the invitation of FOH_INVITE_FILE"),
        ("theme", "say how every pair of the theme's colours stands out"),
    ):
        commands.add_parser(name, help=words, description=words)
    parting_words = commands.add_parser(
        "leave",
        help="leave the house, with key and store; to pair this machine anew",
        description="Sets key and store aside in FOH_KIOSK_DIR/left, so that the machine"
        " begins anew and can be paired again, here or elsewhere. The program must not run."
        " It refuses while anything waits that the house has to hear of.",
    )
    parting_words.add_argument(
        "--anyway",
        action="store_true",
        help="although something waits: it stays in the files that are set aside; python"
        " -m kiosk serve with FOH_KIOSK_DIR on them sends it, as that device still",
    )
    return parser


def migrate(settings: Config) -> int:
    """Bring the store up to date; `serve` does so, too."""
    Store(settings.folder).close()
    return 0


def measure(settings: Config) -> int:
    """Say how every pair of the theme's colours stands out; a bad theme got no further."""
    for line in palettes.lines(settings.theme.colours):
        print(line)
    return 0


def pair(settings: Config) -> int:
    """Become part of a house with the invitation of FOH_INVITE_FILE."""
    if settings.invite_file is None:
        raise BadConfig("FOH_INVITE_FILE is not set; it must be an invitation.")
    device = app.make_device(settings)
    try:
        if device.paired:
            print(
                f"This device is {device.me.name} already."
                " To pair it anew: python -m kiosk leave --help"
            )
            return 0
        me = pairing.pair(device, config.read_invite(settings.invite_file))
        print(f"Paired as {me.name}, a {me.role}.")
        return 0
    except LineDown as why:
        print(f"The ledger does not answer ({why}). Please try again.", file=sys.stderr)
        return 1
    except NotUnderstood as why:
        print(f"The invitation was not accepted ({why.code}).", file=sys.stderr)
        return 1
    finally:
        device.store.close()


def leave(settings: Config, *, anyway: bool) -> int:
    """Set aside all that is this device, so that the machine begins with another key."""
    if not settings.folder.is_dir():
        raise BadConfig(f"{settings.folder} is not there; no device to leave with.")
    device = app.make_device(settings)
    try:
        name, held = "unpaired", []
        if device.paired:
            name = f"{device.me.name}-{device.me.incarnation}".lower().replace(" ", "-")
            held = parting.held(device)
    finally:
        device.store.close()
    for sentence in held:
        print(sentence, file=sys.stderr)
    if held and not anyway:
        print("It has not left. Please read python -m kiosk leave --help.", file=sys.stderr)
        return 1
    place = parting.set_aside(settings.folder, name)
    print(f"Set aside in {place}. A new key is made at the next start; then pair it.")
    return 0


def serve(settings: Config) -> int:
    """Serve pages and do everything in the background until SIGTERM."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stopping.set())
    ours: list[Device] = []
    try:
        device = app.make_device(
            settings, broken=lambda why: _give_up(ours, why), ballast=not settings.demo
        )
        try:
            app.write_scanner_secret(settings)
        except OSError:
            device.store.close()
            raise
    except (OSError, DBAPIError, StoreBroken, Damaged) as why:
        return standstill.serve(settings, _reason(why), app.assets(), stopping)
    ours.append(device)
    loops = Loops(device)
    pages = app.create_app(device, loops)
    server = waitress.create_server(
        pages,
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    loops.start()
    threading.Thread(target=server.run, name="web", daemon=True).start()
    if settings.phones_port is not None:
        # Behind a proxy on this machine, which alone speaks TLS to the network.
        phones = waitress.create_server(
            app.create_app(device, loops, phones=pages),
            host="127.0.0.1",
            port=settings.phones_port,
            threads=THREADS,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        threading.Thread(target=phones.run, name="phones", daemon=True).start()
    port = int(server.effective_port)
    structlog.get_logger().info("serving", host=settings.host, port=port)
    systemd.tell("READY=1")
    if "NOTIFY_SOCKET" in os.environ:
        threading.Thread(
            target=systemd.watch,
            args=(settings.host, port, lambda: loops.well, stopping),
            name="watchdog",
            daemon=True,
        ).start()
    # The program itself stays: looking through it for what may go made a scan wait.
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    stopping.wait()
    systemd.tell("STOPPING=1")
    _stop(device, loops, server)
    return 0


def _stop(device: Device, loops: Loops, server: "waitress.server.BaseWSGIServer") -> None:
    """Let what is being written finish; a long poll or a printer is not waited for."""
    device.stopping.set()
    # In its own thread, which would otherwise still look at the closed socket. Locked: a
    # loop that was woken this moment would close the pipe before our byte is in it, and
    # nobody would stop cleanly.
    with server.trigger.lock:
        server.trigger.thunks.append(server.close)
        server.trigger.pull_trigger()
    loops.join(0.8)
    if not device.store.is_broken:
        device.store.write(recovery.stop_cleanly, device)
    device.store.close()
    structlog.get_logger().info("stopped")
    sys.stdout.flush()
    # Threads that still wait for the network hold nothing; they end with the process.
    os._exit(0)


def _reason(why: Exception) -> str:
    return str(why.orig) if isinstance(why, DBAPIError) else str(why)


def _give_up(ours: list[Device], why: str) -> None:
    """End before anything leaves that could not be written down; staff are called first.

    ours: the device; none while it is still being made, and whoever makes it hears of it.
    """
    structlog.get_logger().error("storage failed", why=why)
    if not ours:
        return
    for device in ours:
        crying = threading.Thread(target=calls.cry, args=(device, standstill.CODE))
        crying.daemon = True
        crying.start()
        crying.join(CALL_S)
    sys.stdout.flush()
    os._exit(standstill.EXIT_STORE)


def _configure_words() -> None:
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=True,
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
