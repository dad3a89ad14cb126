"""What is said in a letter: text, HTML with the codes in it, and the tickets as PDF."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import structlog

from boxoffice.themes import STANDARD, Theme
from ledger import assets
from ledger.documents import code, speech, ticket
from ledger.documents.order import Order
from ledger.mail import look as looks

log = structlog.get_logger()


def tickets(
    order: Order,
    *,
    to: str,
    letter: str,
    now_ms: int,
    theme: Theme = STANDARD,
    link: str = "",
    giver: str | None = None,
) -> EmailMessage:
    """Write the letter that brings an order's tickets.

    letter: the id of the letter, so that a second delivery is recognised as the same.
    link: the address of the order's own page; whoever has it sees that order.
    giver: who passes this one ticket on; blank: nobody told. None: its buyer reads.
    Where PDFs cannot be made the letter says nothing of one; its codes are enough.
    """
    message = EmailMessage()
    say, evening = speech.speaker(order.language), order.evening
    subject = say(
        "Your ticket: %(title)s, %(date)s"
        if giver is not None
        else "Your tickets: %(title)s, %(date)s",
        title=evening.title,
        date=evening.date,
    )
    message["Subject"] = line(subject)
    message["From"] = mailbox(order.mail_from, order.house)
    message["To"] = mailbox(to, order.patron)
    message["Date"] = format_datetime(datetime.fromtimestamp(now_ms / 1000, UTC))
    message["Message-ID"] = f"<{letter}@front-of-house>"
    pictures = [f"code-{n}.{letter}@front-of-house" for n in range(len(order.tickets))]
    page, look = assets.paper(), looks.of(theme, letter)
    message.set_content(
        page.get_template("mail/tickets.txt").render(
            order=order, link=link, giver=giver, _=say
        )
    )
    message.add_alternative(
        page.get_template("mail/tickets.html").render(
            order=order, link=link, giver=giver, pictures=pictures, look=look, _=say
        ),
        subtype="html",
    )
    looks.bring(message, look)
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for n, (entry, picture) in enumerate(zip(order.tickets, pictures, strict=True), 1):
        html.add_related(
            code.png(entry.code),
            maintype="image",
            subtype="png",
            cid=f"<{picture}>",
            filename=f"ticket-{n}.png",
        )
    try:
        message.add_attachment(
            ticket.pdf(order),
            maintype="application",
            subtype="pdf",
            filename=f"tickets-{order.number}.pdf" if order.number else "ticket.pdf",
        )
    except ticket.NotAvailable as missing:
        log.warning("letter without PDF", order=order.number, why=str(missing))
    return message


def line(text: str) -> str:
    return " ".join(text.split())


def mailbox(address: str, name: str) -> Address:
    plain = parseaddr(address)[1]
    user, _, domain = plain.rpartition("@")
    return Address(display_name=line(name), username=user, domain=domain)
