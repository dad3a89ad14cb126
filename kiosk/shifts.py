"""Shift end: what this device took since the last one, counted from its own log.

The log cannot be edited and has no gaps, so totals need no clock and miss nothing.
Source: lobby.md §5.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.payments import State
from kiosk import documents, log, pins, settings
from kiosk.device import Device
from kiosk.printing import jobs, owed
from kiosk.printing.report import Entry, Report
from kiosk.printing.words import Words
from kiosk.store.tables.device import LogRow
from kiosk.store.tables.orders import IntentRow

_COUNTED: Final = (
    "sale",
    "order.paid",
    "payment.voided",
    "payment.refunded",
    "ticket.reprinted",
)


@dataclass
class Totals:
    """What happened since `from_ms`, None for ever. Amounts in minor units.

    taken: by kind of tender; returned: what went back. types: tickets and their amount by
    price type. reprints: last characters of the ticket, its new issue, and why.
    """

    from_ms: int | None
    currency: str
    sales: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    returned: int = 0
    types: dict[str, tuple[int, int]] = field(default_factory=dict)
    owed: int = 0
    uncertain: int = 0
    in_doubt: int = 0
    reprints: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All that was taken, less what went back."""
        return self.taken.total() - self.returned


def totals(device: Device) -> Totals:
    """Count since the last shift end."""
    with device.store.read() as session:
        return _count(session)


def end(device: Device, who: str, name: str, language: str) -> Totals:
    """End the shift: print its totals, signed by whose PIN it was, and begin a new one."""
    return device.store.write(_end, device, who, name, language)


def end_by_itself(device: Device) -> Totals:
    """End the shift at night, when nobody is here to sign."""
    with device.store.read() as session:
        language = documents.house(session).languages[0]
    return device.store.write(_end, device, "", "", language)


def _end(session: Session, device: Device, who: str, name: str, language: str) -> Totals:
    found = _count(session)
    pins.note(session, device, who, "shift end", device.me.name, "")
    now_ms = device.clock.now_ms()
    head = log.head(session)[0]
    settings.put(session, "shift", {"seq": head, "ended_ms": now_ms})
    report = _report(
        found, device.me.name, name, now_ms, documents.house(session), language
    )
    jobs.queue_report(session, device.clock, device.new_id, report)
    return found


def _count(session: Session) -> Totals:
    last = settings.get(session, "shift")
    house = documents.house(session)
    names: dict[str, dict[str, str]] = {}
    found = Totals(last.get("ended_ms"), house.currency)
    query = select(LogRow.type, LogRow.body).where(
        LogRow.seq > int(last.get("seq", 0)), LogRow.type.in_(_COUNTED)
    )
    for type, text in session.execute(query.order_by(LogRow.seq)):
        _add(session, found, names, type, json.loads(text))
    waiting = owed.owed(session)
    found.owed = len(waiting)
    found.uncertain = sum(job.state == "uncertain" for job in waiting)
    doubtful = select(IntentRow.id).where(IntentRow.state == State.UNKNOWN.value)
    found.in_doubt = len(session.scalars(doubtful).all())
    return found


def _add(
    session: Session,
    found: Totals,
    names: dict[str, dict[str, str]],
    type: str,
    body: dict[str, Any],
) -> None:
    match type:
        case "sale" | "order.paid":
            found.sales += 1
            for tender in body["tenders"]:
                found.taken[str(tender["kind"])] += int(tender["amount"])
            for line in body.get("lines", ()):
                named = _types(session, names, str(line["performance"]))
                what = named.get(str(line["price_type"]), str(line["price_type"]))
                count, amount = found.types.get(what, (0, 0))
                price = int(line["price"]) + int(line["fee_outside"])
                found.types[what] = (count + 1, amount + price)
        case "payment.voided" | "payment.refunded":
            found.returned += int(body["amount"])
        case "ticket.reprinted":
            ticket = str(body["ticket"]).replace("-", "")[-8:].upper()
            found.reprints.append((ticket, int(body["issue"]), str(body["why"])))


def _types(
    session: Session, names: dict[str, dict[str, str]], performance: str
) -> dict[str, str]:
    if performance not in names:
        prices = documents.prices(session, performance)
        names[performance] = {t.id: t.name for t in prices.types} if prices else {}
    return names[performance]


def _report(
    found: Totals, place: str, name: str, at_ms: int, house: documents.House, language: str
) -> Report:
    words = Words(language)

    def amount(minor: int) -> str:
        return words.amount(minor, found.currency)

    def when(ms: int) -> str:
        return f"{words.date(ms, house.zone)} {words.time(ms, house.zone)}"

    entries = [Entry(words.say("since"), when(found.from_ms))] if found.from_ms else []
    entries.append(Entry(words.say("sales"), str(found.sales)))
    entries += [
        Entry(words.say("card") if kind == "card" else kind, amount(minor))
        for kind, minor in sorted(found.taken.items())
    ]
    if found.returned:
        entries.append(Entry(words.say("returned"), amount(-found.returned)))
    entries.append(
        Entry(words.say("total"), f"{amount(found.total)} {found.currency}", strong=True)
    )
    entries += [
        Entry(f"{count} × {what}", amount(minor))
        for what, (count, minor) in sorted(found.types.items())
    ]
    entries += [
        Entry(words.say("owed"), str(found.owed)),
        Entry(words.say("uncertain"), str(found.uncertain)),
        Entry(words.say("in_doubt"), str(found.in_doubt)),
        Entry(words.say("reprints"), str(len(found.reprints))),
    ]
    entries += [Entry(f"…{id}  {issue}", why) for id, issue, why in found.reprints]
    return Report(
        title=words.say("shift_end"),
        head=(house.name, place, when(at_ms)),
        entries=tuple(entries),
        foot=(words.say("signed", name=name) if name else words.say("by_itself"),),
    )
