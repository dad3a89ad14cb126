"""What an entry of the audit is about: an order's number, a member's name, a title.

An entry holds ids of any table, and a seat or a space with its performance.
Source: lobby.md §7.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import reports
from ledger.tables.catalogue import HallRow, PerformanceRow, ProductionRow
from ledger.tables.devices import DeviceRow
from ledger.tables.doors import DoorQuestionRow
from ledger.tables.house import HouseRow, StaffRow
from ledger.tables.members import MemberRow, VoucherBatchRow, VoucherRow
from ledger.tables.memberships import MembershipKindRow
from ledger.tables.money import PaymentRow
from ledger.tables.office import QuestionRow, StatementRow
from ledger.tables.order_types import OrderTypeRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.promo_codes import PromoCodeRow
from ledger.tables.readers import ReadKeyRow
from ledger.tables.seats import HoldRow
from ledger.tables.webhooks import WebhookDeliveryRow, WebhookRow


@dataclass(frozen=True)
class Subject:
    """Something that was changed. kind, id: where it is shown; kind blank: nowhere.

    starts_ms: of a performance. more: what of it, such as a seat.
    """

    words: str
    kind: str = ""
    id: str = ""
    starts_ms: int | None = None
    more: str = ""


# Names of what is no row: "members" is written by ledger.member_files.
_FIXED = {"members": Subject("Members", "members"), "day_end": Subject("Day end", "day")}


def named(session: Session, subjects: Iterable[str]) -> dict[str, Subject]:
    """Give what subjects are; what nobody knows is left out."""
    wanted = {one: one.partition("/") for one in subjects}
    keys = {key for key, _, _ in wanted.values()}
    found = {key: fixed for key, fixed in _FIXED.items() if key in keys}
    for kind, way in _ways():
        left = keys - found.keys()
        if not left:
            break
        # The first column of each way is what the entry holds.
        rows = session.execute(way.where(way.selected_columns[0].in_(list(left))))
        for key, id, words, starts_ms in rows:
            said = ids.shown(words) if kind == "order" else words
            found[key] = Subject(said, kind, id, starts_ms)
    names = {
        key: _parts(session, key)
        for key, _, more in wanted.values()
        if more and key in found and found[key].kind == "performance"
    }
    return {
        one: replace(known, more=names.get(key, {}).get(more, more))
        for one, (key, _, more) in wanted.items()
        if (known := found.get(key))
    }


def _parts(session: Session, performance: str) -> dict[str, str]:
    """Name the seats of a performance, and its spaces by their doors."""
    spaces = json.loads(session.get_one(PerformanceRow, performance).spaces)
    doors = {
        space["space"]: ", ".join(door["name"] for door in space.get("doors", []))
        for space in spaces
    }
    named = {space: words for space, words in doors.items() if words}
    return named | reports.seat_names(session, performance)


def _ways() -> Iterator[tuple[str, Any]]:
    """Give kinds, each with a way to them: the id, whose page, words, when it starts."""
    none = literal(None)

    def ends(id: Any, words: Any, page: Any = None) -> Any:
        return select(id, id if page is None else page, words, none)

    orders = OrderRow.id, OrderRow.number
    yield "order", ends(OrderRow.id, OrderRow.number)
    yield (
        "performance",
        select(
            PerformanceRow.id, PerformanceRow.id, ProductionRow.title,
            PerformanceRow.starts_ms,
        ).join(ProductionRow, ProductionRow.id == PerformanceRow.production),
    )  # fmt: skip
    yield "staff", ends(StaffRow.id, StaffRow.name)
    yield "device", ends(DeviceRow.id, DeviceRow.name)
    for key, order in (
        (TicketRow.id, TicketRow.order),
        (PaymentRow.intent, PaymentRow.order),
        (HoldRow.id, HoldRow.order),
    ):
        yield "order", select(key, *orders, none).join(OrderRow, OrderRow.id == order)
    yield "hall", ends(HallRow.id, HallRow.name)
    yield "production", ends(ProductionRow.id, ProductionRow.title)
    yield "member", ends(MemberRow.id, MemberRow.name, MemberRow.number)
    yield "membership", ends(MembershipKindRow.id, MembershipKindRow.name)
    yield "order_type", ends(OrderTypeRow.id, OrderTypeRow.name)
    yield "promo_code", ends(PromoCodeRow.hash, PromoCodeRow.word)
    yield "batch", ends(VoucherBatchRow.id, VoucherBatchRow.name)
    yield "card", ends(VoucherRow.hash, literal("A voucher or gift card"))
    number = literal("Statement ") + cast(StatementRow.number, String)
    yield "statement", ends(StatementRow.id, number)
    yield "question", ends(QuestionRow.id, QuestionRow.words)
    yield "", ends(DoorQuestionRow.id, DoorQuestionRow.words)
    yield "settings", ends(HouseRow.id, literal("Settings"))
    yield "read_key", ends(ReadKeyRow.id, ReadKeyRow.name)
    yield "webhook", ends(WebhookRow.id, WebhookRow.address)
    sent = select(WebhookDeliveryRow.id, WebhookRow.id, WebhookRow.address, none)
    yield "webhook", sent.join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook)
