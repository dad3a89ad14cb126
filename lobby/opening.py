"""Open a lobby: its programs and its pretend hardware, until all of it answers."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from lobby import programs
from lobby.folder import CannotStart, check
from lobby.programs import Ports
from lobby.supervisor import Supervisor

CHECKOUT = Path(__file__).resolve().parent.parent
# A program that ends is noticed at once; this is for one that hangs.
READY_S = 180.0


@contextmanager
def opened(ports: Ports, folder: Path) -> Iterator[Supervisor]:
    """Start everything, wait until all of it answers, and stop it again at the end.

    Raises CannotStart.
    """
    with ExitStack() as house:
        try:
            supervisor = _start(ports, folder, house)
        except (CannotStart, OSError) as trouble:
            house.close()
            # Somebody may have taken a port since it was looked at.
            check(ports)
            if isinstance(trouble, CannotStart):
                raise
            raise CannotStart(f"The lobby cannot open: {trouble.strerror}.") from None
        yield supervisor


def _start(ports: Ports, folder: Path, house: ExitStack) -> Supervisor:
    """Start everything and leave with the house how it is stopped. Raises CannotStart."""
    supervisor = Supervisor(
        programs.everything(ports, folder), checkout=CHECKOUT, folder=folder / "log"
    )
    house.callback(supervisor.stop_all)
    known = programs.paired(folder)
    supervisor.start("ledger")
    # The ledger opens or fills its book while we load what pictures and paper need.
    from lobby.hardware import Hardware

    hardware = Hardware(ports, folder, supervisor)
    house.callback(hardware.stop)
    house.callback(supervisor.stop_all)  # First those who use the hardware.
    hardware.start()
    # Devices that are part of the house already can wait for the book as well as we do;
    # the others need the invitations that it writes.
    for name in known:
        supervisor.start(name)
    _wait_until_ready(supervisor, _book(ports))
    hardware.demo_facts = facts(folder)
    for name in programs.DEVICES:
        supervisor.start(name)
    _wait_until_ready(supervisor, _devices(ports))
    for name in supervisor.names:
        if name not in programs.SPARE:
            supervisor.start(name)
    hardware.warm_up()
    return supervisor


def facts(folder: Path) -> dict[str, object]:
    """Give what the demo house tells of itself."""
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
    if name == "ledger":
        return True
    said = answer.json()
    if "store" in said.get("troubles", {}):
        raise CannotStart(f"The {name} cannot write its store: {said['troubles']['store']}")
    # A device is ready once it is paired and has read what the ledger tells it.
    return bool(said.get("ready"))
