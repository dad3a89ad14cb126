"""What a test of a clerk's page puts in the book, and looks up there afterwards."""

from sqlalchemy import select

from boxoffice.pricing import Seller
from ledger import orders
from ledger.patrons import Patron
from ledger.tables.seats import SeatStateRow


def free(house, performance, count=1):
    with house.store.read() as session:
        return session.scalars(
            select(SeatStateRow.seat)
            .where(
                SeatStateRow.performance == performance, SeatStateRow.state == "available"
            )
            .order_by(SeatStateRow.number.desc())
            .limit(count)
        ).all()


def state(house, performance, seat):
    with house.store.read() as session:
        return session.get_one(SeatStateRow, (performance, seat)).state


def sold(house, performance, *seats):
    made = house.running.store.write(
        orders.sell,
        house.running.means(),
        performance=performance,
        seats=[(seat, "adult") for seat in seats],
        seller=Seller.WINDOW,
        tender="cash",
        patron=Patron("Grace Okafor", "g@example.org"),
    )
    assert isinstance(made, orders.Sold), made
    return made.id


def sold_later(house, performance, seat):
    """An order that is to be paid."""
    made = house.running.store.write(
        orders.sell,
        house.running.means(),
        performance=performance,
        seats=[(seat, "adult")],
        seller=Seller.WINDOW,
        tender="",
    )
    assert isinstance(made, orders.Sold), made
    return made.id


def found(house, row, *where):
    with house.store.read() as session:
        return session.scalars(select(row).where(*where)).all()
