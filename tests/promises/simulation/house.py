"""A small house for one evening: 60 seats and a studio without any, two doors."""

from dataclasses import dataclass, replace

from ledger import catalogue, halls
from ledger.running import Running
from tests.parts.ledger import theatre

START_MS = theatre.FRIDAY_MS
STRANGERS = 12  # places in the studio


@dataclass(frozen=True)
class Evening:
    """Ids of what is on: seats in `tonight`, places in `studio`."""

    house: str
    tonight: str
    studio: str


def open_house(ledger: Running, *, strict: bool) -> Evening:
    """Set up house, halls and the evening. strict: only the home door admits."""
    means, write = ledger.means(), ledger.store.write
    house = write(
        catalogue.open_house,
        means,
        name="Royal Theatre",
        currency="EUR",
        zone="Europe/Copenhagen",
    )
    assert isinstance(house, str)
    halls_ = (
        ("Hamlet", theatre.plan()),
        ("Improv Night", halls.Plan(units=halls.units("S", STRANGERS))),
    )
    evenings = []
    for title, plan in halls_:
        evening = write(
            catalogue.add_performance,
            ledger.means(),
            production=write(catalogue.add_production, ledger.means(), title=title),
            hall=write(catalogue.add_hall, ledger.means(), name=title, plan=plan),
            starts_ms=START_MS + 2 * theatre.HOUR_MS,
            ends_ms=START_MS + 4 * theatre.HOUR_MS,
            doors_open_ms=START_MS - theatre.HOUR_MS,
            price_list=theatre.price_list(),
            spaces=_spaces(strict) if title == "Hamlet" else (),
            reserved=("F9", "F10") if title == "Hamlet" else (),
        )
        assert isinstance(evening, str)
        evenings.append(evening)
    return Evening(house, *evenings)


def _spaces(strict: bool):
    (space,) = theatre.spaces()
    doors = tuple(
        replace(door, strict=strict, takes_all=not strict) for door in space.doors
    )
    return (replace(space, doors=doors),)
