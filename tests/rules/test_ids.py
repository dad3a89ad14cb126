"""Ids made where things happen, and codes that survive being read out over a counter."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import ids

ALPHABET = st.sampled_from(ids.ALPHABET)
# From RFC 9562, appendix A.6.
EXAMPLE_MS = 0x017F22E279B0
EXAMPLE_CHANCE = (0xCC3 << 64 | 0x18C4DC0C0C07398F).to_bytes(10, "big")


def running_out(*draws: bytes):
    """Chance that is known beforehand, and ends."""
    left = list(draws)

    def chance(count: int) -> bytes:
        assert len(left[0]) == count
        return left.pop(0)

    return chance


def drawn(text: str) -> bytes:
    """The bytes that draw this text."""
    return bytes(ids.ALPHABET.index(character) for character in text)


def test_a_uuid_is_that_of_the_standard():
    assert ids.uuid7(EXAMPLE_MS, EXAMPLE_CHANCE) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=20))
def test_a_uuid_says_its_time_and_version_and_nothing_of_other_bytes(now_ms, chance):
    made = uuid.UUID(ids.uuid7(now_ms, chance))
    assert made.int >> 80 == now_ms
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert ids.uuid7(now_ms, chance[:10]) == str(made)


@given(st.integers(0, 2**48 - 2), st.binary(min_size=10), st.binary(min_size=10))
def test_a_later_uuid_sorts_behind_an_earlier_one(now_ms, one, other):
    assert ids.uuid7(now_ms, one) < ids.uuid7(now_ms + 1, other)


@pytest.mark.parametrize("now_ms", [-1, 2**48])
def test_a_time_that_does_not_fit_is_told(now_ms):
    with pytest.raises(ValueError, match=f"now_ms {now_ms} does not fit"):
        ids.uuid7(now_ms, bytes(10))


def test_too_little_chance_is_told():
    with pytest.raises(ValueError, match="needs 10 bytes of chance"):
        ids.uuid7(0, bytes(9))


def test_a_uuid_is_recognised_in_its_usual_form_only():
    usual = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert ids.is_uuid(usual)
    for other in (usual.upper(), usual.replace("-", ""), f"{{{usual}}}", usual[:-1], ""):
        assert not ids.is_uuid(other)
    for nothing in (None, 7, b"017f22e2", ["017f22e2"]):
        assert not ids.is_uuid(nothing)


def by_the_standard(text: str) -> bool:
    """ISO 7064 MOD 37-2, as the standard verifies it: the weighted sum leaves 1."""
    values = [ids._CHECK_ALPHABET.index(character) for character in text]
    weights = (2**place for place in range(len(values)))
    return sum(v * w for v, w in zip(reversed(values), weights, strict=False)) % 37 == 1


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", max_size=20))
def test_the_check_character_is_that_of_the_standard(text):
    assert by_the_standard(text + ids.check_character(text))


@pytest.mark.parametrize("text", ["K7Q4-MX", "k7q4mx2", "K7Q4*", "Ø"])
def test_a_character_that_cannot_stand_in_a_code_is_told(text):
    with pytest.raises(ValueError, match="cannot stand in a code"):
        ids.check_character(text)


@given(st.lists(st.binary(min_size=7, max_size=7), min_size=200, max_size=200))
def test_an_order_number_is_eight_characters_that_nobody_misreads(draws):
    """ORD12."""
    number = ids.order_number(running_out(*draws, *[drawn(f"222222{c}") for c in "2345"]))
    assert len(number) == ids.ORDER_NUMBER_LENGTH
    assert set(number) <= set(ids.ALPHABET)
    assert by_the_standard(number)
    assert not ids.has_typing_mistake(number)


def test_a_draw_whose_check_could_be_misread_is_dropped():
    """ORD12: 0, 1, I, O and the star are no characters of ours."""
    misread = [
        body
        for body in (f"22222{a}{b}" for a in ids.ALPHABET for b in ids.ALPHABET)
        if ids.check_character(body) not in ids.ALPHABET
    ]
    assert {ids.check_character(body) for body in misread} == set("01IO*")
    good = next(
        body
        for body in (f"33333{a}2" for a in ids.ALPHABET)
        if ids.check_character(body) in ids.ALPHABET
    )
    made = ids.order_number(running_out(*map(drawn, misread), drawn(good)))
    assert made == good + ids.check_character(good)


def test_each_byte_of_chance_chooses_among_all_characters_alike():
    every = [
        ids.short_code(lambda count, b=byte: bytes([b] * count)) for byte in range(256)
    ]
    assert {code[0]: every.count(code) for code in every} == dict.fromkeys(ids.ALPHABET, 8)


def test_a_short_code_has_six_characters():
    assert ids.short_code(running_out(drawn("K7Q4MX"))) == "K7Q4MX"


def some_number() -> str:
    return ids.order_number(running_out(*[drawn(f"K7Q4M{c}2") for c in ids.ALPHABET]))


def test_an_order_number_may_be_typed_as_it_is_shown_and_in_small_letters():
    """COL1."""
    number = some_number()
    assert ids.shown(number) == f"{number[:4]}-{number[4:]}"
    for typed in (
        ids.shown(number),
        number.lower(),
        f" {number[:2]}\u2013{number[2:]}\u00a0\t",
    ):
        assert ids.clean_code(typed) == number
        assert not ids.has_typing_mistake(typed)


@given(st.data())
def test_one_wrong_character_and_two_that_changed_places_are_noticed(data):
    """ORD12: what the check character is for."""
    number = some_number()
    place = data.draw(st.integers(0, 7))
    other = data.draw(ALPHABET.filter(lambda c: c != number[place]))
    assert ids.has_typing_mistake(number[:place] + other + number[place + 1 :])
    if place and number[place] != number[place - 1]:
        swapped = (
            number[: place - 1] + number[place] + number[place - 1] + number[place + 1 :]
        )
        assert ids.has_typing_mistake(swapped)


@pytest.mark.parametrize(
    "typed", ["", "K7Q4MX2", "K7Q4MX234", "K7Q4MX0O", "K7Q4MXÅ2", "ß" * 4]
)
def test_what_cannot_be_an_order_number_is_a_typing_mistake(typed):
    assert ids.has_typing_mistake(typed)
