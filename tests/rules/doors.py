"""A small house with doors: it is always the same Friday, and Tom works the door."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from boxoffice.admission import judge, undo
from boxoffice.answers import Answer
from boxoffice.door_facts import Door, Facts, Performance, Ticket
from boxoffice.movements import Movement
from boxoffice.presented import Presented
from boxoffice.scans import Scan, Undo
from boxoffice.tickets import Code, Key
from boxoffice.verdicts import Verdict, remember

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def local(text: str) -> datetime:
    """A time in the venue: 19:00 this Friday, or with its date."""
    return datetime.fromisoformat(text if "T" in text else f"2026-03-06T{text}").replace(
        tzinfo=COPENHAGEN
    )


SEVEN = local("19:00")
FRIDAY = Performance(local("19:30"), ends=local("22:00"), doors_open=local("18:45"))
MATINEE = Performance(local("2026-03-07T14:00"))
LEFT = Door("Left", performances=("friday",))
ADAS = Ticket("adas", performance="friday", price=5000, paid=5000, issue=1)
BEAS = replace(ADAS, id="beas")
BOX = Ticket("box", performance="friday", admits=6)
STRIP = Ticket("strip", entries=3)
SHOWN = Presented(tickets=("adas",), performance="friday", issue=1)
KIOSK_SOLD = replace(SHOWN, signer="device", tickets=("unseen",))


class House:
    """One door on one evening; every scan knows what the scans before it wrote."""

    def __init__(
        self, *tickets: Ticket, door: Door = LEFT, movements: tuple[Movement, ...] = ()
    ) -> None:
        self.facts = Facts(
            COPENHAGEN,
            door,
            {"friday": FRIDAY, "matinee": MATINEE},
            tickets or (ADAS,),
            movements,
        )
        self._numbers = count(1)

    def scan(
        self,
        presented: Presented | None = SHOWN,
        *,
        at: datetime = SEVEN,
        door: Door | None = None,
        **more: object,
    ) -> Verdict:
        """Scan, and write down what the verdict says."""
        facts = self.facts if door is None else replace(self.facts, door=door)
        more = {"id": f"scan {next(self._numbers)}", "device": "tom", **more}
        verdict = judge(presented, facts, Scan(at=at, **more))
        self.facts = remember(self.facts, verdict)
        return verdict

    def takes_back(self, scan: str, **more: object) -> Verdict:
        """Undo a scan, by default ten seconds after seven."""
        more = {"at": SEVEN + timedelta(seconds=10), "device": "tom", **more}
        verdict = undo(self.facts, Undo(scan, **more))
        self.facts = remember(self.facts, verdict)
        return verdict


def went(
    way: str, id_: str, after: str | None = None, *, ticket: str = "adas", **more: object
) -> Movement:
    """A movement that this door knows already."""
    more = {"at": local("18:50"), "device": "tom", "verdict": Answer.ADMIT, **more}
    return Movement(
        id_, ticket, "admission" if way == "in" else "exit", after=after, **more
    )


LEDGERS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KIOSKS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


KEYS = {
    7: Key(7, "ledger", "active", public(LEDGERS_KEY)),
    300: Key(300, "device", "active", public(KIOSKS_KEY), last_seq=40),
}
CODE = Code(7, 1204, "0199a2b4-6c1e-7a3f-8d52-4be1c09f7733", seat=214)
NOW = datetime(2026, 3, 6, 18, tzinfo=UTC)
