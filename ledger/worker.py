"""Waiting work, one step at a time: expiry, letters, figures, pruning, refunds."""

import importlib.util
from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session

from ledger import (
    answers,
    bank_refunds,
    basket_changes,
    card_refunds,
    catalogue,
    checkout_attempts,
    contacts,
    double_charges,
    feed,
    guessing,
    refund_runs,
    seating,
    settling,
    waiting_list,
)
from ledger.clock import Means
from ledger.loops import Loop
from ledger.running import Running

log = structlog.get_logger()
PAUSE_S = 1.0
COUNT_EVERY_MS = 5_000
PRUNE_EVERY_MS = 3_600_000
TELL_EVERY_MS = 60_000
LOOK_EVERY_MS = 86_400_000


class Worker(Loop):
    """Does what is waiting until it is told to stop. `run` belongs to one thread."""

    def __init__(
        self,
        ledger: Running,
        *,
        post: Callable[[], bool] | None = None,
        pay: Callable[[Means], bool] | None = None,
        cards: Callable[[Means], bool] | None = None,
        pause_s: float = PAUSE_S,
    ) -> None:
        """post: sends the next letter that is due and says whether there was one.

        pay: settles payments of the shop that patrons left behind, and says likewise;
        cards: the same for the window's terminal.
        """
        super().__init__("waiting work failed", pause_s)
        self._ledger = ledger
        self._post = post
        self._pay = pay
        self._cards = cards
        self._counted_ms = self._pruned_ms = self._looked_ms = self._told_ms = 0

    def step(self) -> bool:
        """Do one round, if it is this process's to do; say whether more is waiting."""
        ledger = self._ledger
        if not ledger.store.leads():
            return False
        means = ledger.means()
        busy = False
        if swept := ledger.store.write(seating.sweep, means):
            log.info("holds ran out", holds=swept)
            busy = True
        if means.now_ms - self._counted_ms >= COUNT_EVERY_MS:
            ledger.store.write(catalogue.count_seats, now_ms=means.now_ms)
            self._counted_ms = means.now_ms
        if means.now_ms - self._pruned_ms >= PRUNE_EVERY_MS:
            ledger.store.write(_prune, means)
            self._pruned_ms = means.now_ms
        if means.now_ms - self._looked_ms >= LOOK_EVERY_MS:
            _look(ledger)
            self._looked_ms = means.now_ms
        if means.now_ms - self._told_ms >= TELL_EVERY_MS:
            _tell(ledger, means)
            self._told_ms = means.now_ms
        if self._post is not None and self._post():
            busy = True
        if self._pay is not None and self._pay(means):
            busy = True
        if self._cards is not None and self._cards(means):
            busy = True
        if refund_runs.step(ledger.store, ledger.means):
            busy = True
        return busy


def postman(ledger: Running) -> Callable[[], bool] | None:
    """Give what sends letters: None without a mail server, or without letters to write."""
    server = ledger.config.smtp
    if server is None or importlib.util.find_spec("ledger.mail.outbox") is None:
        return None
    from ledger.mail import outbox

    address, theme = ledger.config.public_url, ledger.config.theme
    return lambda: outbox.step(
        ledger.store, server, ledger.clock, address=address, theme=theme
    )


def cards(ledger: Running) -> Callable[[Means], bool] | None:
    """Give what asks the window's terminal again; None where there is none."""
    from ledger import window_cards
    from ledger.gateways import terminal

    return window_cards.sweeper(ledger.store, terminal.choose(ledger.config, ledger.store))


def cashier(ledger: Running) -> Callable[[Means], bool] | None:
    """Give what settles payments and refunds of the shop; None where none are made."""
    from ledger import card_charges, cards_on_file, checkouts
    from ledger.gateways import choose

    gateway, others = choose.gateway(ledger), choose.refunders(ledger)
    if gateway is None and not others:
        return None

    def settle(means: Means) -> bool:
        back = [card_refunds.sweep(ledger.store, means, one) for one in others]
        if gateway is None:
            return any(back)
        with ledger.store.read() as session:
            attempts = checkout_attempts.waiting(session, means.now_ms)
        mismatch = ledger.config.accept_mismatch
        over = checkouts.sweep(
            ledger.store, means, gateway, attempts, accept_mismatch=mismatch
        )
        back.append(card_refunds.sweep(ledger.store, means, gateway))
        back.append(card_charges.sweep(ledger.store, means, gateway))
        back.append(cards_on_file.sweep(ledger.store, means, gateway))
        return any(back) or over > 0

    return settle


def _tell(ledger: Running, means: Means) -> None:
    """Write to those who wait for seats that have come free."""
    with ledger.store.read() as session:
        performances = waiting_list.due(session, means.now_ms)
    for performance in performances:
        ledger.store.write(waiting_list.tell, means, performance)


def _look(ledger: Running) -> None:
    """Look for what nobody saw: charges that came twice, orders that nobody counted.

    A ledger of before, running beside this one, counts none for statements.
    """
    with ledger.store.read() as session:
        orders = settling.faults(session)
    if orders:
        ledger.store.write(settling.mend, orders)
        log.info("orders counted again for statements", orders=len(orders))
    with ledger.store.read() as session:
        seconds = double_charges.find(session)
    if seconds:
        ledger.store.write(double_charges.note, ledger.means(), seconds)


def _prune(session: Session, means: Means) -> None:
    contacts.announce(session, means)
    feed.prune(session, now_ms=means.now_ms)
    answers.prune(session, now_ms=means.now_ms)
    guessing.prune(session, now_ms=means.now_ms)
    basket_changes.forget(session, now_ms=means.now_ms)
    waiting_list.forget(session, means.now_ms)
    bank_refunds.remind(session, means)
    bank_refunds.forget(session, means)
