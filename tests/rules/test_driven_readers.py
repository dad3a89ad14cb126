"""What the server says of a payment and the reader of itself, put together."""

import pytest

from boxoffice.driven_readers import Far, far


@pytest.mark.parametrize(
    ("payment", "action", "refused", "found"),
    [
        ("requires_payment_method", "in_progress", False, Far.WAITING),
        ("requires_action", "in_progress", True, Far.WAITING),
        ("requires_payment_method", "failed", False, Far.DECLINED),
        ("requires_payment_method", "", True, Far.DECLINED),
        ("requires_confirmation", "", False, Far.NEVER_ARRIVED),
        ("requires_payment_method", "succeeded", False, Far.NEVER_ARRIVED),
        ("requires_capture", "", False, Far.APPROVED),
        ("succeeded", "", False, Far.APPROVED),
        ("canceled", "", False, Far.ENDED),
        ("processing", "", False, Far.PROCESSING),
        ("something_new", "", False, Far.UNKNOWN),
    ],
)
def test_how_far_a_card_is(payment, action, refused, found):
    assert far(payment, action=action, refused=refused) is found
