"""What goes wrong in one evening, drawn from its seed; and how it is put right."""

from dataclasses import dataclass
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import allotments, recovery
from ledger.clock import Means
from ledger.tables.devices import DeviceRow
from ledger.tables.seats import SeatStateRow
from tests.promises.simulation import mishaps
from tests.promises.simulation.book import BACK_AFTER_MS
from tests.promises.simulation.lobby import Kiosk
from tests.promises.simulation.machine import Dark, Machine
from tests.promises.simulation.terminal import Manners
from tests.promises.simulation.wire import Weather
from tests.promises.simulation.world import World

_FAILPOINT_SHARE = 0.03
_COMMIT_SHARE = 0.002


@dataclass(frozen=True)
class Trouble:
    """Which kinds of faults an evening has; every kind alone and together."""

    weather: Weather
    cuts: bool
    power: float
    cards: Manners
    terminals: bool
    paper: bool
    breaks: bool
    restores: bool
    clocks: bool
    losses: bool
    words: str

    @classmethod
    def draw(cls, world: World) -> "Trouble":
        chance = world.random("trouble")
        storm = chance.choice([0.0, 0.0, 0.05, 0.2])
        kinds = {
            name: chance.random() < share
            for name, share in (
                ("cuts", 0.6),
                ("power", 0.6),
                ("terminals", 0.5),
                ("paper", 0.5),
                ("breaks", 0.15),
                ("restores", 0.0),  # Drawn apart: see below.
            )
        }
        later = world.random("later troubles")  # So that older seeds stay what they were.
        kinds |= {
            name: later.random() < share
            for name, share in (("clocks", 0.3), ("losses", 0.15), ("restores", 0.2))
        }
        cards = (
            Manners(0.15, 0.04, 0.08, 0.08, 0.05, 0.08)
            if kinds["terminals"]
            else Manners(declines=0.1)
        )
        return cls(
            Weather(storm, storm / 2, storm / 2, 200 if storm else 40),
            kinds["cuts"],
            chance.choice([0.3, 0.7, 1.5]) if kinds["power"] else 0.0,
            cards,
            kinds["terminals"],
            kinds["paper"],
            kinds["breaks"],
            kinds["restores"],
            kinds["clocks"],
            kinds["losses"],
            ", ".join([f"storm {storm}", *(name for name, on in kinds.items() if on)]),
        )


def begin(world: World, trouble: Trouble, until_ms: int) -> None:
    """Let the faults begin."""
    for device in world.devices.values():
        device.wire.weather = trouble.weather
        if device.terminal is not None:
            device.terminal.manners = trouble.cards
        _unlucky(world, device, trouble.power)
        scripts = [
            (_cuts, trouble.cuts),
            (_power, trouble.power > 0),
            (mishaps.clocks, trouble.clocks),
        ]
        if device.terminal is not None:
            scripts += [(_terminal, trouble.terminals), (_printer, trouble.paper)]
        for script, wanted in scripts:
            if wanted:
                _spawn(world, script, device, until_ms)
    _unlucky(world, world.ledger, trouble.power)
    if trouble.restores:
        world.spawn(lambda: _restore(world, world.random("restore"), until_ms))
    elif trouble.breaks:  # A restored ledger would forget what staff did.
        world.spawn(lambda: _breaks(world, world.random("breaks"), until_ms))
    if trouble.losses and not trouble.restores:  # Or the pairing itself may be forgotten.
        world.spawn(lambda: mishaps.storage(world, world.random("losses"), until_ms))
    if trouble.power:
        chance = world.random("ledger/power")
        world.spawn(lambda: _ledger_power(world, chance, until_ms))


def end(world: World) -> None:
    """Everything is mended: power, links, terminals, paper."""
    for machine in world.machines:
        machine.unlucky = lambda _machine, _place: False
    for device in world.devices.values():
        device.wire.weather = Weather()
        device.wire.there = device.wire.back = True
        if device.terminal is not None:
            device.terminal.manners = Manners()
            device.terminal.silent = device.terminal.gone = False
        if device.printer is not None:
            device.printer.off = device.printer.mute = False
            device.printer.refill()
    world.tell("evening", "all is mended")


def _spawn(world: World, script, device: Kiosk, until_ms: int) -> None:
    chance = world.random(f"{device.name}/{script.__name__}")
    world.spawn(lambda: script(world, device, chance, until_ms))


def _unlucky(world: World, machine: Machine, power: float) -> None:
    """Pull the plug at failpoints and commits, now and then."""
    chance = world.random(f"{machine.name}/luck")

    def unlucky(machine: Machine, place: str) -> bool:
        share = _COMMIT_SHARE if place.startswith("commit") else _FAILPOINT_SHARE
        if chance.random() >= share * power or machine.name in world.joining:
            return False
        world.tell(machine.name, f"loses its power at {place!r}")
        world.counts[f"cut at {place}"] += 1
        _back_later(world, machine, chance)
        return True

    machine.unlucky = unlucky if power else (lambda _machine, _place: False)


def _back_later(world: World, machine: Machine, chance: Random) -> None:
    away_ms = chance.randrange(BACK_AFTER_MS, 40_000)
    crashed = chance.random() < 0.5

    def back() -> None:
        if machine.up or machine.name in world.joining:
            return
        if isinstance(machine, Kiosk):
            machine.start(rebooted=not crashed)
        else:
            machine.start()
        world.tell(machine.name, "is back")

    world.time.after(away_ms, back)


def _power(world: World, device: Kiosk, chance: Random, until_ms: int) -> None:
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(20_000, 300_000))
        joining = device.name in world.joining
        if device.up and not joining and world.time.now_ms < until_ms:
            world.tell(device.name, "loses its power")
            device.cut("at any moment")
            _back_later(world, device, chance)


def _ledger_power(world: World, chance: Random, until_ms: int) -> None:
    ledger = world.ledger
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(30_000, 300_000))
        if ledger.up and world.time.now_ms < until_ms:
            world.tell("ledger", "loses its power")
            ledger.cut("at any moment")
            _back_later(world, ledger, chance)


def _breaks(world: World, chance: Random, until_ms: int) -> None:
    """Two people of the staff take seats away from kiosks that may be selling them."""
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(10_000, 40_000))
        try:
            seats = world.ledger.do(lambda: _allotted(world))
            if not seats:
                continue
            performance, seat = chance.choice(seats)
            refused = world.ledger.write(
                allotments.break_off,
                performance=performance,
                seat=seat,
                people=("anna", "bo"),
                reason="the kiosk does not answer",
            )
            if refused is None:
                world.broken.add((performance, seat))
                world.counts["breaks"] += 1
                world.tell("staff", f"break the allotment of {seat}")
        except Dark:
            continue


def _allotted(world: World) -> list[tuple[str, str]]:
    with world.ledger.running.store.read() as session:
        query = select(SeatStateRow.performance, SeatStateRow.seat)
        found = session.execute(query.where(SeatStateRow.state == "allotted")).all()
    return sorted((performance, seat) for performance, seat in found)


def _restore(world: World, chance: Random, until_ms: int) -> None:
    """A backup, some trade, and then the backup is all that is left of the ledger."""
    ledger = world.ledger
    world.time.sleep(chance.randrange(5_000, 60_000))
    try:
        ledger.copy_book()
    except Dark:
        return
    kept = len(world.web)
    world.tell("ledger", "is backed up")
    world.time.sleep(chance.randrange(10_000, 90_000))
    if not ledger.up or world.time.now_ms > until_ms:
        return
    ledger.cut("its disk is lost")
    world.counts["restores"] += 1
    world.tell("ledger", "loses its disk")
    world.time.sleep(chance.randrange(3_000, 30_000))
    world.wiped += world.web[kept:]
    del world.web[kept:]
    ledger.put_back()
    ledger.start()
    world.tell("ledger", "is restored from its backup")
    world.time.sleep(chance.randrange(5_000, 60_000))
    _strike_off(world)


def _strike_off(world: World) -> None:
    """Staff say by name which kiosks are not here tonight, so that selling goes on."""
    while world.absent:
        try:
            world.ledger.write(
                strike_off, names=world.absent, staff="anna", reason="not here tonight"
            )
            world.tell("staff", f"strike off {', '.join(world.absent)}")
            return
        except Dark:
            world.time.sleep(5_000)


def strike_off(
    session: Session, means: Means, *, names: list[str], staff: str, reason: str
) -> None:
    """Strike off devices by their names, as the discrepancies page does."""
    for id in session.scalars(select(DeviceRow.id).where(DeviceRow.name.in_(names))).all():
        recovery.strike_off(session, means, id, staff=staff, reason=reason)


def _cuts(world: World, device: Kiosk, chance: Random, until_ms: int) -> None:
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(3_000, 60_000))
        way = chance.choice(["both", "there", "back"])
        device.wire.there = way == "back"
        device.wire.back = way == "there"
        world.tell(device.name, f"is cut off ({way})")
        world.time.sleep(chance.randrange(2_000, 90_000))
        device.wire.there = device.wire.back = True
        world.tell(device.name, "is linked again")


def _terminal(world: World, device: Kiosk, chance: Random, until_ms: int) -> None:
    terminal = device.terminal
    assert terminal is not None
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(8_000, 70_000))
        silent = chance.random() < 0.6
        terminal.silent, terminal.gone = silent, not silent
        world.tell(terminal.name, "falls silent" if silent else "is gone")
        world.time.sleep(chance.randrange(2_000, 70_000))
        terminal.silent = terminal.gone = False
        world.tell(terminal.name, "answers again")


def _printer(world: World, device: Kiosk, chance: Random, until_ms: int) -> None:
    printer = device.printer
    assert printer is not None
    while world.time.now_ms < until_ms:
        world.time.sleep(chance.randrange(8_000, 70_000))
        match chance.choice(["out", "mute", "off"]):
            case "out":
                printer.paper = min(printer.paper, chance.randrange(0, 4))
                world.tell(device.name, f"has paper for {printer.paper} tickets")
            case "mute":
                printer.mute = True
                world.tell(device.name, "has a printer that does not answer")
            case "off":
                printer.off = True
                world.tell(device.name, "has a printer without power")
        world.time.sleep(chance.randrange(5_000, 60_000))
        printer.off = printer.mute = False
        printer.refill()
