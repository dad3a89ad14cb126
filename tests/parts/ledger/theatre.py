"""The Royal Theatre in small: one house, one Friday."""

from dataclasses import dataclass

from boxoffice.charts import Chart, Row, SeatType
from boxoffice.pricing import Buyer, FeeRule, Seller
from ledger import catalogue, doors, halls, orders, prices, voucher_balances
from ledger.running import Running

FRIDAY_MS = 1_795_800_000_000
HOUR_MS = 3_600_000
ROWS, SEATS_A_ROW, PLACES = 6, 10, 40


def chart() -> Chart:
    rows = tuple(
        Row(
            row,
            tuple(f"{row}{number}" for number in range(1, SEATS_A_ROW + 1)),
            "Stalls" if row in "ABC" else "Circle",
            frozenset({f"{row}5"}),
        )
        for row in "ABCDEF"[:ROWS]
    )
    return Chart(
        rows=rows,
        types={"A1": SeatType.ACCESSIBLE},
        levels={
            seat: "premium" if row.name in "ABC" else "standard"
            for row in rows
            for seat in row.seats
        },
    )


def plan() -> halls.Plan:
    made = chart()
    return halls.Plan(
        chart=made,
        names={s: halls.SeatName(made.row_of(s).section, s[0], s[1:]) for s in made.seats},
        sections=(
            halls.Section("Stalls", ("Door A",), "ground floor"),
            halls.Section("Circle", ("Door B",), "first floor"),
        ),
    )


def price_list() -> prices.PriceList:
    return prices.PriceList(
        "EUR",
        (
            prices.Level("premium", "Premium", {"adult": 2400, "student": 1200}),
            prices.Level("standard", "Standard", {"adult": 1800, "student": 900}),
        ),
        (
            prices.Type("adult", "Adult", default=True),
            prices.Type("student", "Student", check=True, note="card"),
        ),
        (FeeRule(Buyer.GUEST, Seller.KIOSK, fee=200, outside=175),),
    )


def spaces() -> tuple[doors.Space, ...]:
    return (
        doors.Space(
            "auditorium",
            (
                doors.Door("Door A", sections=("Stalls",), takes_all=True),
                doors.Door("Door B", sections=("Circle",), takes_all=True),
            ),
        ),
    )


@dataclass(frozen=True)
class Theatre:
    """Ids of what is on."""

    ledger: Running
    house: str
    tonight: str
    studio: str

    @classmethod
    def open(cls, ledger: Running) -> "Theatre":
        means, write = ledger.means(), ledger.store.write
        house = write(
            catalogue.open_house,
            means,
            name="Royal Theatre",
            currency="EUR",
            zone="Europe/Copenhagen",
        )
        assert isinstance(house, str)
        main = write(catalogue.add_hall, means, name="Main stage", plan=plan())
        units = halls.Plan(units=halls.units("S", PLACES))
        studio = write(catalogue.add_hall, means, name="Studio", plan=units)
        evenings = []
        for title, hall in (("Hamlet", main), ("Improv Night", studio)):
            evening = write(
                catalogue.add_performance,
                means,
                production=write(catalogue.add_production, means, title=title),
                hall=hall,
                starts_ms=FRIDAY_MS + 2 * HOUR_MS,
                ends_ms=FRIDAY_MS + 4 * HOUR_MS,
                doors_open_ms=FRIDAY_MS - HOUR_MS,
                price_list=price_list(),
                spaces=spaces() if hall == main else (),
                reserved=("F9", "F10") if hall == main else (),
            )
            assert isinstance(evening, str)
            evenings.append(evening)
        return cls(ledger, house, *evenings)

    def sell(self, *seats: str, **how) -> orders.Sold:
        """Sell seats at the window, paid in cash unless said otherwise."""
        sold = self.ledger.store.write(
            orders.sell,
            self.ledger.means(),
            performance=how.pop("performance", self.tonight),
            seats=[(seat, "adult") for seat in seats],
            seller=how.pop("seller", Seller.WINDOW),
            tender=how.pop("tender", "cash"),
            **how,
        )
        assert isinstance(sold, orders.Sold), sold
        return sold


def code_worth(
    ledger: Running, amount: int, *, kind: str = "gift_card", until_ms: int | None = None
) -> str:
    """Issue a gift card or a voucher of so many cents; give its code."""
    return ledger.store.write(
        voucher_balances.issue,
        ledger.means(),
        kind=kind,
        currency="EUR",
        amount=amount,
        until_ms=until_ms,
    )
