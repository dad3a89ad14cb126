"""Letters and PDFs of a demo order: sent over real SMTP, read by an independent decoder."""

import email
import io
import re
import socket
import subprocess
from email import policy

import pytest
import sqlalchemy
import zxingcpp
from aiosmtpd.controller import Controller
from PIL import Image

from ledger import outbox as outboxes
from ledger import pickups
from ledger.clock import Means
from ledger.documents import order as orders
from ledger.documents import speech, ticket
from ledger.mail import called_off, letters, notes, outbox
from ledger.tables.orders import OrderRow, PatronRow
from ledger.tables.records import OutboxRow
from tests.catalogues import ROOT
from tests.demo_house import NOW, furnish

pytestmark = pytest.mark.slow
WEEK_MS = 7 * 86_400_000


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A demo house in which Ada's letter alone waits: its store and its facts."""
    furnished = furnish(tmp_path_factory.mktemp("ledger"))
    furnished.store.write(_others, furnished.facts["emailed"]["order"])
    yield furnished.store, furnished.facts
    furnished.store.close()


def _others(session, order):
    """Forget the letters of other orders."""
    gone = sqlalchemy.delete(OutboxRow).where(
        OutboxRow.order.not_in(
            sqlalchemy.select(OrderRow.id).where(OrderRow.number == order)
        )
    )
    session.execute(gone)


class Mailbox:
    """Takes letters; refuses with this answer if there is one."""

    def __init__(self):
        self.letters, self.answer = [], "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        if self.answer.startswith("250"):
            self.letters.append(
                email.message_from_bytes(envelope.content, policy=policy.default)
            )
        return self.answer


@pytest.fixture
def mailbox():
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.address = free.getsockname()
    # The controller knocks at its own door, so it cannot be told port 0.
    controller = Controller(box, hostname="127.0.0.1", port=box.address[1])
    controller.start()
    yield box
    controller.stop()


def waiting(store):
    with store.read() as session:
        return session.scalars(sqlalchemy.select(OutboxRow)).all()


def described(store, order):
    with store.read() as session:
        return orders.describe(session, order)


def test_a_letter_brings_every_ticket_as_text_picture_and_pdf(house, mailbox):
    store, facts = house
    order = described(store, facts["emailed"]["order"])

    outbox.step(store, mailbox.address, lambda: NOW)

    (letter,) = mailbox.letters
    assert letter["To"] == "Ada Holm <ada@example.org>"
    assert "Hamlet" in letter["Subject"]
    text = letter.get_body(("plain",)).get_content()
    assert "Stalls, row F, seat 15" in text
    assert "Confirmed" in text
    html = letter.get_body(("html",))
    pictures = [part for part in letter.walk() if part.get_content_type() == "image/png"]
    read = [
        zxingcpp.read_barcode(Image.open(io.BytesIO(p.get_content()))) for p in pictures
    ]
    assert [code.text for code in read] == [t.code for t in order.tickets]
    for part in pictures:
        assert f"cid:{part['Content-ID'].strip('<>')}" in html.get_content()
    (pdf,) = letter.iter_attachments()
    assert pdf.get_content().startswith(b"%PDF")
    assert [row.state for row in waiting(store)] == ["sent"]


def test_a_letter_leads_to_the_page_of_its_own_order_alone(house, mailbox):
    store, facts = house
    order = facts["emailed"]["order"]
    outbox.step(store, mailbox.address, lambda: NOW)  # That of the order itself.
    mailbox.letters.clear()
    store.write(outboxes.bring_tickets, Means(NOW), order, to="ada@example.org")
    outbox.step(store, mailbox.address, lambda: NOW, address="https://tickets.example")

    (letter,) = mailbox.letters
    for kind in ("plain", "html"):
        text = letter.get_body((kind,)).get_content()
        [code] = re.findall(r"https://tickets\.example/shop/orders/(\w{16})\b", text)
        with store.read() as session:
            assert pickups.find(session, pickups.LINK + code) == order
            assert pickups.find(session, pickups.PREFIX + code) is None
    assert [row.facts for row in waiting(store)] == ["{}", "{}"]


def test_a_friends_letter_says_seat_and_door_with_nothing_where_the_price_was(house):
    store, facts = house
    order = described(store, facts["emailed"]["order"])
    one = order.tickets[0]
    letter = letters.tickets(
        order.alone(one.id), to="eve@example.org", letter="m1", now_ms=NOW, giver="Ada"
    )

    assert one.door
    text, html = (
        letter.get_body((kind,)).get_content().splitlines() for kind in ("plain", "html")
    )
    assert f"1. {one.place}, {one.door}" in text
    assert any(line.endswith(f">{one.door}</p>") for line in html)


def test_a_danish_patron_is_written_to_in_danish(house, mailbox):
    store, facts = house

    def speak(session, language):
        row = session.get_one(OrderRow, facts["emailed"]["order"])
        session.get_one(PatronRow, row.patron).language = language

    store.write(speak, "da")
    _again(store)
    outbox.step(store, mailbox.address, lambda: NOW)
    store.write(speak, "en")

    (letter,) = mailbox.letters
    text = letter.get_body(("plain",)).get_content()
    assert letter["Subject"].startswith("Dine billetter: Hamlet")
    assert "Kære Ada Holm" in text
    assert "Parket, række F, plads 15" in text
    assert "bekræftet. I alt" in text
    html = letter.get_body(("html",)).get_content()
    assert 'lang="da"' in html
    assert "Order" not in html


@pytest.mark.parametrize("language", sorted(speech._CATALOGUES.keys() - {"en"}))
def test_every_sentence_of_letters_and_tickets_is_known_with_its_facts(language):
    found = set(notes.SUBJECTS.values()) - {notes.SUBJECTS["member_changed"]}
    for file in [
        *(ROOT / "templates/mail").iterdir(),
        ROOT / "templates/documents/tickets.html",
    ]:
        found |= set(re.findall(r'_\("([^"]+)"', file.read_text()))
    found |= {"Unreserved seating", "%(section)s, row %(row)s, seat %(seat)s"}
    found |= {
        called_off.SUBJECT,
        called_off.WORDS,
        called_off.CHOOSE,
        called_off.FRIEND,
        "Cancelled: %(title)s",
        "Your tickets: %(title)s, %(date)s",
    }
    found |= {"Your ticket: %(title)s, %(date)s"}
    known = speech._CATALOGUES[language]

    assert found == set(known)
    for words, said in known.items():
        facts = re.findall(r"%\(\w+\)s", words)
        assert sorted(facts) == sorted(re.findall(r"%\(\w+\)s", said)), words


def test_a_server_that_is_busy_is_asked_again_later(house, mailbox):
    store, _ = house
    letter = _again(store)
    mailbox.answer = "451 try later"

    assert outbox.step(store, mailbox.address, lambda: NOW)
    assert not outbox.step(store, mailbox.address, lambda: NOW), (
        "it waits before it tries again"
    )
    mailbox.answer = "250 OK"
    assert outbox.step(store, mailbox.address, lambda: NOW + 60_000)

    assert len(mailbox.letters) == 1
    assert _row(store, letter).tries == 2


def test_a_server_that_says_no_for_good_is_not_asked_again(house, mailbox):
    store, _ = house
    letter = _again(store)
    mailbox.answer = "550 no such person"

    outbox.step(store, mailbox.address, lambda: NOW)

    assert _row(store, letter).state == "given_up"
    assert "no such person" in _row(store, letter).trouble


def test_without_a_server_letters_wait(house, mailbox):
    store, _ = house
    letter = _again(store)
    host, _port = mailbox.address

    outbox.step(store, (host, 1), lambda: NOW)

    assert _row(store, letter).state == "waiting"


def test_a_pdf_has_one_page_a_ticket_and_its_codes_can_be_read(house, tmp_path):
    store, facts = house
    order = described(store, facts["emailed"]["order"])
    (tmp_path / "t.pdf").write_bytes(ticket.pdf(order))

    subprocess.run(
        ["pdftoppm", "-r", "150", "-png", "t.pdf", "p"], cwd=tmp_path, check=True
    )

    pages = sorted(tmp_path.glob("p-*.png"))
    read = [zxingcpp.read_barcode(Image.open(page)).text for page in pages]
    assert read == [t.code for t in order.tickets]


def _again(store):
    """Put the demo's letter back into the outbox."""

    def wait(session):
        row = session.scalars(sqlalchemy.select(OutboxRow)).first()
        row.state, row.next_try_ms, row.tries = "waiting", NOW, 0
        return row.id

    return store.write(wait)


def _row(store, letter):
    with store.read() as session:
        return session.get(OutboxRow, letter)


def test_who_buys_after_the_deadline_is_not_told_of_exchanges(house):
    store, facts = house
    order = facts["emailed"]["order"]
    rule = "Exchange until noon of the day before."
    with store.read() as session:
        assert orders.describe(session, order).exchange_rule == ""

    def bought_a_week_earlier(session):
        session.get_one(OrderRow, order).made_ms -= WEEK_MS

    store.write(bought_a_week_earlier)
    with store.read() as session:
        assert orders.describe(session, order).exchange_rule == rule
