"""From what was read to what it means in this house."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from boxoffice import tickets
from boxoffice.moments import EARLIEST, LATEST
from boxoffice.presented import Presented, of_reading
from boxoffice.pretix import ForeignCode
from tests.rules.doors import CODE, House

FOREIGN = tickets.ForeignValid(
    ForeignCode("seed", 41, valid_from=0, valid_until=60), "event"
)


def test_a_code_of_ours_stands_for_its_ticket():
    presented = of_reading(
        tickets.Valid(replace(CODE, check=True), "device"),
        performance="friday",
        doors=("Left",),
        seat_owner="signer",
    )
    assert presented == Presented(
        signer="device",
        tickets=(CODE.ticket,),
        issue=1,
        performance="friday",
        doors=("Left",),
        seat_owner="signer",
        check=True,
    )


def test_a_party_code_stands_for_its_people():
    party = tickets.Valid(replace(CODE, seat=None, people=6), "ledger")
    assert of_reading(party, performance="friday").people == 6


def test_a_code_for_a_performance_that_nobody_knows_is_for_another_one():
    presented = of_reading(tickets.Valid(CODE, "device"))
    assert House().scan(presented).answer == "WRONG_PERFORMANCE"


@pytest.mark.parametrize("seq_known", [True, False])
def test_a_revoked_code_still_names_its_ticket(seq_known):
    presented = of_reading(tickets.Revoked(CODE, seq_known))
    assert (presented.form, presented.seq_known) == ("revoked", seq_known)
    assert presented.tickets == (CODE.ticket,)


def test_a_pretix_code_carries_what_the_table_maps():
    presented = of_reading(FOREIGN, performance="friday", price_type="adult")
    assert presented == Presented(
        signer="foreign",
        tickets=("sig1:seed",),
        performance="friday",
        price_type="adult",
        valid_from=datetime(1970, 1, 1, tzinfo=UTC),
        valid_until=datetime(1970, 1, 1, 0, 1, tzinfo=UTC),
    )


def test_a_pretix_code_of_a_listed_ticket_stands_for_that():
    presented = of_reading(FOREIGN, performance="friday", tickets_found=("adas",))
    assert presented.tickets == ("adas",)


@pytest.mark.parametrize(("seconds", "moment"), [(10**18, LATEST), (-(10**18), EARLIEST)])
def test_a_pretix_window_beyond_the_calendar_ends_with_it(seconds, moment):
    reading = replace(FOREIGN, code=replace(FOREIGN.code, valid_until=seconds))
    assert of_reading(reading, performance="friday").valid_until == moment


def test_a_pretix_code_without_a_window_has_none():
    reading = replace(FOREIGN, code=ForeignCode("seed"))
    assert of_reading(reading, performance="friday").valid_from is None


@pytest.mark.parametrize(
    ("reading", "found", "form"),
    [
        (FOREIGN, (), "other"),
        (tickets.ForeignRevoked(FOREIGN.code, "event"), (), "revoked"),
        (tickets.BadSignature(7), (), "bad_signature"),
        (tickets.UnknownKey(7), (), "unknown_key"),
        (tickets.Malformed("length"), (), "malformed"),
        (tickets.Other("FH-20417-8"), ("adas",), "foreign"),
        (tickets.Other("FH-20417-8"), (), "other"),
        (tickets.Other(None), (), "other"),
    ],
)
def test_every_other_reading_keeps_its_form(reading, found, form):
    assert of_reading(reading, tickets_found=found).form == form
