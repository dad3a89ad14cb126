"""Deliver what waits, one at a time, in a thread of its own: others may be slow."""

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from ledger import webhooks
from ledger.hooks import post
from ledger.loops import Loop
from ledger.running import Running
from ledger.tables.webhooks import WebhookDeliveryRow

log = structlog.get_logger()
PAUSE_S = 1.0
# Longer than a try can take: then another process may think that this one died.
CLAIM_MS = 60_000
FORGET_EVERY_MS = 3_600_000


class Messenger(Loop):
    """Delivers until it is told to stop. `run` belongs to one thread."""

    def __init__(self, ledger: Running, *, pause_s: float = PAUSE_S) -> None:
        super().__init__("webhooks failed", pause_s)
        self._ledger = ledger
        self._forgot_ms = 0

    def step(self) -> bool:
        """Try the next delivery that is due; say whether there was one."""
        ledger = self._ledger
        now_ms = ledger.clock()
        if now_ms - self._forgot_ms >= FORGET_EVERY_MS:
            ledger.store.write(_forget, now_ms)
            self._forgot_ms = now_ms
        with ledger.store.read() as session:
            found = webhooks.due(session, now_ms)
        if found is None:
            return False
        if not ledger.store.write(webhooks.claim, found, now_ms + CLAIM_MS):
            return True
        allowed = ledger.config.webhook_hosts
        answer = post.send(found, now_s=now_ms // 1000, allowed=allowed)
        ledger.store.write(
            webhooks.tried,
            found.id,
            answer.words,
            heard=answer.heard,
            now_ms=ledger.clock(),
        )
        log.info("webhook", delivery=found.id, heard=answer.heard, tries=found.tries + 1)
        return True


def _forget(session: Session, now_ms: int) -> None:
    session.execute(
        delete(WebhookDeliveryRow).where(
            WebhookDeliveryRow.state != "waiting",
            WebhookDeliveryRow.made_ms < now_ms - webhooks.KEPT_MS,
        )
    )
