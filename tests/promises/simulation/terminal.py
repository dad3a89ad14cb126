"""A card terminal with a book of its own: it approves, declines, dawdles and falls silent.

Its book is the outside history of money: what it charged is what the guest's bank sees.
"""

from dataclasses import dataclass, field
from random import Random

from kiosk.payments.port import RUNNING, Attempt, Busy, Step, TerminalDown
from tests.promises.simulation.clock import Time

PATIENCE_MS = 60_000  # A terminal gives up a card that never comes.
_ANSWER_MS = 2_000


@dataclass
class Charge:
    """One attempt as the terminal knows it."""

    asked: int
    step: Step = Step.WAITING_FOR_CARD
    amount: int = 0
    captured: bool = False
    refunded: int = 0

    @property
    def kept(self) -> int:
        """What the guest has paid in the end."""
        taken = self.amount if self.step in {Step.APPROVED, Step.PART} else 0
        return taken - self.refunded


@dataclass
class Manners:
    """How often it does what, as shares of 1."""

    declines: float = 0.0
    part: float = 0.0
    slow: float = 0.0
    walks_away: float = 0.0
    lost: float = 0.0
    delayed: float = 0.0


class Terminal:
    """Implements the port of `kiosk.payments`; silent, gone: what it does to a caller."""

    kind = "card"

    def __init__(self, name: str, time: Time, chance: Random, manners: Manners) -> None:
        self.name = name
        self._time, self._chance, self.manners = time, chance, manners
        self.silent = self.gone = False
        self.charges: dict[str, Charge] = {}
        self._aborted: set[str] = set()
        self.begun: dict[str, int] = {}

    def status(self) -> str:
        self._heard()
        self._answers()
        return "busy" if self._at_work() else "ready"

    def authorise(self, key: str, *, amount: int, currency: str, order: str) -> Attempt:
        self._heard()
        if self._happens(self.manners.delayed):
            # The bytes are on their way for longer than anybody waits for them.
            self._time.after(
                self._chance.randrange(2_500, 12_000), lambda: self._begin(key, amount)
            )
            self._time.sleep(_ANSWER_MS)
            raise TerminalDown("silent")
        self._begin(key, amount)
        if key not in self.charges:
            raise Busy
        return self._attempt(key)

    def poll(self, key: str) -> Attempt:
        self._heard()
        return self._attempt(key)

    def lookup(self, key: str) -> Attempt:
        return self.poll(key)

    def abort(self, key: str) -> None:
        self._heard()
        charge = self.charges.get(key)
        if charge is None:
            self._aborted.add(key)
        elif charge.step in {Step.WAITING_FOR_CARD, Step.ENTER_PIN}:
            charge.step = Step.CANCELLED
        self._answers()

    def capture(self, key: str) -> Attempt:
        self._heard()
        charge = self.charges.get(key)
        if charge is not None and charge.step is Step.APPROVED:
            charge.captured = True
        return self._attempt(key)

    def void(self, key: str) -> Attempt:
        self._heard()
        charge = self.charges.get(key)
        if charge is not None and (charge.captured or charge.step in RUNNING):
            raise Busy
        if charge is not None and charge.step in {Step.APPROVED, Step.PART}:
            charge.step = Step.VOIDED
        return self._attempt(key)

    def refund(self, key: str, amount: int) -> Attempt:
        self._heard()
        charge = self.charges.get(key)
        if charge is None or not charge.captured or amount > charge.amount:
            raise Busy
        charge.refunded = charge.refunded or amount  # Asked again: nothing more.
        return self._attempt(key)

    def _begin(self, key: str, amount: int) -> None:
        if key in self.charges or key in self._aborted or self._at_work():
            return
        self.begun[key] = self.begun.get(key, 0) + 1
        charge = self.charges[key] = Charge(amount)
        if self._happens(self.manners.walks_away):
            self._time.after(PATIENCE_MS, lambda: self._ends(charge, Step.CANCELLED))
            return
        tap_ms = self._chance.randrange(1_500, 12_000)
        slow = self._happens(self.manners.slow)
        answer_ms = self._chance.randrange(61_000, 110_000) if slow else 2_500
        self._time.after(tap_ms, lambda: self._taps(charge, answer_ms))

    def _taps(self, charge: Charge, answer_ms: int) -> None:
        if charge.step is Step.WAITING_FOR_CARD:
            charge.step = Step.PROCESSING
            self._time.after(answer_ms, lambda: self._decides(charge))

    def _decides(self, charge: Charge) -> None:
        if self._happens(self.manners.declines):
            self._ends(charge, Step.DECLINED)
        elif self._happens(self.manners.part):
            charge.amount = charge.asked // 2
            self._ends(charge, Step.PART)
        else:
            charge.amount = charge.asked
            self._ends(charge, Step.APPROVED)

    def _ends(self, charge: Charge, step: Step) -> None:
        if charge.step in RUNNING:
            charge.step = step

    def _at_work(self) -> bool:
        return any(charge.step in RUNNING for charge in self.charges.values())

    def _heard(self) -> None:
        if self.gone:
            self._time.sleep(1_000)
            raise TerminalDown("gone", reached=False)
        self._time.sleep(self._chance.randrange(5, 60))
        if self._happens(self.manners.lost):
            self._time.sleep(_ANSWER_MS)
            raise TerminalDown("lost")

    def _answers(self) -> None:
        if self.silent or self._happens(self.manners.lost):
            self._time.sleep(_ANSWER_MS)
            raise TerminalDown("silent")

    def _attempt(self, key: str) -> Attempt:
        self._answers()
        charge = self.charges.get(key)
        if charge is None:
            return Attempt(Step.NOT_FOUND)
        amount = charge.amount or charge.asked
        return Attempt(charge.step, ref=f"R{key[-4:]}", amount=amount, last4="4242")

    def _happens(self, share: float) -> bool:
        return share > 0 and self._chance.random() < share


@dataclass
class Drawer:
    """All terminals of the house."""

    terminals: list[Terminal] = field(default_factory=list)
