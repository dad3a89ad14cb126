"""Envelopes that the ledger alone can open. Source: sync.md §9."""

import pytest

from boxoffice import envelopes

KEY = envelopes.own_key(b"\x01" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()


def sealed(about: str = "K7Q4MX2N") -> str:
    return envelopes.seal(PUBLIC, b"\x02" * 32, about, '{"last_four":"4242"}')


def test_its_owner_opens_it():
    assert envelopes.unseal(KEY, "K7Q4MX2N", sealed()) == '{"last_four":"4242"}'
    assert "4242" not in sealed()


def test_nobody_else_does_and_it_fits_no_other_order():
    other = envelopes.own_key(b"\x03" * 32)

    assert envelopes.unseal(other, "K7Q4MX2N", sealed()) is None
    assert envelopes.unseal(KEY, "R4W8TY3B", sealed()) is None


@pytest.mark.parametrize("damaged", ["", "AAAA", "not base64url!", "A" * 120])
def test_what_is_damaged_is_none(damaged: str):
    assert envelopes.unseal(KEY, "K7Q4MX2N", damaged) is None


def test_what_is_no_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        envelopes.seal(b"short", b"\x02" * 32, "K7Q4MX2N", "x")
