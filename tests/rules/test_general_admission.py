"""Quantity in, units out; all or nothing."""

import pytest

from boxoffice import general_admission
from boxoffice.bad_input import OutOfRange
from boxoffice.general_admission import TooFew
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from boxoffice.seating import State

UNITS = {
    "G1": State.RESERVED,
    "G2": State.AVAILABLE,
    "G3": State.SOLD,
    "G4": State.AVAILABLE,
}


def take(seller, **wanted):
    return general_admission.take(UNITS, wanted, seller)


@pytest.mark.parametrize("seller", [Seller.ONLINE, Seller.KIOSK])
def test_the_public_takes_available_units_only(seller):
    assert take(seller, adult=1, child=1) == ("G2", "G4")
    assert take(seller, adult=3) == TooFew(2)
    assert TooFew(2).code is Code.NOT_ENOUGH_TICKETS


@pytest.mark.parametrize("seller", [Seller.PHONE, Seller.MAIL, Seller.WINDOW])
def test_the_box_office_takes_reserved_units_last(seller):
    assert take(seller, adult=3) == ("G2", "G4", "G1")
    assert take(seller, adult=4) == TooFew(3)


def test_nothing_asked_is_refused_and_less_than_nothing_is_named():
    assert take(Seller.KIOSK) is Code.NO_TICKETS_REQUESTED
    assert take(Seller.KIOSK, adult=0) is Code.NO_TICKETS_REQUESTED
    with pytest.raises(OutOfRange, match="child"):
        take(Seller.KIOSK, adult=2, child=-1)
