"""Who works in the demo house, and Mrs Okafor, who is its member."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.members import Sale
from ledger import members, membership_kinds, promo_codes, staff, voucher_balances
from ledger.clock import Means
from ledger.demo_house.price_lists import PROMO, SUBSCRIBERS
from ledger.tables.catalogue import ProductionRow
from ledger.tables.house import StaffRow

STAFF = (
    (
        "Anna Berg",
        "anna",
        ("manager", "supervisor", "box_office"),
        "240613",
        "FOHS:ANNA-BERG",
    ),
    ("Tom Ruiz", "tom", ("usher",), "111222", "FOHS:TOM-RUIZ"),
    # Who takes seats from a device that is silent needs a second person.
    ("Iris Falk", "iris", ("box_office",), "302010", "FOHS:IRIS-FALK"),
)


PASSWORD = "lobby-demo"  # noqa: S105 - the demo house has no secrets
# The card of Mrs Okafor, and a word on posters: not secrets of anybody.
MEMBER_NUMBER = "MB4K7"
MEMBER_PASSWORD = "velvet"  # noqa: S105 - printed in the README
MEMBER_CARD = "FOHM:OKAFOR-MB4K7"


def hire(session: Session, means: Means) -> None:
    """Give the house a manager, an usher and a clerk."""
    for name, login, roles, pin, code in STAFF:
        staff.hire(
            session,
            means,
            name=name,
            login=login,
            password=PASSWORD,
            pin=pin,
            roles=roles,
            code=code,
        )


def enrol(session: Session, means: Means) -> None:
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


def offer_memberships(session: Session, means: Means) -> None:
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


def give_out(session: Session, means: Means) -> dict[str, Any]:
    """Gift cards, one that covers two seats and one that does not; what opens them."""
    gifts = [
        voucher_balances.issue(
            session, means, kind="gift_card", currency="EUR", amount=amount
        )
        for amount in (10_000, 2_000)
    ]
    for code in (PROMO, SUBSCRIBERS):
        promo_codes.keep(session, means, code)
    member = {"number": MEMBER_NUMBER, "password": MEMBER_PASSWORD, "card": MEMBER_CARD}
    return {
        "member": member,
        "gift_cards": gifts,
        "promo": PROMO,
        "subscribers": SUBSCRIBERS,
    }
