"""Prices and fees of the demo house."""

from boxoffice.pricing import Buyer, FeeRule, Seller
from ledger import pickups, prices

PROMO = "HAMLET26"
# What subscribers type in the shop to buy at their price; they are verified by their name.
SUBSCRIBERS = "SEASON26"
# One ticket, one code and one place of the plan for a teacher and five pupils.
CLASS, CLASS_PEOPLE = "class", 6


def main_stage_prices() -> prices.PriceList:
    """Three levels, four types and a class; an adult pays 32, 24 or 18, fee and all."""
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
                    "subscriber": adult * 75 // 100 // 25 * 25,
                    CLASS: CLASS_PEOPLE * adult * 50 // 100 // 25 * 25,
                },
            )
            for _, name, adult in (*levels, ("value", "Value", 1625))
        ),
        types=(*_types(), _class()),
        fees=_fees(),
    )


def studio_prices() -> prices.PriceList:
    """One level, unreserved."""
    amounts = {
        "adult": 1325,
        "senior": 1125,
        "student": 825,
        "child": 825,
        "friend": 1075,
        "subscriber": 1000,
    }
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
        prices.Type(
            "subscriber",
            "Subscriber",
            Buyer.SUBSCRIBER,
            code=pickups.hash_of(SUBSCRIBERS),
        ),
    )


def _class() -> prices.Type:
    name = f"School class of {CLASS_PEOPLE}"
    return prices.Type(CLASS, name, note="with a teacher", admits=CLASS_PEOPLE)


def _fees() -> tuple[FeeRule, ...]:
    return (
        FeeRule(Buyer.GUEST, Seller.KIOSK, fee=200, outside=175),
        FeeRule(Buyer.GUEST, Seller.ONLINE, fee=200, outside=175),
        FeeRule(Buyer.GUEST, Seller.PHONE, fee=200, outside=175),
    )
