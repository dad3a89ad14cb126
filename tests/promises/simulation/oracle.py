"""What the world outside saw, compared with what the books say once all is quiet.

Money is what terminals kept, paper is what came out of printers, people are those who saw a
green lamp. No book is believed about itself.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from boxoffice import tickets
from kiosk import allotment, feed
from kiosk import log as device_log
from kiosk.store.tables.device import CursorRow, DocRow
from kiosk.store.tables.door import MovementRow as OwnMovementRow
from kiosk.store.tables.orders import IntentRow, PledgedRow, SaleLineRow, SaleRow
from kiosk.store.tables.printing import PrintJobRow
from ledger import backup, facts
from ledger.tables.devices import DeviceEventRow, DeviceLogRow
from ledger.tables.discrepancies import DiscrepancyEvidenceRow, DiscrepancyRow
from ledger.tables.doors import ClaimRow, MovementRow, PresenceRow
from ledger.tables.feed import FeedDocRow, StreamHeadRow
from ledger.tables.house import BookRow
from ledger.tables.money import PaymentRow, TenderRow
from ledger.tables.orders import TicketRow
from ledger.tables.seats import SeatStateRow
from tests.promises.simulation import vouchers
from tests.promises.simulation.graves import Grave
from tests.promises.simulation.lobby import Kiosk
from tests.promises.simulation.world import World


def check(world: World) -> None:
    """Note every broken promise."""
    for found in _found(world):
        world.violated(found)


def _found(world: World) -> Iterator[str]:
    yield from _seats(world)
    yield from _money(world)
    yield from _ownership(world)
    yield from _logs(world)
    yield from _streams(world)
    yield from _paper(world)
    yield from _doors(world)
    yield from _claims(world)
    yield from _discrepancies(world)
    yield from _doubts(world)
    yield from vouchers.check(world)
    with world.ledger.running.store.read() as session:
        yield from (f"P10 the book: {fault}" for fault in backup.faults(session))
        if session.scalars(select(BookRow.recovering_ms)).one() is not None:
            yield "P9 the ledger still waits for devices"


@dataclass(frozen=True)
class Lost:
    """What lost storage took with it: nobody can know it, only that it is at risk."""

    tickets: frozenset[str] = frozenset()
    intents: frozenset[str] = frozenset()
    admitted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, world: World) -> "Lost":
        known = {
            (grave.device, grave.incarnation): _told_of(world, grave)
            for grave in world.graves
        }
        each = [(grave, known[grave.device, grave.incarnation]) for grave in world.graves]
        told = {sold.intent for g, seq in each for sold in g.sold if sold.seq <= seq}
        return cls(
            frozenset(sold.ticket for g, seq in each for sold in g.sold if sold.seq > seq),
            frozenset(intent for g, _ in each for intent in g.intents) - told,
            frozenset(m[0] for g, seq in each for at, m in g.moved.values() if at > seq),
        )


def _told_of(world: World, grave: Grave) -> int:
    """Say how much of a lost log the ledger had heard."""
    with world.ledger.running.store.read() as session:
        return session.get_one(DeviceLogRow, (grave.device, grave.incarnation)).seq


def sold(world: World) -> dict[tuple[str, str], set[str]]:
    """Give the tickets that were sold for each seat, wherever that was."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kiosk in world.kiosks:
        with kiosk.device.store.read() as session:
            for line in session.scalars(select(SaleLineRow)):
                found[line.performance, line.seat].add(line.ticket)
    for grave in world.graves:
        for line in grave.sold:
            found[line.performance, line.seat].add(line.ticket)
    for order in world.web:
        for ticket in order.tickets:
            found[world.evening.tonight, ticket.seat or ""].add(ticket.id)
    return found


def _seats(world: World) -> Iterator[str]:
    with world.ledger.running.store.read() as session:
        known = set(session.scalars(select(TicketRow.id)))
        states = {
            (row.performance, row.seat): row
            for row in session.scalars(select(SeatStateRow))
        }
    lost = Lost.of(world).tickets
    for seat, sold_to in sorted(sold(world).items()):
        if len(sold_to) > 1 and seat not in world.broken:
            yield f"P1 {seat[1]} was sold {len(sold_to)} times"
        for ticket in sorted(sold_to - known - lost):
            yield f"P3 the ledger does not know ticket {ticket} of {seat[1]}"
        state = states[seat]
        if seat in world.broken or sold_to & lost:
            continue  # The sale may wait for a seat that somebody else has: it is told.
        if state.state != "sold" or state.ticket not in sold_to:
            yield f"P1 {seat[1]} was sold and is {state.state} for {state.ticket}"


def _money(world: World) -> Iterator[str]:
    with world.ledger.running.store.read() as session:
        tendered = Counter(
            intent for intent in session.scalars(select(TenderRow.intent)) if intent
        )
        payments = {row.intent: row for row in session.scalars(select(PaymentRow))}
    lost = Lost.of(world).intents
    buried = {intent: g.intents[intent] for g in world.graves for intent in g.intents}
    for kiosk in world.kiosks:
        assert kiosk.terminal is not None
        with kiosk.device.store.read() as session:
            intents = {row.id: row for row in session.scalars(select(IntentRow))}
            sales = set(session.scalars(select(SaleRow.intent)))
        kept_for: Counter[str] = Counter()
        for key, charge in kiosk.terminal.charges.items():
            intent = intents.get(key)
            if key in buried:
                kept_for[buried[key]] += charge.kept > 0
                if charge.kept and key not in lost and tendered[key] != 1:
                    yield f"P11 {kiosk.name} kept {charge.kept} of {key}, lost and untold"
                continue
            if intent is None:
                yield f"P6 {kiosk.name} charged {charge.kept} and knows of no attempt {key}"
                continue
            kept_for[intent.order] += charge.kept > 0
            if charge.kept and (key not in sales or tendered[key] != 1):
                yield (
                    f"P11 {kiosk.name} kept {charge.kept} of {key}, {intent.state} here,"
                    f" with {tendered[key]} sales at the ledger"
                )
            if charge.kept and charge.kept != intent.amount:
                yield f"P11 {kiosk.name} kept {charge.kept} for {intent.amount}"
            if charge.kept and not charge.captured:
                yield f"P11 {kiosk.name}: {key} was sold and never captured"
            booked = payments[key].booked if key in payments else 0
            if booked != charge.kept:
                yield f"P10 {key}: {booked} booked, {charge.kept} kept by the terminal"
        for order, times in kept_for.items():
            if times > 1:
                yield f"P7 {kiosk.name}: order {order} was charged {times} times"
        for key in sorted(sales):
            intent, found = intents[key], kiosk.terminal.charges.get(key)
            if intent.amount and (found is None or not found.kept):
                yield f"P6 {kiosk.name}: sale {intent.order} without a charge"
        for intent in intents.values():
            if intent.state in {"created", "sent", "unknown", "approved"}:
                yield f"P11 {kiosk.name}: attempt {intent.id} is still {intent.state}"


def _ownership(world: World) -> Iterator[str]:
    with world.ledger.running.store.read() as session:
        rows = session.scalars(
            select(SeatStateRow).where(SeatStateRow.state == "allotted")
        ).all()
    for kiosk in world.kiosks:
        me = kiosk.device.me
        given = {
            (row.performance, row.seat): row.epoch
            for row in rows
            if (row.device, row.incarnation) == (me.device, me.incarnation)
        }
        with kiosk.device.store.read() as session:
            mine = {
                (performance, seat): epoch
                for performance in (world.evening.tonight, world.evening.studio)
                for seat, epoch in allotment.owned(session, performance).items()
            }
            if session.scalars(select(PledgedRow)).first() is not None:
                yield f"P5 {kiosk.name} still has pledged seats"
        if mine != given:
            yield (
                f"P5 {kiosk.name} owns {sorted(s for _, s in mine)},"
                f" the ledger says {sorted(s for _, s in given)}"
            )


def _logs(world: World) -> Iterator[str]:
    for kiosk in world.devices.values():
        me = kiosk.device.me
        with kiosk.device.store.read() as session:
            seq, hash_ = device_log.head(session)
        with world.ledger.running.store.read() as session:
            head = session.get_one(DeviceLogRow, (me.device, me.incarnation))
            events = session.scalars(
                select(DeviceEventRow).where(
                    DeviceEventRow.device == me.device,
                    DeviceEventRow.incarnation == me.incarnation,
                )
            ).all()
        if (head.seq, head.hash, head.state) != (seq, hash_, "active"):
            yield f"P3 {kiosk.name} is at {seq}, the ledger at {head.seq} ({head.state})"
        if sorted(event.seq for event in events) != list(range(1, head.seq + 1)):
            yield f"P3 {kiosk.name}: the ledger's copy of its log has gaps or twins"
        for event in events:
            if not event.applied or event.forked:
                yield f"P3 {kiosk.name}: event {event.seq} {event.type} was not applied"


def _streams(world: World) -> Iterator[str]:
    with world.ledger.running.store.read() as session:
        heads = {row.stream: row for row in session.scalars(select(StreamHeadRow))}
        live = {
            (row.stream, row.entity, row.id): row.body
            for row in session.scalars(
                select(FeedDocRow).where(FeedDocRow.body.is_not(None))
            )
        }
    for kiosk in world.devices.values():
        with kiosk.device.store.read() as session:
            wanted = feed.wanted(session, now_ms=kiosk.device.clock.now_ms())
            cursors = {row.stream: row for row in session.scalars(select(CursorRow))}
            docs = {
                (row.stream, row.entity, row.id): row.body
                for row in session.scalars(select(DocRow))
            }
        for stream in wanted:
            head, cursor = heads.get(stream), cursors.get(stream)
            if head is None:
                continue
            if cursor is None or (cursor.pos, cursor.digest) != (head.pos, head.digest):
                yield f"P21 {kiosk.name} does not stand where {stream} stands"
            ours = {key: body for key, body in docs.items() if key[0] == stream}
            theirs = {key: body for key, body in live.items() if key[0] == stream}
            if ours != theirs:
                yield f"P21 {kiosk.name} has other documents of {stream}"


def _paper(world: World) -> Iterator[str]:
    with world.ledger.running.store.read() as session:
        keys = facts.keys(session)
        known = set(session.scalars(select(TicketRow.id)))
    lost = Lost.of(world).tickets
    came_out: Counter[tuple[str, int]] = Counter()
    for code in [
        slip.code
        for kiosk in world.kiosks
        if kiosk.printer
        for slip in kiosk.printer.slips
        if slip.whole
    ]:
        read = tickets.read(code, keys)
        if not isinstance(read, tickets.Valid):
            yield f"P27 a printed code does not read: {read}"
            continue
        came_out[read.code.ticket, read.code.issue] += 1
        if read.code.ticket not in known | lost:
            yield f"P8 ticket {read.code.ticket} is on paper, and the ledger knows none"
    for (ticket, issue), times in came_out.items():
        if times > 1:
            yield f"P8 ticket {ticket}/{issue} came out {times} times"
    for kiosk in world.kiosks:
        with kiosk.device.store.read() as session:
            jobs = session.scalars(
                select(PrintJobRow).where(PrintJobRow.kind == "ticket")
            ).all()
        for job in jobs:
            out = came_out[job.ticket or "", job.issue]
            if out and job.state in {"queued", "failed"}:
                yield f"P8 {kiosk.name}: {job.ticket} is on paper and {job.state}"
            if not out and job.state == "printed":
                yield f"P8 {kiosk.name}: {job.ticket} is called printed and never came out"
            if job.state == "sending":
                yield f"P6 {kiosk.name}: {job.ticket} is being printed for ever"


def _doors(world: World) -> Iterator[str]:
    written: dict[str, tuple[str, str, str | None]] = {}
    for device in world.devices.values():
        with device.device.store.read() as session:
            for row in session.scalars(select(OwnMovementRow)):
                written[row.event_id] = (row.ticket, row.kind, row.after)
    with world.ledger.running.store.read() as session:
        booked = {
            row.id: (row.ticket, row.kind, row.after)
            for row in session.scalars(select(MovementRow))
        }
    unheard = {}
    for grave in world.graves:
        told = _told_of(world, grave)
        for id, (seq, moved) in grave.moved.items():
            (written if seq <= told else unheard)[id] = moved
    if written != booked:
        yield f"P3 {len(written)} movements at the doors, {len(booked)} at the ledger"
    lit = Counter((g.ticket, g.mode) for g in world.greens if not g.repeat)
    rows = Counter(
        (ticket, "entry" if kind == "admission" else "exit")
        for ticket, kind, _ in [*written.values(), *unheard.values()]
    )
    for (ticket, mode), times in lit.items():
        if times > rows[ticket, mode]:
            yield f"P8 {mode} of {ticket} was shown green {times} times and written less"
    together = doubles(written)
    forgotten = Lost.of(world).admitted
    if world.strict and {ticket for ticket, _ in together} - forgotten:
        yield f"P16 strict doors admitted {len(together)} tickets twice"
    with world.ledger.running.store.read() as session:
        noted = {
            row.subject: set(
                session.scalars(
                    select(DiscrepancyEvidenceRow.event).where(
                        DiscrepancyEvidenceRow.discrepancy == row.id
                    )
                )
            )
            for row in session.scalars(
                select(DiscrepancyRow).where(
                    DiscrepancyRow.kind == "admitted_twice", DiscrepancyRow.state == "open"
                )
            )
        }
    wanted = {
        f"{ticket}/auditorium/{after or 'first'}": set(each)
        for (ticket, after), each in together.items()
    }
    if noted != wanted:
        yield f"P16 doubles are {sorted(wanted)}, noted are {sorted(noted)}"


def doubles(
    written: dict[str, tuple[str, str, str | None]],
) -> dict[tuple[str, str | None], list[str]]:
    """Give admissions of one ticket that follow the same movement: one person each."""
    together: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for id, (ticket, kind, after) in written.items():
        if kind == "admission":
            together[ticket, after].append(id)
    return {key: each for key, each in together.items() if len(each) > 1}


def _claims(world: World) -> Iterator[str]:
    """Nobody is at a door any more: a claim that stands would stop its guest for ever."""
    with world.ledger.running.store.read() as session:
        live = session.scalars(select(ClaimRow).where(ClaimRow.state == "live")).all()
        asking = session.scalars(
            select(PresenceRow).where(PresenceRow.claim.is_not(None))
        ).all()
    for row in live:
        yield f"P21 {row.kind} claim {row.id} of {row.ticket} by {row.device} never ends"
    for row in asking:
        yield f"P21 ticket {row.ticket} is being checked for ever by {row.claim}"


def _discrepancies(world: World) -> Iterator[str]:
    with world.ledger.running.store.read() as session:
        waiting = session.scalars(
            select(DiscrepancyRow).where(DiscrepancyRow.state != "settled")
        ).all()
    owed, reissued = _owed(world), _reissued(world)
    clashes = {
        f"{performance}/{seat}/{ticket}"
        for (performance, seat), sold_to in sold(world).items()
        # A sale under a broken allotment is told even when its seat was still free.
        if len(sold_to) > 1 or (performance, seat) in world.broken
        for ticket in sold_to
    }
    forgotten = {ticket.id for order in world.wiped for ticket in order.tickets}
    lost, buried = Lost.of(world), {t for g in world.graves for t in g.printed}
    at_risk = {f"{g.device}/{g.incarnation}" for g in world.graves}
    seen: Counter[str] = Counter()
    for row in waiting:
        match row.kind:
            case "admitted_twice":
                pass
            case "ticket_owed" if row.subject in buried - owed:
                pass  # Whether it came out is lost with the kiosk's storage.
            case "ticket_owed":
                if row.subject not in owed:
                    yield f"ticket_owed {row.subject}, which is not owed"
                seen["owed"] += 1
            case "seat_conflict":
                if row.subject not in clashes:
                    yield f"P2 seat_conflict {row.subject}, which was sold once"
                seen[row.subject.rsplit("/", 1)[0]] += 1
            case "allotment_broken":
                performance, seat, _ = row.subject.split("/")
                if (performance, seat) not in world.broken:
                    yield f"allotment_broken {row.subject}, which nobody broke"
            case "log_lost" if row.subject in at_risk:
                at_risk.discard(row.subject)
            case "sale_unseen" if row.subject in lost.tickets:
                pass  # A scan told of it, and nobody else ever will.
            case "payment_unknown" if row.subject in lost.intents:
                pass
            case "money_mismatch" if world.counts["restores"] and _unpromised(row):
                pass  # The older book had not promised the gift card yet, and says so.
            case "money_mismatch" if world.broken and _under_a_break(world, row.subject):
                pass  # What was to pay came back when staff broke the allotment.
            case "sale_unseen" if row.subject in forgotten:
                pass  # The ledger sold it, went back to before that, and says so.
            case "admitted_void" if row.subject in reissued:
                pass  # A door had not heard that the paper in hand was replaced.
            case _:
                yield f"{row.kind} {row.subject} is {row.state}: {row.facts}"
    for subject in sorted(at_risk):
        yield f"P26 the storage of {subject} is lost, and nobody is told"
    if seen["owed"] != len(owed):
        yield f"{len(owed)} tickets are owed, {seen['owed']} are noted"
    for (performance, seat), sold_to in sold(world).items():
        if seen[f"{performance}/{seat}"] < len(sold_to) - 1:
            yield f"P2 {seat} was sold {len(sold_to)} times, and nobody is told"


def _under_a_break(world: World, order: str) -> bool:
    with world.ledger.running.store.read() as session:
        found = select(TicketRow).where(TicketRow.order == order)
        seats = {(ticket.performance, ticket.seat) for ticket in session.scalars(found)}
    return bool(seats & set(world.broken))


def _unpromised(row: DiscrepancyRow) -> bool:
    return json.loads(row.facts).get("promised") is False


def _doubts(world: World) -> Iterator[str]:
    """Every ticket here is genuine, and every door knows every key. Source: P17, P18."""
    uncertain = {ticket.id for order in world.wiped for ticket in order.tickets}
    uncertain |= {
        ticket
        for seat, tickets_sold in sold(world).items()
        if seat in world.broken
        for ticket in tickets_sold
    }
    for doubt in world.doubted:
        if doubt.ticket not in uncertain:
            yield (f"P18 {doubt.door} ({doubt.link}) said {doubt.answer} of {doubt.ticket}")


def _owed(world: World) -> set[str]:
    """Give the tickets that were paid and that nobody has got, at whichever kiosk."""
    found, got = set(), set()
    for kiosk in world.kiosks:
        with kiosk.device.store.read() as session:
            newest: dict[str, str] = {}
            for job in session.scalars(
                select(PrintJobRow)
                .where(PrintJobRow.kind == "ticket")
                .order_by(PrintJobRow.issue, PrintJobRow.place)
            ):
                if job.ticket:
                    newest[job.ticket] = job.state
        has = {t for t, state in newest.items() if state in {"printed", "phone"}}
        got |= has
        found |= newest.keys() - has
    return found - got


def _reissued(world: World) -> set[str]:
    """Give the tickets of which a later issue went out."""
    found: set[str] = set()
    for kiosk in world.kiosks:
        with kiosk.device.store.read() as session:
            query = select(PrintJobRow.ticket).where(PrintJobRow.issue > 1)
            found |= {ticket for ticket in session.scalars(query) if ticket}
    return found


def quiet(world: World) -> bool:
    """Whether nothing is under way any more: all is told, all is heard."""
    for kiosk in world.devices.values():
        if not _settled(kiosk):
            return False
    with world.ledger.running.store.read() as session:
        if session.scalars(select(BookRow.recovering_ms)).one() is not None:
            return False
    return next(_streams(world), None) is None


def _settled(kiosk: Kiosk) -> bool:
    if not kiosk.up or not kiosk.device.ready.is_set():
        return False
    with kiosk.device.store.read() as session:
        seq, _ = device_log.head(session)
        acked = device_log.acknowledged(session).acked_seq
        doubtful = session.scalars(
            select(IntentRow.id).where(
                IntentRow.state.in_(("created", "sent", "unknown", "approved"))
                | ((IntentRow.state == "sold") & IntentRow.captured.is_(False))
                | ((IntentRow.state == "reversed") & IntentRow.returned.is_(False))
                | (
                    IntentRow.state.in_(("declined", "cancelled"))
                    & IntentRow.sent
                    & IntentRow.rechecked.is_(False)
                )
            )
        ).first()
        jobs = session.scalars(
            select(PrintJobRow.id).where(PrintJobRow.state.in_(("queued", "sending")))
        ).first()
    return seq == acked and doubtful is None and jobs is None
