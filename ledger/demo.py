"""A small theatre to play with: tonight and the next days, always relative to now.

Filling is repeatable: what is there stays, and evenings that have passed get successors.
`demo.json` in the ledger's folder says what scenarios need to know.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.members import Sale
from boxoffice.pricing import Buyer, FeeRule, Seller
from ledger import (
    catalogue,
    devices,
    doors,
    halls,
    members,
    membership_kinds,
    orders,
    pickups,
    plans,
    prices,
    staff,
    tenders,
)
from ledger.clock import Means
from ledger.extras import Extras, Option, Question
from ledger.refused import Refused
from ledger.store import Store
from ledger.tables.catalogue import HallRow, PerformanceRow, ProductionRow
from ledger.tables.devices import DeviceRow
from ledger.tables.house import HouseRow, StaffRow

ZONE = "Europe/Copenhagen"
PLAN = Path(__file__).parent / "demo_house" / "royal_theatre.json"
STUDIO_PLACES = 120
MAIN, STUDIO = "Main stage", "Studio"
HAMLET, TEMPEST, IMPROV = "Hamlet", "The Tempest", "Improv Night"
DEVICES = (
    ("Kiosk 1", "kiosk"),
    ("Kiosk 2", "kiosk"),
    ("Door A", "door"),
    ("Door B", "door"),
)
STAFF = (
    ("Anna Berg", "anna", ("manager", "supervisor", "box_office"), "240613"),
    ("Tom Ruiz", "tom", ("usher",), "111222"),
)
PASSWORD = "lobby-demo"  # noqa: S105 - the demo house has no secrets
MINUTE = timedelta(minutes=1)
# The card of Mrs Okafor, and a word on posters: not secrets of anybody.
MEMBER_NUMBER, MEMBER_PASSWORD, MEMBER_CARD = "MB4K7", "velvet", "FOHM:OKAFOR-MB4K7"
PROMO = "HAMLET26"
EXTRAS = Extras(
    round_to=500,
    donations=(500, 1000),
    programme=400,
    question=Question(
        "heard",
        {"en": "How did you hear of us?", "da": "Hvor har du hørt om os?"},
        (
            Option("friends", {"en": "Friends", "da": "Venner"}),
            Option("poster", {"en": "Poster", "da": "Plakat"}),
            Option("web", {"en": "Internet", "da": "Nettet"}),
            Option("paper", {"en": "Press", "da": "Avisen"}),
        ),
    ),
)


@dataclass(frozen=True)
class _Show:
    production: str
    hall: str
    starts: datetime
    runs: timedelta
    doors_before: timedelta
    access: tuple[str, ...] = ()


def fill(store: Store, folder: Path, means: Means, *, public_url: str) -> dict[str, Any]:
    """Make the demo house, or bring an older one up to now; give what is in demo.json."""
    if store.write(_is_empty):
        store.write(_furnish, means)
        store.write(_hire, means)
        store.write(_enrol, means)
        store.write(_offer_memberships, means)
    store.write(staff.tell_all, means)
    file = folder / "demo.json"
    facts: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    if not store.write(_is_on_tonight, means):
        facts = store.write(_put_on, means)
        facts |= store.write(_give_out, means)
        facts["zone"] = ZONE
        facts["staff"] = [{"login": login, "password": PASSWORD} for _, login, *_ in STAFF]
        file.write_text(json.dumps(facts, indent=1) + "\n")
    for name, role in DEVICES:
        _invite(store, folder, means, name, role, public_url)
    return facts


def _is_empty(session: Session) -> bool:
    return session.scalars(select(HouseRow)).first() is None


def _furnish(session: Session, means: Means) -> None:
    opened = catalogue.open_house(
        session,
        means,
        name="Royal Theatre",
        currency="EUR",
        zone=ZONE,
        address="Harbour Street 9, Elsinore",
        tax_number="DK 12 34 56 78",
        exchange_rule="Exchange until noon of the day before.",
        box_office_words="left of the stairs",
        mail_from="boxoffice@royal-theatre.example",
        extras=EXTRAS,
    )
    assert not isinstance(opened, Refused)
    plan = plans.read(PLAN.read_text())
    sections = (
        halls.Section("Stalls", ("Door A", "Door B"), "ground floor"),
        halls.Section("Boxes", ("Door A",), "ground floor, along the walls"),
        halls.Section("Circle", ("Door B",), "first floor, up the stairs"),
        halls.Section("Balcony", ("Door B",), "second floor, up the stairs"),
    )
    main = halls.of(
        plan.chart,
        plan.names,
        sections=sections,
        stage=halls.Stage(x=9.5, y=1.6, width=13.0, depth=2.2),
    )
    studio = halls.Plan(units=halls.units("S", STUDIO_PLACES))
    for name, hall in ((MAIN, main), (STUDIO, studio)):
        catalogue.add_hall(session, means, name=name, plan=hall)
    for title in (HAMLET, TEMPEST, IMPROV):
        catalogue.add_production(session, means, title=title)


def _hire(session: Session, means: Means) -> None:
    for name, login, roles, pin in STAFF:
        staff.hire(
            session, means, name=name, login=login, password=PASSWORD, pin=pin, roles=roles
        )


def _enrol(session: Session, means: Means) -> None:
    """Mrs Okafor is a member: two seats at each production."""
    members.enrol(
        session,
        means,
        number=MEMBER_NUMBER,
        name="Grace Okafor",
        email="grace@example.org",
        credits_per_production=2,
        password=MEMBER_PASSWORD,
        card=MEMBER_CARD,
    )


def _offer_memberships(session: Session, means: Means) -> None:
    """The season for one: a seat at each production, sold in the shop and at the window."""
    manager = session.scalars(select(StaffRow.id).where(StaffRow.login == "anna")).one()
    membership_kinds.add(
        session,
        means,
        name="The season for one",
        productions=session.scalars(select(ProductionRow.id)).all(),
        currency="EUR",
        amount=6000,
        fee=175,
        outside=175,
        fields=["Wished seat"],
        sale=Sale.ACTIVE,
        by=manager,
    )


def _give_out(session: Session, means: Means) -> dict[str, Any]:
    """Gift cards, one that covers two seats and one that does not; what opens them."""
    gifts = [
        tenders.issue(session, means, kind="gift_card", currency="EUR", amount=amount)
        for amount in (10_000, 2_000)
    ]
    member = {"number": MEMBER_NUMBER, "password": MEMBER_PASSWORD, "card": MEMBER_CARD}
    return {"member": member, "gift_cards": gifts, "promo": PROMO}


def _is_on_tonight(session: Session, means: Means) -> bool:
    """Whether an evening can still be sold that begins within the next hours."""
    soon = means.now_ms + 6 * 3_600_000
    return (
        session.scalars(
            select(PerformanceRow.id)
            .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
            .where(
                ProductionRow.title == HAMLET,
                PerformanceRow.starts_ms > means.now_ms + 10 * 60_000,
                PerformanceRow.starts_ms < soon,
            )
        ).first()
        is not None
    )


def _shows(now: datetime) -> list[_Show]:
    """What is on: tonight starts within two hours, and its doors are open already."""
    quarter = 15 - now.minute % 15
    tonight = (now + timedelta(minutes=75 + quarter)).replace(second=0, microsecond=0)
    opened = tonight - now + 10 * MINUTE
    shows = [
        _Show(HAMLET, MAIN, tonight, 160 * MINUTE, opened, ("Hearing loop",)),
        _Show(IMPROV, STUDIO, tonight + 30 * MINUTE, 90 * MINUTE, opened + 30 * MINUTE),
    ]
    evening = datetime(now.year, now.month, now.day, 19, 30, tzinfo=now.tzinfo)
    for days, title, access in (
        (1, TEMPEST, ("Audio described",)),
        (2, HAMLET, ()),
        (3, TEMPEST, ("Sign language",)),
        (5, HAMLET, ()),
    ):
        starts = evening + timedelta(days=days)
        shows.append(_Show(title, MAIN, starts, 150 * MINUTE, 45 * MINUTE, access))
    return shows


def _put_on(session: Session, means: Means) -> dict[str, Any]:
    """Add the evenings with their prices and doors, and the orders that wait for them."""
    now = datetime.fromtimestamp(means.now_ms / 1000, ZoneInfo(ZONE))
    hall_ids = dict(session.execute(select(HallRow.name, HallRow.id)).all())
    production_ids = dict(
        session.execute(select(ProductionRow.title, ProductionRow.id)).all()
    )
    added: list[str] = []
    for show in _shows(now):
        performance = catalogue.add_performance(
            session,
            means,
            production=production_ids[show.production],
            hall=hall_ids[show.hall],
            starts_ms=_ms(show.starts),
            ends_ms=_ms(show.starts + show.runs),
            doors_open_ms=_ms(show.starts - show.doors_before),
            price_list=_prices() if show.hall == MAIN else _studio_prices(),
            access=show.access,
            spaces=_spaces(show.hall),
        )
        assert not isinstance(performance, Refused)
        added.append(performance)
    tonight, studio, other = added[:3]
    return {"tonight": tonight, "studio": studio, "other": other} | _sell(
        session, means, tonight, other
    )


def _spaces(hall: str) -> tuple[doors.Space, ...]:
    if hall == STUDIO:
        door = doors.Door(name="Door B", words="through the foyer", takes_all=True)
        return (doors.Space("studio", (door,)),)
    return (
        doors.Space(
            "auditorium",
            (
                doors.Door("Door A", sections=("Stalls", "Boxes"), words="ground floor"),
                doors.Door(
                    "Door B",
                    sections=("Stalls", "Circle", "Balcony"),
                    words="up the stairs",
                ),
            ),
        ),
    )


def _prices() -> prices.PriceList:
    """Three levels, four types; with the outside fee an adult pays 32, 24 or 18."""
    levels = (("premium", "Premium", 3025), ("standard", "Standard", 2225))
    return prices.PriceList(
        currency="EUR",
        levels=tuple(
            prices.Level(
                # The plan's categories are the levels, by name.
                name,
                name,
                {
                    "adult": adult,
                    "senior": adult * 85 // 100 // 25 * 25,
                    "student": adult * 60 // 100 // 25 * 25,
                    "child": adult * 50 // 100 // 25 * 25,
                    "friend": adult * 80 // 100 // 25 * 25,
                },
            )
            for _, name, adult in (*levels, ("value", "Value", 1625))
        ),
        types=_types(),
        fees=_fees(),
    )


def _studio_prices() -> prices.PriceList:
    amounts = {"adult": 1325, "senior": 1125, "student": 825, "child": 825, "friend": 1075}
    return prices.PriceList(
        currency="EUR",
        levels=(prices.Level("Studio", "Unreserved", amounts),),
        types=_types(),
        fees=_fees(),
    )


def _types() -> tuple[prices.Type, ...]:
    return (
        prices.Type("adult", "Adult", default=True),
        prices.Type("senior", "Senior", note="65 and over"),
        prices.Type("student", "Student", note="with a valid student card", check=True),
        prices.Type("child", "Child", note="under 15"),
        prices.Type("friend", "Friend of Hamlet", code=pickups.hash_of(PROMO)),
    )


def _fees() -> tuple[FeeRule, ...]:
    return (
        FeeRule(Buyer.GUEST, Seller.KIOSK, fee=200, outside=175),
        FeeRule(Buyer.GUEST, Seller.ONLINE, fee=200, outside=175),
        FeeRule(Buyer.GUEST, Seller.PHONE, fee=200, outside=175),
    )


@dataclass(frozen=True)
class _Waiting:
    name: str
    seats: tuple[str, ...]
    email: str = ""
    paid: bool = True
    photo_id: bool = False
    delivery: str = "will_call"


_TONIGHT = (
    _Waiting("Grace Okafor", ("ST-E-12", "ST-E-13")),
    _Waiting("Søren Lindqvist", ("ST-G-9", "ST-G-10", "ST-G-11")),
    _Waiting("Mia Tanaka", ("CI-B-14", "CI-B-15"), paid=False),
    _Waiting("Jonas Weiß", ("BX-R2-1", "BX-R2-2"), photo_id=True),
)
_EMAILED = _Waiting(
    "Ada Holm", ("ST-F-15", "ST-F-16"), email="ada@example.org", delivery="email"
)
_OTHER_NIGHT = _Waiting("Bea Marsh", ("ST-D-12", "ST-D-13"))


def _sell(session: Session, means: Means, tonight: str, other: str) -> dict[str, Any]:
    """Sell what waits at will call and in the outbox; give numbers, names and codes."""
    will_call = [_order(session, means, tonight, waiting) for waiting in _TONIGHT]
    return {
        "will_call": will_call,
        "emailed": _order(session, means, tonight, _EMAILED),
        "other_night": _order(session, means, other, _OTHER_NIGHT),
    }


def _order(
    session: Session, means: Means, performance: str, waiting: _Waiting
) -> Mapping[str, Any]:
    sold = orders.sell(
        session,
        means,
        performance=performance,
        seats=[(seat, "adult") for seat in waiting.seats],
        seller=Seller.ONLINE,
        patron=orders.Patron(name=waiting.name, email=waiting.email),
        tender="card" if waiting.paid else None,
        delivery=waiting.delivery,
        photo_id=waiting.photo_id,
    )
    assert not isinstance(sold, Refused), f"{waiting.name}: {sold}"
    return {
        "order": sold.number,
        "last_name": waiting.name.split()[-1],
        "code": sold.pickup_code,
        "tickets": [ticket.id for ticket in sold.tickets],
    }


def _invite(
    store: Store, folder: Path, means: Means, name: str, role: str, public_url: str
) -> None:
    """Write an invitation for a device that has not been paired yet."""
    with store.read() as session:
        paired = session.scalars(
            select(DeviceRow.id).where(DeviceRow.name == name, DeviceRow.incarnation > 0)
        ).first()
    if paired is None:
        invitation = store.write(
            devices.invite, means, name=name, role=role, url=public_url
        )
        file = folder / "invites" / f"{name.lower().replace(' ', '-')}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(invitation))
        file.chmod(0o600)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
