"""Start the whole lobby on this machine: `./run`, or `python -m lobby`."""

import argparse
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import httpx

from lobby import programs
from lobby.programs import HOST, Ports
from lobby.scenarios import story
from lobby.supervisor import Supervisor

CHECKOUT = Path(__file__).resolve().parent.parent
LEAST_FREE_BYTES = 200_000_000
READY_S = 60.0


class CannotStart(Exception):
    """Why there is no lobby, in one sentence."""


def main(argv: Sequence[str]) -> int:
    """Run a lobby until Ctrl-C, or play one scenario; give the exit status."""
    wanted = _arguments(argv)
    try:
        told = story.load(wanted.scenario, few=wanted.few) if wanted.scenario else None
        ports, folder = Ports(wanted.port_base), wanted.folder.resolve()
        _check(ports)
        if wanted.fresh and folder.exists():
            shutil.rmtree(folder)
        _make(folder)
        with _stopped_by_signals() as stopped, _open(ports, folder) as supervisor:
            where = programs.address(ports.lobby)
            if told:
                return _play(told, ports, folder)
            print(f"The desk-top lobby is open: {where}", flush=True)
            print("Staff pages: anna, lobby-demo. Ctrl-C closes everything.", flush=True)
            if not wanted.headless and (
                os.environ.get("DISPLAY") or sys.platform == "darwin"
            ):
                webbrowser.open(where)
            _watch(supervisor, stopped)
    except (CannotStart, story.NoSuchStory, story.BadStory) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Play a whole theatre lobby on this machine.",
        epilog=f"Scenarios: {', '.join(story.names())}",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="start over with an empty house"
    )
    parser.add_argument(
        "--port-base", type=_base, default=8400, metavar="N", help="first port (8400)"
    )
    parser.add_argument("--headless", action="store_true", help="open no browser window")
    parser.add_argument(
        "--scenario", metavar="NAME", help="play one story, print its figures"
    )
    parser.add_argument(
        "--few", action="store_true", help="a long story: play its short version"
    )
    parser.add_argument(
        "--folder", type=Path, default=CHECKOUT / "var", help="where the demo house is kept"
    )
    return parser.parse_args(argv)


def _base(text: str) -> int:
    if not text.isdecimal() or not 1024 <= int(text) <= 65_000:
        raise argparse.ArgumentTypeError(f"{text} is no port between 1024 and 65000")
    return int(text)


def _check(ports: Ports) -> None:
    for port in ports.all:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                raise CannotStart(
                    f"Port {port} is taken, perhaps by another lobby. "
                    f"Close it, or choose other ports: ./run --port-base {ports.base + 100}"
                ) from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except FileExistsError:
        raise CannotStart(f"{folder} is a file, not a folder.") from None
    except OSError as trouble:
        raise CannotStart(f"{folder} cannot be written: {trouble.strerror}.") from None
    if free < LEAST_FREE_BYTES:
        raise CannotStart(
            f"The disk is nearly full: {free // 1_000_000} MB are left at {folder}, "
            f"{LEAST_FREE_BYTES // 1_000_000} MB are needed."
        )
    for clock in folder.glob("clock-offset*"):
        clock.unlink()


@contextmanager
def _open(ports: Ports, folder: Path) -> Iterator[Supervisor]:
    """Start everything, wait until all of it answers, and stop it again at the end."""
    supervisor = Supervisor(
        programs.everything(ports, folder), checkout=CHECKOUT, folder=folder / "log"
    )
    known = programs.paired(folder)
    print(
        "Opening the house …" if known else "Building a house with a demo season …",
        file=sys.stderr,
        flush=True,
    )
    hardware = None
    try:
        supervisor.start("ledger")
        # The ledger opens or fills its book while we load what pictures and paper need.
        from lobby.hardware import Hardware

        hardware = Hardware(ports, folder, supervisor)
        hardware.start()
        # Devices that are part of the house already can wait for the book as well as we do;
        # the others need the invitations that it writes.
        for name in known:
            supervisor.start(name)
        _wait_until_ready(supervisor, _book(ports))
        hardware.demo_facts = _facts(folder)
        for name in programs.DEVICES:
            supervisor.start(name)
        _wait_until_ready(supervisor, _devices(ports))
        for name in supervisor.names:
            if name not in programs.SPARE:
                supervisor.start(name)
        hardware.warm_up()
        yield supervisor
    finally:
        supervisor.stop_all()
        if hardware is not None:
            hardware.stop()


def _facts(folder: Path) -> dict[str, object]:
    facts: dict[str, object] = json.loads((folder / "ledger" / "demo.json").read_text())
    return facts


def _book(ports: Ports) -> dict[str, str]:
    return {"ledger": f"{programs.address(ports.ledger)}/api/time?nonce=lobby"}


def _devices(ports: Ports) -> dict[str, str]:
    return {
        name: f"{programs.address(ports.device(name))}/health" for name in programs.DEVICES
    }


def _wait_until_ready(supervisor: Supervisor, addresses: Mapping[str, str]) -> None:
    """Wait for programs by name at their addresses. Raises CannotStart."""
    until = time.monotonic() + READY_S
    waiting = dict(addresses)
    with httpx.Client(timeout=2.0) as client:
        while waiting:
            for name, address in list(waiting.items()):
                if not supervisor.alive(name):
                    raise CannotStart(
                        f"The {name} stopped while it was starting: "
                        f"{supervisor.last_words(name)}"
                    )
                if _ready(client, name, address):
                    del waiting[name]
            if waiting and time.monotonic() > until:
                raise CannotStart(
                    f"No answer from {', '.join(waiting)} for {READY_S:.0f} s."
                )
            time.sleep(0.05)


def _ready(client: httpx.Client, name: str, address: str) -> bool:
    try:
        answer = client.get(address)
    except httpx.HTTPError:
        return False
    if answer.status_code != 200:
        return False
    # A device is ready once it is paired and has read what the ledger tells it.
    return name == "ledger" or bool(answer.json().get("ready"))


def _play(told: story.Story, ports: Ports, folder: Path) -> int:
    from lobby.scenarios.night import Addresses
    from lobby.scenarios.player import Player

    player = Player(
        Addresses(
            lobby=programs.address(ports.lobby),
            ledger=programs.address(ports.ledger),
            screens={
                name: programs.address(ports.device(name))
                for name in {**programs.DEVICES, **programs.SPARE}
            },
        ),
        _facts(folder),
    )
    result = player.play(told)
    player.close()
    print(json.dumps(result.document()), flush=True)
    return 0 if result.passed else 1


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch(supervisor: Supervisor, stopped: threading.Event) -> None:
    """Wait for Ctrl-C. A process that ends by itself is started again, as systemd would."""
    while not stopped.wait(1.0):
        supervisor.restart_fallen()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
