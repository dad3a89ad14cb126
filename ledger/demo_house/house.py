"""The demo house itself: two halls, three productions, what is sold besides seats."""

from pathlib import Path

from sqlalchemy.orm import Session

from boxoffice.questions import Option, Question
from ledger import catalogue, halls, plans
from ledger.clock import Means
from ledger.extras import Extras
from ledger.refused import Refused

PLAN = Path(__file__).with_name("royal_theatre.json")
STUDIO_PLACES = 120
ZONE = "Europe/Copenhagen"
MAIN = "Main stage"
STUDIO = "Studio"
HAMLET = "Hamlet"
TEMPEST = "The Tempest"
IMPROV = "Improv Night"
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


# What the house says itself, in its other language.
DANISH = {
    "left of the stairs": "til venstre for trappen",
    "Exchange until noon of the day before.": "Kan byttes indtil kl. 12 dagen før.",
    "Adult": "Voksen",
    "Senior": "Pensionist",
    "Student": "Studerende",
    "Child": "Barn",
    "65 and over": "fra 65 år",
    "with a valid student card": "med gyldigt studiekort",
    "under 15": "under 15 år",
    "Unreserved": "Unummereret",
    "Main stage": "Store scene",
    "Door A": "Dør A",
    "Door B": "Dør B",
    "through the foyer": "gennem foyeren",
    "upstairs": "op ad trappen",
    "Stalls": "Parket",
    "Boxes": "Loger",
    "Circle": "1. etage",
    "Balcony": "Balkon",
    "on the ground floor": "i stueetagen",
    "on the ground floor, along the walls": "i stueetagen, langs væggene",
    "upstairs, on the first floor": "op ad trappen, på første sal",
    "upstairs, on the second floor": "op ad trappen, på anden sal",
}


def furnish(session: Session, means: Means) -> None:
    """Open the house with its halls and productions."""
    opened = catalogue.open_house(
        session,
        means,
        name="Royal Theatre",
        currency="EUR",
        zone=ZONE,
        address="Harbour Street 9, Elsinore",
        tax_number="DK 12 34 56 78",
        exchange_rule="Exchange until noon of the day before.",
        exchange_until="1 12:00",
        box_office_words="left of the stairs",
        mail_from="boxoffice@royal-theatre.example",
        extras=EXTRAS,
        own_words={"da": DANISH},
    )
    assert not isinstance(opened, Refused)
    plan = plans.read(PLAN.read_text())
    sections = (
        halls.Section("Stalls", ("Door A", "Door B"), "on the ground floor"),
        halls.Section("Boxes", ("Door A",), "on the ground floor, along the walls"),
        halls.Section("Circle", ("Door B",), "upstairs, on the first floor"),
        halls.Section("Balcony", ("Door B",), "upstairs, on the second floor"),
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
