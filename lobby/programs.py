"""The real programs of a desk-top lobby, with the settings that a house gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lobby.supervisor import Program

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Where everything listens, counted from one number.

    phones_at: this machine's address for ushers' phones; blank: they are not served.
    """

    base: int
    phones_at: str = ""

    @property
    def lobby(self) -> int:
        return self.base

    @property
    def ledger(self) -> int:
        return self.base + 1

    @property
    def kiosk(self) -> int:
        return self.base + 10

    @property
    def door_a(self) -> int:
        return self.base + 11

    @property
    def door_b(self) -> int:
        return self.base + 12

    @property
    def printer(self) -> int:
        return self.base + 20

    @property
    def spare_printer(self) -> int:
        """The printer of the spare kiosk: a kiosk shares its printer with nobody."""
        return self.base + 21

    @property
    def terminal(self) -> int:
        return self.base + 30

    @property
    def mail(self) -> int:
        return self.base + 40

    def line(self, device: str) -> int:
        """The forwarder through which a device reaches the ledger."""
        return self.base + {"kiosk": 50, "door-a": 51, "door-b": 52, "kiosk-2": 55}[device]

    @property
    def line_to_terminal(self) -> int:
        return self.base + 53

    @property
    def line_to_printer(self) -> int:
        return self.base + 54

    @property
    def phones(self) -> int:
        """Where phones call, over TLS."""
        return self.base + 60

    @property
    def phones_door(self) -> int:
        """Where the door behind it serves them."""
        return self.base + 61

    @property
    def all(self) -> tuple[int, ...]:
        """Every port that a lobby needs."""
        own = (
            self.lobby,
            self.ledger,
            *(self.device(name) for name in {**DEVICES, **SPARE}),
        )
        pretended = (self.printer, self.spare_printer, self.terminal, self.mail)
        phones = (self.phones, self.phones_door) if self.phones_at else ()
        return own + pretended + tuple(range(self.base + 50, self.base + 56)) + phones

    def device(self, name: str) -> int:
        """The port of a device's own pages."""
        return {
            "kiosk": self.kiosk,
            "door-a": self.door_a,
            "door-b": self.door_b,
            "kiosk-2": self.base + 13,
        }[name]


DEVICES = {"kiosk": "Kiosk 1", "door-a": "Door A", "door-b": "Door B"}
# The door that ushers' phones are part of.
PHONES_DOOR = "door-a"
# A second kiosk, at the same printer and terminal; its plug is out until somebody needs it.
SPARE = {"kiosk-2": "Kiosk 2"}


def paired(folder: Path) -> list[str]:
    """Name the devices that have been part of this house before."""
    return [name for name in DEVICES if (folder / name / "store.sqlite").exists()]


def address(port: int) -> str:
    return f"http://{HOST}:{port}"


def clock_file(folder: Path, name: str) -> Path:
    """Where a process reads how far its clock is ahead, in ms."""
    return folder / ("clock-offset" if name == "ledger" else f"clock-offset-{name}")


def demo_environment(folder: Path, name: str) -> dict[str, str]:
    """What makes a process part of the demo: hooks, and a clock that can be moved."""
    return {"FOH_DEMO": "1", "FOH_DEMO_CLOCK": str(clock_file(folder, name))}


def ledger(ports: Ports, folder: Path) -> Program:
    """The central book."""
    return Program(
        "ledger",
        "ledger",
        ("serve", "--demo"),
        {
            **demo_environment(folder, "ledger"),
            "FOH_LEDGER_DIR": str(folder / "ledger"),
            "FOH_LEDGER_HOST": HOST,
            "FOH_LEDGER_PORT": str(ports.ledger),
            "FOH_LEDGER_PUBLIC_URL": address(ports.ledger),
            "FOH_SMTP": f"{HOST}:{ports.mail}",
        },
    )


def device(ports: Ports, folder: Path, name: str) -> Program:
    """A kiosk or a door; which of the two, pairing decides."""
    settings: Mapping[str, str] = {
        **demo_environment(folder, name),
        "FOH_KIOSK_DIR": str(folder / name),
        "FOH_KIOSK_HOST": HOST,
        "FOH_KIOSK_PORT": str(ports.device(name)),
        "FOH_LEDGER_URL": address(ports.line(name)),
        "FOH_INVITE_FILE": str(_invitation(folder, name)),
        "FOH_FRAME_ANCESTOR": address(ports.lobby),
    }
    if name.startswith("kiosk"):
        printer = ports.spare_printer if name in SPARE else ports.line_to_printer
        hardware = {
            "FOH_PRINTER": f"tcp://{HOST}:{printer}",
            "FOH_PRINTER_PROFILE": "80",
            "FOH_TERMINAL": f"pretend:{address(ports.line_to_terminal)}",
            # Nobody plays at a desk for a minute of silence.
            "FOH_UNKNOWN_AFTER_S": "15",
            # A story that leaps over nights brings its own paper.
            "FOH_NIGHT": "never",
        }
    else:
        hardware = {"FOH_DOOR": DEVICES[name]}
        if ports.phones_at and name == PHONES_DOOR:
            hardware |= {
                "FOH_PHONES_PORT": str(ports.phones_door),
                "FOH_PHONES_NAMES": f"{ports.phones_at}:{ports.phones},{ports.phones_at}",
            }
    return Program(name, "kiosk", ("serve",), {**settings, **hardware})


def scanner(ports: Ports, folder: Path, name: str) -> Program:
    """The eyes of a device, before the lobby's pretend camera."""
    return Program(
        f"scanner-{name}",
        "scanner",
        (),
        {
            "FOH_SCANNER_SOURCE": f"{address(ports.lobby)}/cameras/{name}/frame.jpg",
            "FOH_SCANNER_POST": f"{address(ports.device(name))}/scans",
            "FOH_SCANNER_HINTS": f"{address(ports.device(name))}/scans/hints",
            "FOH_SCANNER_PHONES": f"{address(ports.device(name))}/crops",
            "FOH_SCANNER_SECRET_FILE": str(folder / name / "scanner.secret"),
            "FOH_SCANNER_NAME": name,
        },
    )


def everything(ports: Ports, folder: Path) -> list[Program]:
    """All programs of one lobby, in the order in which they are started."""
    programs = [ledger(ports, folder)]
    for name in DEVICES:
        programs += [device(ports, folder, name), scanner(ports, folder, name)]
    return programs + [device(ports, folder, name) for name in SPARE]


def _invitation(folder: Path, name: str) -> Path:
    title = {**DEVICES, **SPARE}[name]
    return folder / "ledger" / "invites" / f"{title.lower().replace(' ', '-')}.json"
