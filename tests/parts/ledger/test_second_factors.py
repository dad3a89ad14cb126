"""A second factor: switched on by its owner, asked after the password, each code once."""

import base64

import pytest

from ledger import totp
from tests.pages import Guest
from tests.parts.ledger.clerk import PASSWORD, clerk

# RFC 6238, appendix B, SHA-1; the last six of its eight digits.
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("second", "digits"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_digits_are_those_of_the_standard(second, digits):
    assert totp.digits(RFC_SECRET, second // 30) == digits


@pytest.fixture
def secured(bo, ledger, clock):
    """Bo with a second factor; gives the secret and the spare codes."""
    page = bo.open("/staff/people/me/second")
    secret = page.soup.select_one("p.number").get_text().strip()
    bo.type("Six digits", now(secret, clock))
    page = bo.press("Switch it on")
    return secret, [li.get_text().strip() for li in page.soup.select("ul.number li")]


def now(secret, clock):
    return totp.digits(secret, clock() // 30_000)


def begin(app, password=PASSWORD):
    guest = Guest(app)
    guest.open("/login?next=/staff/members")
    guest.type("Name", "bo")
    guest.type("Password", password)
    guest.press("Log in")
    return guest


def test_after_the_password_the_digits_are_asked_and_lead_where_one_wanted(
    app, secured, clock
):
    clock.passes(minutes=1)
    guest = begin(app)
    assert guest.page.heading == "Second step"

    guest.type("Digits", now(secured[0], clock))

    assert guest.press("Log in").heading == "Members"


def test_half_a_login_opens_no_page(app, secured):
    guest = begin(app)
    assert guest.open("/staff/orders").heading == "Log in"


def test_digits_work_once(app, secured, clock):
    clock.passes(minutes=1)
    first, second = begin(app), begin(app)
    digits = now(secured[0], clock)
    first.type("Digits", digits)
    first.press("Log in")
    second.type("Digits", digits)

    assert "does not fit" in second.press("Log in", status=403).alert


def test_a_spare_code_works_once_without_the_phone(app, secured, clock):
    for status in (200, 403):
        guest = begin(app)
        guest.type("Digits", secured[1][0].lower())
        guest.press("Log in", status=status)


def test_five_misses_lock_even_the_right_digits_out_for_a_while(app, secured, clock):
    clock.passes(minutes=1)
    guest = begin(app)
    for _ in range(5):
        guest.type("Digits", "000000")
        guest.press("Log in", status=403)
    guest.type("Digits", now(secured[0], clock))
    guest.press("Log in", status=403)
    clock.passes(minutes=6)

    again = begin(app)
    again.type("Digits", now(secured[0], clock))
    assert again.press("Log in").heading == "Members"


def test_who_waits_too_long_begins_again(app, secured, clock):
    guest = begin(app)
    clock.passes(minutes=6)
    guest.type("Digits", now(secured[0], clock))
    assert guest.press("Log in").heading == "Log in"


@pytest.mark.parametrize("typed", ["", "12345", "²²²²²²", "١٢٣٤٥٦", "x" * 5_000])
def test_nonsense_is_a_miss(app, secured, typed):
    guest = begin(app)
    guest.type("Digits", typed)
    guest.press("Log in", status=403)


def test_it_is_switched_off_with_the_password_alone(bo, app, secured):
    bo.open("/staff/people/me/second")
    bo.type("Password", "wrong")
    assert "does not fit" in bo.press("Switch it off").alert
    bo.type("Password", PASSWORD)
    bo.press("Switch it off")

    assert begin(app).page.heading == "Members"


def test_a_manager_helps_whoever_lost_the_phone(app, secured):
    anna = clerk(app, "anna")
    anna.open("/staff/people")
    anna.press("Their phone is lost")

    assert begin(app).page.heading == "Members"


def test_without_right_digits_it_stays_off(bo, app):
    bo.open("/staff/people/me/second")
    bo.type("Six digits", "000000")
    assert "do not fit" in bo.press("Switch it on").alert
    assert begin(app).page.heading == "Members"
