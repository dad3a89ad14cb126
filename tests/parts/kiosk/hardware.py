"""A card terminal that forgets nothing, and the lobby's printer on a real port."""

from dataclasses import dataclass, field

from kiosk.payments.port import RUNNING, Attempt, Busy, Step, TerminalDown
from kiosk.printing.transport import Wired
from lobby.printer.machine import Printer
from lobby.printer.port import Port
from lobby.printer.slips import Tray


@dataclass
class Card:
    """A terminal with its own book of charges.

    outcome: what it does with the next card. silent: it hears and does not answer. gone:
    nothing reaches it. charged: amounts taken by key, once.
    """

    name: str = "t1"
    kind: str = "card"
    outcome: Step = Step.APPROVED
    silent: bool = False
    gone: bool = False
    book: dict[str, Step] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    captured: list[str] = field(default_factory=list)
    aborted: set[str] = field(default_factory=set)
    part: int | None = None
    reason: str = "no money"

    def status(self) -> str:
        self._heard()
        self._answer()
        return "busy" if any(s in RUNNING for s in self.book.values()) else "ready"

    def authorise(self, key: str, *, amount: int, currency: str, order: str) -> Attempt:
        self._heard()
        if key in self.aborted:
            raise Busy
        self.book.setdefault(key, self.outcome)
        self.amounts.setdefault(key, amount)
        return self._attempt(key)

    def poll(self, key: str) -> Attempt:
        self._heard()
        return self._attempt(key)

    lookup = poll

    def abort(self, key: str) -> None:
        self._heard()
        self.aborted.add(key)
        if self.book.get(key) in RUNNING - {Step.PROCESSING}:
            self.book[key] = Step.CANCELLED
        self._answer()

    def capture(self, key: str) -> Attempt:
        self._heard()
        self.captured.append(key)
        return self._attempt(key)

    def void(self, key: str) -> Attempt:
        self._heard()
        if key in self.book:
            self.book[key] = Step.VOIDED
        return self._attempt(key)

    def refund(self, key: str, amount: int) -> Attempt:
        return self.void(key)

    @property
    def charged(self) -> list[str]:
        """Keys of attempts that took money and gave none back."""
        return [key for key, step in self.book.items() if step is Step.APPROVED]

    def _heard(self) -> None:
        if self.gone:
            raise TerminalDown("gone", reached=False)

    def _answer(self) -> None:
        if self.silent:
            raise TerminalDown("silent")

    def _attempt(self, key: str) -> Attempt:
        self._answer()
        step = self.book.get(key, Step.NOT_FOUND)
        if step is Step.NOT_FOUND:
            return Attempt(step)
        amount = self.part if step is Step.PART else self.amounts[key]
        reason = self.reason if step is Step.DECLINED else ""
        return Attempt(
            step, ref="R1", amount=amount, brand="VISA", last4="4242", reason=reason
        )


@dataclass
class Paper:
    """The lobby's printer, its port, what it has cut, and the device's line to it."""

    printer: Printer
    port: Port
    tray: Tray
    line: Wired

    @property
    def slips(self) -> list[list[str]]:
        """The lines of everything that was cut."""
        return [slip.lines for slip in self.tray.slips() if slip.state.value == "cut"]

    @property
    def codes(self) -> list[str]:
        """All QR codes that came out."""
        return [code for slip in self.tray.slips() for code in slip.codes]

    def fault(self, **change: bool) -> None:
        """Break or mend it."""
        self.printer.set_faults(change)
