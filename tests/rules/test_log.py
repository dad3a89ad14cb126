"""The device log: whatever is changed in it, the chain shows it."""

import hashlib
from dataclasses import fields, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import log

DEVICE = "018f0000-0000-7000-8000-00000000000d"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.integers(-(2**63), 2**63 - 1)
hashes = st.binary(min_size=32, max_size=32)


def follow(prev: bytes, seq: int, **changes) -> log.Event:
    said = {
        "event_id": f"event {seq}",
        "type": "sale",
        "ver": 1,
        "body": f'{{"n":{seq}}}',
        "boot_id": "boot",
        "boot_ms": 1000 * seq,
        "wall_ms": 5000 * seq,
        "trust": log.TRUSTED,
    }
    return log.event(prev, seq=seq, **(said | changes))


def chain(count: int) -> list[log.Event]:
    prev, events = log.genesis(DEVICE, 1), []
    for seq in range(1, count + 1):
        events.append(follow(prev, seq))
        prev = events[-1].hash
    return events


def first_break(events, after_seq=0, after_hash=None):
    return log.first_break(
        events, after_seq=after_seq, after_hash=after_hash or log.genesis(DEVICE, 1)
    )


def test_an_event_is_hashed_as_the_protocol_says():
    """sync.md 2.4: integers big-endian, texts with their length in front."""

    def text(value: str) -> bytes:
        return len(value.encode()).to_bytes(4, "big") + value.encode()

    def number(value: int) -> bytes:
        return value.to_bytes(8, "big", signed=True)

    prev = bytes([7]) * 32
    made = follow(prev, 3, type="exit", body='{"hvem":"Åse"}', wall_ms=-5)
    by_hand = b"".join(
        [
            prev,
            number(3),
            text("event 3"),
            text("exit"),
            number(1),
            text("boot"),
            number(3000),
            number(-5),
            text("trusted"),
            text('{"hvem":"Åse"}'),
        ]
    )
    assert made.hash == hashlib.blake2b(by_hand, digest_size=32).digest()
    assert made.prev == prev


def test_each_incarnation_of_each_device_begins_elsewhere():
    begins = {log.genesis(device, n) for device in ("a", "b", "") for n in (1, 2)}
    assert len(begins) == 6


def test_a_whole_log_holds_from_its_beginning_and_from_any_cursor():
    events = chain(5)
    assert first_break(events) is None
    assert first_break(events[2:], 2, events[1].hash) is None
    assert first_break([]) is None


@pytest.mark.parametrize("place", range(5))
def test_a_missing_event_is_noticed_at_the_next_one(place):
    events = chain(6)
    del events[place]
    assert first_break(events) == place + 2


def test_two_events_that_changed_places_are_noticed():
    events = chain(4)
    events[1], events[2] = events[2], events[1]
    assert first_break(events) == 3


def test_an_event_of_another_branch_is_noticed():
    """A device that was copied goes on twice: each branch holds, together they do not."""
    events = chain(3)
    other = follow(events[1].hash, 3, body="{}")
    assert first_break([*events[:2], other]) is None
    assert first_break([*events, follow(other.hash, 4)]) == 4


def test_a_log_that_goes_back_is_noticed():
    events = chain(3)
    assert first_break([*events, follow(events[-1].hash, 3)]) == 3


def other_than(value):
    """Something else of the same kind."""
    if isinstance(value, int):
        return numbers.filter(lambda n: n != value)
    if isinstance(value, bytes):
        return hashes.filter(lambda b: b != value)
    return texts.filter(lambda t: t != value)


@given(st.data(), st.sampled_from([field.name for field in fields(log.Event)]))
def test_whatever_is_changed_in_an_event_is_noticed(data, name):
    events = chain(3)
    changed = replace(events[1], **{name: data.draw(other_than(getattr(events[1], name)))})
    assert not log.holds(changed)
    assert first_break([events[0], changed, events[2]]) is not None


@given(texts, texts, texts, texts)
def test_letters_cannot_wander_from_one_text_into_the_next(a, b, c, d):
    one, other = (
        follow(bytes(32), 1, event_id=first, type=second)
        for first, second in ((a, b), (c, d))
    )
    assert (one.hash == other.hash) == ((a, b) == (c, d))


def test_a_device_vouches_for_its_log_up_to_one_place():
    last = chain(2)[-1]
    head = log.head_text(DEVICE, 1, last.seq, last.hash)
    signature = KEY.sign(head)
    assert log.head_holds(PUBLIC, signature, head)
    for other in (
        log.head_text(DEVICE, 2, last.seq, last.hash),
        log.head_text(DEVICE, 1, last.seq + 1, last.hash),
        log.head_text(DEVICE, 1, last.seq, bytes(32)),
        log.head_text("another", 1, last.seq, last.hash),
    ):
        assert not log.head_holds(PUBLIC, signature, other)


def test_another_key_and_what_is_no_key_vouch_for_nothing():
    head = log.head_text(DEVICE, 1, 0, log.genesis(DEVICE, 1))
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert not log.head_holds(PUBLIC, other.sign(head), head)
    assert not log.head_holds(b"short", KEY.sign(head), head)
    assert not log.head_holds(PUBLIC, b"", head)


@given(st.binary(max_size=80))
def test_bytes_travel_and_come_back(data):
    text = log.encoded(data)
    assert not set(text) & set("+/=")
    assert log.decoded(text) == data


@pytest.mark.parametrize(
    "text", ["AA==", "A+", "A/", "A", "Å", "A A", "A\n", None, b"AA", 7]
)
def test_what_is_no_base64url_is_told(text):
    with pytest.raises(ValueError):  # noqa: PT011 (the library's own words)
        log.decoded(text)
