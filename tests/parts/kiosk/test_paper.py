"""What is on the paper, in bytes that the lobby's printer reads back."""

from dataclasses import replace

import pytest

from kiosk.printing import escpos, pieces, profile, receipt, ticket
from kiosk.printing.pieces import Code, Cut, Gap, Text
from kiosk.printing.receipt import Line, Receipt
from kiosk.printing.ticket import Ticket
from lobby.printer.parser import Parser
from lobby.printer.pieces import Code as PrintedCode
from lobby.printer.pieces import Line as PrintedLine
from lobby.printer.pieces import Picture, Unknown

CODE = "FOH:" + "V50$*04001YM0JJI MH%3O187IACOS87K6K6K2R0" * 3
SAMPLE = Ticket(
    venue="Royal Theatre",
    title="Hamlet",
    starts_ms=1_773_513_000_000,  # Saturday 14 March 2026, 19:30 in Copenhagen
    zone="Europe/Copenhagen",
    section="Stalls",
    row="F",
    seat="12",
    door="Door B",
    doors_open_ms=1_773_510_300_000,
    note="",
    price_type="Adult",
    amount=2400,
    fee=175,
    currency="EUR",
    order="K7Q4MX23",
    n=2,
    of=2,
    issue=1,
    device="Kiosk 3",
    at_ms=1_773_510_720_000,
    people=1,
    rule="No exchange.",
    ticket="0199a2b4-6c1e-7a3f-8d52-4be17kq2m4xd".replace("kq2m4xd", "c2a24fd"),
    code=CODE,
    language="en",
)


def lines(sample: Ticket, columns: int = 48) -> list[str]:
    return [p.words for p in ticket.pieces(sample, columns=columns) if isinstance(p, Text)]


def printed(found: list[pieces.Piece], name: str = "80") -> list[object]:
    """Print on the lobby's printer and give what it made of the bytes."""
    known = profile.load(name)
    buffer = bytearray(escpos.bytes_of(found, known))
    parser = Parser(known.dots)
    out = []
    while buffer and (piece := parser.take(buffer)) is not None:
        out.append(piece)
    return out


def test_a_ticket_says_what_the_layout_says():
    assert lines(SAMPLE) == [
        "ROYAL THEATRE",
        "HAMLET",
        "Sat 14 March 2026  19:30",
        "STALLS  ROW F  SEAT 12",
        "Door B, doors open 18:45",
        "Adult €24.00 (fee €1.75 incl.)",
        "Order K7Q4-MX23 · Ticket 2 of 2 · Issue 1",
        "Kiosk 3 · 18:52",
        "One person per code. No exchange.",
        "…7C2A24FD",
    ]


def test_on_58_mm_the_seat_takes_three_lines():
    assert lines(SAMPLE, columns=32)[3:6] == ["STALLS", "ROW F", "SEAT 12"]
    assert all(len(line) <= 32 for line in lines(SAMPLE, columns=32))


@pytest.mark.parametrize("columns", [48, 32])
@pytest.mark.parametrize("language", ["en", "da"])
def test_no_line_begins_or_ends_with_a_dot_that_joins_nothing(language: str, columns: int):
    found = lines(replace(SAMPLE, language=language), columns)

    assert [line for line in found if line.strip(" ·") != line] == []
    assert sum(line.count(" · ") for line in found) >= 2


def test_a_title_is_wide_while_it_is_short_and_the_seat_is_larger_still():
    long = "The Life and Death of King Richard the Second, a Tragedy in Five Acts"
    sizes = {
        piece.words: piece.size
        for sample in (SAMPLE, replace(SAMPLE, title=long))
        for piece in ticket.pieces(sample, columns=48)
        if isinstance(piece, Text)
    }

    assert sizes["HAMLET"] == "big"
    assert sizes["STALLS  ROW F  SEAT 12"] == "largest"
    assert sizes["TRAGEDY IN FIVE ACTS"] == "tall"


def test_the_code_comes_last_before_the_cut():
    found = ticket.pieces(SAMPLE, columns=48)

    assert isinstance(found[-2], Code)
    assert isinstance(found[-1], Cut)
    assert sum(isinstance(piece, Code) for piece in found) == 1


def test_a_reprint_says_so_above_the_seat():
    found = lines(replace(SAMPLE, issue=2))

    assert found.index("REPRINT") == found.index("STALLS  ROW F  SEAT 12") - 1
    assert "REPRINT" not in lines(SAMPLE)


def test_a_ticket_of_the_demo_says_so_on_top():
    assert lines(replace(SAMPLE, demo=True))[0] == "DEMO"


def test_general_admission_is_unreserved():
    general = replace(SAMPLE, section="", row="", seat="", door="", doors_open_ms=None)

    assert "UNRESERVED" in lines(general)


def test_a_party_ticket_says_for_how_many():
    assert "4 people on this code. No exchange." in lines(replace(SAMPLE, people=4))


def test_a_long_title_wraps_at_words():
    title = "The Life and Death of King Richard the Second, a Tragedy in Five Acts"

    found = lines(replace(SAMPLE, title=title))

    assert found[1:3] == [
        "THE LIFE AND DEATH OF KING RICHARD THE SECOND, A",
        "TRAGEDY IN FIVE ACTS",
    ]


def test_paper_prints_in_the_language_of_the_sale():
    found = lines(replace(SAMPLE, language="da"))

    assert "lør. 14. marts 2026  19.30" in found
    assert found[3:6] == ["STALLS", "RÆKKE F", "PLADS 12"]
    assert "Adult 24,00\xa0€ (heraf gebyr 1,75\xa0€)" in found


@pytest.mark.parametrize(
    "evil", ["\x1bp\x00", "\x10\x14\x01\x00\x05", "\x1d(k", "\x00\x7f"]
)
def test_a_name_cannot_open_a_drawer(evil: str):
    found = printed(ticket.pieces(replace(SAMPLE, title=f"Ham{evil}let"), columns=48))

    text = " ".join(p.text for p in found if isinstance(p, PrintedLine))
    assert "HAM" in text
    assert not [piece for piece in found if isinstance(piece, Unknown)]
    assert b"\x1bp" not in escpos.bytes_of(
        ticket.pieces(replace(SAMPLE, title=f"Ham{evil}let"), columns=48),
        profile.load("80"),
    )


def test_the_printer_draws_the_code_itself_at_level_m():
    (code,) = [
        piece
        for piece in printed(ticket.pieces(SAMPLE, columns=48))
        if isinstance(piece, PrintedCode)
    ]

    assert code.text == CODE
    known = profile.load("80")
    assert known.module_dots / known.dots_per_mm >= 0.7


@pytest.mark.parametrize("name", ["80", "58"])
def test_nothing_in_a_job_is_strange_to_a_printer(name: str):
    found = printed(ticket.pieces(SAMPLE, columns=profile.load(name).columns), name)

    assert [piece for piece in found if isinstance(piece, Unknown)] == []
    text = [piece.text.rstrip() for piece in found if isinstance(piece, PrintedLine)]
    assert "ROYAL THEATRE" in text
    assert "STALLS  ROW F  SEAT 12" in text or "SEAT 12" in text


@pytest.mark.parametrize("title", ["Гамлет", "ハムレット", "Hamlet ♿"])
def test_what_the_code_page_lacks_is_drawn(title: str):
    found = printed([Text(title, size="tall", bold=True), Cut()])

    pictures = [piece for piece in found if isinstance(piece, Picture)]
    assert len(pictures) == 1
    assert pictures[0].bitmap.width == 576
    assert any(pictures[0].bitmap.rows)


@pytest.mark.parametrize("word", ["Æblet på øen", "Café Größe", "12.50 €"])
def test_what_the_code_page_has_is_sent_as_letters(word: str):
    found = printed([Text(word), Cut()])

    assert [p.text.rstrip() for p in found if isinstance(p, PrintedLine)] == [word]


def test_a_job_knows_how_much_paper_it_takes():
    known = profile.load("80")

    assert escpos.length_mm([Text("x")] * 8 + [Gap(2)], known) == round(10 * 30 / 8)
    assert 80 < escpos.length_mm(ticket.pieces(SAMPLE, columns=48), known) < 150


BOUGHT = Receipt(
    seller="Royal Theatre",
    address="Stage Street 1\n1050 Copenhagen",
    tax_number="12345678",
    order="K7Q4MX23",
    at_ms=SAMPLE.at_ms,
    zone="Europe/Copenhagen",
    title="Hamlet",
    starts_ms=SAMPLE.starts_ms,
    lines=(Line("Adult, F 12", 2400), Line("Child, F 13", 1200)),
    fee=350,
    total=3950,
    currency="EUR",
    kind="card",
    brand="VISA",
    last4="4242",
    ref="R1",
    device="Kiosk 3",
    language="en",
)


def receipt_lines(sample: Receipt, columns: int = 48) -> list[str]:
    return [p.words for p in receipt.pieces(sample, columns=columns) if isinstance(p, Text)]


def test_a_receipt_adds_up():
    found = receipt_lines(BOUGHT)

    assert f"{'Adult, F 12':<41} €24.00" in found
    assert f"{'Fee':<42} €3.50" in found
    assert f"{'Total':<41} €39.50" in found
    assert "Paid by card: VISA **** 4242" in found
    assert "Tax number 12345678" in found
    assert all(len(line) <= 48 for line in found)


def test_a_receipt_says_what_each_of_two_tenders_paid():
    found = receipt_lines(replace(BOUGHT, paid=(Line("gift card", 2000),)))

    assert f"{'Paid by gift card':<41} €20.00" in found
    assert f"{'Paid by card: VISA **** 4242':<41} €19.50" in found


def test_a_later_receipt_is_a_copy():
    assert "COPY" in receipt_lines(replace(BOUGHT, copy=True))
    assert "COPY" not in receipt_lines(BOUGHT)


def test_tickets_and_receipts_survive_being_kept():
    assert Ticket.read(SAMPLE.document()) == SAMPLE
    assert Receipt.read({**BOUGHT.document()}) == BOUGHT


def test_words_longer_than_a_line_are_broken():
    assert pieces.wrapped("abcdefgh ij", 4) == ["abcd", "efgh", "ij"]
    assert pieces.wrapped("", 4) == []
