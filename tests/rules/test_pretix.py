"""Signed tickets of the other system: read, never written, and everything else is other."""

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice import tickets
from boxoffice.pretix import ForeignCode, ForeignKey
from boxoffice.tickets import BadSignature, ForeignRevoked, ForeignValid, Other, UnknownKey
from tests.rules.doors import KEYS, public

EVENT = Ed25519PrivateKey.from_private_bytes(b"e" * 32)
OTHER_EVENT = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
KEY = ForeignKey("event", "active", public(EVENT))
OTHER_KEY = ForeignKey("other event", "active", public(OTHER_EVENT))


def varint(value):
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*data, value])


def number(field, value):
    return varint(field << 3) + varint(value)


def piece(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


SEED = piece(1, b"kq7wz93md")
PAYLOAD = SEED + number(2, 41)


def framed(payload, signature, *, version=1, more=b""):
    head = bytes([version]) + len(payload).to_bytes(2, "big")
    return head + len(signature).to_bytes(2, "big") + payload + signature + more


def text_of(data):
    return base64.b64encode(data).decode()[::-1]


def ticket(payload=PAYLOAD, key=EVENT):
    return text_of(framed(payload, key.sign(payload)))


def test_a_ticket_of_the_other_system_says_what_it_is():
    payload = PAYLOAD + number(3, 6) + number(4, 1203) + number(5, 100) + number(6, 200)
    assert tickets.read(ticket(payload), KEYS, [KEY]) == ForeignValid(
        ForeignCode("kq7wz93md", 41, 6, 1203, 100, 200), "event"
    )


def test_what_is_absent_or_zero_is_not_known():
    reading = tickets.read(ticket(number(3, 0)), KEYS, [KEY])
    assert reading == ForeignValid(ForeignCode(), "event")


def test_of_a_field_that_comes_twice_the_last_counts():
    reading = tickets.read(ticket(PAYLOAD + number(2, 42)), KEYS, [KEY])
    assert reading.code.item == 42


def test_a_number_below_zero_stays_below_zero():
    reading = tickets.read(ticket(SEED + number(5, 2**64 - 5)), KEYS, [KEY])
    assert reading.code.valid_from == -5


def test_fields_of_later_releases_are_skipped():
    later = number(9, 300) + piece(10, b"later")
    later += varint(11 << 3 | 1) + bytes(8) + varint(12 << 3 | 5) + bytes(4)
    assert isinstance(tickets.read(ticket(PAYLOAD + later), KEYS, [KEY]), ForeignValid)


def test_keys_are_tried_in_turn():
    reading = tickets.read(ticket(key=OTHER_EVENT), KEYS, [KEY, OTHER_KEY])
    assert reading.key == "other event"


def test_a_key_that_does_not_fit_and_no_key_at_all_are_told_apart():
    assert tickets.read(ticket(key=OTHER_EVENT), KEYS, [KEY]) == BadSignature(None)
    assert tickets.read(ticket(), KEYS) == UnknownKey(None)


def test_a_revoked_key_of_another_system_says_so():
    reading = tickets.read(ticket(), KEYS, [replace(KEY, state="revoked")])
    assert reading == ForeignRevoked(ForeignCode("kq7wz93md", 41), "event")


SIGNED = framed(PAYLOAD, EVENT.sign(PAYLOAD))


@pytest.mark.parametrize(
    "text",
    [
        ticket().lstrip("="),
        ticket() + "\n=",
        "=" + ticket(),
        "é" + ticket(),
        "\ud800" + ticket(),
        "A",
        "=AAA",
        text_of(b"\x01\x00\x00\x00"),
        text_of(framed(PAYLOAD, EVENT.sign(PAYLOAD), version=2)),
        text_of(framed(PAYLOAD, EVENT.sign(PAYLOAD), more=b"\0")),
        text_of(framed(PAYLOAD, EVENT.sign(PAYLOAD)[:-1])),
        text_of(SIGNED[:-1]),
        *(
            ticket(payload)
            for payload in (
                b"\x80",
                b"\xff" * 11,
                varint(1 << 3) + b"\x01",
                varint(2 << 3 | 2) + b"\x00",
                varint(0 << 3) + b"\x01",
                varint(9 << 3 | 3),
                varint(9 << 3 | 1) + bytes(7),
                piece(1, b"\xff"),
                varint(1 << 3 | 2) + b"\x05abc",
                varint(2 << 3),
            )
        ),
    ],
)
def test_anything_formed_otherwise_is_some_other_code(text):
    assert tickets.read(text, KEYS, [KEY]) == Other(text)


def test_unused_bits_make_it_another_text():
    text = ticket()
    padding = len(text) - len(text.lstrip("="))
    assert padding
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet[alphabet.index(text[padding]) ^ 1]
    changed = text[:padding] + last + text[padding + 1 :]
    assert tickets.read(changed, KEYS, [KEY]) == Other(changed)


@settings(max_examples=1000)
@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_a_foreign_code_with_one_byte_changed_is_not_accepted(place, difference):
    data = bytearray(SIGNED)
    data[place] ^= difference
    reading = tickets.read(text_of(bytes(data)), KEYS, [KEY])
    assert isinstance(reading, BadSignature | Other)


@given(st.binary(max_size=80))
def test_any_bytes_in_the_frame_are_read_without_trouble(payload):
    reading = tickets.read(ticket(payload), KEYS, [KEY])
    assert isinstance(reading, ForeignValid | Other)
