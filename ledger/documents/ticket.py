"""Tickets as a PDF: one page a ticket, to be shown on a phone or printed at home."""

from ledger import assets
from ledger.documents import code, speech
from ledger.documents.order import Order


class NotAvailable(Exception):
    """PDFs cannot be made on this machine: a Debian package is missing."""


def pdf(*orders: Order) -> bytes:
    """Draw the tickets of orders. Raises NotAvailable where Pango is not installed."""
    try:
        import weasyprint
    except OSError as missing:
        raise NotAvailable(str(missing)) from missing
    page = assets.paper().get_template("documents/tickets.html")
    html = page.render(orders=orders, picture=code.png_address, speaker=speech.speaker)
    # The page carries its codes, and its fonts are the machine's: nothing is fetched.
    only_inside = weasyprint.urls.URLFetcher(
        allowed_protocols=["data"], fail_on_errors=True
    )
    document = weasyprint.HTML(string=html, url_fetcher=only_inside)
    made = document.write_pdf(pdf_tags=True)
    assert isinstance(made, bytes)
    return made
