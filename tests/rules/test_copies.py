"""Will-call orders that a kiosk keeps and cannot read. Source: sync.md §9."""

import pytest

from boxoffice import copies

PEPPER = b"\x05" * copies.PEPPER_BYTES
NONCE = b"\x07" * copies.NONCE_BYTES
RECORD = {"order": "K7Q4MX2N", "due": 0}


@pytest.fixture(scope="module")
def opened() -> bytes:
    return copies.stretch(copies.by_code("a-hash"), PEPPER)


def test_a_copy_opens_for_its_way_in_alone(opened: bytes):
    sealed = copies.seal(opened, NONCE, RECORD)

    assert copies.unseal(opened, sealed) == RECORD
    assert copies.unseal(copies.stretch("code another-hash", PEPPER), sealed) is None


@pytest.mark.parametrize("damaged", ["", "AAAA", "not base64url!", "A" * 80])
def test_a_damaged_copy_is_none(opened: bytes, damaged: str):
    assert copies.unseal(opened, damaged) is None


def test_neither_index_nor_copy_tells_what_is_inside(opened: bytes):
    told = copies.index(opened, PEPPER) + copies.seal(opened, NONCE, RECORD)

    assert "K7Q4MX2N" not in told
    assert "a-hash" not in told


def test_another_house_keeps_it_elsewhere(opened: bytes):
    other = b"\x06" * copies.PEPPER_BYTES
    elsewhere = copies.stretch(copies.by_code("a-hash"), other)

    assert copies.index(opened, PEPPER) != copies.index(elsewhere, other)


def test_a_name_is_a_way_in_with_its_number_however_it_is_spelt():
    stored = copies.by_name("k7q4-mx2n", "Møller")

    assert stored == ("name K7Q4MX2N moeller", "name K7Q4MX2N moller")
    assert set(copies.by_name("K7Q4MX2N", "MOELLER")) & set(stored)
    assert copies.by_name("K7Q4MX2N", "…") == ()
