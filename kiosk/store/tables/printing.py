"""What is to be printed, and what became of it."""

from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.store.tables.names import Table


class PrintJobRow(Table):
    """One piece of paper. Written before paper moves; a ticket's issue prints once.

    kind: ticket, receipt, or report (for staff). order: of the sale or collection. batch:
    what was asked for together, the id of its first job. document: what is on it. state:
    queued, sending, printed, uncertain, failed; phone: put on the guest's phone; replaced:
    a later issue or another kiosk's paper counts. queued_boot_ms: in boot_id; jobs older
    than 60 s wait for a touch of staff, and so does one that is `held`. told: seq of the
    event that told of its failure. claim: saved before it is sent, to try again. touched:
    somebody asked for it once more, and whether it is still ours has not been asked.
    """

    __tablename__ = "print_job"
    __table_args__ = (
        UniqueConstraint("ticket", "issue"),
        CheckConstraint("kind IN ('ticket', 'receipt', 'report')", name="kind"),
        CheckConstraint(
            "state IN ('queued', 'sending', 'printed', 'uncertain', 'failed', 'phone',"
            " 'replaced')",
            name="state",
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[str]
    order: Mapped[str] = mapped_column(index=True)
    batch: Mapped[str]
    ticket: Mapped[str | None]
    issue: Mapped[int]
    document: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(default="")
    proof: Mapped[str] = mapped_column(default="")
    held: Mapped[bool] = mapped_column(default=False)
    printed_ms: Mapped[int | None]
    length_mm: Mapped[int] = mapped_column(default=0)
    boot_id: Mapped[str]
    queued_boot_ms: Mapped[int]
    told: Mapped[int | None]
    claim: Mapped[str | None]
    touched: Mapped[bool] = mapped_column(default=False)
