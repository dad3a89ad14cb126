"""Letters over real SMTP, and what the mailbox makes of them."""

import io
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
import qrcode

from lobby import letters
from lobby.loop import Loop
from lobby.mailbox import Mailbox, Port

SEVEN = datetime(2026, 3, 13, 19, 0, tzinfo=UTC)


def picture(text):
    out = io.BytesIO()
    qrcode.make(text).save(out, "PNG")
    return out.getvalue()


def blank():
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "PNG")
    return out.getvalue()


def tickets_letter():
    message = EmailMessage()
    message["From"] = "Royal Theatre <box.office@example.org>"
    message["To"] = "Ada Lovelace <ada@example.org>"
    message["Subject"] = "Your tickets: Hamlet, Sæson 26"
    message.set_content("F 12 and F 13. Enjoy the show.")
    message.add_alternative(
        '<p style="color:red">Hi</p><img src="cid:logo"><img src="cid:one">',
        subtype="html",
    )
    html = message.get_body(("html",))
    html.add_related(blank(), "image", "png", cid="<logo>", filename="logo.png")
    html.add_related(picture("TICKET 12"), "image", "png", cid="<one>", filename="1.png")
    html.add_related(picture("TICKET 13"), "image", "png", cid="<two>", filename="2.png")
    message.add_attachment(b"%PDF-1.7", "application", "pdf", filename="tickets.pdf")
    return message


@pytest.fixture
def box(tmp_path):
    return Mailbox(lambda who, sentence: None, folder=tmp_path, clock=lambda: SEVEN)


@pytest.fixture
def port(box):
    loop = Loop()
    loop.start()
    port = Port(box, loop)
    port.start()
    yield port
    port.stop()
    loop.stop()


def test_a_letter_arrives_over_smtp(box, port):
    with smtplib.SMTP("127.0.0.1", port.number) as post:
        post.send_message(tickets_letter())
    (letter,) = box.letters()
    assert (letter.number, letter.to) == (1, "Ada Lovelace <ada@example.org>")
    assert letter.subject == "Your tickets: Hamlet, Sæson 26"
    assert letter.text.strip() == "F 12 and F 13. Enjoy the show."
    assert [e.name for e in letter.enclosures] == [
        "logo.png",
        "1.png",
        "2.png",
        "tickets.pdf",
    ]


def test_only_pictures_with_a_code_are_tickets(box):
    letter = box.receive(tickets_letter().as_bytes())
    assert [letters.texts(t.content) for t in letter.tickets] == [
        ["TICKET 12"],
        ["TICKET 13"],
    ]


def test_the_page_of_a_letter_fetches_nothing(box):
    page = box.receive(tickets_letter().as_bytes()).page
    assert "cid:" not in page
    assert page.count("data:image/png;base64,") == 2


def test_a_plain_letter_shows_its_text_as_text(box):
    message = EmailMessage()
    message.set_content("1 < 2 <b>not bold</b>")
    assert "&lt;b&gt;not bold" in box.receive(message.as_bytes()).page


def test_garbage_is_a_letter_too(box):
    letter = box.receive(b"\xff\xfe\x00 no mail at all", to="ada@example.org")
    assert (letter.to, letter.subject, letter.tickets) == ("ada@example.org", "", ())


def test_the_newest_letter_comes_first_and_all_survive_a_kill(box, tmp_path):
    for _ in range(2):
        box.receive(tickets_letter().as_bytes())
    again = Mailbox(lambda who, sentence: None, folder=tmp_path, clock=lambda: SEVEN)
    assert [letter.number for letter in again.letters()] == [2, 1]
    assert again.receive(tickets_letter().as_bytes()).number == 3
    assert again.find(9) is None
