"""After an outage: every sale is recorded; then it is judged who keeps which seat.

Whoever sits there keeps the seat; then the sale whose seller owned it. The order of upload
and the times that people wrote down do not matter. Source: spec.md 4.7, EMG7, R19.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from boxoffice.bad_input import OutOfRange
from boxoffice.charts import SeatTwice, UnknownSeat


class Rule(StrEnum):
    """By which rule a discrepancy is proposed to be settled."""

    SERIAL_USED_TWICE = "SERIAL_USED_TWICE"
    UNKNOWN_SEAT = "UNKNOWN_SEAT"
    OWNED_ELSEWHERE = "OWNED_ELSEWHERE"
    STALE_EPOCH = "STALE_EPOCH"
    BOTH_ADMITTED = "BOTH_ADMITTED"
    ADMITTED_KEEPS_SEAT = "ADMITTED_KEEPS_SEAT"
    OWNER_KEEPS_SEAT = "OWNER_KEEPS_SEAT"
    FIRST_RECORDED = "FIRST_RECORDED"


@dataclass(frozen=True)
class Owner:
    """Which device owns a seat by the ledger's book, or owned it last, and its epoch."""

    device: str
    epoch: int


@dataclass(frozen=True)
class Sale:
    """One sale of a device log or of a paper form.

    device: a kiosk in one incarnation, or a paper log; seq: its place there.
    epoch: under which the device owned the seat; None on paper. serial: of a hard ticket.
    Raises OutOfRange.
    """

    device: str
    seq: int
    seat: str
    epoch: int | None = None
    serial: str | None = None
    admitted: bool = False

    def __post_init__(self) -> None:
        for number, where in ((self.seq, "line"), (self.epoch or 0, "epoch")):
            if number < 0:
                raise OutOfRange(
                    number, f"{where} of a sale of {self.device}", "is negative"
                )

    @property
    def id(self) -> str:
        """Name the fact; the same name is the same fact."""
        return f"{self.device}:{self.seq}"


@dataclass(frozen=True)
class Holder:
    """Who has a sold seat.

    name: an order, or the id of a sale. right: the seller owned the seat.
    """

    name: str
    admitted: bool = False
    right: bool = True


@dataclass(frozen=True)
class Discrepancy:
    """What staff should settle. keeps, moves: an order or the id of a sale, or nobody."""

    sale: str
    seat: str
    rule: Rule
    keeps: str | None = None
    moves: str | None = None


@dataclass(frozen=True)
class Book:
    """What the ledger knows of one performance before the sales are posted.

    sold: who has each sold seat. owners: seats that are, or were last, allotted.
    held: seats of open orders. posted: ids of sales. serials: hard tickets used.
    Raises UnknownSeat.
    """

    seats: frozenset[str]
    sold: Mapping[str, Holder]
    owners: Mapping[str, Owner]
    held: frozenset[str] = frozenset()
    posted: frozenset[str] = frozenset()
    serials: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for named, where in (
            (self.sold, "the sold seats"),
            (self.owners, "the allotments"),
            (self.held, "the held seats"),
        ):
            for seat in named:
                if seat not in self.seats:
                    raise UnknownSeat(seat, where, "is no seat of the performance")


@dataclass(frozen=True)
class Posted:
    """What became of the sales, in judging order; holders: every sold seat afterwards."""

    recorded: tuple[str, ...]
    duplicates: tuple[str, ...]
    discrepancies: tuple[Discrepancy, ...]
    holders: Mapping[str, Holder]


def post(book: Book, sales: Iterable[Sale]) -> Posted:
    """Record sales made without the ledger, and judge each. Nothing is refused."""
    holders = dict(book.sold)
    seen, serials = set(book.posted), set(book.serials)
    recorded: list[str] = []
    duplicates: list[str] = []
    discrepancies: list[Discrepancy] = []
    for sale in in_judging_order(sales, book.owners):
        if sale.id in seen:
            duplicates.append(sale.id)
            continue
        seen.add(sale.id)
        recorded.append(sale.id)
        if sale.serial is not None:
            if sale.serial in serials:
                discrepancies.append(
                    Discrepancy(sale.id, sale.seat, Rule.SERIAL_USED_TWICE)
                )
            serials.add(sale.serial)
        if sale.seat not in book.seats:
            discrepancies.append(
                Discrepancy(sale.id, sale.seat, Rule.UNKNOWN_SEAT, moves=sale.id)
            )
            continue
        holder, found = judge(
            sale,
            holder=holders.get(sale.seat),
            owner=book.owners.get(sale.seat),
            held=sale.seat in book.held,
        )
        if holder:
            holders[sale.seat] = holder
        if found:
            discrepancies.append(found)
    return Posted(tuple(recorded), tuple(duplicates), tuple(discrepancies), holders)


def in_judging_order(sales: Iterable[Sale], owners: Mapping[str, Owner]) -> list[Sale]:
    """Sort sales: those with the right to their seat first; then by device and line."""
    return sorted(
        sales,
        key=lambda sale: (not _right(sale, owners.get(sale.seat)), sale.device, sale.seq),
    )


def judge(
    sale: Sale, *, holder: Holder | None, owner: Owner | None, held: bool = False
) -> tuple[Holder | None, Discrepancy | None]:
    """Say who has the seat now, and what staff should know of it.

    holder: who had it before; None, nobody. owner: its device by the ledger's book.
    held: by an open order. Source: spec.md 4.7, steps 3 and 4.
    """
    newcomer = Holder(sale.id, sale.admitted, _right(sale, owner))
    if holder is None:
        return _unsold(sale, newcomer, owner, held)
    if holder.admitted and newcomer.admitted:
        return holder, Discrepancy(sale.id, sale.seat, Rule.BOTH_ADMITTED)
    rule = Rule.FIRST_RECORDED
    keeps, moves = holder, newcomer
    if holder.admitted or newcomer.admitted:
        rule = Rule.ADMITTED_KEEPS_SEAT
        keeps, moves = (newcomer, holder) if newcomer.admitted else (holder, newcomer)
    elif holder.right and not newcomer.right:
        rule = Rule.OWNER_KEEPS_SEAT
    return keeps, Discrepancy(sale.id, sale.seat, rule, keeps.name, moves.name)


def _unsold(
    sale: Sale, newcomer: Holder, owner: Owner | None, held: bool
) -> tuple[Holder | None, Discrepancy | None]:
    if newcomer.right:
        return newcomer, None
    if held or (owner is not None and owner.device != sale.device):
        # Nobody moves until that log is in, or that order has ended.
        return None, Discrepancy(sale.id, sale.seat, Rule.OWNED_ELSEWHERE)
    if sale.epoch is not None:
        return newcomer, Discrepancy(sale.id, sale.seat, Rule.STALE_EPOCH, keeps=sale.id)
    return newcomer, None


def _right(sale: Sale, owner: Owner | None) -> bool:
    return owner == Owner(sale.device, sale.epoch) if sale.epoch is not None else False


def sold_once(sold: Iterable[tuple[str, Holder]]) -> dict[str, Holder]:
    """Index sold seats by seat. Raises SeatTwice: the ledger sells a seat once."""
    holders: dict[str, Holder] = {}
    for seat, holder in sold:
        if seat in holders:
            raise SeatTwice(seat, "the sold seats", "stands there twice")
        holders[seat] = holder
    return holders
