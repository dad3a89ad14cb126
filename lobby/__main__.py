"""Start the whole lobby on this machine: `./run`, or `python -m lobby`."""

import json
import os
import signal
import sys
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from lobby import arguments, opening, phones, programs
from lobby.folder import CannotStart, owned
from lobby.programs import Ports
from lobby.scenarios import story
from lobby.supervisor import Supervisor


def main(argv: Sequence[str]) -> int:
    """Run a lobby until Ctrl-C, or play one scenario; give the exit status."""
    wanted = arguments.read(argv)
    try:
        told = story.load(wanted.scenario, few=wanted.few) if wanted.scenario else None
        phones_at = phones.own_name() if wanted.phones else ""
        ports, folder = Ports(wanted.port_base, phones_at), wanted.folder.resolve()
        with (
            owned(folder, ports, fresh=wanted.fresh),
            _stopped_by_signals() as stopped,
        ):
            _say_what_comes(folder)
            with opening.opened(ports, folder) as supervisor:
                if told:
                    return _play(told, ports, folder)
                _show(ports, headless=wanted.headless)
                _watch(supervisor, stopped)
    except (CannotStart, story.NoSuchStory, story.BadStory) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


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
        opening.facts(folder),
    )
    result = player.play(told)
    player.close()
    print(json.dumps(result.document()), flush=True)
    return 0 if result.passed else 1


def _say_what_comes(folder: Path) -> None:
    known = programs.paired(folder)
    print(
        "Opening the house …" if known else "Building a house with a demo season …",
        file=sys.stderr,
        flush=True,
    )


def _show(ports: Ports, *, headless: bool) -> None:
    where = programs.address(ports.lobby)
    print(f"The desk-top lobby is open: {where}", flush=True)
    if ports.phones_at:
        print(
            "A phone as a door: on Door A's screen press More, Phone. The phone asks once"
            f" whether it may trust https://{ports.phones_at}:{ports.phones}: go on.",
            flush=True,
        )
    print("Staff pages: anna, lobby-demo. Ctrl-C closes everything.", flush=True)
    if not headless and (os.environ.get("DISPLAY") or sys.platform == "darwin"):
        webbrowser.open(where)


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
