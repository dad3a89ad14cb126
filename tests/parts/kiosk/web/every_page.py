"""A walk through every page that guests of the kiosk can see, for how they look."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from playwright.sync_api import Page

from boxoffice.questions import Option, Question
from kiosk.breaks import Break
from kiosk.shown.collecting import FoundTicket
from kiosk.shown.help import CallShown
from kiosk.shown.named import Refusal
from kiosk.shown.paying import Outcome
from kiosk.shown.printing import Paper, Status
from kiosk.shown.reviewing import ExtrasShown, Stage
from tests.parts.kiosk.web.pretend_house import CURTAIN_MS, NOW_MS, PretendHouse, seat

_HEARD = Question(
    "heard",
    {"en": "How did you hear of us?", "da": "Hvor har du hørt om os?"},
    tuple(
        Option(en, {"en": en, "da": da})
        for en, da in (("Poster", "Plakat"), ("Internet", "Nettet"), ("A friend", "En ven"))
    ),
)
EXTRAS = ExtrasShown(
    "o-1", 4800, "EUR", (200, 500, 1000), 0, 800, 0, 4, _HEARD, "", asked=False
)


class Visitor(Protocol):
    """Whoever walks; tests.parts.kiosk.web.test_rendered has one."""

    house: PretendHouse
    page: Page

    def open(self, path: str) -> None: ...

    def begins(self) -> None: ...

    def reviews(self) -> None: ...

    def goes_on(self) -> None: ...


def pages(visitor: Visitor) -> Iterator[str]:
    """Open one page after another and name it; the house is left as it was met."""
    yield from _choosing(visitor)
    yield from _refused(visitor)
    yield from _collecting(visitor)
    yield from _paying(visitor)
    yield from _printing(visitor)


def _choosing(visitor: Visitor) -> Iterator[str]:
    visitor.house.paper = Paper(Status.OUT, False, 0)
    visitor.open("/")
    yield "/ without paper"
    visitor.house.paper = Paper(Status.READY, True, 41)
    for path in (
        "/",
        "/performances",
        "/p/p-1/how-many",
        "/p/p-7/how-many",
        "/help",
        "/access",
    ):
        visitor.open(path)
        yield path
    visitor.begins()
    yield "offer"
    for path in ("/p/p-1/seats?more=1", "/p/p-1/map", "/p/p-1/map?section=Stalls"):
        visitor.open(path)
        yield path
    visitor.house.refuse["hold"] = Refusal("seat.gone", tuple(visitor.house.yours))
    visitor.reviews()
    yield "just taken"
    del visitor.house.refuse["hold"]
    visitor.reviews()
    yield "review"
    visitor.house.gift = 3000
    visitor.reviews()
    yield "review, partly paid"
    visitor.house.paper = Paper(Status.OUT, False, 0)
    visitor.reviews()
    yield "review, partly paid and without paper"
    visitor.house.terminal = "busy"
    visitor.reviews()
    yield "review, partly paid, while no card can be taken"
    visitor.house.gift, visitor.house.terminal = 0, "ready"
    visitor.house.paper = Paper(Status.READY, True, 41)
    visitor.house.extras = EXTRAS
    visitor.open("/order/extras")
    yield "/order/extras"
    visitor.house.extras = None
    visitor.house.paper = Paper(Status.OUT, False, 0)
    visitor.reviews()
    yield "review without paper"
    visitor.house.paper = Paper(Status.READY, True, 41)
    visitor.reviews()
    for path in ("/p/p-1/how-many", "/start-over", "/still-there?to=/order"):
        visitor.open(path)
        yield f"{path}, held" if "how-many" in path else path


def _refused(visitor: Visitor) -> Iterator[str]:
    """Refusals with many words, or with much beside them; a kiosk that takes a break."""
    house = visitor.house
    two = tuple(house.yours)
    for refusal in (
        Refusal("hold.ended", two),
        Refusal("link.pay", two),
        Refusal("link.empty"),
        Refusal("seats.few", facts={"left": 3}),
        Refusal("sale.closed"),
        Refusal("paper.short", facts={"left": 1}),
        Refusal("terminal.busy"),
        Refusal("member.credit", facts={"left": 1, "needed": 2}),
    ):
        house.refuse["review"] = refusal
        visitor.reviews()
        yield f"{refusal.key}{' and offers' if refusal.seats else ''}"
    del house.refuse["review"]
    house.stage, house.rest = None, Break("S1", "repair", house.now_ms, "the cloakroom")
    visitor.open("/")
    yield "out of service"
    house.rest = None


def typing(visitor: Visitor) -> Iterator[str]:
    """Type what a page asks for, and wrongly; keys are laid out for the glass they meet."""
    house = visitor.house
    for path, fields, what, key in (
        ("/order/voucher", ("code",), "redeem", "voucher.none"),
        ("/order/member", ("member_number", "password"), "join", "member.none"),
        ("/collect", ("number", "last_name"), "find", "collect.none"),
        ("/collect/member", ("member_number", "password"), "", ""),
    ):
        house.stage = None
        if "order" in path:
            visitor.reviews()
        visitor.open(path)
        yield path
        if not what:
            continue
        for field in fields:
            visitor.page.fill(f"#{field}", "MB4K7Q23")
            yield f"{path}, {field} filled in"
        house.refuse[what] = Refusal(key)
        visitor.goes_on()
        yield f"{path} typed wrongly"
        visitor.page.locator(f"#{fields[0]}").click()
        yield f"{path} to be typed again"
        del house.refuse[what]


def _collecting(visitor: Visitor) -> Iterator[str]:
    house, found = visitor.house, visitor.house.found
    house.stage = None
    visitor.open("/collect/r-1")
    yield "found"
    many = tuple(
        FoundTicket(f"t-{n}", f"Dress circle B {n}", "Adult", 2400, False, False, True)
        for n in range(1, 15)
    )
    house.found = replace(found, tickets=many, due=14 * 2400)
    visitor.open("/collect/r-1")
    yield "found fourteen, unpaid"
    everybody = tuple(
        FoundTicket(
            f"t-{n}", "", "Adult", 0, n < 4, n >= 4, seat=seat("Circle", "BC"[n % 2], n)
        )
        for n in range(1, 29)
    )
    house.found = replace(found, tickets=everybody, group="Class 6B of Harbour School")
    visitor.open("/collect/r-1")
    yield "a group"
    house.found = found
    for refusal in (
        Refusal("collect.later", facts={"starts_ms": CURTAIN_MS + 24 * 3_600_000}),
        Refusal("collect.done", facts={"at_ms": NOW_MS, "place": "Kiosk 2"}),
        Refusal("collect.due_offline", facts={"due": 2500, "currency": "EUR"}),
    ):
        house.refuse["found"] = refusal
        visitor.open("/collect/r-1")
        yield refusal.key
    del house.refuse["found"]
    for call, what in (
        (CallShown("c-1", False, house.now_ms), "help without a line"),
        (CallShown("c-1", True, house.now_ms - 61_000), "help is still called"),
        (CallShown("c-1", True, house.now_ms, "Anna Berg", 2), "help comes"),
    ):
        house.call = call
        visitor.open("/help")
        yield what
    house.call = None


def _paying(visitor: Visitor) -> Iterator[str]:
    house = visitor.house
    visitor.reviews()
    house.stage = Stage.PAYING
    house.outcome = Outcome.WAITING_FOR_CARD
    for where in ("left", "below"):
        house.place_terminal(where)
        visitor.open("/order/pay")
        yield f"paying: the terminal is {where}"
    house.place_terminal("")
    pay = house.pay
    house.pay = replace(
        pay,
        asking_s=20,
        code="K7Q4MX",
        pickup="FOHC:K7Q4MX23ABCDEFGH",
        kept_until_ms=CURTAIN_MS - 600_000,
    )
    for outcome in (
        Outcome.WAITING_FOR_CARD,
        Outcome.ENTER_PIN,
        Outcome.CARD_REMOVED,
        Outcome.ASKING,
        Outcome.DECLINED,
        Outcome.PART,
        Outcome.UNREACHABLE,
        Outcome.THIRD_DECLINE,
        Outcome.UNKNOWN,
        Outcome.REVERSED,
    ):
        house.outcome = outcome
        visitor.open("/order/pay")
        yield f"paying: {outcome.value}"
    house.pay = pay


def _printing(visitor: Visitor) -> Iterator[str]:
    house, yours, tickets = visitor.house, visitor.house.yours, visitor.house.tickets
    house.stage, house.outcome = Stage.SOLD, Outcome.APPROVED
    house.yours = [seat("Dress circle", "B", 1 + n) for n in range(8)]
    house.tickets = ["printed", "sending", *["queued"] * 6]
    visitor.open("/order/print")
    yield "printing eight"
    house.tickets, house.trouble = ["printed", *["failed"] * 7], Status.OUT
    visitor.open("/order/print")
    yield "paper is out"
    visitor.open("/order/phone")
    yield "on the phone"
    house.yours, house.tickets, house.trouble = yours, ["printed", "printed"], None
    visitor.open("/order/done")
    yield "done"
    house.tickets, house.paper = ["phone", "phone"], Paper(Status.OUT, False, 0)
    visitor.open("/order/done")
    yield "done, with tickets behind a code"
    house.tickets, house.paper = ["printed", "printed"], Paper(Status.READY, True, 41)
    house.linked, house.receipt = False, "failed"
    for path in ("/order/done", "/order/done/phone"):
        visitor.open(path)
        yield f"{path} without a line"
    house.linked, house.receipt = True, "none"
    house.tickets, house.stage, house.outcome = tickets, None, Outcome.IDLE
