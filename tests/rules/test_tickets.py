"""The signed text of a ticket: one form for one meaning, and whatever else is no ticket."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice import base45, tickets
from boxoffice.bad_input import OutOfRange
from boxoffice.signatures import genuine
from boxoffice.tickets import (
    BadSignature,
    BadTicketId,
    Code,
    Malformed,
    Other,
    Revoked,
    UnknownKey,
    Valid,
)
from tests.rules.doors import CODE, KEYS, KIOSKS_KEY, LEDGERS_KEY

TEXT = tickets.write(CODE, LEDGERS_KEY.sign)
PARTY = replace(CODE, seat=None, people=6)

codes = st.builds(
    Code,
    key_id=st.just(7),
    performance=st.integers(1, 2**32 - 1),
    ticket=st.uuids().filter(lambda uuid: uuid.int).map(str),
    seat=st.none() | st.integers(1, 2**16 - 1),
    issue=st.integers(1, 255),
    check=st.booleans(),
    seq=st.integers(0, 2**32 - 1),
)
parties = st.builds(
    lambda code, people: replace(code, seat=None, people=people),
    codes,
    st.integers(2, 2**16 - 1),
)


def bytes_of(text):
    return base45.decode(text.removeprefix("FOH:"))


def text_of(data):
    return "FOH:" + base45.encode(data)


def signed(body, key=LEDGERS_KEY):
    return text_of(body + key.sign(b"FOH:" + body))


def test_a_code_fits_the_alphanumeric_set_of_a_small_qr_code():
    assert len(TEXT) == 4 + 143
    assert set(TEXT) <= set(base45.ALPHABET)


@given(codes | parties)
def test_what_is_written_is_read_back(code):
    text = tickets.write(code, LEDGERS_KEY.sign)
    assert tickets.read(text, KEYS) == Valid(code, "ledger")


def test_the_signature_covers_the_prefix_and_31_bytes():
    seen = []
    tickets.write(CODE, lambda message: seen.append(message) or bytes(64))
    (message,) = seen
    assert len(message) == 35
    assert message.startswith(b"FOH:\x01\x00\x07")


def test_a_device_signs_its_own_sales():
    code = replace(CODE, key_id=300, seq=41)
    text = tickets.write(code, KIOSKS_KEY.sign)
    assert tickets.read(text, KEYS) == Valid(code, "device")


@pytest.mark.parametrize(
    ("state", "seq", "form"),
    [
        ("retired", 41, Valid),
        ("revoked", 40, Revoked),
        ("revoked", 41, Revoked),
    ],
)
def test_a_retired_key_still_reads_and_a_revoked_one_says_so(state, seq, form):
    """Tickets in pockets stay good; a stolen kiosk's are good up to what was on record."""
    text = tickets.write(replace(CODE, key_id=300, seq=seq), KIOSKS_KEY.sign)
    reading = tickets.read(text, KEYS | {300: replace(KEYS[300], state=state)})
    assert isinstance(reading, form)
    if isinstance(reading, Revoked):
        assert reading.seq_known is (seq <= 40)


def test_without_a_last_log_position_no_sale_of_a_revoked_key_is_on_record():
    keys = {7: replace(KEYS[7], state="revoked")}
    assert tickets.read(TEXT, keys) == Revoked(CODE, seq_known=False)


@pytest.mark.parametrize(
    "seen",
    [
        "\\000026" + TEXT,
        "]Q1" + TEXT,
        TEXT + "\r\n",
        TEXT + "\t",
        "]Q3" + TEXT + "\r\n\t",
    ],
)
def test_what_scanners_add_is_dropped(seen):
    assert tickets.read(seen, KEYS) == Valid(CODE, "ledger")


@pytest.mark.parametrize(
    "seen",
    [
        "\\000026\\000026" + TEXT,
        "]Q1]Q1" + TEXT,
        "]Q1\\000026" + TEXT,
        "\\00002" + TEXT,
        "]C1" + TEXT,
        "]Q²" + TEXT,
        " " + TEXT,
        "foh:" + TEXT.removeprefix("FOH:"),
    ],
)
def test_only_known_prefixes_are_dropped_and_only_once(seen):
    assert isinstance(tickets.read(seen, KEYS), Other)


@pytest.mark.parametrize("extra", [" ", "0", "00", "000"])
def test_nothing_may_follow_the_code(extra):
    assert isinstance(tickets.read(TEXT + extra, KEYS), Malformed)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FOH:", "length"),
        ("FOH:1", "base45"),
        ("FOH:00é", "base45"),
        ("FOH::::", "base45"),
        ("FOH:V5", "base45"),
        ("FOH:FGW", "version"),
        ("FOH:GGW", "base45"),
        ("FOH:::", "base45"),
        ("FOH:00", "version"),
        ("FOH:10", "length"),
        (text_of(bytes_of(TEXT) + b"\0"), "length"),
        (text_of(bytes_of(TEXT)[:-1]), "length"),
        (text_of(b"\x02" + bytes_of(TEXT)[1:]), "version"),
    ],
)
def test_a_damaged_code_says_what_is_wrong_first(text, why):
    assert tickets.read(text, KEYS) == Malformed(why)


@pytest.mark.parametrize(
    ("start", "end", "content"),
    [
        (1, 3, 0),
        (3, 7, 0),
        (7, 23, 0),
        (25, 26, 0),
        (26, 27, 0x04),
        (26, 27, 0x80),
        (26, 27, 0xFF),
    ],
)
def test_a_field_that_may_not_be_so_is_malformed_even_if_signed(start, end, content):
    body = bytearray(bytes_of(TEXT)[:31])
    body[start:end] = content.to_bytes(end - start, "big")
    assert tickets.read(signed(bytes(body)), KEYS) == Malformed("field")


@pytest.mark.parametrize("people", [0, 1])
def test_a_party_is_two_or_more(people):
    body = bytearray(bytes_of(tickets.write(PARTY, LEDGERS_KEY.sign))[:31])
    body[23:25] = people.to_bytes(2, "big")
    assert tickets.read(signed(bytes(body)), KEYS) == Malformed("field")


def test_a_key_that_is_not_held_is_named():
    assert tickets.read(TEXT, {}) == UnknownKey(7)


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33), b"\xff" * 32])
def test_a_key_that_is_no_key_verifies_nothing(public):
    keys = {7: replace(KEYS[7], public=public)}
    assert tickets.read(TEXT, keys) == BadSignature(7)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_is_64_bytes(length):
    signature = (LEDGERS_KEY.sign(b"A12") + b"\0")[:length]
    assert not genuine(KEYS[7].public, signature, b"A12")
    assert genuine(KEYS[7].public, LEDGERS_KEY.sign(b"A12"), b"A12")


def test_a_code_signed_by_another_key_is_forged():
    text = tickets.write(CODE, KIOSKS_KEY.sign)
    assert tickets.read(text, KEYS) == BadSignature(7)


def test_something_else_that_we_signed_is_no_ticket():
    body = bytes_of(TEXT)[:31]
    text = text_of(body + LEDGERS_KEY.sign(b"LOG:" + body))
    assert tickets.read(text, KEYS) == BadSignature(7)


def test_the_other_form_of_a_signature_is_refused():
    order = 2**252 + 27742317777372353535851937790883648493
    data = bytes_of(TEXT)
    s = int.from_bytes(data[-32:], "little") + order
    twin = data[:-32] + s.to_bytes(32, "little")
    assert tickets.read(text_of(twin), KEYS) == BadSignature(7)


def test_512_characters_are_looked_at_and_513_are_not():
    assert tickets.read("A" * 512, KEYS) == Other("A" * 512)
    assert tickets.read("A" * 513, KEYS) == Other(None)
    assert tickets.read("A" * 512 + "\r\n", KEYS) == Other("A" * 512)
    assert tickets.read("FOH:" + "0" * 509, KEYS) == Other(None)


@given(st.text())
def test_any_text_is_read_without_trouble(text):
    assert not isinstance(tickets.read(text, KEYS), Valid)


@given(st.text(alphabet=base45.ALPHABET))
def test_anything_that_begins_like_ours_is_read_without_trouble(text):
    assert not isinstance(tickets.read("FOH:" + text, KEYS), Valid)


@given(st.binary(max_size=200))
def test_base45_gives_back_what_it_took(data):
    assert base45.decode(base45.encode(data)) == data


@given(st.text(alphabet=base45.ALPHABET, max_size=200))
def test_no_two_texts_are_the_same_bytes(text):
    try:
        data = base45.decode(text)
    except base45.NotBase45:
        return
    assert base45.encode(data) == text


@settings(max_examples=2000)
@given(st.integers(0, 94), st.integers(1, 255))
def test_a_code_with_one_byte_changed_is_not_accepted(place, difference):
    data = bytearray(bytes_of(TEXT))
    data[place] ^= difference
    reading = tickets.read(text_of(bytes(data)), KEYS)
    assert isinstance(reading, BadSignature | UnknownKey | Malformed)


@settings(max_examples=2000)
@given(st.integers(4, len(TEXT) - 1), st.sampled_from(base45.ALPHABET))
def test_a_code_with_one_character_changed_is_not_accepted(place, character):
    changed = TEXT[:place] + character + TEXT[place + 1 :]
    reading = tickets.read(changed, KEYS)
    assert isinstance(reading, Valid) is (changed == TEXT)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"key_id": 0}, "code.key_id"),
        ({"key_id": 65536}, "code.key_id"),
        ({"performance": 0}, "code.performance"),
        ({"performance": 2**32}, "code.performance"),
        ({"seat": 65536}, "code.seat"),
        ({"seat": -1}, "code.seat"),
        ({"seat": None, "people": 0}, "code.people"),
        ({"seat": None, "people": 65536}, "code.people"),
        ({"people": 2}, "code.seat"),
        ({"issue": 0}, "code.issue"),
        ({"issue": 256}, "code.issue"),
        ({"seq": -1}, "code.seq"),
        ({"seq": 2**32}, "code.seq"),
    ],
)
def test_what_no_code_can_say_is_not_written(change, where):
    with pytest.raises(OutOfRange, match=where):
        tickets.write(replace(CODE, **change), LEDGERS_KEY.sign)


@pytest.mark.parametrize(
    "ticket",
    [
        "",
        "T1",
        CODE.ticket.upper(),
        "{" + CODE.ticket + "}",
        CODE.ticket[:-1] + "g",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_a_ticket_id_is_a_lower_case_uuid(ticket):
    with pytest.raises(BadTicketId, match=r"code\.ticket"):
        tickets.write(replace(CODE, ticket=ticket), LEDGERS_KEY.sign)
