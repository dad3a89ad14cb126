"""Tickets as a PDF: one page a ticket, to be shown on a phone or printed at home."""

from ledger import assets
from ledger.documents import code
from ledger.documents.order import Order


class NotAvailable(Exception):
    """PDFs cannot be made on this machine: a Debian package is missing."""


def pdf(order: Order) -> bytes:
    """Draw the order's tickets. Raises NotAvailable where Pango is not installed."""
    try:
        import weasyprint
    except OSError as missing:
        raise NotAvailable(str(missing)) from missing
    page = assets.paper().get_template("documents/tickets.html")
    html = page.render(order=order, picture=code.svg_address)
    # Nothing is fetched: the page carries its codes, and its fonts are the machine's.
    made = weasyprint.HTML(string=html, url_fetcher=_only_data).write_pdf(pdf_tags=True)
    assert isinstance(made, bytes)
    return made


def _only_data(url: str) -> object:
    import weasyprint

    if not url.startswith("data:"):
        raise ValueError(f"a ticket does not fetch {url[:40]}")
    return weasyprint.default_url_fetcher(url)
