"""What travels: read back as it was sent, and told by place when it is something else."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import log, wire
from boxoffice.wire import Batch, Cursor, Malformed, Position, Row

whole = st.integers(-(2**63), 2**63 - 1)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
hashes = st.binary(min_size=32, max_size=32)

events = st.builds(
    log.Event, whole, words, words, whole, words, words, whole, whole, words, hashes, hashes
)
batches = st.builds(
    Batch,
    words,
    whole,
    st.lists(events, max_size=3).map(tuple),
    whole,
    hashes,
    st.binary(min_size=64, max_size=64),
    st.none() | whole,
)
cursors = st.builds(Cursor, words, whole, whole, hashes, whole)
rows = st.builds(
    Row, whole, words, words, whole, st.sampled_from(["put", "delete"]), words, whole
)

EVENT = log.Event(
    1, "e", "sale", 1, "{}", "b", 2, 3, log.TRUSTED, log.genesis("d", 1), bytes(32)
)
UPLOAD = wire.batch_document(Batch("d", 1, (EVENT,), 1, bytes(32), bytes(64), 1))
CURSOR = wire.cursor_document(Cursor("active", 1, 2, bytes(32), 3))
ROW = wire.row_document(Row(1, "seat", "A1", 1, "put", "{}"))


def travelled(document):
    """Through JSON text and back, with something that the other side does not know."""
    return json.loads(json.dumps(document)) | {"since_version_2": [1]}


@given(batches)
def test_an_upload_arrives_as_it_was_sent(batch):
    assert wire.batch(travelled(wire.batch_document(batch))) == batch


@given(cursors)
def test_a_cursor_arrives_as_it_was_sent(cursor):
    assert wire.cursor(travelled(wire.cursor_document(cursor))) == cursor


@given(st.lists(rows, max_size=3))
def test_rows_arrive_as_they_were_sent(sent):
    assert wire.rows([travelled(wire.row_document(row)) for row in sent]) == tuple(sent)


def test_a_row_without_a_least_client_is_for_all():
    document = {name: value for name, value in ROW.items() if name != "min_client"}
    assert wire.rows([document])[0].min_client == 1


def test_an_upload_without_a_gap_says_nothing_of_what_it_kept():
    batch = Batch("d", 1, (EVENT,), 1, bytes(32), bytes(64))
    assert "oldest_kept" not in wire.batch_document(batch)
    assert wire.batch(wire.batch_document(batch) | {"oldest_kept": None}) == batch


@pytest.mark.parametrize("more", [True, False, None])
def test_an_upload_says_whether_more_follows_if_its_device_knows(more):
    batch = Batch("d", 1, (EVENT,), 1, bytes(32), bytes(64), more=more)
    assert wire.batch_document(batch).get("more") is more
    assert wire.batch(wire.batch_document(batch)) == batch


def with_change(document, path, value):
    """The document with one member, however deep, replaced; ... takes it away."""
    changed = json.loads(json.dumps(document))
    inside = changed
    for step in path[:-1]:
        inside = inside[step]
    if value is ...:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    return changed


TOO_LONG = "x" * (wire.MOST_BODY_BYTES - 1) + "é"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (["device"], ..., "upload.device must be text"),
        (["device"], 7, "upload.device must be text"),
        (["device"], "d\0", "upload.device must be text"),
        (["device"], "\ud800", "upload.device is not valid Unicode"),
        (["incarnation"], "1", "upload.incarnation must be a whole number"),
        (["incarnation"], True, "upload.incarnation must be a whole number"),
        (["incarnation"], 1.0, "upload.incarnation must be a whole number"),
        (["incarnation"], 2**63, "upload.incarnation must be a whole number"),
        (["incarnation"], -(2**63) - 1, "upload.incarnation must be a whole number"),
        (["oldest_kept"], "1", "upload.oldest_kept must be a whole number"),
        (["more"], 1, "upload.more must be true or false"),
        (["events"], ..., "upload.events must be a list of at most 500"),
        (["events"], {}, "upload.events must be a list of at most 500"),
        (["events"], [{}] * 501, "upload.events must be a list of at most 500"),
        (["events", 0], None, r"upload.events\[0\] must be an object"),
        (["events", 0, "seq"], None, r"upload.events\[0\].seq must be a whole number"),
        (["events", 0, "body"], {}, r"upload.events\[0\].body must be text"),
        (["events", 0, "body"], TOO_LONG, r"upload.events\[0\].body is over 32768 bytes"),
        (["events", 0, "prev"], "A+", r"upload.events\[0\].prev must be base64url"),
        (["events", 0, "hash"], "AAAA", r"upload.events\[0\].hash must be 32 bytes"),
        (["head"], [], "upload.head must be an object"),
        (["head"], ..., "upload.head must be an object"),
        (["head", "signature"], "AAAA", "upload.head.signature must be 64 bytes"),
    ],
)
def test_an_upload_that_is_none_is_told_by_place(path, value, told):
    with pytest.raises(Malformed, match=f"^{told}$"):
        wire.batch(with_change(UPLOAD, path, value))


def test_the_longest_body_and_the_longest_upload_are_taken():
    longest = replace(EVENT, body="x" * wire.MOST_BODY_BYTES)
    batch = Batch("d", 1, (longest,) * wire.MOST_EVENTS, 1, bytes(32), bytes(64))
    assert wire.batch(wire.batch_document(batch)) == batch


@pytest.mark.parametrize("document", [None, [], "cursor", 5])
def test_what_is_no_document_at_all_is_told(document):
    with pytest.raises(Malformed, match=r"^cursor must be an object$"):
        wire.cursor(document)
    with pytest.raises(Malformed, match=r"^upload must be an object$"):
        wire.batch(document)


@pytest.mark.parametrize("name", CURSOR)
def test_a_cursor_that_lacks_something_is_told_by_place(name):
    with pytest.raises(Malformed, match=f"^cursor.{name} must be"):
        wire.cursor(with_change(CURSOR, [name], ...))


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({}, "perf:1 must be a list"),
        ([ROW, 5], r"perf:1\[1\] must be an object"),
        ([ROW | {"op": "merge"}], r"perf:1\[0\].op must be put or delete"),
        ([ROW | {"min_client": None}], r"perf:1\[0\].min_client must be a whole number"),
        ([ROW, {**ROW, "body": {}}], r"perf:1\[1\].body must be text"),
    ],
)
def test_rows_that_are_none_are_told_by_place(entries, told):
    with pytest.raises(Malformed, match=f"^{told}$"):
        wire.rows(entries, "perf:1")


def row(pos: int) -> Row:
    return Row(pos, "seat", "A1", 1, "put", "{}")


@pytest.mark.parametrize(
    ("positions", "hole"),
    [([], False), ([8, 9, 10], False), ([9], True), ([8, 10], True), ([8, 8], True)],
)
def test_a_row_that_is_missing_or_comes_twice_is_noticed(positions, hole):
    assert wire.has_hole([row(pos) for pos in positions], after=7) is hole


@given(st.integers(0), st.integers(0), st.integers(0, 2**128 - 1))
def test_a_position_is_read_back_as_it_was_written(timeline, pos, digest):
    place = Position(timeline, pos, digest)
    assert wire.position(str(place)) == place


@pytest.mark.parametrize(
    "text", ["", "1.2", "1.2.3.4", "a.2.3", "1.b.3", "1.2.x", "-1.2.3", "1.-2.3", "1.2.-3"]
)
def test_a_position_that_is_none_is_told(text):
    with pytest.raises(Malformed, match=r"is not timeline\.pos\.digest$"):
        wire.position(text)


def test_a_digest_that_is_too_long_is_told_in_few_words():
    with pytest.raises(Malformed, match=r"is not timeline\.pos\.digest$") as told:
        wire.position(f"1.2.1{'0' * 32}")
    assert len(str(told.value)) < 120


documents = st.tuples(words, words, whole, words)


@given(st.lists(documents, unique_by=lambda each: each[:2]), st.randoms())
def test_the_digest_of_a_stream_does_not_depend_on_the_order_of_its_documents(live, chance):
    """sync.md 2.5: both sides keep it row by row."""

    def by_rows(order):
        digest = 0
        for document in order:
            digest = wire.digest_after(
                digest, old=None, new=wire.document_digest(*document)
            )
        return digest

    shuffled = list(live)
    chance.shuffle(shuffled)
    total = by_rows(live)
    assert by_rows(shuffled) == total
    assert 0 <= total < 2**128
    for document in live:
        total = wire.digest_after(total, old=wire.document_digest(*document), new=None)
    assert total == 0


def test_a_document_that_changed_changes_the_digest():
    of = wire.document_digest
    before = {of("seat", "A1", 1, "{}")}
    assert before.isdisjoint(
        {
            of("seat", "A1", 2, "{}"),
            of("seat", "A2", 1, "{}"),
            of("ticket", "A1", 1, "{}"),
            of("seat", "A1", 1, "{ }"),
        }
    )


def test_what_a_device_signs_names_everything_that_must_not_change():
    """sync.md 2.2."""
    said = {
        "ledger_id": "L",
        "device": "D",
        "incarnation": 2,
        "time_ms": 99,
        "request": "R",
    }
    text = wire.request_text("POST", "/api/events?x=1", b"{}", **said)
    assert text.decode().split("\n") == [
        "foh-1",
        "POST",
        "/api/events?x=1",
        log.digest(b"{}").hex(),
        "L",
        "D",
        "2",
        "99",
        "R",
    ]
    assert wire.request_text("POST", "/api/events?x=1", b"{ }", **said) != text


def test_a_signed_request_carries_what_was_signed_and_by_whom():
    """sync.md 2: the signature is over the text that the ledger puts together again."""
    said = {
        "ledger_id": "L",
        "device": "D",
        "incarnation": 2,
        "time_ms": 99,
        "request": "R",
    }
    signed = []

    def sign(text):
        signed.append(text)
        return b"\xfb\xff"

    headers = wire.request_headers(sign, "PUT", "/api/claims", b"{}", **said)

    assert signed == [wire.request_text("PUT", "/api/claims", b"{}", **said)]
    assert headers == {
        "FoH-Protocol": "1",
        "FoH-Device": "D;2",
        "FoH-Time": "99",
        "FoH-Request": "R",
        "FoH-Signature": "-_8",
    }


def test_signatures_for_one_purpose_are_no_use_for_another():
    assert wire.pairing_text("T", "K", "L") == b"foh-pair-1\nT\nK\nL"
    assert wire.time_text("L", "N", 5) == b"foh-time-1\nL\nN\n5"


def test_a_body_is_written_in_one_way_only():
    assert wire.compact({"b": 1, "a": "Åse"}) == '{"a":"Åse","b":1}'
    assert wire.compact({"a": "Åse", "b": 1}) == wire.compact({"b": 1, "a": "Åse"})


def test_a_position_and_a_cursor_look_as_the_protocol_says():
    """sync.md 2.3, 2.5."""
    place = Position(7, 12, 255)
    assert str(place) == "7.12.000000000000000000000000000000ff"
    assert wire.position("7.12.ff") == place
    assert wire.cursor(CURSOR) == Cursor("active", 1, 2, bytes(32), 3)
    assert CURSOR["hash"] == "A" * 43


def test_a_changed_document_takes_its_old_part_of_the_digest_away():
    assert wire.digest_after(10, old=4, new=7) == 13
    assert wire.digest_after(0, old=1, new=None) == 2**128 - 1
    assert wire.digest_after(5, old=None, new=None) == 5


def test_the_check_number_depends_on_both_keys_and_on_nothing_else():
    number = wire.check_number("ledger", "device")
    assert number == wire.check_number("ledger", "device")
    assert re.fullmatch(r"\d{4} \d{4}", number)
    others = {
        wire.check_number("another", "device"),
        wire.check_number("ledger", "another"),
        wire.check_number("device", "ledger"),
    }
    assert len({number, *others}) == 4
