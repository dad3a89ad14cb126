"""What a house may decide about itself, after it was opened: words, limits, what it offers.

Devices hear of each change. Currency and time zone stay: what was sold counts in them.
Source: INV4, INV8, FEE5, lobby.md §7 (settings).
"""

import json
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import audit, catalogue, feed, notices, rivals
from ledger.clock import Means
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.house import HouseRow

ACTION = "change_settings"


@dataclass(frozen=True)
class Settings:
    """A house's own decisions.

    exchange_until: days before and a time, "1 12:00"; blank, words alone. Amounts in minor
    units; programme: None, there is none. rate_bp: the fee on donations.
    """

    name: str
    address: str
    mail_from: str
    tax_number: str
    box_office_words: str
    hold_minutes: int
    max_seats: int
    idle_s: int
    exchange_rule: str
    exchange_until: str
    donations: tuple[int, ...]
    round_to: int
    programme: int | None
    rate_bp: int
    outside: bool

    @property
    def mark(self) -> str:
        """Name what they are now, as somebody sees them."""
        return rivals.mark(asdict(self))


def read(session: Session) -> Settings:
    """Give the settings as they are. Raises NoResultFound before there is a house."""
    row = catalogue.house(session)
    offered = json.loads(row.extras)
    return Settings(
        name=row.name,
        address=row.address,
        mail_from=row.mail_from,
        tax_number=row.tax_number,
        box_office_words=row.box_office_words,
        hold_minutes=row.hold_minutes,
        max_seats=row.max_seats,
        idle_s=row.idle_s,
        exchange_rule=row.exchange_rule,
        exchange_until=row.exchange_until,
        donations=tuple(offered.get("donations") or ()),
        round_to=offered.get("round_to", 0),
        programme=offered.get("programme"),
        rate_bp=offered.get("rate_bp", 400),
        outside=offered.get("outside", False),
    )


def change(
    session: Session, means: Means, wanted: Settings, *, seen: str, by: str
) -> Refused | Overtaken | None:
    """Decide otherwise; holds that run keep their time.

    seen: `Settings.mark` of what was changed. Refuses HOLD_MINUTES_BELOW_15.
    """
    if wanted.hold_minutes < catalogue.SHORTEST_HOLD_MINUTES:
        return Refused(Code.HOLD_MINUTES_BELOW_15)
    row = session.scalars(select(HouseRow).with_for_update()).one()
    session.refresh(row)
    before = read(session)
    if before.mark != seen:
        return rivals.last(session, row.id, ACTION)
    row.name, row.address, row.mail_from = wanted.name, wanted.address, wanted.mail_from
    row.tax_number, row.box_office_words = wanted.tax_number, wanted.box_office_words
    row.hold_minutes, row.max_seats = wanted.hold_minutes, wanted.max_seats
    row.idle_s = wanted.idle_s
    row.exchange_rule, row.exchange_until = wanted.exchange_rule, wanted.exchange_until
    row.extras = json.dumps(
        json.loads(row.extras)
        | {
            "donations": list(wanted.donations),
            "round_to": wanted.round_to,
            "programme": wanted.programme,
            "rate_bp": wanted.rate_bp,
            "outside": wanted.outside,
        }
    )
    session.flush()
    old, new = asdict(before), asdict(wanted)
    changed = [name.replace("_", " ") for name in new if new[name] != old[name]]
    audit.note(
        session, means, staff=by, action=ACTION, subject=row.id, facts={"changed": changed}
    )
    stream, body = feed.venue(row.id), notices.config(row)
    feed.publish(session, stream, "config", "house", body, now_ms=means.now_ms)
    return None
