"""The two ways to an order: its own link, and the basket that it was."""

from dataclasses import dataclass

from flask import abort, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import passed_on
from ledger.shop import frame
from ledger.tables.orders import TicketRow


@dataclass(frozen=True)
class Way:
    """How somebody came to their order.

    name, value: of the part of the address that only they know. order: its id.
    """

    name: str
    value: str
    order: str

    @property
    def home(self) -> str:
        """The address of the order's page."""
        if self.name == "code":
            return url_for("shop.on_phone", code=self.value)
        return url_for("shop.confirmed", secret=self.value)

    def pass_on(self, ticket: str) -> str:
        """The address that passes a ticket on."""
        if self.name == "code":
            return url_for("shop.pass_on", code=self.value, ticket=ticket)
        return url_for("shop.basket_pass_on", secret=self.value, ticket=ticket)

    def take_back(self, ticket: str) -> str:
        """The address that takes a ticket back."""
        if self.name == "code":
            return url_for("shop.take_back", code=self.value, ticket=ticket)
        return url_for("shop.basket_take_back", secret=self.value, ticket=ticket)

    def own(self, session: Session, ticket: str) -> TicketRow:
        """Give a ticket of the order; 404 for any other."""
        row = session.get(TicketRow, ticket)
        if row is None or row.order != self.order:
            abort(404)
        return row

    def passable(self, session: Session) -> set[str]:
        """Give the tickets that can go to a friend, or be taken back, now."""
        means = frame.ledger().means()
        query = select(TicketRow).where(TicketRow.order == self.order)
        rows = session.scalars(query).all()
        return {row.id for row in rows if passed_on.may(session, means, row)}
