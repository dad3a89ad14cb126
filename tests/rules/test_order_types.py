"""Tables: so many of a kind, for parties of a certain size."""

import pytest

from boxoffice import order_types
from boxoffice.bad_input import OutOfRange
from boxoffice.order_types import OrderType
from boxoffice.refusals import Code, sentence

TABLE = OrderType(2, 6, 3)


@pytest.mark.parametrize(
    ("party", "existing", "why"),
    [
        (2, 0, None),
        (6, 2, None),
        (1, 3, Code.PARTY_BELOW_MINIMUM),
        (7, 3, Code.PARTY_ABOVE_MAXIMUM),
        (4, 3, Code.ORDER_TYPE_SOLD_OUT),
        (4, 5, Code.ORDER_TYPE_SOLD_OUT),
    ],
)
def test_the_party_is_judged_before_the_stock(party, existing, why):
    assert order_types.refuse(TABLE, party=party, existing=existing) is why


def test_the_refusal_says_who_fits():
    words = sentence(Code.PARTY_ABOVE_MAXIMUM, minimum=TABLE.minimum, maximum=TABLE.maximum)
    assert words == "This table is for 2–6 people."


@pytest.mark.parametrize("wrong", [(-1, 6, 3), (4, 3, 3), (2, 6, -1)])
def test_a_table_that_cannot_be_is_named(wrong):
    with pytest.raises(OutOfRange):
        OrderType(*wrong)


@pytest.mark.parametrize(
    "wrong", [{"party": -1, "existing": 0}, {"party": 2, "existing": -1}]
)
def test_a_question_that_cannot_be_is_named(wrong):
    with pytest.raises(OutOfRange):
        order_types.refuse(TABLE, **wrong)
